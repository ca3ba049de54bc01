"""Ladders: what nobody acknowledges goes from role to role, and stops with an answer or with its cause."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.commands import Acknowledge
from engine.decide.causes import cause_of, gone, step_of
from engine.definition.registry import Registry
from engine.evaluation.records import Records
from engine.model import Person
from tests.living import Life, registry_of

ALARM = Path(__file__).with_name("alarm.yaml")
LEAD = Person("coordinator_lead", "lead")


@cache
def alarm() -> Registry:
    return registry_of(ALARM.read_text(encoding="utf-8"))


@pytest.fixture(params=[False, True], ids=["agenda", "fresh"])
def life(request: pytest.FixtureRequest) -> Life:
    """A patient on the pathway, settled by agenda and looked at anew each time."""
    return Life(registry=alarm(), start="2026-01-01 08:00", pathway="alarm", fresh=request.param)


def told(life: Life, code: str) -> list[tuple[str, int]]:
    """Roles that got a message, each with the step of the ladder."""
    return [(one.to, step_of(one)) for one in life.messages(code)]


def acknowledge(life: Life, message: str, by: Person = LEAD) -> None:
    life.do(Acknowledge(patient="p", at=life.now, by=by, message=message))


def tb(life: Life) -> None:
    life.record("tb_status", "active")


def test_the_next_role_is_told_at_the_very_moment(life: Life) -> None:
    """Counted from the request: two hours later, not a minute earlier."""
    tb(life)
    assert told(life, "tb_found") == [("neurologist", 0), ("infectious_disease", 0)]
    life.at("2026-01-01 09:59")
    assert len(told(life, "tb_found")) == 2
    life.at("2026-01-01 10:00")
    assert told(life, "tb_found")[2:] == [("on_call", 1)]


def test_the_last_step_is_the_terminal_owner(life: Life) -> None:
    """As long after the last step as that was after the first; then nobody else is told."""
    tb(life)
    life.at("2026-01-01 12:00")
    assert told(life, "tb_found")[2:] == [("on_call", 1), ("pathway_lead", 2)]
    life.at("2026-03-01")
    assert len(told(life, "tb_found")) == 4


def test_a_ladder_has_as_many_steps_as_are_written(life: Life) -> None:
    life.record("relapse", {"event": "occurred", "severity": "mild"})
    life.at("2026-02-01")
    assert told(life, "unattended") == [
        ("care_coordinator", 0), ("neurologist", 1), ("coordinator_lead", 2), ("pathway_lead", 3),
    ]  # fmt: skip


def test_a_time_to_acknowledge_without_a_ladder_leads_to_the_terminal_owner(life: Life) -> None:
    life.act("treat")
    life.at("2026-01-02 08:00")
    assert told(life, "treatment_began") == [("pharmacist", 0), ("pathway_lead", 1)]


def test_one_acknowledgement_stops_the_ladder(life: Life) -> None:
    """Whoever of those told answers, answers for all."""
    tb(life)
    acknowledge(life, life.messages("tb_found")[1].id)
    life.at("2026-03-01")
    assert len(told(life, "tb_found")) == 2


def test_acknowledging_a_later_step_stops_it_too(life: Life) -> None:
    tb(life)
    life.at("2026-01-01 10:30")
    acknowledge(life, life.messages("tb_found")[2].id)
    life.at("2026-03-01")
    assert len(told(life, "tb_found")) == 3


def test_a_ladder_stops_when_the_hold_is_released(life: Life) -> None:
    tb(life)
    life.record("tb_status", "none")
    life.act("release")
    life.at("2026-03-01")
    assert len(told(life, "tb_found")) == 2


def test_a_ladder_stops_when_the_task_is_done(life: Life) -> None:
    life.record("relapse", {"event": "occurred", "severity": "mild"})
    life.at("2026-01-02 09:00")
    assert told(life, "unattended") == [("care_coordinator", 0)]
    life.act("treat")
    life.at("2026-02-01")
    assert len(told(life, "unattended")) == 1


def test_a_ladder_stops_when_its_condition_is_no_longer_met(life: Life) -> None:
    life.record("igg", "3.5 g/L")
    life.at("2026-01-02 08:00").record("igg", "6 g/L")
    life.at("2026-02-01")
    assert told(life, "low_igg") == [("haematologist", 0)]


def test_a_ladder_stops_with_the_patient(life: Life) -> None:
    """Nobody is asked about somebody who has died."""
    tb(life)
    life.record("death", {"event": "occurred"})
    life.at("2026-03-01")
    assert len(told(life, "tb_found")) == 2


def test_the_steps_are_in_the_audit(life: Life) -> None:
    tb(life)
    life.at("2026-01-01 10:00")
    assert [(one["message"], one["step"], one["to"]) for one in life.events("message:escalated")] == [
        ("tb_found", 1, ["on_call"])
    ]


def test_a_message_knows_why_it_was_asked_for(life: Life) -> None:
    tb(life)
    life.act("treat")
    kinds = {one.code: cause_of(one)["kind"] for one in life.messages()}
    assert kinds == {"tb_found": "hold", "treatment_began": "stage"}


def test_what_was_entered_in_error_stands_no_more(life: Life) -> None:
    fact = life.record("relapse", {"event": "occurred", "severity": "mild"})
    seen = life.messages("relapse_seen")[0]
    assert gone(life.chart, Records.of(life.chart.facts.values()), seen) == ""
    life.retract(fact)
    assert gone(life.chart, Records.of(life.chart.facts.values()), seen) == "superseded"


def test_what_tells_of_the_end_stands_after_it(life: Life) -> None:
    """What was asked before does not."""
    tb(life)
    life.at("2026-01-01 08:30").act("finish")
    records = Records.of(life.chart.facts.values())
    found = {one.code: gone(life.chart, records, one) for one in life.messages()}
    assert found == {"tb_found": "ended", "over_now": ""}
