"""Holds open in alarm mode, are released as guards are, open again for a reason, and outlive the fact that opened them."""

from __future__ import annotations

from tests.living import Life, bare

DEFINITION = bare("""
criteria: {infected: 'active_infection is one of suspected, sepsis'}
values: {longest: 3 days}
holds:
  infection: {label: {en: I, zh: I}, opens: infected is met, released: active_infection is none}
  low: {label: {en: L, zh: L}, opens: igg < 4 g/L}
  never: {label: {en: N, zh: N}, opens: diabetes is yes, released: diabetes is no, permanent: true, hard: true}
  timed: {label: {en: T, zh: T}, opens: any relapse within longest, released: no relapse within longest}
guards:
  dose: {require: [{id: clear, holds: true}]}
notifications:
  held: {label: {en: H, zh: H}, to: [neurologist, nurse], urgency: critical, on: 'hold:*'}
  freed: {label: {en: F, zh: F}, to: [nurse], urgency: routine, on: released:infection}
""").replace(
    "actions:\n",
    """actions:
  give: {label: {en: G, zh: G}, by: [neurologist], guard: dose}
  free: {label: {en: F, zh: F}, by: [neurologist], effects: [{release: low}]}
""",
)


def life() -> Life:
    return Life(DEFINITION, start="2026-01-01")


def open_holds(one: Life) -> list[str]:
    return [hold.code for hold in one.holds()]


def test_a_hold_opens_at_once_names_its_causes_and_refuses_with_its_id() -> None:
    one = life()
    fact = one.record("active_infection", "sepsis")
    assert [(hold.code, hold.causes) for hold in one.holds()] == [("infection", (fact,))]
    assert {message.to for message in one.messages("held")} == {"neurologist", "nurse"}
    outcome = one.act("give")
    assert [(reason.requirement, reason.level) for reason in outcome.refusals] == [("hold:infection", "block")]
    one.record("diabetes", True)
    assert [reason.level for reason in one.act("give").refusals] == ["block", "block_hard"]


def test_unknown_opens_no_hold() -> None:
    one = life()
    one.record("igg", {"value": "< 5 g/L"})
    assert not one.holds()


def test_a_preliminary_result_opens_a_hold_and_does_not_release_it() -> None:
    one = life()
    one.record("active_infection", {"value": "suspected", "status": "preliminary"})
    assert open_holds(one) == ["infection"]
    early = one.at("2026-01-02").record("active_infection", {"value": "none", "status": "preliminary"})
    assert open_holds(one) == ["infection"]
    one.correct(early, "none", status="final")
    assert open_holds(one) == []
    assert one.messages("freed")


def test_one_reading_of_a_conflict_that_meets_the_condition_opens_a_hold() -> None:
    one = life()
    one.record("active_infection", "none", "2026-01-01 08:00")
    one.record("active_infection", "sepsis", "2026-01-01 08:00")
    assert open_holds(one) == ["infection"]
    one.at("2026-01-02").record("active_infection", "none")
    assert open_holds(one) == []


def test_no_hold_closes_because_its_fact_was_entered_in_error() -> None:
    """The older result that now counts releases nothing; one that is recorded after it does."""
    one = life()
    one.record("active_infection", "none", "2025-12-31")
    fact = one.record("active_infection", "sepsis")
    one.at("2026-01-02").retract(fact)
    assert one.state("active_infection is none") == "met"
    assert open_holds(one) == ["infection"]
    one.at("2026-01-03").record("active_infection", "none")
    assert open_holds(one) == []


def test_a_corrected_result_releases_a_hold() -> None:
    one = life()
    fact = one.record("active_infection", "sepsis")
    one.at("2026-01-02").correct(fact, "none")
    assert open_holds(one) == []


def test_a_hold_without_condition_of_release_leaves_force_only_by_an_action() -> None:
    one = life()
    one.record("igg", "3 g/L")
    one.at("2026-01-02").record("igg", "9 g/L")
    assert open_holds(one) == ["low"]
    one.act("free")
    assert open_holds(one) == []
    one.act("free")
    assert len(one.holds(standing=False)) == 1, "what is not in force is not released"


def test_after_a_release_a_hold_opens_again_only_by_a_newer_fact_or_after_it_was_not_met() -> None:
    one = life()
    one.record("igg", "3 g/L")
    one.at("2026-01-02").act("free")
    one.at("2026-01-10")
    assert open_holds(one) == [], "the same fact opens it no more"
    one.record("igg", "3.5 g/L")
    assert open_holds(one) == ["low"]
    one.at("2026-01-11").act("free")
    one.at("2026-01-12").record("igg", "9 g/L")
    one.at("2026-01-13").record("igg", "2 g/L")
    assert open_holds(one) == ["low"]
    assert len(one.holds(standing=False)) == 3


def test_a_permanent_hold_is_never_released() -> None:
    one = life()
    one.record("diabetes", True)
    one.at("2026-01-02").record("diabetes", False)
    assert open_holds(one) == ["never"]


def test_time_alone_releases_a_hold() -> None:
    one = life()
    one.record("relapse", {"event": "occurred"})
    one.at("2026-01-04 23:59")
    assert open_holds(one) == ["timed"]
    one.at("2026-01-05 00:00")
    assert open_holds(one) == []


def test_sentences_read_holds_as_entries_and_as_states() -> None:
    one = life()
    assert one.state("hold any is open") == "not_met"
    one.record("active_infection", "sepsis")
    one.at("2026-01-02")
    assert one.state("hold infection is open") == one.state("hold any is open") == "met"
    assert one.state("any hold infection within 1 day") == "met"
    assert str(one.read("date of latest hold infection").value) == "2026-01-01"
