"""The truth tables of the criteria language, exactly as they are specified: met, not met, unknown."""

from __future__ import annotations

import pytest

from tests.living import Life, bare

FACTS = ("diabetes", "neck_stiffness", "eye_pain_new")
VALUES = {"met": True, "not_met": False}


def state(sentence: str, *states: str) -> str:
    """The state of a sentence in which a, b and c stand for facts that are so."""
    life = Life(bare())
    for fact, wanted in zip(FACTS, states, strict=False):
        if wanted in VALUES:
            life.record(fact, VALUES[wanted])
    for letter, fact in zip("abc", FACTS, strict=True):
        sentence = sentence.replace(f"<{letter}>", f"{fact} is yes")
    return life.state(sentence)


def table(rows: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip().replace(" ", "_") for cell in row.split("|")) for row in rows.strip().splitlines()]


@pytest.mark.parametrize(
    ("a", "b", "both", "either", "unless"),
    table("""
        met     | met     | met     | met     | met
        met     | not met | not met | met     | met
        met     | unknown | unknown | met     | met
        not met | met     | not met | met     | met
        not met | not met | not met | not met | not met
        not met | unknown | not met | unknown | unknown
        unknown | met     | unknown | met     | met
        unknown | not met | not met | unknown | unknown
        unknown | unknown | unknown | unknown | unknown
    """),
)
def test_and_or_unless(a: str, b: str, both: str, either: str, unless: str) -> None:
    """`a unless b`: where b is met the rule is met; where b is not met, a decides."""
    assert state("<a> and <b>", a, b) == both
    assert state("<a> or <b>", a, b) == either
    assert state("<a> unless <b>", a, b) == unless


@pytest.mark.parametrize(("a", "swapped"), [("met", "not_met"), ("not_met", "met"), ("unknown", "unknown")])
def test_not_swaps_met_and_not_met_and_leaves_unknown(a: str, swapped: str) -> None:
    assert state("not (<a>)", a) == swapped


@pytest.mark.parametrize(
    ("a", "b", "c", "two", "three"),
    table("""
        met     | met     | unknown | met     | unknown
        met     | met     | met     | met     | met
        met     | unknown | unknown | unknown | unknown
        met     | unknown | not met | unknown | not met
        met     | not met | not met | not met | not met
        unknown | unknown | not met | unknown | not met
        unknown | not met | not met | not met | not met
    """),
)
def test_at_least_n_of(a: str, b: str, c: str, two: str, three: str) -> None:
    """Met if n are met; not met if the met and the unknown are fewer than n; else unknown."""
    assert state("at least 2 of (<a>; <b>; <c>)", a, b, c) == two
    assert state("at least 3 of (<a>; <b>; <c>)", a, b, c) == three


@pytest.mark.parametrize(("a", "counted"), [("met", "met"), ("not_met", "not_met"), ("unknown", "not_met")])
def test_unknown_counts_as_no(a: str, counted: str) -> None:
    assert state("(<a>), unknown counts as no", a) == counted


@pytest.mark.parametrize(
    ("a", "known", "missing"), [("met", "met", "not_met"), ("not_met", "met", "not_met"), ("unknown", "unknown", "met")]
)
def test_is_known_is_never_not_met_and_is_missing_never_unknown(a: str, known: str, missing: str) -> None:
    assert state("diabetes is known", a) == known
    assert state("diabetes is missing", a) == missing


def test_every_over_nothing_is_unknown_and_any_over_nothing_is_not_met() -> None:
    """No caller is registered; no task has a result."""
    life = Life(
        bare(
            "tasks: {monitoring: {label: {en: M, zh: M}, for: nurse, grid: {months: [4], from: symptom_onset_date}, done_by: {any: [igg]}}}\n"
        )
    )
    assert life.state("every caller has (caller.ended is known)") == "unknown"
    assert life.state("any caller has (caller.ended is known)") == "not_met"
    assert life.state("every result of task monitoring >= 4 g/L") == "unknown"


CLASSES = bare("""
values:
  class:
    first_of: [{when: diabetes is yes, is: '"first"'}, {when: neck_stiffness is yes, is: '"second"'}, {when: eye_pain_new is yes, is: '"first"'}]
    otherwise: '"rest"'
  short: {first_of: [{when: diabetes is yes, is: 3 days}]}
""")


@pytest.mark.parametrize(
    ("a", "b", "c", "expected"),
    table("""
        met     | unknown | unknown | first
        not met | met     | unknown | second
        not met | not met | met     | first
        not met | not met | not met | rest
        unknown | met     | not met | None
        unknown | not met | met     | first
        unknown | unknown | met     | None
        not met | unknown | not met | None
    """),
)
def test_the_first_met_row_classifies_unless_an_unknown_row_before_it_would_give_something_else(
    a: str, b: str, c: str, expected: str
) -> None:
    life = Life(CLASSES)
    for fact, wanted in zip(FACTS, (a, b, c), strict=True):
        if wanted in VALUES:
            life.record(fact, VALUES[wanted])
    reading = life.read("class")
    assert str(reading.value) == expected
    assert bool(reading.gaps) == (expected == "None")


def test_a_classification_without_a_fitting_row_is_unknown() -> None:
    life = Life(CLASSES)
    life.record("diabetes", False)
    assert not life.read("short").known
