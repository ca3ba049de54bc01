"""Delivery has a bell of its own: a mail server that does not answer holds up nothing that is due."""

from __future__ import annotations

import threading

from engine.clock import VirtualClock
from notifications.channels import Outgoing
from service.chores import DUE, deliver_pass
from service.messages import DELIVERY
from service.process import running
from service.scheduler import Bell
from service.wiring import Careway
from tests.messages.acting import with_relapse


class Silent:
    """A channel whose other side says nothing until it is allowed to."""

    name = "email"

    def __init__(self) -> None:
        self.asked, self.allowed = threading.Event(), threading.Event()

    def send(self, message: Outgoing) -> None:
        """Wait."""
        self.asked.set()
        assert self.allowed.wait(30)


def silenced(careway: Careway) -> Silent:
    assert careway.messages is not None
    channel = Silent()
    careway.messages.delivery.channels["email"] = channel  # type: ignore[index]
    return channel


def test_the_due_pass_goes_on_while_a_letter_is_stuck(small: Careway, clock: VirtualClock) -> None:
    with_relapse(small)
    channel = silenced(small)
    with running(small):
        assert channel.asked.wait(30)
        before = small.store.heartbeat(DUE)
        bell = Bell(small)
        assert bell.ring() is not None
        after = small.store.heartbeat(DUE)
        assert small.store.heartbeat(DELIVERY) is None, "the pass is not completed"
        channel.allowed.set()
    assert after is not None
    assert after.passes > (before.passes if before else 0)
    assert small.store.heartbeat(DELIVERY) is not None, "stopping waits for the pass under way"


def test_a_bell_reads_the_heartbeat_of_its_own_chore(small: Careway) -> None:
    bell = Bell(small, deliver_pass, lambda: 0.0, name=DELIVERY, interval=1)
    assert bell.ring() is not None
    assert bell.look()
    assert small.store.heartbeat(DUE) is None


def test_a_process_without_delivery_rings_no_bell_for_it(small: Careway) -> None:
    with_relapse(small)
    channel = silenced(small)
    quiet = Careway(
        small.settings.model_copy(update={"deliver": False}), small.clock, small.store, small.registry, small.engine,
        small.ids, small.messages,
    )  # fmt: skip
    with running(quiet):
        pass
    assert not channel.asked.is_set()
