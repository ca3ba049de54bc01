"""Kill the sending process with -9: no letter is lost, and each kill repeats at most the one that was on its way.

Four kills by default; `CAREWAY_KILLS=200` for the record.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock
from service.ids import CountedIds
from service.wiring import build, prepare_database
from tests.databases import STORES
from tests.messages.acting import alarm, mails, states, with_tb
from tests.messages.conftest import START, mail_settings
from tests.messages.faulty_smtp import FaultyMailbox, serving
from tests.source_tree import ROOT

KILLS = int(os.environ.get("CAREWAY_KILLS", "4"))
PATIENTS = 9
MOMENTS = ("data", "taken", "quit")
"""Before the server has the message, once it has it but has not said so, and after it said so."""
SEED = 20261124


class Killing(FaultyMailbox):
    """Kills the sender at a moment of the next message."""

    def __init__(self) -> None:
        super().__init__()
        self.victim = 0
        self.moment = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """All data of a message has come."""
        if self.moment == "data":
            self._kill()
            return "451 nobody hears this"
        answer = await super().handle_DATA(server, session, envelope)
        if self.moment == "taken":
            self._kill()
        return answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """The server has said that it has the message."""
        if self.moment == "quit":
            self._kill()
        return "221 Bye"

    def _kill(self) -> None:
        os.kill(self.victim, signal.SIGKILL)
        self.moment = ""


@pytest.mark.slow
@pytest.mark.parametrize("store_url", STORES[1:], indirect=True)
def test_a_killed_sender_loses_nothing_and_repeats_at_most_one_letter_each_time(store_url: str) -> None:
    prepare_database(mail_settings(store_url, 25))
    clock, moments = VirtualClock(START), random.Random(SEED)
    with build(mail_settings(store_url, 25), clock=clock, registry=alarm(), ids=CountedIds()) as careway:
        with_tb(careway, *(f"P-{number}" for number in range(PATIENTS)))
    mailbox = Killing()
    with serving(mailbox) as port:
        for number in range(KILLS):
            mailbox.moment = MOMENTS[number % 3] if number < 3 else moments.choice(MOMENTS)
            assert _send(mailbox, store_url, port, clock) == -signal.SIGKILL
            clock.advance(timedelta(minutes=5))
        assert _send(mailbox, store_url, port, clock) == 0
    with build(mail_settings(store_url, 25), clock=clock, registry=alarm(), ids=CountedIds()) as careway:
        assert states(careway) == {"sent": 2 * PATIENTS}
        wanted = {f"<{one.letter.id}@hospital.test>" for one in mails(careway)}
    assert set(mailbox.ids()) == wanted
    assert len(mailbox.received) - len(wanted) <= KILLS
    assert _unmarked_repeats(mailbox.received) == []


def _send(mailbox: Killing, url: str, port: int, clock: VirtualClock) -> int:
    """Let a process deliver; its exit code."""
    command = [sys.executable, "-m", "tests.messages.sender", url, str(port), clock.now().isoformat()]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(Path(ROOT))}
    )
    mailbox.victim = process.pid
    return process.wait(timeout=120)


def _unmarked_repeats(received: list[EmailMessage]) -> list[str]:
    """Messages that came a second time without saying that they might."""
    seen: set[str] = set()
    found = []
    for mail in received:
        name = str(mail["Message-ID"])
        if name in seen and mail["X-Careway-Repeat"] != "possible":
            found.append(name)
        seen.add(name)
    return found
