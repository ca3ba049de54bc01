"""From the parse to the tree: one method for each rule of the grammar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lark import Token, Transformer, Tree, v_args

from engine.language import syntax as s
from engine.language.mistakes import SentenceError
from engine.language.words import PERIODS


def build(parsed: Tree[Token]) -> Any:
    """The tree of a parse. A `SentenceError` comes wrapped in Lark's `VisitError`."""
    return _Builder().transform(parsed)


def _named(value: s.Value, what: str) -> str:
    if not isinstance(value, s.Name):
        raise SentenceError(f"Before “{what}” stands a name.", remedy="Name the value first, under `values:`.")
    return value.name


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """One method for each rule of the grammar."""

    def value_start(self, value: s.Value) -> s.Value:
        return value

    # values

    def name(self, word: Token) -> s.Value:
        return s.Truth(word == "yes") if word in ("yes", "no") else s.Name(str(word))

    def day(self, token: Token) -> s.Day:
        try:
            return s.Day(date.fromisoformat(token))
        except ValueError:
            raise SentenceError(f"{token} is no date.", remedy="Write a day that exists, as 2026-03-02.") from None

    def quantity(self, token: Token) -> s.Value:
        number, unit = str(token).split(" ", 1)
        if unit not in PERIODS:
            return s.Number(Decimal(number), unit)
        if "." in number:
            raise SentenceError(f"“{token}”: a length of time is a whole number.", remedy="Use the smaller unit.")
        months, days, minutes = (int(number) * part for part in PERIODS[unit])
        return s.Period(months, days, minutes)

    def number(self, token: Token) -> s.Number:
        return s.Number(Decimal(token))

    def word(self, token: Token) -> s.Word:
        return s.Word(str(token)[1:-1])

    def attribute(self, name: Token, of: s.Value) -> s.Attribute:
        return s.Attribute(str(name), of)

    def date_of(self, of: s.Value) -> s.Attribute:
        return s.Attribute("date", of)

    def time_of(self, of: s.Value) -> s.Attribute:
        return s.Attribute("time", of)

    def plus(self, left: s.Value, right: s.Value) -> s.Sum:
        return s.Sum(left, "+", right)

    def minus(self, left: s.Value, right: s.Value) -> s.Sum:
        return s.Sum(left, "-", right)

    def times(self, left: s.Value, right: s.Value) -> s.Product:
        return s.Product(left, right)

    def at_most(self, value: s.Value, limit: s.Value) -> s.Bounded:
        return s.Bounded(value, "at most", limit)

    def at_least(self, value: s.Value, limit: s.Value) -> s.Bounded:
        return s.Bounded(value, "at least", limit)

    def rounded(self, value: s.Value, step: s.Value) -> s.Rounded:
        return s.Rounded(value, "to", step)

    def rounded_up(self, value: s.Value, step: s.Value) -> s.Rounded:
        return s.Rounded(value, "up to", step)

    def rounded_down(self, value: s.Value, step: s.Value) -> s.Rounded:
        return s.Rounded(value, "down to", step)

    def earliest(self) -> str:
        return "earliest"

    def latest_choice(self) -> str:
        return "latest"

    def least(self) -> str:
        return "least"

    def greatest(self) -> str:
        return "greatest"

    def first_known(self) -> str:
        return "first known"

    def values(self, *items: s.Value) -> tuple[s.Value, ...]:
        return items

    keys = values

    def choice(self, which: str, items: tuple[s.Value, ...]) -> s.Choice:
        return s.Choice(which, items)

    def over_callers(self, which: str, value: s.Value) -> s.OverCallers:
        if which == "first known":
            raise SentenceError(
                "“first known of … over callers” has no order.", remedy="Use earliest, latest, least or greatest."
            )
        return s.OverCallers(which, value)

    def latest(self, selector: s.Selector) -> s.Pick:
        return s.Pick("latest", selector)

    def first(self, selector: s.Selector) -> s.Pick:
        return s.Pick("first", selector)

    def count(self, selector: s.Selector) -> s.Count:
        return s.Count(selector)

    def count_different(self, attribute: Token, selector: s.Selector) -> s.CountDistinct:
        return s.CountDistinct(str(attribute), selector)

    def count_met(self, items: tuple[s.Criterion, ...]) -> s.CountMet:
        return s.CountMet(items)

    def next_on_grid(self, every: s.Value, anchor: s.Value, after: s.Value) -> s.NextOnGrid:
        return s.NextOnGrid(every, anchor, after)

    def lookup(self, column: Token, table: Token, keys: tuple[s.Value, ...]) -> s.Lookup:
        return s.Lookup(str(column), str(table), keys)

    # selectors

    def fact_source(self, name: Token) -> tuple[str, str]:
        return "fact", str(name)

    def action_source(self, name: Token) -> tuple[str, str]:
        return "action", str(name)

    def stage_source(self, name: Token) -> tuple[str, str]:
        return "stage", str(name)

    def hold_source(self, name: Token) -> tuple[str, str]:
        return "hold", str(name)

    def task_source(self, name: Token) -> tuple[str, str]:
        return "task", str(name)

    def given(self) -> str:
        return "given"

    def started(self) -> str:
        return "started"

    def stopped_verb(self) -> str:
        return "stopped"

    def having(self, criterion: s.Criterion) -> s.Criterion:
        return criterion

    def windows(self, *windows: s.Window) -> tuple[s.Window, ...]:
        return windows

    def selector(self, source: tuple[str, str], *rest: Any) -> s.Selector:
        verb = next((part for part in rest if isinstance(part, str)), "")
        having = next((part for part in rest if isinstance(part, s.Criterion)), None)
        windows = next((part for part in rest if isinstance(part, tuple)), ())
        return s.Selector(*source, verb, having, windows)

    def within(self, period: s.Value) -> s.Window:
        return s.Window("within", period)

    def within_before(self, period: s.Value, day: s.Value) -> s.Window:
        return s.Window("within", period, side="before", date=day)

    def within_after(self, period: s.Value, day: s.Value) -> s.Window:
        return s.Window("within", period, side="after", date=day)

    def at_least_before(self, period: s.Value, day: s.Value) -> s.Window:
        return s.Window("at_least", period, side="before", date=day)

    def at_least_after(self, period: s.Value, day: s.Value) -> s.Window:
        return s.Window("at_least", period, side="after", date=day)

    def at_least_ago(self, period: s.Value) -> s.Window:
        return s.Window("at_least", period, side="ago")

    def between_before(self, lower: s.Value, upper: s.Value, day: s.Value) -> s.Window:
        return s.Window("between", lower, upper, "before", day)

    def between_after(self, lower: s.Value, upper: s.Value, day: s.Value) -> s.Window:
        return s.Window("between", lower, upper, "after", day)

    def since(self, day: s.Value) -> s.Window:
        return s.Window("since", date=day)

    def after(self, day: s.Value) -> s.Window:
        return s.Window("after", date=day)

    def before(self, day: s.Value) -> s.Window:
        return s.Window("before", date=day)

    def until(self, day: s.Value) -> s.Window:
        return s.Window("until", date=day)

    def on(self, day: s.Value) -> s.Window:
        return s.Window("on", date=day)

    def rolling(self, period: s.Value) -> s.Window:
        return s.Window("rolling", period)

    # criteria

    def items(self, *items: s.Criterion) -> tuple[s.Criterion, ...]:
        return items

    def all_of(self, *items: s.Criterion) -> s.All:
        return s.All(items)

    def any_of(self, *items: s.Criterion) -> s.AnyOf:
        return s.AnyOf(items)

    def all_of_list(self, items: tuple[s.Criterion, ...]) -> s.Criterion:
        return s.All(items) if len(items) > 1 else items[0]

    def any_of_list(self, items: tuple[s.Criterion, ...]) -> s.Criterion:
        return s.AnyOf(items) if len(items) > 1 else items[0]

    def at_least_of(self, count: Token, items: tuple[s.Criterion, ...]) -> s.AtLeastOf:
        return s.AtLeastOf(int(count), items)

    def not_(self, item: s.Criterion) -> s.Not:
        return s.Not(item)

    def unless(self, item: s.Criterion, exception: s.Criterion) -> s.Unless:
        return s.Unless(item, exception)

    def counts_as_no(self, item: s.Criterion) -> s.CountsAsNo:
        return s.CountsAsNo(item)

    def named(self, value: s.Value) -> s.Named:
        return s.Named(_named(value, "is met"))

    def compare(self, left: s.Value, operator: Token, right: s.Value, period: s.Value | None = None) -> s.Criterion:
        comparison = s.Compare(left, str(operator), right)
        return s.Lasting(comparison, period) if period is not None else comparison

    def is_(self, value: s.Value, codes: tuple[str, ...], period: s.Value | None = None) -> s.Criterion:
        comparison = s.Is(value, codes)
        return s.Lasting(comparison, period) if period is not None else comparison

    def lasting(self, period: s.Value) -> s.Value:
        return period

    def codes(self, *codes: Token) -> tuple[str, ...]:
        return tuple(str(code) for code in codes)

    def known(self, value: s.Value) -> s.Known:
        return s.Known(value)

    def missing(self, value: s.Value) -> s.Missing:
        return s.Missing(value)

    def running(self, value: s.Value, period: s.Value | None = None) -> s.Running:
        return s.Running(_named(value, "is running"), period)

    def stopped(self, name: Token, period: s.Value, before: s.Value) -> s.Stopped:
        return s.Stopped(str(name), period, before)

    def never_given(self, value: s.Value) -> s.NeverGiven:
        return s.NeverGiven(_named(value, "never given"))

    def changed(
        self, value: s.Value, old: tuple[str, ...], new: tuple[str, ...], windows: tuple[s.Window, ...]
    ) -> s.Changed:
        return s.Changed(_named(value, "changed"), old, new, windows)

    def fell(self, value: s.Value, amount: s.Value, reference: s.Value) -> s.Moved:
        return s.Moved(value, "fell", amount, reference)

    def rose(self, value: s.Value, amount: s.Value, reference: s.Value) -> s.Moved:
        return s.Moved(value, "rose", amount, reference)

    def any_entry(self, selector: s.Selector) -> s.Exists:
        return s.Exists("any", 1, selector)

    def no_entry(self, selector: s.Selector) -> s.Exists:
        return s.Exists("no", 1, selector)

    def at_least_entries(self, count: Token, selector: s.Selector) -> s.Exists:
        return s.Exists("at least", int(count), selector)

    def at_least_different(self, count: Token, attribute: Token, selector: s.Selector) -> s.Exists:
        return s.Exists("at least", int(count), selector, str(attribute))

    def days_number(self, count: Token) -> s.Number:
        return s.Number(Decimal(count))

    def days_name(self, name: Token) -> s.Name:
        return s.Name(str(name))

    def each_day(self, days: s.Value, before: s.Value, item: s.Criterion) -> s.EachDay:
        return s.EachDay(days, before, item)

    def every_result(self, task: Token, operator: Token, limit: s.Value) -> s.EveryResult:
        return s.EveryResult(str(task), str(operator), limit)

    def of_pathway(self, name: Token) -> str:
        return str(name)

    def open(self) -> str:
        return "open"

    def overdue(self) -> str:
        return "overdue"

    def done(self) -> str:
        return "done"

    def hold_open(self, hold: Token, pathway: str = "") -> s.HoldOpen:
        return s.HoldOpen(str(hold), pathway)

    def task_is(self, task: Token, *rest: str) -> s.TaskIs:
        return s.TaskIs(str(task), rest[-1], rest[0] if len(rest) > 1 else "")

    def stage_is(self, *rest: Any) -> s.StageIs:
        return s.StageIs(rest[-1], rest[0] if len(rest) > 1 else "")

    def gate_is(self, pathway: Token, values: tuple[str, ...]) -> s.GateIs:
        return s.GateIs(str(pathway), values)

    def guard_passes(self, guard: Token) -> s.GuardPasses:
        return s.GuardPasses(str(guard))

    def enrolled(self, pathway: Token) -> s.Enrolled:
        return s.Enrolled(str(pathway))

    def any_caller(self, item: s.Criterion) -> s.CallerHas:
        return s.CallerHas("any", item)

    def every_caller(self, item: s.Criterion) -> s.CallerHas:
        return s.CallerHas("every", item)
