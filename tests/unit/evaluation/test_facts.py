"""What a fact reads: the latest usable entry, fresh, without conflict; preliminary results are for alarms alone."""

from __future__ import annotations

import pytest

from engine.decide.holds import judged_in_alarm
from engine.evaluation.compiling import compile_criterion
from engine.language.parsing import parse_criterion
from tests.living import Life, bare

AGES = bare("""
settings:
  igg_age: {value: 30, unit: days, reason: test}
ages:
  igg: {within: setting.igg_age}
  crp: {within: 48 hours}
  mg_adl: {within: 1 month}
  weight: {within: none}
  alt: {within: 7 days, unless: diabetes is yes}
  hbsag: {within: hbsag_age}
values:
  hbsag_age: {first_of: [{when: neck_stiffness is yes, is: 3 days}], otherwise: 90 days}
""")


@pytest.mark.parametrize(
    ("code", "value", "when", "now", "state"),
    [
        ("igg", "9 g/L", "2026-03-01", "2026-03-31 23:59", "met"), ("igg", "9 g/L", "2026-03-01", "2026-04-01 00:00", "unknown"),
        ("igg", "9 g/L", "2026-03-01 23:00", "2026-03-31 23:59", "met"), ("igg", "9 g/L", "2026-03-01 00:01", "2026-04-01 00:00", "unknown"),
        ("crp", "5 mg/L", "2026-03-01 08:00", "2026-03-03 08:00", "met"), ("crp", "5 mg/L", "2026-03-01 08:00", "2026-03-03 08:01", "unknown"),
        ("crp", "5 mg/L", "2026-03-01", "2026-03-03 23:59", "met"), ("crp", "5 mg/L", "2026-03-01", "2026-03-04 00:01", "unknown"),
        ("mg_adl", "6", "2026-01-31", "2026-02-28 23:00", "met"), ("mg_adl", "6", "2026-01-31", "2026-03-01 00:00", "unknown"),
        ("weight", "50 kg", "2020-01-01", "2026-03-01 00:00", "met"),
    ],
)  # fmt: skip
def test_a_fact_is_fresh_to_the_end_of_its_last_day_or_by_the_clock_where_hours_count(
    code: str, value: str, when: str, now: str, state: str
) -> None:
    """An entry of which only the day is known has the whole of that day."""
    life = Life(AGES, start=now)
    life.record(code, value, when)
    assert life.state(f"{code} is known") == state
    assert life.state(f"any {code}") == "met", "that it was measured does not grow old"
    assert life.state(f"today >= date of latest {code}") == "met"
    if state == "unknown":
        assert life.why(f"{code} > 1 kg") == [(code, "stale")]


def test_as_of_a_planned_day_what_is_fresh_today_may_be_stale() -> None:
    life = Life(AGES, start="2026-03-31")
    life.record("igg", "9 g/L", "2026-03-10")
    assert life.state("igg >= 5 g/L") == "met"
    assert life.state("igg >= 5 g/L", as_of="2026-04-10") == "unknown"
    assert life.state("igg >= 5 g/L", as_of="2026-03-09") == "unknown", "later facts do not count"


def test_a_limit_may_be_waived_and_applies_while_it_is_unknown_whether_it_is() -> None:
    life = Life(AGES, start="2026-03-31")
    life.record("alt", "30 U/L", "2026-03-01")
    assert life.state("alt is known") == "unknown"
    life.record("diabetes", True)
    assert life.state("alt is known") == "met"


def test_a_limit_that_is_not_known_is_kept_by_no_fact() -> None:
    """Otherwise the missing sign would turn a stale result into a fresh one."""
    life = Life(AGES, start="2026-03-31")
    life.record("hbsag", "negative", "2026-03-01")
    assert life.state("hbsag is negative") == "unknown"
    assert life.why("hbsag is negative") == [("neck_stiffness", "never_recorded")]
    life.record("neck_stiffness", False)
    assert life.state("hbsag is negative") == "met"
    life.at("2026-04-01").record("neck_stiffness", True)
    assert life.why("hbsag is negative") == [("hbsag", "stale")]


