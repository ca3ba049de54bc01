"""The state graph of a definition says which moves exist, whatever the facts say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definition.graph import Move, StateGraph
from engine.definition.reading import Source, read_definition
from engine.definition.schema import DefinitionSpec
from tests.unit.definition.checked import NAMES, text


def graph(name: str = "course") -> StateGraph:
    return StateGraph(read_definition(Source(name, text(name))))


def small(**more: Any) -> StateGraph:
    label = {"en": "x", "zh": "x"}
    stages = {name: {"label": label} for name in ("first", "second_one", "inner", "last")}
    stages["last"]["terminal"] = True  # type: ignore[assignment]
    stages["inner"]["parent"] = "second_one"  # type: ignore[assignment]
    whole = {"pathway": "small", "title": label, "spec": "-", "initial": "first", "stages": stages} | more
    return StateGraph(DefinitionSpec.model_validate(whole))


def action(to: str, *sources: str) -> dict[str, Any]:
    return {"label": {"en": "x", "zh": "x"}, "by": ["nurse"], "to": to} | ({"from": list(sources)} if sources else {})


def test_a_move_that_is_written_exists() -> None:
    assert graph().can("waiting", "give")
    assert graph().next("treated", "suspend") == ("paused",)
    assert graph().allows("waiting", "give", "treated")


def test_a_move_that_is_not_written_does_not_exist() -> None:
    """Neither backwards, nor by another action, nor by the automatic transitions that the library would add."""
    found = graph()
    assert not found.can("done", "give")
    assert not found.allows("treated", "give", "waiting")
    assert not found.can("waiting", "to_done")
    assert not found.can("nowhere", "nothing")


def test_without_from_an_action_starts_in_every_stage_that_is_not_terminal() -> None:
    found = small(actions={"end": action("last")})
    assert {move.source for move in found.moves} == {"first", "second_one", "inner"}


def test_previous_stage_leads_to_where_the_stage_is_entered_from() -> None:
    assert graph().next("paused", "resume") == ("treated",)
    back = [move for move in graph().moves if move.back]
    assert back == [Move("paused", "resume", "treated", automatic=False, back=True)]


def test_a_parent_may_close_its_child_and_only_close_it() -> None:
    assert graph().allows("waiting", "parent", "done")
    assert not graph().allows("waiting", "parent", "treated")


def test_a_rule_that_hears_the_end_of_the_parent_closes_from_any_stage() -> None:
    """The parent closes its child wherever it stands, and the entry bears the rule that is meant for it."""
    found = small(automatic={"gone": {"from": ["first"], "to": "last", "on": "parent:ended"}})
    assert found.allows("inner", "gone", "last")
    assert not found.allows("inner", "gone", "first")


def test_nested_stages_keep_their_names() -> None:
    found = small(actions={"go": action("inner", "first"), "end": action("last", "inner")})
    assert found.allows("first", "go", "inner")
    assert found.allows("inner", "end", "last")
    assert found.stages_reachable_from("first") == {"first", "inner", "second_one", "last"}


def test_what_cannot_be_reached_is_not_among_the_reachable() -> None:
    found = small(actions={"end": action("last", "first")})
    assert found.stages_reachable_from("first") == {"first", "last"}
    assert found.ways_out("last") == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_machine_holds_every_move_and_no_other(name: str) -> None:
    """The table that answers is read back from the library's machine."""
    found = graph(name)
    held = {(source, trigger, target) for (source, trigger), all_ in found._table.items() for target in all_}
    assert held == {(move.source, move.trigger, move.target) for move in found.moves}


STAGES = ("first", "second_one", "inner", "last")
moves = st.lists(st.tuples(st.sampled_from(STAGES[:3]), st.sampled_from(STAGES)), max_size=8, unique=True)


@given(moves)
def test_exactly_the_written_moves_are_allowed(written: list[tuple[str, str]]) -> None:
    """Whatever the definition says: what it writes is allowed, and nothing else."""
    found = small(actions={f"a{n}": action(to, source) for n, (source, to) in enumerate(written)})
    allowed = {
        (source, to)
        for n in range(len(written))
        for source in STAGES
        for to in STAGES
        if found.allows(source, f"a{n}", to)
    }
    assert allowed == set(written)


@given(moves)
def test_what_is_reachable_is_closed_under_moves(written: list[tuple[str, str]]) -> None:
    found = small(actions={f"a{n}": action(to, source) for n, (source, to) in enumerate(written)})
    reached = found.stages_reachable_from("first")
    entered = {move.target for stage in reached for move in found.ways_out(stage) if move.target != stage}
    inside = reached & ({"first"} | entered)  # a stage that only encloses what is reached is not entered itself
    assert {move.target for stage in inside for move in found.ways_out(stage)} <= reached
