"""The service over a database in memory, with the toy pathway and a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from pathways.registry import load_catalogue, load_functions
from service.accounts.access import Access
from service.accounts.rights import SCOPES
from service.api.app import create_app, serve_from
from service.ids import CountedIds
from service.settings import Settings
from service.wiring import Careway, build
from tests.web.people import access_for, bearer, person

TOY = Path(__file__).parents[1] / "data" / "definitions" / "toy.yaml"
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def toy() -> Registry:
    """The toy pathway alone."""
    load_functions()
    return Registry.load([TOY], load_catalogue(), REGISTRY)


@pytest.fixture
def clock() -> VirtualClock:
    """09:00 in Shanghai on 5 January 2026."""
    return VirtualClock(START)


@pytest.fixture
def careway(toy: Registry, clock: VirtualClock) -> Iterator[Careway]:
    """The product, in memory."""
    with build(Settings(database_url="sqlite://"), clock=clock, registry=toy, ids=CountedIds()) as made:
        yield made


@pytest.fixture
def access(careway: Careway) -> Access:
    """Who comes in."""
    return access_for(careway)


@pytest.fixture(scope="session")
def application(toy: Registry) -> Iterator[FastAPI]:
    """The routes, built once; each test lets them work on a database of its own."""
    with build(Settings(database_url="sqlite://"), clock=VirtualClock(START), registry=toy) as nobody:
        yield create_app(nobody, access_for(nobody))


@pytest.fixture
def app(application: FastAPI, careway: Careway, access: Access) -> FastAPI:
    """The application over the product of this test."""
    serve_from(application, careway, access)
    return application


@pytest.fixture
def client(app: FastAPI, access: Access) -> Iterator[TestClient]:
    """A program that acts for a neurologist; an unexpected failure is answered as it would be to anybody."""
    headers = bearer(access, person(access, "n1", "neurologist"), *SCOPES)
    with TestClient(app, headers=headers, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def browser_client(app: FastAPI) -> Iterator[TestClient]:
    """A browser in which nobody has signed in yet."""
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made
