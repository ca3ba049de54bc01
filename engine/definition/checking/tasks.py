"""Tasks: a kind that can be worked out, a window that is one, things that complete it, messages that exist."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.checking.kinds import ANY, DATE, PERIOD, Kind, Kinds, raw_kind
from engine.definition.checking.subject import Subject
from engine.definition.reading import Problem
from engine.definition.schema import TaskSpec
from engine.errors import AuthorError
from engine.evaluation.settings import typed
from engine.language import syntax as s
from engine.language.parsing import parse_value
from engine.units import Duration

_PERIOD_FIELDS = ("overdue", "reminders")


def shape(subject: Subject) -> Iterator[Problem]:
    """Which keys belong together (the kinds of task in `docs/how-to-write-a-pathway.md`)."""
    for name, task in subject.spec.tasks.items():
        for message, remedy in _shape(task):
            yield subject.problem(f"tasks.{name}", f"{name}: {message}", remedy)


def _shape(task: TaskSpec) -> Iterator[tuple[str, str]]:
    kinds = [key for key in ("grid", "each", "since") if getattr(task, key) is not None]
    if len(kinds) > 1:
        yield f"{' and '.join(kinds)} together.", "A task is a grid, one for each entry, or rolling: keep one."
    if task.since is not None and task.due is None:
        yield "rolling without `due`.", "Add `due: last_result + …`."
    if task.since is not None and task.done_by is None:
        yield "rolling without `done_by`; nothing would ever move it on.", "Add `done_by`."
    if task.outlives and (kinds or task.when is None or task.due is not None or task.done_by is not None):
        yield "it outlives its enrolment, and nothing looks at it then.", "Keep `when` alone: a person closes it."
    if not kinds and task.when is None and task.due is None and task.opens is None:
        yield "nothing says when it is owed.", "Add `when`, `due`, `grid`, `each` or `since`."
    yield from _grid(task)


def _grid(task: TaskSpec) -> Iterator[tuple[str, str]]:
    grid = task.grid
    if grid is not None and task.due is not None:
        yield "`due` beside a grid, which gives the dates.", "Remove `due`."
    if grid is not None and (grid.months is not None) + (grid.days is not None) > 1:
        yield "a grid counts in months or in days.", "Keep one of them."
    if grid is not None and grid.months is None and grid.days is None and grid.every is None:
        yield "a grid without dates.", "Add `months`, `days` or `every`."


def windows(subject: Subject) -> Iterator[Problem]:
    """`opens` is a period before the due date or an earlier date, `until` a period after it or a later date."""
    kinds = Kinds(subject)
    for name, task in subject.spec.tasks.items():
        for key in ("opens", "until"):
            yield from _edge_of_window(subject, kinds, f"tasks.{name}.{key}", task, key)
        yield from _order(subject, f"tasks.{name}", task)


def _edge_of_window(subject: Subject, kinds: Kinds, path: str, task: TaskSpec, key: str) -> Iterator[Problem]:
    tree = _tree(getattr(task, key))
    if tree is None:
        return
    kind = kinds.of(tree)
    if kind not in (ANY, DATE, PERIOD):
        yield subject.problem(path, f"`{key}` is neither a date nor a length of time.", "Write e.g. 7 days, or a date.")
    if kind == PERIOD and task.due is None and task.grid is None:
        yield subject.problem(
            path, f"`{key}` counts from `due`, which the task has not.", "Add `due`, or write a date."
        )


def _order(subject: Subject, path: str, task: TaskSpec) -> Iterator[Problem]:
    """Of dates that hang on one anchor, `opens` comes first and `until` last."""
    opens, due, until = (_offset(subject, getattr(task, key)) for key in ("opens", "due", "until"))
    for first, second, key, message in (
        (opens, due, "opens", "The window opens after the due date."),
        (due, until, "until", "The window ends before the due date."),
        (opens, until, "until", "The window ends before it opens."),
    ):
        if first and second and first[0] == second[0] and _longer(first[1], second[1]):
            yield subject.problem(f"{path}.{key}", message, "Order them: `opens`, `due`, `until`.")


def _longer(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether the first is surely longer: no part shorter, one part longer."""
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def _offset(subject: Subject, text: str | None) -> tuple[s.Node, tuple[int, ...]] | None:
    """`anchor + period` taken apart; a date alone is an anchor with nothing added."""
    tree = _tree(text)
    if isinstance(tree, s.Sum):
        period = _length(subject, tree.right)
        sign = 1 if tree.operator == "+" else -1
        return (tree.left, _parts(period, sign)) if period is not None else None
    return (tree, (0, 0, 0)) if isinstance(tree, s.Name) and not tree.name.startswith("setting.") else None


def _parts(period: Duration, sign: int = 1) -> tuple[int, ...]:
    return sign * period.months, sign * period.days, int(sign * period.seconds)


