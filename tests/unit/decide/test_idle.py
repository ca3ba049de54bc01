"""Every open enrolment has a next event: where nothing is planned, the coordinator is told after a while, and again."""

from __future__ import annotations

from engine.model import TimerState
from tests.living import Life, bare

WAITING = bare("tasks: {look: {label: {en: L, zh: L}, for: nurse, when: diabetes is yes}}\nidle_days: 20\n")


def told(life: Life) -> list[str]:
    return [f"{one.requested:%m-%d}" for one in life.messages() if one.code == "no_next_step"]


def test_an_enrolment_without_task_or_date_is_brought_to_mind_again_and_again() -> None:
    life = Life(WAITING, start="2026-01-01")
    assert told(life.at("2026-01-20")) == []
    assert told(life.at("2026-02-11")) == ["01-21", "02-10"]


def test_what_happens_in_between_does_not_put_it_off() -> None:
    life = Life(WAITING, start="2026-01-01")
    life.at("2026-01-15").record("igg", "9 g/L")
    assert told(life.at("2026-01-21")) == ["01-21"]


def test_an_open_task_is_a_next_event() -> None:
    life = Life(WAITING, start="2026-01-01")
    life.at("2026-01-02").record("diabetes", True)
    assert told(life.at("2026-06-01")) == []
    life.record("diabetes", False, "2026-06-01")
    assert told(life.at("2026-06-22")) == ["06-21"]


def test_nothing_is_said_of_what_has_ended() -> None:
    life = Life(WAITING, start="2026-01-01")
    life.act("leave")
    assert [one for one in life.chart.timers.values() if one.state is TimerState.PENDING] == []
    assert told(life.at("2026-06-01")) == []
