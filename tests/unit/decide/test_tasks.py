"""Owed tasks of every kind: when they are owed, what completes them, late, missed, overdue, frozen, owed again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.commands import CloseTask
from engine.model import Person, Task
from tests.living import Life, bare, moment

ONSET = "values: {onset: symptom_onset_date, consent_due: anchor.consent_due}\n"
NOTES = """
notifications:
  reminder: {label: {en: R, zh: R}, to: [nurse], urgency: routine}
  overdue: {label: {en: O, zh: O}, to: [nurse], urgency: routine}
  escalated: {label: {en: E, zh: E}, to: [nurse], urgency: high}
deviations:
  late: {label: {en: L, zh: L}}
  missed: {label: {en: M, zh: M}}
"""


def with_task(rule: str, start: str = "2026-01-01", more: str = "") -> Life:
    """A life with one task rule `t`."""
    return Life(
        bare(f"{ONSET}tasks:\n  t: {{label: {{en: T, zh: T}}, for: nurse, {rule}}}\n{more}{NOTES}"), start=start
    )


def anchored(rule: str, onset: str = "2026-01-01", start: str = "2026-01-01") -> Life:
    life = with_task(rule, start)
    life.record("symptom_onset_date", onset, "2026-01-01")
    return life


def dues(life: Life, status: str = "open") -> list[str]:
    return sorted(str(one.due) for one in life.tasks("t", status))


# --- single tasks -----------------------------------------------------------------------------------------------------


def test_a_task_is_owed_while_its_condition_holds_and_done_by_what_is_recorded_after_it_opened() -> None:
    life = with_task("when: diabetes is yes, done_by: {all: [igg]}")
    life.record("igg", "9 g/L")
    assert not life.tasks("t")
    life.record("diabetes", True)
    assert life.task("t").due is None
    done = life.at("2026-01-02").record("igg", "8 g/L")
    assert life.task("t", "done").closed_by == done
    life.at("2026-01-03").record("igg", "8 g/L")
    assert len(life.tasks("t")) == 1, "it is owed once while the condition goes on"


def test_a_task_that_outlives_its_enrolment_is_left_to_a_person() -> None:
    """It opens with the end, or stays open through it; nothing but a person closes it."""
    life = with_task("when: diabetes is yes, outlives: true")
    life.record("diabetes", True)
    life.act("leave")
    assert life.enrolment().closed is not None
    left = life.task("t")
    life.at("2026-01-02").record("diabetes", False)
    assert life.task("t") == left
    life.do(CloseTask(patient=left.id.split(".")[0], at=life.now, by=Person("nurse", "n1"), task=left.id))
    assert life.task("t", "done").closed_by == "nurse n1"


def test_what_does_not_outlive_its_enrolment_ends_with_it() -> None:
    life = with_task("when: diabetes is yes")
    life.record("diabetes", True)
    life.act("leave")
    assert life.task("t", "cancelled").closed_by == "enrolment ended"


def test_a_task_whose_condition_ends_is_cancelled_or_done_if_it_was_done_meanwhile() -> None:
    life = with_task("when: diabetes is yes, done_by: {all: [igg]}")
    life.record("diabetes", True)
    life.at("2026-01-02").record("diabetes", False)
    assert life.task("t", "cancelled").closed_by == "no longer owed"
    life.at("2026-01-03").record("diabetes", True)
    assert life.task("t").occurrence == "2", "owed anew when the condition is met anew"


def test_while_it_is_unknown_whether_a_task_is_owed_what_stands_stays() -> None:
    life = with_task("when: diabetes is yes, until: '(2026-01-10)', overdue: [{after: 0 days, notify: overdue}]")
    fact = life.record("diabetes", True)
    life.at("2026-01-02").retract(fact)
    assert life.task("t").status.value == "open"
    life.at("2026-01-11 00:00")
    assert life.task("t").overdue_since == moment("2026-01-11 00:00")
    assert life.messages("overdue")


def test_an_offset_moves_with_its_anchor_before_and_after() -> None:
    """The audit says from where to where."""
    life = anchored("due: onset + 14 days, opens: 7 days, until: 3 days, done_by: {all: [igg]}")
    task = life.task("t")
    assert (task.due, task.opens, task.until) == (date(2026, 1, 15), date(2026, 1, 8), date(2026, 1, 18))
    fact = next(iter(life.chart.facts))
    life.at("2026-01-02").correct(fact, {"value": "2026-01-05"})
    moved = life.task("t")
    assert (moved.id, moved.due) == (task.id, date(2026, 1, 19))
    (event,) = life.events("task:moved")
    assert (event["before"], event["due"]) == ({"due": "2026-01-15", "until": "2026-01-18"}, "2026-01-19")
    life.at("2026-01-03").correct(list(life.chart.facts)[-1], {"value": "2025-12-20"})
    assert life.task("t").due == date(2026, 1, 3)


def test_a_result_before_the_window_does_not_complete_a_task() -> None:
    life = anchored("due: onset + 14 days, opens: 7 days, until: 3 days, done_by: {all: [igg]}")
    life.at("2026-01-07").record("igg", "9 g/L")
    assert len(life.tasks("t", "open")) == 1
    life.at("2026-01-08").record("igg", "9 g/L")
    assert len(life.tasks("t", "done")) == 1


def test_a_task_done_once_is_owed_again_when_its_date_moves_on() -> None:
    life = anchored("due: onset + 14 days, opens: 7 days, done_by: {all: [igg]}")
    life.at("2026-01-10").record("igg", "9 g/L")
    life.at("2026-03-01").record("symptom_onset_date", "2026-03-01")
    assert dues(life) == ["2026-03-15"]
    assert dues(life, "done") == ["2026-01-15"]


def test_a_task_without_its_date_is_not_owed() -> None:
    life = with_task("due: onset + 14 days")
    assert not life.tasks("t")
    life = with_task("opens: onset + 1 day, until: onset + 3 days")
    assert not life.tasks("t")
    life.record("symptom_onset_date", "2026-01-01")
    assert life.task("t").until == date(2026, 1, 4)


# --- one for each entry -----------------------------------------------------------------------------------------------


def test_several_tasks_for_each_entry_each_at_its_distance() -> None:
    """A check at 4 hours and one on day 7: what falls into a window completes the task of that window."""
    life = with_task(
        "each: tocilizumab given, offsets: [4 hours, 7 days], opens: 2 hours, until: 2 hours, done_by: {all: [igg]}"
    )
    life.record("tocilizumab", {"event": "given", "dose": "400 mg"}, "2026-01-01 08:00")
    assert [one.due for one in life.tasks("t")] == [moment("2026-01-01 12:00"), moment("2026-01-08 08:00")]
    life.at("2026-01-01 13:00").record("igg", "9 g/L", "2026-01-01 12:30")
    assert [one.status.value for one in life.tasks("t")] == ["done", "open"]


def test_one_task_for_each_entry_keeps_to_its_entry() -> None:
    """Corrected, it stays the same task; retracted, it goes; the entry itself does not complete it."""
    life = with_task("each: igg within 90 days, due: (time of entry) + 24 hours, done_by: {all: [igg]}")
    first = life.record("igg", "9 g/L", "2026-01-01 08:00")
    task = life.task("t")
    assert task.due == moment("2026-01-02 08:00")
    life.correct(first, "8 g/L")
    assert life.task("t").id == task.id
    second = life.at("2026-01-03").record("igg", "7 g/L", "2026-01-02 09:00")
    assert life.tasks("t")[0].closed_by == second
    assert len(life.tasks("t", "open")) == 1
    life.retract(second)
    assert [one.status.value for one in life.tasks("t")] == ["open", "cancelled"], "the first is owed again"


# --- grids ------------------------------------------------------------------------------------------------------------


def test_a_grid_counts_every_date_from_its_anchor() -> None:
    """31 August + 6 months is 28 February, + 7 months 31 March."""
    life = anchored("grid: {months: [6, 7], from: onset}, opens: 7 days, until: 7 days", "2025-08-31")
    assert dues(life) == ["2026-02-28", "2026-03-31"]
    assert anchored("grid: {days: [1, 3], from: onset}").tasks("t")[1].due == date(2026, 1, 4)


def test_a_result_counts_for_the_date_in_whose_window_it_lies_and_once() -> None:
    life = anchored(
        "grid: {months: [1, 2], from: onset}, opens: 7 days, until: 7 days, done_by: {all: [igg]}, late: late"
    )
    life.at("2026-02-10").record("igg", "9 g/L")
    assert dues(life, "done") == ["2026-02-01"]
    assert dues(life) == ["2026-03-01"]
    assert [one.code for one in life.deviations()] == ["late"], "two days past the window"
    life.at("2026-03-02").record("igg", "9 g/L")
    assert dues(life, "done") == ["2026-02-01", "2026-03-01"]
    assert len(life.deviations()) == 1


def test_a_grid_moves_with_its_anchor_and_a_done_task_stays_done() -> None:
    life = anchored("grid: {months: [1, 2], from: onset}, opens: 7 days, until: 7 days, done_by: {all: [igg]}")
    life.at("2026-02-01").record("igg", "9 g/L")
    life.at("2026-02-02").correct(next(iter(life.chart.facts)), {"value": "2026-01-03"})
    assert dues(life) == ["2026-03-03"]
    assert len(life.tasks("t", "done")) == 1


def test_a_task_of_a_grid_is_owed_again_when_its_result_is_retracted() -> None:
    life = anchored("grid: {months: [1], from: onset}, opens: 7 days, until: 7 days, done_by: {all: [igg]}")
    result = life.at("2026-02-01").record("igg", "9 g/L")
    life.at("2026-02-02").retract(result)
    assert life.task("t").closed_by == ""
    assert life.events("task:opened")[0]["reopened"] is True


def test_an_endless_grid_has_one_open_date_and_one_that_is_overtaken_is_missed() -> None:
    """Missed when the window of the next one opens, by time alone."""
    life = anchored(
        "grid: {every: 1 month, from: onset}, opens: 7 days, until: 7 days, done_by: {all: [igg]}, missed: missed"
    )
    assert dues(life) == ["2026-02-01"]
    life.at("2026-02-21 23:59")
    assert dues(life) == ["2026-02-01"]
    life.at("2026-02-22 00:00")
    assert (dues(life, "missed"), dues(life)) == (["2026-02-01"], ["2026-03-01"])
    assert [one.code for one in life.deviations()] == ["missed"]
    life.at("2026-03-01").record("igg", "9 g/L")
    assert dues(life) == ["2026-04-01"]


def test_an_endless_grid_may_begin_after_a_date_or_go_on_after_a_list() -> None:
    assert dues(anchored("grid: {every: 1 month, from: onset, after: '(2026-03-01)'}, opens: 7 days")) == ["2026-04-01"]
    assert dues(anchored("grid: {months: [1, 2], every: 6 months, from: onset}, opens: 7 days")) == [
        "2026-02-01",
        "2026-03-01",
        "2026-07-01",
    ]


def test_a_grid_of_hours_counts_from_the_clock_time_of_its_anchor() -> None:
    """AE-SC-09: every 24 hours from the admission, six hours either way; the next window's beginning overtakes it."""
    life = with_task(
        "grid: {every: 24 hours, from: time of latest icu_admission}, opens: 6 hours, until: 6 hours,"
        " done_by: {all: [mrs]}, missed: missed",
        start="2026-01-01 08:00",
    )
    life.at("2026-01-01 10:00").record("icu_admission", {"event": "occurred"})
    assert life.task("t").due == moment("2026-01-02 10:00")
    life.at("2026-01-02 03:59").record("mrs", "4")
    assert life.task("t").due == moment("2026-01-02 10:00"), "before the window it is not the score of that day"
    life.at("2026-01-02 16:00").record("mrs", "4")
    assert life.task("t").due == moment("2026-01-03 10:00")
    life.at("2026-01-03 16:01")
    assert life.task("t").overdue_since == moment("2026-01-03 16:00")
    life.at("2026-01-04 04:00")
    assert life.task("t").due == moment("2026-01-04 10:00")
    assert len(life.tasks("t", "missed")) == 1


