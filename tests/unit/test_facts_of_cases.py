"""Every fact of every case can be entered; those that a case expects to be refused are refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.calendar import parse_when
from engine.catalogue import Catalogue
from engine.errors import InvalidFact

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue.load(ROOT / "pathways" / "catalogue" / "facts.yaml")
FILES = sorted({*ROOT.glob("pathways/**/cases/*.yaml"), *ROOT.glob("../shared/cases/*/*.yaml")})


def entries(facts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, raw in facts.items():
        for one in raw if isinstance(raw, list) else [raw]:
            yield name, one


def refused(step: dict[str, Any], case: dict[str, Any]) -> list[str]:
    zone = case.get("timezone", "Asia/Shanghai")
    now, found = parse_when(step["at"], zone), []
    for name, raw in entries(step.get("facts", {})):
        try:
            CATALOGUE.enter(name, raw, now=now, zone=zone, seq=1, id="f1", pathway=case["pathway"])  # type: ignore[arg-type]
        except InvalidFact as error:
            found.append(str(error))
    return found


def test_there_are_cases() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_facts_of_a_case_are_entered_as_it_expects(file: Path) -> None:
    for case in YAML(typ="safe", pure=True).load_all(file.read_text(encoding="utf-8")):
        for step in case["steps"]:
            alone = "facts" in step and not {"do", "correct", "retract"} & step.keys()
            malformed = alone and step.get("expect", {}).get("refused") == []
            assert bool(refused(step, case)) == malformed, (case["id"], step["at"], refused(step, case))