# --- conflict and preliminary results ---------------------------------------------------------------------------------


def alarm(life: Life, sentence: str) -> str:
    judge = compile_criterion(parse_criterion(sentence), life.scope())
    return judged_in_alarm(life.context(), judge).state.value


def in_conflict() -> Life:
    life = Life(AGES, start="2026-03-31")
    life.record("active_infection", "none", "2026-03-31 08:00")
    life.record("active_infection", "sepsis", "2026-03-31 08:00")
    return life


@pytest.mark.parametrize(
    ("sentence", "guard", "in_alarm"),
    [
        ("active_infection is sepsis", "unknown", "met"),
        ("active_infection is none", "unknown", "met"),
        ("not (active_infection is none)", "unknown", "met"),
        ("active_infection is none and active_infection is sepsis", "unknown", "not_met"),
        ("active_infection is suspected", "unknown", "not_met"),
        ("latest active_infection is sepsis", "unknown", "met"),
        ("any active_infection with (value is sepsis)", "unknown", "met"),
        ("no active_infection with (value is sepsis)", "unknown", "met"),
        ("active_infection is known", "unknown", "met"),
        ("date of latest active_infection <= today", "unknown", "met"),
        ("active_infection is one of sepsis, suspected for at least 0 days", "unknown", "met"),
    ],
)
def test_a_conflict_is_unknown_to_a_guard_and_read_each_way_in_an_alarm(
    sentence: str, guard: str, in_alarm: str
) -> None:
    """An alarm is met when one reading of the whole sentence meets it."""
    life = in_conflict()
    assert life.state(sentence) == guard
    assert alarm(life, sentence) == in_alarm
    if guard == "unknown" and "for at least" not in sentence:
        assert ("active_infection", "conflict") in life.why(sentence)


def test_results_of_different_series_and_equal_ones_do_not_conflict() -> None:
    life = Life(AGES, start="2026-03-31")
    life.record("hbsag", {"value": "negative", "method": "cmia"}, "2026-03-31")
    life.record("hbsag", {"value": "positive", "method": "pcr"}, "2026-03-31")
    life.record("diabetes", True, "2026-03-31")
    life.record("diabetes", True, "2026-03-31")
    assert life.state("diabetes is yes") == "met"
    assert "conflict" not in [why for _, why in life.why("hbsag is negative")]


@pytest.mark.parametrize("results", [("negative", "positive"), ("positive", "negative")])
def test_of_two_methods_at_one_moment_neither_is_relied_upon_whichever_came_last(results: tuple[str, str]) -> None:
    life = Life(AGES, start="2026-03-31")
    life.record("neck_stiffness", False)
    for method, result in zip(("cmia", "pcr"), results, strict=True):
        life.record("hbsag", {"value": result, "method": method}, "2026-03-31")
    assert life.why("hbsag is negative") == [("hbsag", "not_comparable")]
    assert alarm(life, "hbsag is positive") == "met", "an alarm reads each of them"


def test_a_later_result_settles_a_conflict() -> None:
    life = in_conflict()
    life.record("active_infection", "none", "2026-03-31 09:00")
    assert life.state("active_infection is none") == "met"


def test_more_conflicts_than_can_be_tried_raise_no_alarm() -> None:
    """Five conflicts of two readings have 32 combinations; the last of them is not tried."""
    life = Life(AGES, start="2026-03-31")
    facts = ("diabetes", "neck_stiffness", "eye_pain_new", "pain_present", "norse")
    for fact in facts:
        life.record(fact, False, "2026-03-31 08:00")
        life.record(fact, True, "2026-03-31 08:00")
    sentence = " and ".join(f"{fact} is yes" for fact in facts)
    assert alarm(life, sentence) != "met"
    assert alarm(life, " and ".join(f"{fact} is yes" for fact in facts[:4])) == "met"


