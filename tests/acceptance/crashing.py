"""A service that can be killed, clients that remember what they were told, and what must be true afterwards.

The service is the real process on a real database. Each client sends relapses (which fall due a second later) and notes,
one after the other, under idempotency keys, and keeps what was acknowledged. A request that a kill broke off has an
unknown outcome: it is sent again, with its key, to the next process.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from engine.model import Chart
from service.wiring import Careway
from tests.source_tree import ROOT

DRILL = ROOT / "tests" / "data" / "drill"
PATIENCE = 60
"""Seconds for which something is waited for before the test fails."""


@dataclass(frozen=True)
class Door:
    """Where the service listens, and what opens it."""

    port: int
    token: str


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """The service's process on a database; started, killed and started again on the same port."""

    def __init__(self, url: str, log: Path, token: str) -> None:
        self.port = free_port()
        self.door = Door(self.port, token)
        self._log = log
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CAREWAY_")},
            "CAREWAY_DATABASE_URL": url, "CAREWAY_PORT": str(self.port), "CAREWAY_PATHWAY_FOLDERS": str(DRILL),
            "CAREWAY_PASS_SECONDS": "0.05", "CAREWAY_PASS_BATCH": "10", "CAREWAY_LEASE_SECONDS": "1", "CAREWAY_LOG_LEVEL": "warning",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [sys.executable, "-c", "from service.cli import main; main()", "serve"]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        pause = threading.Event()
        for _ in range(PATIENCE * 20):
            if self._ready():
                return
            assert self.process.poll() is None, self._log.read_text()[-4000:]
            pause.wait(0.05)
        raise AssertionError(f"not ready: {self._log.read_text()[-4000:]}")

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def _ready(self) -> bool:
        try:
            return ask(self.door, "GET", "/readyz", {}, None)[0] == 200
        except OSError:
            return False


def ask(door: Door, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any, str]:
    """One request: status, JSON and ETag. Raises OSError or HTTPException where the connection breaks."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        text = None if body is None else json.dumps(body)
        fixed = {"Authorization": f"Bearer {door.token}", "Content-Type": "application/json"}
        connection.request(method, path, text, {**fixed, **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null"), answer.headers.get("etag") or ""


@dataclass
class Sent:
    """One request under its key."""

    kind: str
    patient: str
    number: int
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Ledger:
    """What clients were told, together."""

    relapses: dict[str, list[str]] = field(default_factory=dict)
    """Acknowledged facts by patient."""
    notes: dict[str, list[int]] = field(default_factory=dict)
    """Acknowledged actions by patient."""
    unknown: list[Sent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    acknowledged: int = 0
    target: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, sent: Sent, answer: Any) -> None:
        """Keep an acknowledgement."""
        with self.lock:
            if sent.kind == "relapse":
                self.relapses.setdefault(sent.patient, []).extend(answer["created"])
            else:
                self.notes.setdefault(sent.patient, []).append(sent.number)
            self.acknowledged += 1
            if self.acknowledged >= self.target:
                self.reached.set()

    def wait_for(self, more: int) -> None:
        """Wait until so many more are acknowledged."""
        with self.lock:
            self.target = self.acknowledged + more
            self.reached.clear()
        assert self.reached.wait(PATIENCE), (
            f"only {self.acknowledged} of {self.target} acknowledged; {self.problems[:3]}"
        )


class Client(threading.Thread):
    """Sends for its own patients until it is stopped or the connection breaks."""

    def __init__(self, name: str, door: Door, patients: dict[str, str], ledger: Ledger, numbers: Iterator[int]) -> None:
        """`patients` with their enrolments."""
        super().__init__(name=name, daemon=True)
        self._door, self._patients, self._ledger, self._numbers = door, patients, ledger, numbers
        self.stopping = threading.Event()

    def run(self) -> None:
        """One request after the other."""
        while not self.stopping.is_set():
            for patient, enrolment in self._patients.items():
                number = next(self._numbers)
                if self.stopping.is_set() or not self._send(self._request(patient, enrolment, number)):
                    return

    def _request(self, patient: str, enrolment: str, number: int) -> Sent:
        key = {"Idempotency-Key": f"{self.name}-{number}"}
        if number % 2:
            body = {"facts": [{"code": "relapse", "value": _relapse()}]}
            return Sent("relapse", patient, number, f"/api/v1/patients/{patient}/facts", key, body)
        path = f"/api/v1/enrolments/{enrolment}"
        return Sent("note", patient, number, f"{path}/actions/note", key, {"parameters": {"number": str(number)}})

    def _send(self, sent: Sent) -> bool:
        """False when the connection broke: the outcome is unknown."""
        try:
            if sent.kind == "note":
                sent.headers["If-Match"] = ask(self._door, "GET", sent.path.partition("/actions")[0], {}, None)[2]
        except (OSError, http.client.HTTPException):
            return False  # It was not sent at all.
        return deliver(self._door, sent, self._ledger)


def deliver(door: Door, sent: Sent, ledger: Ledger) -> bool:
    """Send a request and keep what is answered; False when the connection broke."""
    try:
        status, answer, _ = ask(door, "POST", sent.path, sent.headers, sent.body)
    except (OSError, http.client.HTTPException):
        with ledger.lock:
            ledger.unknown.append(sent)
        return False
    if status in (200, 201):
        ledger.note(sent, answer)
    elif status != 412:  # The due pass changed the enrolment meanwhile: nothing was done.
        with ledger.lock:
            ledger.problems.append(f"{status} {answer}")
    return True


def _relapse() -> dict[str, str]:
    """A relapse that began 59 seconds ago: its task is due in one second."""
    began = datetime.now(UTC) - timedelta(seconds=59)
    return {"event": "occurred", "severity": "mild", "effective": began.isoformat()}


def resend(door: Door, ledger: Ledger) -> None:
    """Send again whatever has an unknown outcome: it is done once, either way."""
    waiting, ledger.unknown = ledger.unknown, []
    for sent in waiting:
        assert deliver(door, sent, ledger)


# --- afterwards -----------------------------------------------------------------------------------------------------


def losses(chart: Chart, ledger: Ledger) -> list[str]:
    """What was acknowledged and is not there, or is there twice, or was never asked for."""
    patient = chart.patient.id
    facts = Counter(one.id for one in chart.facts.values() if one.code == "relapse")
    notes = Counter(int(one.parameters["number"]) for one in chart.acts.values() if one.action == "note")
    said = Counter(ledger.relapses.get(patient, ())), Counter(ledger.notes.get(patient, ()))
    return [
        f"{patient}: {found} stored, {told} acknowledged"
        for found, told in zip((facts, notes), said, strict=True)
        if found != told
    ]


def fired_twice(careway: Careway, patient: str) -> list[str]:
    """Timers that the audit says fired more than once for the same moment."""
    events = (event for one in careway.store.entries(patient) for event in orjson.loads(one.content)["events"])
    fired = Counter(
        (one["key"], one["due"]) for one in events if isinstance(one, dict) and one["event"] == "timer:fired"
    )
    return [f"{patient}: {key} {times} times" for key, times in fired.items() if times > 1]
