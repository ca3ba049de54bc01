"""Every statement of a specification is expressed by an element or listed with the reason why it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definition.reading import Source, read_definition
from engine.definition.schema import DefinitionSpec
from engine.definition.traceability import (
    Element,
    Statement,
    counts,
    holes,
    read_statements,
    strangers,
    targets_of,
    trace,
)
from engine.errors import AuthorError
from pathways.statements import load_specs, load_statements, trace_all
from tests.unit.definition.checked import NAMES, text

STATEMENTS = [Statement(f"CO-{number}", "…", "course", "statements.yaml", number) for number in range(1, 10)]
CASE = "expect: {blocked: {give: [CO-3]}}\ntasks: [check]"
PYTHON = 'def test_x():\n    """CO-2: a low value warns."""'


def specs() -> dict[str, DefinitionSpec]:
    return {name: read_definition(Source(name, text(name))) for name in NAMES}


def traced(wanted: list[Statement] = STATEMENTS) -> dict[str, tuple[list[str], tuple[str, ...], str]]:
    found = trace(wanted, specs(), {}, {"course/one": CASE}, {"test_x.py": PYTHON})
    return {
        one.statement.id: ([str(part) for part in one.elements], (*one.cases, *one.tests), one.reason) for one in found
    }


def test_requirements_holds_and_tasks_express_statements() -> None:
    found = traced()
    assert found["CO-1"][0] == ["course.guards.start.igg_known"]
    assert found["CO-5"][0] == ["course.holds.infection"]
    assert found["CO-6"][0] == ["course.indicators.first_on_time", "course.tasks.check"]


def test_an_element_may_be_named_from_outside() -> None:
    assert traced()["CO-7"][0] == ["course.actions.give"]


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("course.give", ["course.actions.give"]),
        ("give", ["course.actions.give"]),
        ("tasks.igg", ["course.tasks.igg"]),
        ("screen.tasks.recheck", ["screen.tasks.recheck"]),
        ("start.igg_fine", ["course.guards.start.igg_fine"]),
        ("screen.gate", ["screen.gate.gate"]),
        ("screen", ["screen.pathway.screen"]),
        ("give, screen.known", ["course.actions.give", "screen.gate.known"]),
        ("give, nothing", []),
        ("actions.igg", []),
    ],
)
def test_what_expressed_by_means(target: str, meant: list[str]) -> None:
    """An element of this or another pathway, with or without its part; several by commas, and all of them must exist."""
    assert [str(one) for one in targets_of(specs(), specs()["course"], target)] == meant


def test_cases_and_tests_that_name_a_statement_or_its_element_exercise_it() -> None:
    found = traced()
    assert found["CO-3"][1] == ("course/one",)
    assert found["CO-6"][1] == ("course/one",)
    assert found["CO-2"][1] == ("test_x.py",)
    assert found["CO-1"][1] == ()


def test_what_is_neither_expressed_nor_listed_is_a_hole() -> None:
    found = trace(STATEMENTS, specs(), {}, {}, {})
    assert [(one.file, one.line) for one in holes(found)] == [("statements.yaml", 9)]
    assert "CO-9" in holes(found)[0].message
    assert counts(found) == {
        "statements": 9, "expressed": 7, "not_computable": 1, "missing": 1, "exercised": 0, "expressed_without_case_or_test": 7,
    }  # fmt: skip


def test_an_id_that_no_list_has_is_named_with_the_nearest() -> None:
    found = trace(STATEMENTS[:7], specs(), {}, {}, {})
    assert [one[:2] for one in strangers(found, specs())] == [("course", "CO-8")]


def test_one_id_is_not_found_inside_another() -> None:
    """`CO-1` does not count as named where `CO-12` or `CO-1.2` stands."""
    found = trace(STATEMENTS[:1], specs(), {}, {"a": "CO-12", "b": "CO-1.2", "c": "XCO-1"}, {})
    assert found[0].cases == ()


def test_a_family_of_two_letters_is_part_of_the_id() -> None:
    """`AE-LD-27` is found where it stands, and `LD-27` is not."""
    listed = [Statement("AE-LD-27", "…", "course", "statements.yaml", 1)]
    assert trace(listed, specs(), {}, {"a": "blocked [AE-LD-27]", "b": "LD-27"}, {})[0].cases == ("a",)


def test_a_list_of_statements_knows_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "statements.yaml"
    path.write_text("pathway: x\nstatements:\n  XX-1: One.\n  XX-2.3: Two.\n", encoding="utf-8")
    assert [(one.id, one.line) for one in read_statements(path)] == [("XX-1", 3), ("XX-2.3", 4)]
    path.write_text("XX-1: One.\n", encoding="utf-8")
    with pytest.raises(AuthorError):
        read_statements(path)


def test_an_element_prints_as_its_path() -> None:
    assert str(Element("hbv", "tasks", "check")) == "hbv.tasks.check"
    assert str(Element("", "function", "bsa")) == "function.bsa"


# --- what ships -----------------------------------------------------------------------------------------------------


def test_every_statement_of_what_ships_is_expressed_or_listed() -> None:
    assert [str(one) for one in holes(trace_all(load_specs()))] == []


def test_every_statement_that_what_ships_names_is_in_a_list() -> None:
    specs = load_specs()
    assert strangers(trace_all(specs), specs) == []


def test_no_statement_is_listed_twice() -> None:
    names = [one.id for one in load_statements()]
    assert sorted(names) == sorted(set(names))
