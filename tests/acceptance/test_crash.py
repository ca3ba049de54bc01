"""Kill the service with -9 while the due pass and eight clients work: nothing acknowledged is lost, nothing fires twice.

Three kills for each database by default; `CAREWAY_KILLS=50` for the record.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.clock import SystemClock, VirtualClock
from engine.commands import Enrol
from engine.model import SYSTEM, Patient, TimerState
from service.accounts.access import access_to
from service.accounts.identity import MAIN
from service.accounts.managing import add_account
from service.accounts.rights import SCOPES
from service.accounts.tokens import make_token
from service.chores import due_pass
from service.settings import Settings
from service.wiring import Careway, build, prepare_database
from tests.acceptance.crashing import DRILL, Client, Ledger, Service, fired_twice, losses, resend

KILLS = int(os.environ.get("CAREWAY_KILLS", "3"))
CLIENTS = 8
PATIENTS = 32
SEED = 20260105


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database on disk, and one on a server, each of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'careway.db'}"
        return
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"careway_crash_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_fires_twice(url: str, tmp_path: Path) -> None:
    prepare_database(Settings(database_url=url))
    patients = _patients(url)
    service, ledger = Service(url, tmp_path / "service.log", _token(url)), Ledger()
    moments = random.Random(SEED)
    numbers = itertools.count(1)
    try:
        for _ in range(KILLS):
            service.start()
            resend(service.door, ledger)
            clients = _clients(service, patients, ledger, numbers)
            ledger.wait_for(moments.randint(30, 120))
            service.kill()
            for client in clients:
                client.join(60)
        service.start()
        resend(service.door, ledger)
        assert service.stop() == 0
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()
    assert ledger.problems == []
    _check(url, ledger)


def _clients(service: Service, patients: dict[str, str], ledger: Ledger, numbers: Iterator[int]) -> list[Client]:
    shares = [dict(itertools.islice(patients.items(), n, None, CLIENTS)) for n in range(CLIENTS)]
    clients = [Client(f"client{n}", service.door, share, ledger, numbers) for n, share in enumerate(shares)]
    for client in clients:
        client.start()
    return clients


def _patients(url: str) -> dict[str, str]:
    """Patients on the drill, with their enrolments."""
    with _opened(url) as careway:
        now = careway.clock.now()
        for number in range(PATIENTS):
            careway.engine.register_patient(Patient(f"p{number}"), now)
        commands = {f"p{n}": Enrol(patient=f"p{n}", at=now, pathway="drill") for n in range(PATIENTS)}
        return {patient: str(careway.engine.execute(one).enrolment) for patient, one in commands.items()}


def _token(url: str) -> str:
    """What opens the service for the clients: they act as a coordinator."""
    with _opened(url) as careway:
        access = access_to(careway)
        account = add_account(access, "clients", "The clients", "", [("care_coordinator", MAIN)], SYSTEM)
        return make_token(access, account.person, "crash test", SCOPES, timedelta(days=30), SYSTEM)[1]


def _opened(url: str, ahead: timedelta = timedelta(0)) -> Careway:
    settings = Settings(database_url=url, pathway_folders=(DRILL,))
    return build(settings, clock=VirtualClock(SystemClock().now() + ahead))


def _check(url: str, ledger: Ledger) -> None:
    """Two minutes later, when whatever was still pending has fired."""
    with closing(_opened(url, timedelta(minutes=2))) as careway:
        assert _fired(careway) > 0, "the due pass was at work too"
        assert due_pass(careway).failures == []
        charts = [careway.engine.chart(patient) for patient in careway.store.patients()]
        assert [loss for chart in charts for loss in losses(chart, ledger)] == []
        assert [one for chart in charts for one in fired_twice(careway, chart.patient.id)] == []
        waiting = [one for chart in charts for one in chart.timers.values() if one.state is TimerState.PENDING]
        assert [one for one in waiting if one.due <= careway.clock.now()] == []
        assert careway.store.verify().problem is None
        assert [chart.patient.id for chart in charts if careway.store.check_fold(chart.patient.id)] == []
        for chart in charts:
            told = [one for one in chart.messages.values() if one.code == "unattended"]
            assert len(told) == len(ledger.relapses.get(chart.patient.id, ())), "each relapse is told of once"


def _fired(careway: Careway) -> int:
    timers = (one for patient in careway.store.patients() for one in careway.engine.chart(patient).timers.values())
    return sum(one.state is TimerState.FIRED for one in timers)
