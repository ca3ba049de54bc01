"""The moving parts of a definition with their sentences compiled: actions, automatic transitions, holds, tasks, notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.definition.indicator_rules import IndicatorRule, compile_indicators
from engine.definition.schema import (
    Action,
    Automatic,
    DefinitionSpec,
    DeviationSpec,
    DoneBy,
    Effect,
    HoldSpec,
    Notification,
    Reminder,
    Step,
    TaskSpec,
)
from engine.evaluation.context import Context, CriterionFunction, ValueFunction
from engine.evaluation.results import Reading
from engine.evaluation.selecting import Selection, compile_selector
from engine.evaluation.settings import typed
from engine.language import syntax as s
from engine.language.parsing import parse_value

if TYPE_CHECKING:
    from engine.definition.compiled import Compiler

Values = Mapping[str, ValueFunction]


@dataclass(frozen=True)
class EffectRule:
    """One effect with its expressions compiled; `values` by name of the field they fill."""

    spec: Effect
    when: CriterionFunction | None
    values: Values


@dataclass(frozen=True)
class ActionRule:
    """What a person does."""

    id: str
    spec: Action
    dose: ValueFunction | None
    proposed: CriterionFunction | None
    effects: tuple[EffectRule, ...]
    asked: Mapping[str, CriterionFunction]
    """When a parameter is asked for, where only a sentence tells."""


@dataclass(frozen=True)
class AutomaticRule:
    """A transition (or only effects) that the engine makes itself."""

    id: str
    spec: Automatic
    edges: tuple[str, ...]
    when: CriterionFunction | None
    cases: tuple[tuple[str, CriterionFunction], ...]
    effects: tuple[EffectRule, ...]


@dataclass(frozen=True)
class HoldRule:
    """When a hold opens and is released."""

    id: str
    spec: HoldSpec
    opens: CriterionFunction
    released: CriterionFunction | None


@dataclass(frozen=True)
class DoneRule:
    """What completes a task."""

    spec: DoneBy
    within: ValueFunction | None
    when: CriterionFunction | None
    having: Mapping[str, CriterionFunction]
    """What a fact must meet, by the fact or class that `all` or `any` names."""


@dataclass(frozen=True)
class NoticeStep:
    """A notice a period past the window, or before the due date."""

    spec: Step | Reminder
    period: ValueFunction


@dataclass(frozen=True)
class TaskRule:
    """When a task is owed and what completes it."""

    id: str
    spec: TaskSpec
    when: CriterionFunction | None
    each: Callable[[Context], Selection] | None
    offsets: ValueFunction | None
    since: ValueFunction | None
    due: ValueFunction | None
    opens: ValueFunction | None
    until: ValueFunction | None
    frozen: CriterionFunction | None
    anchor: ValueFunction | None
    every: ValueFunction | None
    numbers: ValueFunction | None
    after: ValueFunction | None
    done: DoneRule | None
    overdue: tuple[NoticeStep, ...]
    reminders: tuple[NoticeStep, ...]


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: how long after the step before, and who is told."""

    period: ValueFunction
    to: tuple[str, ...]


@dataclass(frozen=True)
class NoticeRule:
    """When a message is requested or a deviation recorded."""

    id: str
    spec: Notification | DeviationSpec
    edges: tuple[str, ...]
    when: CriterionFunction | None
    raised: CriterionFunction | None = None
    """When a message is more urgent than usual."""
    ladder: tuple[Rung, ...] = ()
    """Who is told next while nobody acknowledges a message; the last step is its terminal owner."""


@dataclass(frozen=True)
class Rules:
    """All moving parts of a definition, in the order in which they are written."""

    actions: Mapping[str, ActionRule]
    automatic: tuple[AutomaticRule, ...]
    holds: tuple[HoldRule, ...]
    tasks: tuple[TaskRule, ...]
    notifications: tuple[NoticeRule, ...]
    deviations: tuple[NoticeRule, ...]
    indicators: tuple[IndicatorRule, ...] = ()
    heard: dict[str, Heard] = field(default_factory=dict, compare=False, repr=False)
    """Who hears an edge, by its name, as far as it was asked for."""

    def hearing(self, edge: str) -> Heard:
        """The automatic rules and the notices that hear an edge, each in its order."""
        if edge not in self.heard:
            automatic = tuple(rule for rule in self.automatic if _listens(rule.edges, edge))
            notices = tuple(rule for rule in (*self.notifications, *self.deviations) if _listens(rule.edges, edge))
            self.heard[edge] = automatic, notices
        return self.heard[edge]


