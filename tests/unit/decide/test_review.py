"""After a correction: acts whose guard refuses now and did not before are questioned, also where what had let them through is gone."""

from __future__ import annotations

from tests.living import Life, bare

DEFINITION = bare("""
guards:
  go:
    require:
      - {id: relapse_seen, that: any relapse, statement: T-1, not_met: block}
      - {id: igg_fine, that: igg >= 5 g/L, statement: T-2, not_met: block}
deviations:
  doubted: {label: {en: D, zh: D}, on: 'superseded:go'}
""").replace(
    "actions:\n", "actions:\n  go: {label: {en: G, zh: G}, from: [here], to: there, by: [neurologist], guard: go}\n", 1
)


def gone() -> tuple[Life, str, str]:
    """A life in which the act was done, with the two facts on which it rests."""
    life = Life(DEFINITION, start="2026-01-10")
    relapse = life.record("relapse", {"event": "occurred"})
    igg = life.record("igg", "9 g/L")
    life.at("2026-01-11")
    assert life.act("go").accepted
    return life, relapse, igg


def test_an_event_that_is_retracted_questions_the_act_that_rested_on_it() -> None:
    """Nothing of it is left in the evidence; it refuses all the same."""
    life, relapse, _ = gone()
    life.retract(relapse)
    assert len(life.deviations("doubted")) == 1
    assert life.stage == "there"


def test_a_value_that_is_corrected_beyond_the_limit_questions_it() -> None:
    life, _, igg = gone()
    life.correct(igg, "4 g/L")
    assert len(life.deviations("doubted")) == 1


def test_a_correction_that_lets_the_guard_pass_questions_nothing() -> None:
    life, _, igg = gone()
    life.correct(igg, "6 g/L")
    assert not life.deviations("doubted")


def test_what_was_recorded_after_the_act_is_no_ground_of_it() -> None:
    life, _, _ = gone()
    later = life.record("igg", "8 g/L")
    life.retract(later)
    assert not life.deviations("doubted")