def test_an_endless_grid_goes_on_for_years_and_looks_back_over_a_few_points_only() -> None:
    """A daily check of six years has an open task of today, and is as quick as one of weeks."""
    life = anchored(
        "grid: {every: 1 day, from: onset}, done_by: {all: [igg]}", onset="2020-01-01", start="2026-01-01 08:00"
    )
    life.record("igg", "9 g/L")
    assert dues(life) == ["2026-01-02"]
    assert len(life.tasks("t")) < 100


# --- rolling ----------------------------------------------------------------------------------------------------------


def test_a_rolling_task_counts_from_the_last_valid_result() -> None:
    """A result before its window is none; retracting one leads back to the one before."""
    life = anchored("since: onset, due: last_result + 1 month, opens: 7 days, until: 7 days, done_by: {all: [igg]}")
    assert dues(life) == ["2026-02-01"]
    life.at("2026-01-20").record("igg", "9 g/L")
    assert dues(life) == ["2026-02-01"]
    second = life.at("2026-02-10").record("igg", "9 g/L")
    assert (dues(life, "done"), dues(life)) == (["2026-02-01"], ["2026-03-10"])
    life.at("2026-02-11").retract(second)
    assert dues(life) == ["2026-02-01"]


# --- what completes ---------------------------------------------------------------------------------------------------


