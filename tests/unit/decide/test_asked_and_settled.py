"""What an act asks for only at times, who may sign second, and what an authorisation has settled for the first dose."""

from __future__ import annotations

from engine.commands import Outcome, Override
from engine.model import Person
from tests.living import DOCTOR, Life, bare

OTHER = Person("haematologist", "other")

DEFINITION = bare("""
guards:
  start:
    require:
      - {id: igg_fine, that: igg >= 5 g/L, statement: T-1}
      - {id: no_diabetes, that: diabetes is no, statement: T-2, not_met: warn}
      - {id: no_sepsis, that: not (active_infection is sepsis), statement: T-3, not_met: block_hard, unknown: info}
  first_dose: {require: [{id: start, include: start, covered_by: authorise}]}
""").replace(
    "actions:\n",
    """actions:
  authorise:
    label: {en: A, zh: A}
    by: [neurologist]
    second_person: true
    second: [haematologist]
    guard: start
    with: {why: {kind: text, required: false, when: diabetes is yes, statement: T-4, label: {en: Why, zh: 原因}}}
  give: {label: {en: G, zh: G}, by: [neurologist], guard: first_dose}
  note: {label: {en: N, zh: N}, by: [neurologist], with: {text: {kind: text, label: {en: What, zh: 内容}}}}
""",
)


def ready(igg: str = "9 g/L", diabetes: bool = False) -> Life:
    life = Life(DEFINITION, start="2026-01-10")
    life.record("igg", igg)
    life.record("diabetes", diabetes)
    return life


def told(outcome: Outcome) -> dict[str, str]:
    return {one.requirement: one.level for one in outcome.reasons}


def test_only_the_named_roles_sign_second() -> None:
    life = ready()
    assert not life.act("authorise", second_person=Person("nurse", "n")).accepted
    assert life.act("authorise", second_person=OTHER).accepted


def test_a_parameter_is_asked_for_while_its_sentence_is_met() -> None:
    life = ready(diabetes=True)
    refused = life.act("authorise", second_person=OTHER)
    assert told(refused) == {"with.why": "parameter", "no_diabetes": "warn", "no_sepsis": "info"}
    assert refused.refusals[0].statements == ("T-4",)
    assert life.act("authorise", {"why": "urgent"}, second_person=OTHER).accepted


def test_a_parameter_without_a_condition_is_required() -> None:
    life = ready()
    (reason,) = life.act("note").refusals
    assert (reason.requirement, reason.text["zh"]) == ("with.text", "此时须填写：内容。")
    assert life.act("note", {"text": "seen"}).accepted


def test_what_the_authorisation_overrode_or_warned_of_is_settled_for_the_first_dose() -> None:
    life = ready(igg="4 g/L", diabetes=True)
    assert told(life.act("give")) == {"igg_fine": "block", "no_diabetes": "warn", "no_sepsis": "info"}
    life.act("authorise", {"why": "urgent"}, second_person=OTHER, override=Override("urgent", DOCTOR))
    assert told(life.act("give")) == {"igg_fine": "info", "no_diabetes": "info", "no_sepsis": "info"}


def test_a_hard_block_is_never_settled() -> None:
    life = ready(igg="4 g/L")
    life.act("authorise", second_person=OTHER, override=Override("urgent", DOCTOR))
    life.record("active_infection", "sepsis")
    assert told(life.act("give"))["no_sepsis"] == "block_hard"
