"""A criterion is looked for on every other pathway of the patient; pathways that must not be planned together need no names of each other."""

from __future__ import annotations

from engine.language.chinese_criteria import chinese
from engine.language.english_criteria import english
from engine.language.parsing import parse_criterion
from engine.language.printing import canonical
from tests.living import Life, bare

PLAN = """
criteria:
  plans_depletion: {that: any inebilizumab given, label: {en: depletion planned, zh: 计划清除}}
"""
READER = """
criteria:
  clash: elsewhere.plans_depletion is met
guards:
  start:
    require:
      - {id: one_plan, that: not elsewhere.plans_depletion is met, statement: XX-1, not_met: warn}
  begin: {require: [{id: included, include: start}]}
notifications:
  clash: {label: {en: Clash, zh: 冲突}, to: [nurse], urgency: high, when: clash is met}
"""


def life() -> Life:
    """A patient on a pathway that asks; `offering` can be joined."""
    return Life(bare(READER, "asking"), bare(PLAN, "offering"), start="2026-01-01")


def test_on_no_other_pathway_it_is_not_met() -> None:
    """Also when the plan would exist: a pathway that the patient is not on plans nothing."""
    one = life()
    one.record("inebilizumab", {"event": "given", "dose": "300 mg"})
    assert one.state("elsewhere.plans_depletion is met") == "not_met"
    assert one.state("not elsewhere.plans_depletion is met") == "met"


def test_another_open_enrolment_that_offers_it_decides_and_is_named() -> None:
    one = life()
    one.enrol("offering")
    assert one.state("elsewhere.plans_depletion is met") == "not_met"
    assert not one.messages("clash")
    fact = one.at("2026-01-02").record("inebilizumab", {"event": "given", "dose": "300 mg"})
    verdict = one.judge("elsewhere.plans_depletion is met")
    assert verdict.met
    assert [str(getattr(part.node, "name", "")) for part in verdict.parts] == ["offering.plans_depletion"]
    assert verdict.facts == (fact,)
    assert one.messages("clash"), "the clash is found when it arises, not when somebody acts"


def test_its_own_criterion_and_an_enrolment_that_ended_do_not_count() -> None:
    one = life()
    one.enrol("offering")
    one.record("inebilizumab", {"event": "given", "dose": "300 mg"})
    assert one.context(pathway="offering").definition.id == "offering"
    one.act("leave", on="offering")
    assert one.state("elsewhere.plans_depletion is met") == "not_met"


def test_people_read_that_it_is_on_another_pathway() -> None:
    tree = parse_criterion("not elsewhere.plans_depletion is met")
    assert canonical(tree) == "not elsewhere.plans_depletion is met"
    assert english(tree).endswith("on another pathway is not met")
    assert chinese(tree).startswith("在其他路径上不满足")