def panel(within: str = "") -> Life:
    span = f", within: {within}" if within else ""
    return anchored(f"due: onset + 14 days, opens: 14 days, done_by: {{all: [hbsag, igg]{span}}}")


def test_a_panel_is_complete_with_all_of_it_within_its_span_dated_by_the_earliest() -> None:
    life = panel("3 days")
    life.at("2026-01-05").record("hbsag", "negative")
    life.at("2026-01-09").record("igg", "9 g/L")
    assert len(life.tasks("t", "open")) == 1, "four days apart"
    late = life.at("2026-01-10").record("hbsag", "negative", "2026-01-08")
    assert life.task("t", "done").closed_by == late


def test_a_panel_without_a_span_is_complete_when_the_last_of_it_is_there() -> None:
    life = panel()
    life.at("2026-01-05").record("hbsag", "negative")
    last = life.at("2026-01-12").record("igg", "9 g/L")
    assert life.task("t", "done").closed_by == last


@pytest.mark.parametrize(
    ("done_by", "entry", "done"),
    [
        ("{any: [igg, hbsag]}", ("hbsag", "negative"), True), ("{any: [rituximab], verb: given}", ("rituximab", {"event": "started"}), False),
        ("{any: [rituximab], verb: given}", ("rituximab", {"event": "given"}), True), ("{any: [b_cell_depleting]}", ("rituximab", {"event": "stopped"}), False),
        ("{any: [b_cell_depleting]}", ("rituximab", {"event": "given"}), True), ("{any: [igg]}", ("igg", {"value": "9 g/L", "status": "preliminary"}), False),
        ("{when: diabetes is yes}", ("diabetes", True), True), ("{all: [igg], with: value >= 5 g/L}", ("igg", "4 g/L"), False), ("{all: [igg], with: value >= 5 g/L}", ("igg", "6 g/L"), True),
    ],
)  # fmt: skip
def test_what_completes_a_task(done_by: str, entry: tuple[str, object], done: bool) -> None:
    life = anchored(f"due: onset + 14 days, opens: 14 days, done_by: {done_by}")
    life.at("2026-01-05").record(*entry)
    assert bool(life.tasks("t", "done")) is done