Heard = tuple[tuple[AutomaticRule, ...], tuple[NoticeRule, ...]]


def _listens(names: tuple[str, ...], edge: str) -> bool:
    """Whether one of the names is the edge, or stands for many of which it is one: `hold:*` hears `hold:active_tb`."""
    return any(name == edge or (name.endswith(":*") and edge.startswith(name[:-1])) for name in names)


def compile_rules(compiler: Compiler, spec: DefinitionSpec) -> Rules:
    """Compile all moving parts."""
    return Rules(
        actions={name: _action(compiler, name, one) for name, one in spec.actions.items()},
        automatic=tuple(_automatic(compiler, name, one) for name, one in spec.automatic.items()),
        holds=tuple(_hold(compiler, name, one) for name, one in spec.holds.items()),
        tasks=tuple(_task(compiler, name, one) for name, one in spec.tasks.items()),
        notifications=tuple(_notice(compiler, "notifications", name, one) for name, one in spec.notifications.items()),
        deviations=tuple(_notice(compiler, "deviations", name, one) for name, one in spec.deviations.items()),
        indicators=compile_indicators(compiler, spec.indicators),
    )


def _action(compiler: Compiler, name: str, spec: Action) -> ActionRule:
    place = f"actions.{name}"
    dose, proposed = compiler.value(spec.dose, f"{place}.dose"), compiler.criterion(spec.proposed, f"{place}.proposed")
    asked = {
        key: judge
        for key, one in spec.asks.items()
        if (judge := compiler.criterion(one.when, f"{place}.with.{key}.when")) is not None
    }
    return ActionRule(name, spec, dose, proposed, _effects(compiler, spec.effects, place), asked)


def _automatic(compiler: Compiler, name: str, spec: Automatic) -> AutomaticRule:
    place = f"automatic.{name}"
    cases = tuple(
        (case.to, judge)
        for number, case in enumerate(spec.cases)
        if (judge := compiler.criterion(case.when, f"{place}.cases.{number}.when")) is not None
    )
    when = compiler.criterion(spec.when, f"{place}.when")
    return AutomaticRule(name, spec, tuple(spec.on), when, cases, _effects(compiler, spec.effects, place))


def _effects(compiler: Compiler, effects: list[Effect], place: str) -> tuple[EffectRule, ...]:
    return tuple(_effect(compiler, one, f"{place}.effects.{number}") for number, one in enumerate(effects))


def _effect(compiler: Compiler, spec: Effect, place: str) -> EffectRule:
    texts: dict[str, str | None] = {}
    if spec.record:
        texts = {"value": spec.record.value, "effective": spec.record.effective}
        texts |= {f"attributes.{key}": text for key, text in spec.record.attributes.items()}
        if spec.record.fact.startswith("with."):
            texts["fact"] = spec.record.fact
    elif spec.open:
        texts = dict(spec.open.given)
    elif spec.anchor:
        texts = dict(spec.anchor)
    elif spec.register_caller:
        texts = {key: getattr(spec.register_caller, key) for key in ("caller", "planned_start", "drug", "ended")}
    values = {
        key: compiled for key, text in texts.items() if (compiled := compiler.value(text, f"{place}.{key}")) is not None
    }
    return EffectRule(spec, compiler.criterion(spec.when, f"{place}.when"), values)


def _hold(compiler: Compiler, name: str, spec: HoldSpec) -> HoldRule:
    opens = compiler.criterion(spec.opens, f"holds.{name}.opens")
    assert opens is not None
    return HoldRule(name, spec, opens, compiler.criterion(spec.released, f"holds.{name}.released"))