def _length(subject: Subject, tree: s.Node) -> Duration | None:
    """A period that can be read from the definition alone."""
    if isinstance(tree, s.Period):
        return Duration(tree.months, tree.days, tree.minutes * 60)
    if isinstance(tree, s.Name) and tree.name.startswith("setting."):
        setting = subject.spec.settings.get(tree.name.removeprefix("setting."))
        value = typed(setting.value, setting.unit)[0] if setting and not isinstance(setting.value, dict) else None
        return value if isinstance(value, Duration) else None
    return None


def _tree(text: str | None) -> s.Value | None:
    try:
        return parse_value(text) if text is not None else None
    except AuthorError:
        return None


def dates_and_periods(subject: Subject) -> Iterator[Problem]:
    """Due dates and anchors are dates; steps, intervals and spans are lengths of time."""
    kinds = Kinds(subject)
    for sentence in subject.sentences:
        if sentence.use == "task":
            wanted = _wanted(sentence.place.removeprefix(f"tasks.{sentence.owner}."))
            yield from _sort(subject, sentence.place, kinds.of(sentence.tree), wanted)
        elif sentence.use == "age" and sentence.place.endswith("within"):
            yield from _sort(subject, sentence.place, kinds.of(sentence.tree), PERIOD)
        elif sentence.use in ("caller", "as_of", "indicator_end") and not isinstance(sentence.tree, s.Criterion):
            yield from _sort(subject, sentence.place, kinds.of(sentence.tree), DATE)


def _wanted(field: str) -> Kind:
    if field in ("since", "due", "grid.from", "grid.after"):
        return DATE
    return PERIOD if field in ("grid.every", "done_by.within") or field.startswith(_PERIOD_FIELDS) else ANY


def _sort(subject: Subject, path: str, kind: Kind, wanted: Kind) -> Iterator[Problem]:
    if ANY in (kind, wanted) or kind.sort == wanted.sort:
        return
    example = "a length of time, e.g. 7 days" if wanted == PERIOD else "a date, e.g. t0 + 14 days"
    yield subject.problem(path, f"`{path.rpartition('.')[2]}` is not {example.partition(',')[0]}.", f"Write {example}.")


def completed_by(subject: Subject) -> Iterator[Problem]:
    """Facts, classes and actions of `done_by` exist, and something is there."""
    spec = subject.spec
    for name, task in spec.tasks.items():
        done, path = task.done_by, f"tasks.{name}.done_by"
        if done is None:
            continue
        for action in done.action:
            if action not in spec.actions:
                yield subject.unknown(f"{path}.action", "action", action, spec.actions)
        if not (done.all or done.any or done.action or done.when):
            yield subject.problem(path, f"Nothing completes {name}.", "Name facts in `all` or `any`, or an action.")
        for fact in sorted({*done.having} - {*done.all, *done.any}) if isinstance(done.having, dict) else ():
            yield subject.unknown(f"{path}.with", "fact that completes it", fact, {*done.all, *done.any})
        if done.verb and any(not _exposure(subject, one) for one in (*done.all, *done.any)):
            yield subject.problem(f"{path}.verb", "Only exposures are given, started or stopped.", "Remove `verb`.")


def _exposure(subject: Subject, name: str) -> bool:
    code = subject.catalogue.canonical(name)
    return code is None or subject.catalogue.facts[code].happens


def notices(subject: Subject) -> Iterator[Problem]:
    """Messages and deviations that tasks name exist."""
    spec = subject.spec
    for name, task in spec.tasks.items():
        for key in ("overdue", "reminders"):
            for number, step in enumerate(getattr(task, key)):
                if step.notify not in spec.notifications:
                    path = f"tasks.{name}.{key}.{number}.notify"
                    yield subject.unknown(path, "notification", step.notify, spec.notifications)
        for key in ("late", "missed"):
            deviation = getattr(task, key)
            if deviation is not None and deviation not in spec.deviations:
                yield subject.unknown(f"tasks.{name}.{key}", "deviation", deviation, spec.deviations)


def grid_numbers(subject: Subject) -> Iterator[Problem]:
    """The months or days of a grid are whole numbers, in order."""
    for name, task in subject.spec.tasks.items():
        for key in ("months", "days"):
            numbers = getattr(task.grid, key) if task.grid else None
            if isinstance(numbers, list) and (
                numbers != sorted(set(numbers)) or any(raw_kind(one).sort != "number" for one in numbers)
            ):
                remedy = "Write whole numbers, each once, in order."
                yield subject.problem(f"tasks.{name}.grid.{key}", f"{numbers} is no fixed grid.", remedy)


CHECKS = (shape, windows, dates_and_periods, completed_by, notices, grid_numbers)