def test_an_act_completes_a_task() -> None:
    life = Life(bare(f"{ONSET}tasks: {{t: {{label: {{en: T, zh: T}}, for: nurse, due: onset + 14 days, opens: 14 days, done_by: {{action: look}}}}}}\n").replace(
        "actions:\n", "actions:\n  look: {label: {en: L, zh: L}, by: [neurologist]}\n"))  # fmt: skip
    life.record("symptom_onset_date", "2026-01-01")
    life.at("2026-01-05").act("look")
    assert life.task("t", "done").closed_by in life.chart.acts


# --- overdue, reminders, frozen ---------------------------------------------------------------------------------------


def test_a_task_is_overdue_from_the_day_after_its_window_and_notices_go_out_in_steps() -> None:
    life = anchored(
        "due: onset + 14 days, until: 3 days, done_by: {all: [igg]}, reminders: [{before: 2 days, notify: reminder}], "
        "overdue: [{after: 0 days, notify: overdue}, {after: 3 days, notify: escalated, to: [doctor, head]}]"
    )
    life.at("2026-01-12 23:59")
    assert not life.messages()
    life.at("2026-01-13 00:00")
    assert [one.code for one in life.messages()] == ["reminder"]
    life.at("2026-01-18 23:59")
    assert life.task("t").overdue_since is None
    life.at("2026-01-19 00:00")
    assert life.task("t").overdue_since == life.now
    assert life.state("task t is overdue") == "met"
    life.at("2026-01-21 00:00")
    assert [(one.code, one.to) for one in life.messages()] == [
        ("reminder", "nurse"),
        ("overdue", "nurse"),
        ("escalated", "doctor"),
        ("escalated", "head"),
    ]
    life.record("igg", "9 g/L")
    assert life.next_due() == life.now + timedelta(days=30), "nothing is planned any more: the coordinator will be told"


