"""Values: picking entries, counting them, tables, grids, doses, ranges, choices, lists, callers' settings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.errors import AuthorError
from engine.evaluation.reader import ContextReader
from engine.evaluation.results import Range
from engine.functions import Function, NotKnown, Reader
from tests.living import Life, bare, registry_with

MORE = bare("""
settings:
  low: {value: 5 g/L, reason: test}
  days: {value: 20, unit: days, reason: test}
  months: {value: [4, 5, 6], unit: months, reason: test}
  words: {value: [hbsag, anti_hbc], reason: test}
values:
  onset: symptom_onset_date
  table_days: days in table plan for (hbsag; diabetes)
  last: latest rituximab
tables:
  plan: {columns: [hbsag, diabetes, days], rows: [[positive, 'yes', 10 days], [negative, 'no', 20 days]]}
  drugs: {columns: [drug, interval], rows: [[tofacitinib, '3'], [inebilizumab, 5 g/L]]}
""")


def life(*entries: tuple[str, object, str], now: str = "2026-03-31") -> Life:
    made = Life(MORE, start=now)
    for code, value, when in entries:
        made.record(code, value, when)
    return made


def said(one: Life, sentence: str, **more: object) -> str:
    """A reading in words: number and unit, date, or the reason why it is unknown."""
    reading = one.read(sentence, **more)  # type: ignore[arg-type]
    if not reading.known:
        return ", ".join(f"{gap.code}: {gap.why.value}" for gap in reading.gaps)
    value = reading.value.normalize() if isinstance(reading.value, Decimal) else reading.value
    return f"{value:f} {reading.unit}".strip() if isinstance(value, Decimal) else str(value)


# --- entries ----------------------------------------------------------------------------------------------------------

DOSES = (
    ("rituximab", {"event": "given", "dose": "500 mg", "adequate_course": True}, "2026-01-10"),
    ("rituximab", {"event": "given", "dose": "1000 mg"}, "2026-02-10"),
    ("rituximab", {"event": "given", "dose": "1000 mg", "planned_next": "2026-08-10"}, "2026-03-10 09:30"),
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("date of first rituximab given", "2026-01-10"), ("date of latest rituximab given", "2026-03-10"),
        ("date of latest rituximab before 2026-03-10", "2026-02-10"), ("date of first rituximab since 2026-01-11", "2026-02-10"),
        ("dose of latest rituximab", "1000 mg"), ("planned_next of latest rituximab", "2026-08-10"), ("planned_next of last", "2026-08-10"),
        ("planned_next of first rituximab", "rituximab: never_recorded"), ("drug of latest rituximab", "rituximab"),
        ("event of latest rituximab", "given"), ("status of latest rituximab", "final"), ("source of latest rituximab", "rituximab: never_recorded"),
        ("time of latest rituximab", "2026-03-10 01:30:00+00:00"), ("date of latest b_cell_depleting", "2026-03-10"),
        ("date of latest rituximab after 2026-04-01", "rituximab: has_not_happened_yet"), ("date of first rituximab with (adequate_course is no)", "rituximab: never_recorded"),
        ("date of first rituximab with (adequate_course is yes)", "2026-01-10"), ("date of latest rituximab with (adequate_course is yes)", "rituximab: never_recorded"),
        ("date of latest stage here", "2026-03-31"), ("date of latest action leave", "leave: has_not_happened_yet"),
        ("latest igg within 10 days", "igg: never_recorded"), ("date of (onset)", "symptom_onset_date: never_recorded"), ("colour of setting.low", "colour: not_comparable"),
    ],
)  # fmt: skip
def test_an_entry_is_picked_and_its_attributes_are_read(sentence: str, expected: str) -> None:
    """An entry that may count before (or after) the one picked leaves the pick open."""
    assert said(life(*DOSES), sentence) == expected


def test_what_happened_is_worth_its_moment_in_sums_and_comparisons() -> None:
    one = life(*DOSES)
    assert one.state("today >= latest rituximab + 21 days") == "met"
    assert one.state("today >= latest rituximab + 22 days") == "not_met"
    assert one.state("any rituximab before (latest rituximab)") == "met"
    assert one.state("any rituximab since (latest stage here)") == "not_met"
    assert said(one, "earliest of (first rituximab; 2026-02-01)") == "2026-01-10"


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("count of rituximab = 3", "met"), ("count of rituximab given within 1 month = 1", "met"), ("at least 2 rituximab in any 31 days", "met"),
        ("at least 3 rituximab in any 31 days", "not_met"), ("at least 3 rituximab in any 59 days", "met"),
        ("count of different dose of rituximab = 2", "met"), ("at least 3 different dose of rituximab", "not_met"),
        ("at least 2 different adequate_course of rituximab", "unknown"), ("count of different adequate_course of rituximab >= 1", "met"),
        ("count of rituximab with (adequate_course is yes) >= 1", "met"), ("count of rituximab with (adequate_course is yes) >= 2", "unknown"),
        ("count of rituximab with (adequate_course is yes) >= 4", "not_met"), ("number met of (age >= 18 years; hbsag is positive; 1 > 2) = 1", "unknown"),
        ("number met of (age >= 18 years; hbsag is positive; 1 > 2) <= 2", "met"), ("no rituximab with (dose > 600 mg)", "not_met"),
        ("any rituximab stopped", "not_met"), ("count of rituximab given within 1 month is many", "not_met"), ("count of rituximab with (adequate_course is yes) is none", "unknown"),
    ],
)  # fmt: skip
def test_entries_are_counted_those_that_may_count_as_a_range(sentence: str, state: str) -> None:
    assert life(*DOSES).state(sentence) == state


# --- tables and grids -------------------------------------------------------------------------------------------------


def test_a_table_gives_the_cell_of_the_row_that_fits_exactly() -> None:
    one = life(("hbsag", "positive", "2026-03-01"))
    assert said(one, "table_days") == "diabetes: never_recorded"
    one.record("diabetes", True)
    assert said(one, "table_days") == "10 days"
    one.record("hbsag", "negative")
    assert said(one, "table_days") == "plan: never_recorded"
    assert said(one, "interval in table drugs for (tofacitinib)") == "3"
    assert said(one, "interval in table drugs for (inebilizumab)") == "5 g/L"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("next of every 6 months from 2025-08-31 after 2026-02-27", "2026-02-28"), ("next of every 6 months from 2025-08-31 after 2026-02-28", "2026-08-31"),
        ("next of every 1 month from 2025-08-31 after (2026-01-15 + 3 months)", "2026-04-30"), ("next of every setting.days from 2026-01-01 after 2025-06-01", "2026-01-01"),
        ("next of every 0 days from 2026-01-01 after today", "next: not_comparable"), ("next of every 2 hours from 2026-01-01 after today", "next: not_comparable"),
        ("next of every 6 months from onset after today", "symptom_onset_date: never_recorded"),
    ],
)  # fmt: skip
def test_the_next_date_of_a_grid_is_counted_from_its_anchor(sentence: str, expected: str) -> None:
    assert said(life(), sentence) == expected


# --- arithmetic -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("8 mg/kg * weight, at most 300 mg, rounded to 1 mg", "300 mg"), ("2 mg/kg * weight, at least 120 mg", "120 mg"), ("2 mg/kg * weight, rounded up to 10 mg", "110 mg"),
        ("2 mg/kg * weight, rounded down to 10 mg", "100 mg"), ("2.55 mg * 10, rounded to 1 mg", "26 mg"), ("2.5 mg * 1, rounded to 1 mg", "3 mg"),
        ("1 g + 500 mg", "1.5 g"), ("1 g - 500 mg", "0.5 g"), ("2026-01-31 + 1 month", "2026-02-28"), ("2026-03-31 - 1 month", "2026-02-28"),
        ("2026-03-31 - 2026-03-01", "30 days"), ("3 days + 2 months", "2 months 3 days"), ("today - 1 day", "2026-03-30"), ("1 month - 1 month", "0 days"),
        ("earliest of (2026-03-01; 2026-02-01)", "2026-02-01"), ("latest of (today; 2026-02-01)", "2026-03-31"), ("least of (5 g/L; 300 mg/dL)", "300 mg/dL"),
        ("greatest of (5 g/L; 300 mg/dL)", "5 g/L"), ("least of (1 month; 40 days)", "1 month"), ("first known of (igg; onset; 5 g/L)", "5 g/L"),
        ("first known of (igg; onset)", "igg: never_recorded, symptom_onset_date: never_recorded"), ("setting.low", "5 g/L"), ("minimum of setting.months", "4 months"),
        ("maximum of setting.months", "6 months"),
        ('"text"', "text"), ("yes", "True"), ("2 mg * igg", "igg: never_recorded"), ("igg + onset", "igg: never_recorded, symptom_onset_date: never_recorded"),
        ("igg, rounded to 1 g/L", "igg: never_recorded"),
        # what makes no sense is not comparable, and no exception
        ("5 g/L + 3 mg", "+: not_comparable"), ("today * 2", "*: not_comparable"), ("5 g/L + 3 days", "+: not_comparable"), ("9999-12-31 + 1 day", "+: not_comparable"),
        ("today, rounded to 1 mg", "rounding: not_comparable"), ("5 g/L, rounded to 0 g/L", "rounding: not_comparable"), ("least of (5 g/L; today)", "least: not_comparable"),
    ],
)  # fmt: skip
def test_arithmetic_is_exact_and_rounds_once_half_up(sentence: str, expected: str) -> None:
    one = life(("weight", "52 kg", "2026-03-30"))
    assert said(one, sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("hbv_dna < 20 [IU]/mL", "met"), ("hbv_dna < 10 [IU]/mL", "met"), ("hbv_dna < 5 [IU]/mL", "unknown"), ("hbv_dna >= 10 [IU]/mL", "not_met"), ("hbv_dna > 5 [IU]/mL", "unknown"),
        ("hbv_dna = 10 [IU]/mL", "not_met"), ("hbv_dna != 10 [IU]/mL", "met"), ("hbv_dna = 5 [IU]/mL", "unknown"), ("hbv_dna is known", "met"),
        ("hbv_dna + 10 [IU]/mL <= 20 [IU]/mL", "met"), ("30 [IU]/mL - hbv_dna >= 20 [IU]/mL", "met"), ("2 * hbv_dna < 20 [IU]/mL", "met"), ("2 * hbv_dna < 10 [IU]/mL", "unknown"),
        ("least of (hbv_dna; 50 [IU]/mL) < 20 [IU]/mL", "met"), ("greatest of (hbv_dna; 5 [IU]/mL) <= 10 [IU]/mL", "met"), ("igg > 20 g/L", "met"), ("igg <= 25 g/L", "unknown"),
        ("least of (igg; alt) <= 30 g/L", "unknown"), ("greatest of (igg; 1 g/L) >= 20 g/L", "met"), ("40 days > 1 month", "unknown"), ("age > 30 days", "unknown"), ("age > 1 month + 1 day", "unknown"), ("earliest of (onset; 2026-03-01) <= 2026-03-01", "met"),
        ("earliest of (onset; 2026-03-01) < 2026-02-01", "unknown"), ("latest of (onset; 2026-03-01) >= 2026-03-01", "met"), ("earliest of (onset; 2026-03-01) + 1 month <= today + 1 day", "met"),
        ("today >= earliest of (onset; 2026-03-01)", "met"), ("earliest of (onset; 2026-03-01) = today", "unknown"), ("latest of (earliest of (onset; 2026-03-01); 2026-03-05) >= 2026-03-05", "met"),
        ("earliest of (onset; 2026-03-01) is known", "met"), ("hbv_dna > yes", "unknown"), ("3 months > 90 days", "unknown"), ("2 months < 3 months", "met"), ("48 hours = 2 days", "met"),
        ("2 days >= 2", "met"), ("1 month = 1", "met"), ("age = 46 years", "met"), ("age < 552 months", "not_met"), ('"a" = "a"', "met"), ('"a" < 1', "unknown"),
    ],
)  # fmt: skip
def test_ranges_compare_in_three_values(sentence: str, state: str) -> None:
    """HBV DNA is below 10, IgG above 20; the onset is not known."""
    one = life(("hbv_dna", "< 10 IU/mL", "2026-03-30"), ("igg", "> 20 g/L", "2026-03-30"))
    assert one.state(sentence) == state


def test_a_choice_with_an_unknown_member_is_open_on_one_side() -> None:
    reading = life().read("earliest of (onset; 2026-03-01)")
    assert reading.value == Range(None, date(2026, 3, 1))
    assert life().read("latest of (onset; 2026-03-01)").value == Range(date(2026, 3, 1), None)
    assert not life().read("earliest of (onset; date of latest igg)").known


# --- what only some sentences know --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["with.x", "given.x", "anchor.x", "entry.x", "caller.x", "last_result"])
def test_a_name_that_nothing_binds_here_is_unknown(name: str) -> None:
    assert not life().read(name).known


@pytest.mark.parametrize(
    "sentence",
    ["nosuch > 1", "setting.nosuch > 1", "nosuch.x is met", "nosuch is met", "hold nosuch is open", "task nosuch is open", "stage is nosuch", "guard nosuch passes", "any nosuch",
     "gate of nosuch is clear", "enrolled on nosuch", "stage of nosuch is x", "any action nosuch", "days in table nosuch for (igg) > 1 day", "nosuch in table plan for (igg) > 1 day", "other.x > 1",
     "every result of task nosuch > 1 g/L", "latest igg >= 5 g/L for at least 1 day"],
)  # fmt: skip
def test_a_name_that_nothing_defines_is_the_authors_mistake(sentence: str) -> None:
    with pytest.raises(AuthorError) as error:
        life().state(sentence)
    assert error.value.remedy


def test_what_is_defined_by_itself_is_the_authors_mistake() -> None:
    one = Life(bare("values: {a: 'b + 1 day', b: 'a + 1 day'}\n"))
    with pytest.raises(AuthorError, match="defined by itself"):
        one.read("a")


# --- functions --------------------------------------------------------------------------------------------------------


def _twice(read: Reader) -> Decimal:
    read.changes_at(read.now.replace(year=2030))
    value: Decimal = read.value("igg")
    return value * 2


def _doses(read: Reader) -> int:
    if not read.entries("rituximab", "given"):
        raise NotKnown("not_comparable", "rituximab")
    return len([one for one in read.entries("b_cell_depleting") if read.member_of(one, "anti_cd20")])


FUNCTIONS = (
    Function("twice_igg", {"en": "twice", "zh": "倍"}, "quantity", "g/L", _twice),
    Function("dose_count", {"en": "doses", "zh": "次数"}, "quantity", "", _doses),
)


def test_a_registered_function_reads_as_a_sentence_does_and_keeps_its_evidence() -> None:
    one = Life(registry=registry_with(FUNCTIONS, MORE), start="2026-03-31")
    assert said(one, "twice_igg") == "igg: never_recorded"
    fact = one.record("igg", "6 g/L")
    reading = one.read("twice_igg")
    assert (reading.value, reading.unit, reading.facts) == (Decimal(12), "g/L", (fact,))
    assert reading.until is not None
    assert reading.until.year == 2030
    one.record("igg", {"value": "< 5 g/L"})
    assert not one.read("twice_igg").known
    assert said(one, "dose_count") == "rituximab: not_comparable"
    one.record("rituximab", {"event": "given"})
    assert said(one, "dose_count") == "1"


def test_a_reader_shows_settings_attributes_tasks_and_acts() -> None:
    one = life(("prednisone", {"event": "started", "dose": "20 mg/d"}, "2026-03-01"))
    read = ContextReader(one.context())
    assert str(read.today) == "2026-03-31"
    assert read.zone == "Asia/Shanghai"
    assert read.now == one.now
    assert read.setting("low") == Decimal(5)
    with pytest.raises(NotKnown):
        read.setting("nosuch")
    with pytest.raises(NotKnown):
        read.entry("igg")
    fact = read.entries("prednisone")[0]
    assert read.attribute(fact, "nosuch", "default") == "default"
    assert read.attribute(fact, "dose") == Decimal(20)
    assert read.tasks("nosuch") == []
    assert read.acts("leave") == []
    assert read.value("age") == Decimal(46)
    one.record("igg", "6 g/L")
    assert ContextReader(one.context()).entry("igg").code == "igg"
