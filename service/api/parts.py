"""How a route gets at the running product, and whether it may believe who a request says is acting."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.api.metrics import Metrics
from service.wiring import Careway

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def trusts_headers(careway: Careway) -> bool:
    """Whether requests may say by header who acts: as `trusted_headers` says, else only where nobody else can connect."""
    stated = careway.settings.trusted_headers
    return careway.settings.host in LOOPBACK if stated is None else stated


def _of(request: Request) -> Careway:
    found: Careway = request.app.state.careway
    return found


Parts = Annotated[Careway, Depends(_of)]
"""The parts of the product, for a route."""


def _metrics_of(request: Request) -> Metrics:
    found: Metrics = request.app.state.metrics
    return found


Counted = Annotated[Metrics, Depends(_metrics_of)]
"""Carries out commands and counts them, for a route."""