def test_where_minutes_count_a_task_is_overdue_at_once() -> None:
    life = with_task(
        "each: rituximab given, due: (time of entry) + 30 minutes, until: 15 minutes, done_by: {all: [igg]}"
    )
    life.record("rituximab", {"event": "given"}, "2026-01-01 11:50")
    life.at("2026-01-01 12:34")
    assert life.task("t").overdue_since is None
    life.at("2026-01-01 12:35")
    assert life.task("t").overdue_since == life.now


def test_an_optional_task_is_never_overdue() -> None:
    life = anchored("due: onset + 14 days, optional: true")
    life.at("2026-03-01")
    assert life.task("t").overdue_since is None


def test_a_frozen_task_stays_visible_and_is_not_overdue_until_it_thaws() -> None:
    life = anchored(
        "due: onset + 14 days, frozen: diabetes is yes, overdue: [{after: 0 days, notify: overdue}], reminders: [{before: 1 day, notify: reminder}]"
    )
    life.record("diabetes", True)
    assert life.events("task:frozen")
    life.at("2026-02-01")
    assert (life.task("t").frozen, life.task("t").overdue_since, life.messages()) == (True, None, [])
    life.record("diabetes", False)
    thawed: Task = life.task("t")
    assert (thawed.frozen, thawed.overdue_since) == (False, moment("2026-01-16 00:00"))
    assert [one.code for one in life.messages()] == ["overdue"]


def test_each_of_the_facts_that_complete_a_task_may_have_a_condition_of_its_own() -> None:
    """One sentence for all of them, or one for each; a fact without one completes it as it is."""
    life = with_task(
        "when: diabetes is yes, done_by: {any: [surgery, teratoma, mrs], with: {surgery: tumour_removed is yes, teratoma: value is removed}}"
    )
    life.record("diabetes", True)
    life.at("2026-01-02").record("teratoma", "found")
    life.at("2026-01-03").record("surgery", {"event": "occurred", "procedure": "biopsy", "tumour_removed": False})
    assert life.tasks("t", "open")
    done = life.at("2026-01-04").record("teratoma", "removed")
    assert life.task("t", "done").closed_by == done
