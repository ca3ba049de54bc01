"""Delivery against a real mail server with faults: each letter arrives once, or stops where it should, and the audit says which."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import VirtualClock
from engine.outbox import Wanted
from service.chores import due_pass
from service.messages import DELIVERY, settling
from service.wiring import Careway
from tests.messages.acting import acknowledge, act, audited, deliver, mails, record, states, with_relapse, with_tb
from tests.messages.faulty_smtp import FaultyMailbox

LATER = timedelta(minutes=12)
"""Longer than any pause after a failure."""


def test_each_reader_gets_one_mail_and_the_audit_says_so(careway: Careway, mailbox: FaultyMailbox) -> None:
    with_tb(careway)
    assert deliver(careway).counts == {"sent": 2}
    assert deliver(careway).counts == {}
    assert sorted(str(mail["To"]) for mail in mailbox.received) == ["infect@hospital.test", "neuro@hospital.test"]
    assert [one["to"] for one in audited(careway, "message:sent")] == ["neurologist", "infectious_disease"]
    assert states(careway) == {"sent": 2}


def test_letters_stand_or_fall_with_the_decision(careway: Careway) -> None:
    """Written in the same transaction: one for the inbox of each role, one for each reader outside."""
    with_tb(careway)
    found = careway.store.outbox.records()
    assert sorted((one.letter.channel, one.letter.role, one.state) for one in found) == [
        ("email", "infectious_disease", "pending"), ("email", "neurologist", "pending"),
        ("inbox", "infectious_disease", "sent"), ("inbox", "neurologist", "sent"),
    ]  # fmt: skip


def test_a_command_that_is_repeated_asks_for_nothing_twice(careway: Careway) -> None:
    with_tb(careway)
    record(careway, tb_status="active")
    assert len(mails(careway)) == 2


@pytest.mark.parametrize("fault", ["451", "421", "drop after DATA", "stall"])
def test_what_was_not_taken_is_sent_again_under_the_same_id(
    careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox, fault: str
) -> None:
    with_relapse(careway)
    mailbox.faults.append(fault)
    assert deliver(careway).counts == {"waiting": 1}
    assert (mailbox.received, len(mails(careway, "sent"))) == ([], 0)
    clock.advance(LATER)
    assert deliver(careway).counts == {"sent": 1}
    assert mailbox.tried == mailbox.ids() * 2
    assert len(audited(careway, "message:sent")) == 1


def test_a_connection_that_breaks_after_the_server_has_the_mail_changes_nothing(
    careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox
) -> None:
    with_relapse(careway)
    mailbox.faults.append("drop after 250")
    assert deliver(careway).counts == {"sent": 1}
    clock.advance(LATER)
    assert deliver(careway).counts == {}
    assert len(mailbox.received) == 1


def test_what_is_refused_for_good_is_given_up_at_once(careway: Careway, mailbox: FaultyMailbox) -> None:
    """It stands among the dead letters, with the server's code, and in the audit."""
    with_relapse(careway)
    mailbox.faults.append("550")
    assert deliver(careway).counts == {"dead": 1}
    (dead,) = mails(careway, "dead")
    assert (dead.reason, careway.store.outbox.counts()["dead"]) == ("SMTP 550", 1)
    assert [one["reason"] for one in audited(careway, "message:failed")] == ["SMTP 550"]


def test_attempts_end_some_time(careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox) -> None:
    with_relapse(careway)
    mailbox.always = "451"
    for _ in range(careway.settings.message_tries):
        deliver(careway)
        clock.advance(LATER)
    assert states(careway) == {"dead": 1}
    assert len(mailbox.tried) == careway.settings.message_tries


def test_a_poison_message_delays_nobody(careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox) -> None:
    """The others go out in the same pass, and the channel does not count as down."""
    with_relapse(careway, "P-1", "P-2", "P-3")
    mailbox.faults.append("drop after DATA")
    result = deliver(careway)
    assert result.counts == {"waiting": 1, "sent": 2}
    assert result.down == []


# --- outage -----------------------------------------------------------------------------------------------------------