def test_a_preliminary_result_is_read_in_an_alarm_only() -> None:
    life = Life(AGES, start="2026-03-31")
    first = life.record("igg", {"value": "3 g/L", "status": "preliminary"})
    assert life.why("igg >= 5 g/L") == [("igg", "preliminary_only")]
    assert life.why("latest igg is known") == [("igg", "preliminary_only")]
    assert alarm(life, "igg < 5 g/L") == "met"
    life.correct(first, "3.1 g/L", status="final")
    assert life.state("igg < 5 g/L") == "met"


# --- silence ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "state", "why"),
    [
        ("igg >= 5 g/L", "unknown", "never_recorded"), ("no igg within 30 days", "unknown", "never_recorded"),
        ("any igg", "unknown", "never_recorded"), ("no relapse within 6 months", "met", ""), ("any inebilizumab given", "not_met", ""),
        ("prednisone is running", "not_met", ""), ("inebilizumab never given", "met", ""),
        ("today >= (date of latest relapse) + 1 day", "unknown", "has_not_happened_yet"),
        ("cytotoxic_chemotherapy never given", "unknown", "history_not_stated"), ("no cytotoxic_chemotherapy within 6 months", "unknown", "history_not_stated"),
        ("count of cytotoxic_chemotherapy = 0", "unknown", "history_not_stated"), ("no informed_consent", "unknown", "history_not_stated"),
        ("count of igg = 0", "unknown", "never_recorded"), ("count of different dose of inebilizumab = 0", "met", ""),
        ("count of different dose of cytotoxic_chemotherapy = 0", "unknown", "history_not_stated"), ("no action leave", "met", ""),
    ],
)  # fmt: skip
def test_what_silence_means(sentence: str, state: str, why: str) -> None:
    """An exposure or event did not happen; anything else is unknown, and so is a history that must be stated."""
    life = Life(bare("attested: [informed_consent]\n"))
    assert life.state(sentence) == state
    assert [reason for _, reason in life.why(sentence)] == ([why] if why else [])


def test_a_stated_history_answers_and_an_entry_beats_the_statement() -> None:
    life = Life(bare())
    life.record("prior_chemotherapy", False)
    assert life.state("cytotoxic_chemotherapy never given") == "met"
    assert life.state("no cytotoxic_chemotherapy within 6 months") == "met"
    life.record("cyclophosphamide", {"event": "given", "dose": "750 mg"})
    assert life.state("cytotoxic_chemotherapy never given") == "not_met"
    assert life.state("no cytotoxic_chemotherapy within 6 months") == "not_met"


def test_a_history_stated_to_be_positive_is_no_never() -> None:
    life = Life(bare())
    life.record("prior_chemotherapy", True)
    assert life.state("cytotoxic_chemotherapy never given") == "not_met"
    assert life.state("no cytotoxic_chemotherapy within 6 months") == "unknown", "when is not recorded"


# --- codes ------------------------------------------------------------------------------------------------------------


def test_a_result_recorded_as_indeterminate_is_unknown_unless_it_is_asked_for() -> None:
    life = Life(bare(), start="2026-03-31")
    life.record("hbsag", "indeterminate")
    assert life.why("hbsag is negative") == [("hbsag", "recorded_as_unknown")]
    assert life.state("hbsag is indeterminate") == "met"
    assert life.state("latest hbsag is indeterminate") == "met"


def test_several_values_meet_a_code_with_any_of_them() -> None:
    life = Life(bare())
    assert life.state("neural_antibody is MOG") == "unknown"
    life.record("neural_antibody", "MOG")
    life.record("neural_antibody", "GFAP")
    assert life.state("neural_antibody is one of GFAP, LGI1") == "met"
    assert life.state("neural_antibody is LGI1") == "not_met"


def test_age_and_sex_come_from_the_patient() -> None:
    life = Life(bare(), start="2026-02-28", birth="2008-02-29")
    assert life.state("age >= 18 years") == "met", "born on a leap day: 18 on 28 February"
    assert life.state("age >= 18 years", as_of="2026-02-27") == "not_met"
    assert life.state("sex is female") == "met"
    assert life.read("birth_date").known
