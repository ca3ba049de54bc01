"""The state graph of a definition, compiled into `transitions` once: which moves exist, whatever the facts say.

The evaluator decides whether a move may be made now, so that a refusal can be explained; this graph says whether the
definition has the move at all. It has no callbacks, no models, no automatic `to_…` transitions, and it never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from transitions import Machine
from transitions.extensions.nesting import HierarchicalMachine, NestedState

from engine.definition.schema import Action, Automatic, DefinitionSpec

PREVIOUS = "previous stage"
PARENT = "parent"
"""What a stage entry bears when the parent closed this enrolment and no transition of its own listens to that."""


class _Nested(NestedState):  # type: ignore[misc, unused-ignore]
    """Stage names hold underscores, which is the library's own separator."""

    separator = "/"


class _NestedMachine(HierarchicalMachine):  # type: ignore[misc, unused-ignore]
    state_cls = _Nested


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """One way from a stage to another; `trigger` is the id of an action or automatic transition."""

    source: str
    trigger: str
    target: str
    automatic: bool = False
    back: bool = False
    """Leads to the stage from which the present one was entered."""


class StateGraph:
    """Which moves a definition has. Raises nothing for names it does not know: those moves are not there."""

    def __init__(self, spec: DefinitionSpec) -> None:
        self.initial = spec.initial
        self.stages = tuple(spec.stages)
        self.terminal = frozenset(name for name, stage in spec.stages.items() if stage.terminal)
        self.moves = tuple(_moves(spec))
        self._closing = {PARENT, *(name for name, rule in spec.automatic.items() if _hears_parent(rule))}
        self._paths = {name: _path(spec, name) for name in spec.stages}
        self._machine = _machine(spec, self.moves, self._paths)

    def can(self, stage: str, trigger: str) -> bool:
        """Whether an action or automatic transition leads anywhere from a stage."""
        return bool(self.next(stage, trigger))

    def next(self, stage: str, trigger: str) -> tuple[str, ...]:
        """The stages to which a trigger can lead from a stage."""
        return self._table.get((stage, trigger), ())

    def allows(self, source: str, via: str, target: str) -> bool:
        """Whether the definition has this move. A parent may close its child from any stage, in its name or by a rule that hears it."""
        return target in self.next(source, via) or (via in self._closing and target in self.terminal)

    def ways_out(self, stage: str) -> tuple[Move, ...]:
        """Every move that leaves a stage."""
        return tuple(move for move in self.moves if move.source == stage and move.target != stage)

    def stages_reachable_from(self, initial: str) -> frozenset[str]:
        """The stage itself and every stage to which moves lead from it, with the stages that enclose them."""
        reached, waiting = {initial}, [initial]
        while waiting:
            for move in self.ways_out(waiting.pop()):
                if move.target not in reached:
                    reached.add(move.target)
                    waiting.append(move.target)
        return frozenset(reached | {part for name in reached for part in self._paths.get(name, name).split("/")})

    @cached_property
    def _table(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """What the machine holds, as a table: it is asked at every move of every patient."""
        found: dict[tuple[str, str], list[str]] = {}
        for move in self._machine_moves():
            found.setdefault(move[:2], []).append(move[2])
        return {key: tuple(dict.fromkeys(targets)) for key, targets in found.items()}

    def _machine_moves(self) -> Iterator[tuple[str, str, str]]:
        for trigger in self._machine.events:
            for one in self._machine.get_transitions(trigger):
                yield one.source.rpartition("/")[2], trigger, one.dest.rpartition("/")[2]


def _hears_parent(rule: Automatic) -> bool:
    return any(edge.startswith("parent:") for edge in rule.on)


def _machine(spec: DefinitionSpec, moves: Iterable[Move], paths: dict[str, str]) -> Any:
    nested = any(stage.parent for stage in spec.stages.values())
    machine = (_NestedMachine if nested else Machine)(
        model=None,
        states=_states(spec, None) if nested else list(spec.stages),
        initial=paths.get(spec.initial),
        auto_transitions=False,
    )
    for move in moves:
        if move.source in paths and move.target in paths:
            machine.add_transition(move.trigger, paths[move.source], paths[move.target])
    return machine


def _states(spec: DefinitionSpec, parent: str | None) -> list[Any]:
    """Stages as the library nests them."""
    return [
        {"name": name, "children": inner} if (inner := _states(spec, name)) else {"name": name}
        for name, stage in spec.stages.items()
        if (stage.parent if stage.parent in spec.stages else None) == parent
    ]


def _path(spec: DefinitionSpec, name: str) -> str:
    """`outer/inner` of a nested stage. A circle of parents ends where it closes; the checks report it."""
    path, seen = name, {name}
    while (parent := spec.stages[name].parent) in spec.stages and parent not in seen:
        assert parent is not None
        seen.add(parent)
        path, name = f"{parent}/{path}", parent
    return path


# --- moves ----------------------------------------------------------------------------------------------------------


def _moves(spec: DefinitionSpec) -> list[Move]:
    """Every move that is written, then those back to the previous stage: to wherever the present one is entered from."""
    written = [move for move in _written(spec) if move.target != PREVIOUS]
    back = [move for move in _written(spec) if move.target == PREVIOUS]
    found = list(dict.fromkeys(written))
    grew = True
    while grew:
        more = [
            Move(one.source, one.trigger, entry.source, one.automatic, back=True)
            for one in back
            for entry in found
            if entry.target == one.source and entry.source != one.source
        ]
        new = [move for move in dict.fromkeys(more) if move not in found]
        found += new
        grew = bool(new)
    return found


def _written(spec: DefinitionSpec) -> Iterator[Move]:
    for name, action in spec.actions.items():
        for target in targets(action):
            yield from (Move(source, name, target) for source in sources(spec, action))
    for name, rule in spec.automatic.items():
        for target in targets(rule):
            yield from (Move(source, name, target, automatic=True) for source in sources(spec, rule))


def sources(spec: DefinitionSpec, element: Action | Automatic) -> tuple[str, ...]:
    """The stages from which an action or transition is possible; without `from`, every stage that is not terminal."""
    if element.from_ is not None:
        return tuple(element.from_)
    return tuple(name for name, stage in spec.stages.items() if not stage.terminal)


def targets(rule: Action | Automatic) -> tuple[str, ...]:
    """The stages to which an action or automatic transition leads; of `with.x` every one that may be named, and the way back."""
    if isinstance(rule, Action):
        head, _, key = (rule.to or "").partition(".")
        if head == "with" and key in rule.asks:
            return (*rule.asks[key].codes, *(() if rule.asks[key].required else (PREVIOUS,)))
        return (rule.to,) if rule.to is not None else ()
    return tuple(case.to for case in rule.cases) if rule.cases else (rule.to,) if rule.to is not None else ()