def test_an_hour_of_outage_loses_nothing_and_doubles_nothing(
    small: Careway, clock: VirtualClock, mailbox: FaultyMailbox
) -> None:
    """Critical letters, which are never summed up: while nobody listens few are tried, and afterwards all go out at once."""
    patients = [f"P-{number}" for number in range(1, 9)]
    with_tb(small, *patients)
    mailbox.always = "drop after DATA"
    passes = 0
    for _ in range(60):
        passes += 1
        deliver(small)
        clock.advance(timedelta(minutes=1))
    assert len(mailbox.tried) < 2 * passes
    mailbox.always = "ok"
    minutes = 0
    while states(small) != {"sent": 16}:
        clock.advance(timedelta(minutes=1))
        deliver(small)
        minutes += 1
        assert minutes <= 10
    assert len(set(mailbox.ids())) == len(mailbox.ids()) == 16


def test_a_channel_that_is_down_is_said_to_be(small: Careway, clock: VirtualClock, mailbox: FaultyMailbox) -> None:
    with_relapse(small, "P-1", "P-2", "P-3", "P-4")
    mailbox.always = "421"
    assert deliver(small).down == ["email"]
    assert len(mailbox.tried) == 3, "the fourth letter waits without an attempt"
    assert deliver(small).counts == {}
    mailbox.always = "ok"
    clock.advance(LATER)
    assert deliver(small).down == []


# --- crashes and two workers --------------------------------------------------------------------------------------------


def test_a_worker_that_dies_while_sending_leaves_at_most_one_repeat(
    careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox
) -> None:
    """The mail had gone out; nobody wrote that down. It is sent once more, under the same id, and marked."""
    with_relapse(careway, "P-1", "P-2")
    assert careway.messages is not None
    channel = careway.messages.delivery.channels["email"]
    _die_after_sending(careway)
    with pytest.raises(KeyboardInterrupt):
        deliver(careway)
    careway.messages.delivery.channels["email"] = channel  # type: ignore[index]
    assert deliver(careway).counts == {}, "the dead worker's claims hold until their lease ends"
    clock.advance(timedelta(minutes=4))
    assert deliver(careway).counts == {"sent": 2}
    assert len(mailbox.received) == 3
    assert len(set(mailbox.ids())) == 2
    assert [mail["X-Careway-Repeat"] for mail in mailbox.received].count("possible") == 1


def _die_after_sending(careway: Careway) -> None:
    assert careway.messages is not None
    channels = careway.messages.delivery.channels
    real = channels["email"]

    class Dying:
        name = "email"

        def send(self, message: object) -> None:
            real.send(message)  # type: ignore[arg-type]
            raise KeyboardInterrupt

    channels["email"] = Dying()  # type: ignore[index]


def test_a_worker_that_slept_too_long_writes_nothing(
    careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox
) -> None:
    """Its lease ended while it was sending, and another one sent the letter: the epoch keeps it from marking it."""
    with_relapse(careway)
    outbox, minute = careway.store.outbox, timedelta(minutes=1)
    (slow,) = outbox.claim(clock.now(), Wanted(("email",)), 10, "slow", minute)
    assert outbox.claim(clock.now(), Wanted(("email",)), 10, "other", minute) == []
    clock.advance(2 * minute)
    assert deliver(careway).counts == {"sent": 1}
    assert not settling.begin(careway.store, slow, clock.now(), minute)
    assert not settling.settle(careway.store, slow, "sent", clock.now())
    assert len(mailbox.received) == len(audited(careway, "message:sent")) == 1


# --- what is no longer true ----------------------------------------------------------------------------------------------


def _finished(careway: Careway) -> None:
    act(careway, "finish")


def _died(careway: Careway) -> None:
    record(careway, death={"event": "occurred"})


def _released(careway: Careway) -> None:
    record(careway, tb_status="none")
    act(careway, "release")


def _acknowledged(careway: Careway) -> None:
    acknowledge(careway, "tb_found")
    acknowledge(careway, "tb_found")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(_finished, "ended"), (_died, "died"), (_released, "released")],
    ids=["ended", "died", "released"],
)
def test_what_is_no_longer_true_is_not_sent(
    careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox, happens: object, reason: str
) -> None:
    with_tb(careway)
    clock.advance(timedelta(minutes=1))
    happens(careway)  # type: ignore[operator]
    assert deliver(careway).counts["suppressed"] == 2
    assert [one["reason"] for one in audited(careway, "message:suppressed")] == [reason, reason]
    assert [str(mail["To"]) for mail in mailbox.received if "suspended" in str(mail["Subject"])] == []