def _task(compiler: Compiler, name: str, spec: TaskSpec) -> TaskRule:
    place, grid = f"tasks.{name}", spec.grid
    numbers = (grid.months if grid.months is not None else grid.days) if grid else None
    return TaskRule(
        name,
        spec,
        when=compiler.criterion(spec.when, f"{place}.when"),
        each=_each(compiler, spec.each, place),
        offsets=_numbers(compiler, spec.offsets, f"{place}.offsets"),
        since=compiler.value(spec.since, f"{place}.since"),
        due=compiler.value(spec.due, f"{place}.due"),
        opens=compiler.value(spec.opens, f"{place}.opens"),
        until=compiler.value(spec.until, f"{place}.until"),
        frozen=compiler.criterion(spec.frozen, f"{place}.frozen"),
        anchor=compiler.value(grid.anchor, f"{place}.grid.from") if grid else None,
        every=compiler.value(grid.every, f"{place}.grid.every") if grid else None,
        numbers=_numbers(compiler, numbers, f"{place}.grid"),
        after=compiler.value(grid.after, f"{place}.grid.after") if grid else None,
        done=_done(compiler, spec.done_by, place) if spec.done_by else None,
        overdue=tuple(_step(compiler, one, one.after, f"{place}.overdue") for one in spec.overdue),
        reminders=tuple(_step(compiler, one, one.before, f"{place}.reminders") for one in spec.reminders),
    )


def _each(compiler: Compiler, text: str | None, place: str) -> Callable[[Context], Selection] | None:
    if text is None:
        return None

    def build() -> Callable[[Context], Selection]:
        picked = parse_value(f"latest {text}")
        assert isinstance(picked, s.Pick)
        return compile_selector(picked.selector, compiler.scope)

    return compiler._compiled(build, f"{place}.each", lambda context: Selection())  # type: ignore[no-any-return]


def _numbers(compiler: Compiler, raw: Any, place: str) -> ValueFunction | None:
    """A list of months or days, or the setting that holds it."""
    if raw is None or isinstance(raw, str):
        return compiler.value(raw, place)
    reading = Reading(typed(raw)[0])
    return lambda context: reading


def _done(compiler: Compiler, spec: DoneBy, place: str) -> DoneRule:
    catalogue = compiler.scope.catalogue
    for name in (*spec.all, *spec.any):
        if catalogue.canonical(name) is None and not catalogue.is_class(name) and compiler.findings is not None:
            compiler.findings.append((f"{place}.done_by", compiler.scope.unknown(name, "fact", catalogue.names)))
    return DoneRule(
        spec,
        within=compiler.value(spec.within, f"{place}.done_by.within"),
        when=compiler.criterion(spec.when, f"{place}.done_by.when"),
        having=dict(_having(compiler, spec, f"{place}.done_by.with")),
    )


def _having(compiler: Compiler, spec: DoneBy, place: str) -> Iterator[tuple[str, CriterionFunction]]:
    """The condition on each fact, compiled where its attributes are names."""
    for name in (*spec.all, *spec.any):
        text = spec.having.get(name) if isinstance(spec.having, dict) else spec.having
        function = compiler.inside("fact", name).criterion(text, place)
        if function is not None:
            yield name, function


def _step(compiler: Compiler, spec: Step | Reminder, period: str, place: str) -> NoticeStep:
    compiled = compiler.value(period, place)
    assert compiled is not None
    return NoticeStep(spec, compiled)


def _notice(compiler: Compiler, part: str, name: str, spec: Notification | DeviationSpec) -> NoticeRule:
    place = f"{part}.{name}"
    raised = spec.raised.when if isinstance(spec, Notification) and spec.raised is not None else None
    when = compiler.criterion(spec.when, f"{place}.when")
    ladder = _ladder(compiler, spec, place) if isinstance(spec, Notification) else ()
    return NoticeRule(name, spec, tuple(spec.on), when, compiler.criterion(raised, f"{place}.raised.when"), ladder)


def _ladder(compiler: Compiler, spec: Notification, place: str) -> tuple[Rung, ...]:
    """The steps that are written, and the terminal owner as long after the last one (or after the time to acknowledge)."""
    steps = [(one.after, tuple(one.to)) for one in spec.escalation]
    last = compiler.scope.spec.unanswered
    if steps and steps[-1][1] != (last,):
        steps.append((steps[-1][0], (last,)))
    elif not steps and spec.acknowledge:
        steps.append((spec.acknowledge, (last,)))
    periods = [compiler.value(after, f"{place}.escalation") for after, _ in steps]
    return tuple(Rung(period, to) for period, (_, to) in zip(periods, steps, strict=True) if period is not None)
