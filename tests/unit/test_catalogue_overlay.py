"""An older catalogue over today's: the older one has the word on what both know, and nothing that is new is overlooked."""

from __future__ import annotations

import pytest

from engine.catalogue import Catalogue
from engine.catalogue.overlay import incompatible, overlay
from engine.units import Duration

OLDER = """
facts:
  - {id: igg, label: {en: IgG, zh: IgG}, kind: quantity, unit: g/L, range: [0, 150], max_age: {ward: 30 d}}
  - {id: state, label: {en: State, zh: 状态}, kind: coded, values: {good: 好, bad: 差}, broader: {}}
  - {id: oldmab, label: {en: Oldmab, zh: 旧单抗}, kind: exposure, classes: [antibody], events: [given]}
classes:
  - {id: antibody, label: {en: Antibody, zh: 抗体}}
  - {id: chemo, label: {en: Chemo, zh: 化疗}, by_indication: [chemotherapy]}
unit_spellings: {"IU/L": "[IU]/L"}
pathways: {ward: W}
"""


def changed(*pairs: tuple[str, str]) -> Catalogue:
    """Today's catalogue: the older text with replacements."""
    text = OLDER
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return Catalogue.load(text)


def test_the_same_catalogue_needs_no_overlay() -> None:
    today = Catalogue.load(OLDER)
    assert overlay(Catalogue.load(OLDER), today) is today


def test_the_older_one_has_the_word_on_what_both_know() -> None:
    today = changed(("30 d", "60 d"), ("classes: [antibody]", "classes: []"), ("en: Antibody", "en: Immunoglobulin"))
    both = overlay(Catalogue.load(OLDER), today)
    assert both.facts["igg"].age_limits("ward") == {"default": Duration.parse("30 d")}
    assert both.members("antibody") == ("oldmab",)
    assert both.find_class("antibody").label["en"] == "Antibody"
    assert today.members("antibody") == ()


def test_what_is_new_is_known_too() -> None:
    newmab = "  - {id: newmab, label: {en: Newmab, zh: 新单抗}, kind: exposure, classes: [antibody], events: [given]}\nclasses:"
    today = changed(
        ("classes:\n", newmab + "\n"), ("bad: 差}, broader: {}", "bad: 差, worse: 更差}, broader: {worse: bad}"),
        ('{"IU/L"', '{"mIU/L": "m[IU]/L", "IU/L"'),
    )  # fmt: skip
    both = overlay(Catalogue.load(OLDER), today)
    assert set(both.members("antibody")) == {"newmab", "oldmab"}
    assert both.facts["state"].narrower("bad") == {"bad", "worse"}
    assert set(both.spellings) == {"mIU/L", "IU/L"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("30 d", "60 d", []),
        ("bad: 差", "bad: 差, worse: 更差", []),
        ("{good: 好, bad: 差}", "{good: 好}", ["state lost the value bad"]),
        ("unit: g/L", "unit: mg/dL", ["unit of igg was g/L and is mg/dL"]),
        ("kind: coded,", "kind: coded, multiple: true,", ["multiple of state was False and is True"]),
        ("id: oldmab", "id: elsemab", ["the fact oldmab is gone"]),
        ("by_indication: [chemotherapy]", "note: x", ["the class chemo no longer goes by indication"]),
        ("id: chemo", "id: chemotherapy", ["the class chemo no longer goes by indication"]),
    ],
)
def test_a_catalogue_may_grow_and_change_its_mind_but_take_nothing_away(old: str, new: str, said: list[str]) -> None:
    assert list(incompatible(Catalogue.load(OLDER), changed((old, new)))) == said