def test_what_was_acknowledged_in_the_inbox_needs_no_mail(careway: Careway, mailbox: FaultyMailbox) -> None:
    with_relapse(careway)
    acknowledge(careway, "relapse_seen")
    assert deliver(careway).counts == {"suppressed": 1}
    assert mailbox.received == []


def test_a_task_that_was_done_reminds_nobody(careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox) -> None:
    with_relapse(careway)
    deliver(careway)
    clock.advance(timedelta(hours=22))
    due_pass(careway)
    act(careway, "treat")
    counts = deliver(careway).counts
    assert counts["suppressed"] == 1
    assert [one["message"] for one in audited(careway, "message:suppressed")] == ["soon"]


def test_what_is_too_old_is_not_sent(careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox) -> None:
    with_relapse(careway)
    mailbox.always = "451"
    deliver(careway)
    clock.advance(timedelta(days=15))
    deliver(careway)
    assert [one["reason"] for one in audited(careway, "message:suppressed")] == ["expired"]


# --- summaries -----------------------------------------------------------------------------------------------------------


def test_many_letters_to_one_reader_become_one(careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox) -> None:
    with_relapse(careway, *(f"P-{number:02}" for number in range(1, 31)))
    assert deliver(careway).counts == {"carried": 30, "sent": 1}
    (mail,) = mailbox.received
    assert str(mail["Subject"]) == "[high] 30 messages wait for you"
    assert states(careway) == {"carried": 30, "sent": 1}
    (summary,) = mails(careway, "sent")
    assert {one.carried_by for one in mails(careway, "carried")} == {summary.letter.id}


def test_what_is_critical_is_not_summed_up(careway: Careway, mailbox: FaultyMailbox) -> None:
    patients = [f"P-{number:02}" for number in range(1, 8)]
    with_tb(careway, *patients)
    for patient in patients:
        record(careway, patient, relapse={"event": "occurred", "severity": "mild"})
    assert deliver(careway).counts == {"carried": 7, "sent": 15}
    assert sum("suspended" in str(mail["Subject"]) for mail in mailbox.received) == 7


def test_a_reader_gets_no_more_than_the_budget_in_an_hour(
    small: Careway, clock: VirtualClock, mailbox: FaultyMailbox
) -> None:
    for number in range(25):
        with_relapse(small, f"P-{number:02}")
        deliver(small)
    assert len(mailbox.received) == small.settings.message_budget
    assert states(small) == {"sent": 20, "pending": 5}


def test_while_the_due_pass_catches_up_only_what_is_critical_goes_out(
    careway: Careway, clock: VirtualClock, mailbox: FaultyMailbox
) -> None:
    """After downtime the rest waits, and then is one summary."""
    with_relapse(careway, *(f"P-{number:02}" for number in range(1, 25)))
    deliver(careway)
    mailbox.received.clear()
    with_tb(careway, "P-90")
    clock.advance(timedelta(days=3))
    assert deliver(careway).counts == {"sent": 2}
    while due_pass(careway).fired:
        pass
    deliver(careway)
    deliver(careway)
    readers = [str(mail["To"]) for mail in mailbox.received if "messages wait for you" in str(mail["Subject"])]
    assert "coord@hospital.test" in readers
    assert len(readers) == len(set(readers))


def test_timers_that_nobody_can_handle_hold_letters_back_for_a_quarter_of_an_hour(
    small: Careway, clock: VirtualClock, mailbox: FaultyMailbox
) -> None:
    """They may stay due for days; the messages must not."""
    with_relapse(small, *(f"P-{number:02}" for number in range(1, 25)))
    clock.advance(timedelta(days=1))
    assert deliver(small).counts == {}
    clock.advance(timedelta(minutes=16))
    assert deliver(small).counts == {"carried": 24, "sent": 1}


def test_a_pass_leaves_its_heartbeat(careway: Careway) -> None:
    deliver(careway)
    beat = careway.store.heartbeat(DELIVERY)
    assert beat is not None
    assert (beat.passes, beat.detail) == (1, "nothing to do")
