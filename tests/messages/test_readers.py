"""Who gets what: roles, the fallback for a role with nobody in it, quiet hours, threads, the inbox."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import VirtualClock
from service.chores import due_pass
from service.doctor import examine
from service.messages import build_messages
from service.messages.breaker import backoff
from service.messages.directory import SettingsDirectory, told
from service.messages.inbox import waiting
from service.messages.quiet import Quiet
from service.messages.summaries import LAYOUT
from service.messages.telling import Telling
from service.settings import InvalidSetting
from service.wiring import Careway
from tests.messages.acting import acknowledge, act, deliver, record, with_relapse, with_tb
from tests.messages.faulty_smtp import FaultyMailbox

TABLE = SettingsDirectory(
    {"neurologist": ("a@x.test", "b@x.test;zh", "a@x.test"), "lead": ("l@x.test",)}, ("email",), "en"
)


def test_a_role_is_everybody_in_it_once_each_in_his_language() -> None:
    found = told(TABLE, "neurologist", "main", "lead", escalated=False)
    assert [(one.address, one.language) for one in found.recipients] == [("a@x.test", "en"), ("b@x.test", "zh")]
    assert found.why == "role"


def test_what_is_meant_for_nobody_goes_to_the_fallback() -> None:
    found = told(TABLE, "icu", "main", "lead", escalated=False)
    assert ([one.address for one in found.recipients], found.why) == (["l@x.test"], "fallback")


def test_the_fallback_is_told_why_he_gets_it(small: Careway, mailbox: FaultyMailbox, clock: VirtualClock) -> None:
    """The pharmacist has no address here."""
    with_relapse(small)
    act(small, "treat")
    deliver(small)
    mail = next(one for one in mailbox.received if one["To"] == "lead@hospital.test")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "nobody is entered for the role “pharmacist”" in " ".join(body.get_content().split())


def test_a_mail_names_nobody_and_nothing(small: Careway, mailbox: FaultyMailbox) -> None:
    """A pseudonym and a link; both forms; no label of the definition, no value."""
    with_tb(small)
    deliver(small)
    for mail in mailbox.received:
        text = mail.as_string() + "".join(part.get_content() for part in mail.iter_parts())
        assert "P-1" in text
        assert "https://careway.test/patients/P-1" in text
        assert not any(word in text.lower() for word in ("tubercul", "结核", "tb_found", "alarm"))


def test_mails_about_one_occurrence_are_one_thread(small: Careway, mailbox: FaultyMailbox, clock: VirtualClock) -> None:
    """Also when the next role is told; those about another patient are another."""
    with_tb(small, "P-1", "P-2")
    deliver(small)
    clock.advance(timedelta(hours=2))
    due_pass(small)
    deliver(small)
    threads = {str(mail["References"]) for mail in mailbox.received}
    assert (len(mailbox.received), len(threads)) == (6, 2)


def test_an_escalated_mail_goes_to_the_next_role(small: Careway, mailbox: FaultyMailbox, clock: VirtualClock) -> None:
    with_tb(small)
    deliver(small)
    clock.advance(timedelta(hours=2))
    due_pass(small)
    deliver(small)
    last = mailbox.received[-1]
    assert (str(last["To"]), str(last["Subject"])) == (
        "oncall@hospital.test", "[critical] Nobody has acknowledged a message – P-1",
    )  # fmt: skip


def test_the_doctor_names_roles_without_a_reader(small: Careway) -> None:
    found = {one.what: one for one in examine(small)}
    assert found["every role has a reader"].found == "haematologist, pharmacist, referrer"
    assert found["every role has a reader"].ok, "the fallback has one"
    assert found["letters arrive"].ok


@pytest.mark.parametrize(
    "wrong", [{"message_addresses": {"neurologyst": ("a@x.test",)}}, {"message_fallback": "nobody"}]
)
def test_a_misspelt_role_is_refused_at_the_start(wrong: dict[str, Any], small: Careway) -> None:
    with pytest.raises(InvalidSetting, match="There is no role"):
        build_messages(small.settings.model_copy(update=wrong), small.registry, small.store, small.clock)


def test_a_layout_that_fails_undoes_no_decision(small: Careway, monkeypatch: pytest.MonkeyPatch) -> None:
    """The letter says the least that a letter can say."""
    monkeypatch.setattr(Telling, "own", lambda *_: {})
    with_tb(small)
    letters = small.store.outbox.records(channel="email")
    assert {one.letter.subject for one in letters} == {
        "[critical] A patient needs attention – P-1",
        "【紧急】有患者需要关注 – P-1",
    }


def test_letters_that_cannot_be_written_undo_no_decision(small: Careway, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(Telling, "common", broken)
    with_tb(small)
    assert small.store.outbox.records() == []
    assert len(small.engine.chart("P-1").messages) == 2


# --- the inbox ------------------------------------------------------------------------------------------------------------


def test_the_inbox_holds_what_nobody_answered_the_most_urgent_first(careway: Careway, clock: VirtualClock) -> None:
    with_relapse(careway, "P-2")
    clock.advance(timedelta(minutes=1))
    with_tb(careway)
    found = waiting(careway, role="neurologist")
    assert [(one.patient, one.code) for one in found] == [("P-1", "tb_found"), ("P-2", "relapse_seen")]
    assert found[0].texts["zh"].startswith("活动性结核。暂停：活动性结核")
    acknowledge(careway, "tb_found")
    assert [one.patient for one in waiting(careway, role="neurologist")] == ["P-2"]


def test_the_inbox_holds_nothing_that_is_no_longer_true(careway: Careway, clock: VirtualClock) -> None:
    with_tb(careway)
    record(careway, tb_status="none")
    act(careway, "release")
    assert waiting(careway) == []


# --- quiet hours ----------------------------------------------------------------------------------------------------------

NIGHT = Quiet.parse("22:00-07:00")


@pytest.mark.parametrize(
    ("asked", "urgency", "sent"),
    [
        ("2026-07-05T21:59", "routine", "2026-07-05T21:59"), ("2026-07-05T22:00", "routine", "2026-07-06T07:00"),
        ("2026-07-06T03:30", "high", "2026-07-06T07:00"), ("2026-07-06T07:00", "routine", "2026-07-06T07:00"),
        ("2026-07-06T03:30", "critical", "2026-07-06T03:30"),
    ],
)  # fmt: skip
def test_what_can_wait_waits_for_the_morning(asked: str, urgency: str, sent: str) -> None:
    """In the zone of the patient's site; what is critical never waits."""
    shanghai = timedelta(hours=8)
    moment, wanted = (datetime.fromisoformat(one).replace(tzinfo=UTC) - shanghai for one in (asked, sent))
    assert NIGHT.after(moment, "Asia/Shanghai", urgency) == wanted


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.times(), st.times())
def test_quiet_hours_end(moment: datetime, begins: time, ends: time) -> None:
    """Whatever they are, a letter waits less than a day, and is not held back again when it may go."""
    quiet = Quiet(begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0))
    asked = moment.replace(tzinfo=UTC)
    sent = quiet.after(asked, "Europe/Berlin", "routine")
    assert asked <= sent < asked + timedelta(hours=25)
    assert quiet.after(sent, "Europe/Berlin", "routine") == sent


@given(st.text("0123456789abcdef", min_size=24, max_size=24), st.integers(0, 50))
def test_the_wait_after_a_failure_is_bounded_and_never_none(letter: str, tries: int) -> None:
    assert timedelta(seconds=20) < backoff(letter, tries) < timedelta(minutes=10)


def test_the_summary_has_a_layout(small: Careway) -> None:
    assert small.messages is not None
    assert LAYOUT in small.messages.catalogue.names()
