"""How a route gets at the running product."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.api.metrics import Metrics
from service.wiring import Careway


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
