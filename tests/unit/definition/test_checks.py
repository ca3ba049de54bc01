"""Every mistake of a definition is found with file, line and remedy; a good definition has none."""

from __future__ import annotations

import pytest

from engine.definition.checking import CHECKS
from tests.unit.definition.broken import ALL, Broken
from tests.unit.definition.checked import edited, problems


def test_a_good_definition_has_no_findings() -> None:
    assert [str(one) for one in problems()] == []


@pytest.mark.parametrize("broken", ALL, ids=lambda broken: broken.rule)
def test_a_mistake_is_found_where_it_stands(broken: Broken) -> None:
    """The finding names file and line, says what is wrong, and how to put it right."""
    text = edited(broken.file, broken.old, broken.new)
    found = problems(broken.file, text)
    lines = text.splitlines()
    fitting = [
        one
        for one in found
        if one.file == f"{broken.file}.yaml"
        and broken.at in lines[one.line - 1]
        and broken.message in one.message
        and broken.remedy in one.remedy
    ]
    shown = "\n".join(f"{one} @ {lines[one.line - 1]}" for one in found)
    assert fitting, f"not found among:\n{shown}"
    assert fitting[0].remedy
    assert fitting[0].column > 0


def test_there_are_many_kinds_of_mistake() -> None:
    """At least 45 broken definitions, none of them twice."""
    assert len({one.rule for one in ALL}) == len(ALL) >= 45


def test_every_check_says_what_it_demands() -> None:
    assert all(check.__doc__ for check in CHECKS)
