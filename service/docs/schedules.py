"""When a task is owed, in words: its dates, its window, what completes it, what follows when it is late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.definition.schema import DoneBy, Grid, TaskSpec
from engine.errors import AuthorError
from engine.language import syntax as s
from engine.language.labels import humanised
from engine.language.parsing import parse_value
from service.docs.reading import Reading, amount, roles

Both = tuple[str, str]


def schedule(reading: Reading, task: TaskSpec) -> list[Both]:
    """When it is owed, one line for each thing that decides it."""
    found: list[Both] = []
    if task.when is not None:
        found.append(_around(("while ", ""), reading.criterion(task.when), ("当", "时")))
    if task.each is not None:
        found.append(_around(("for each ", ""), reading.entries(task.each), ("每次", "")))
    if task.since is not None:
        found.append(_around(("rolling since ", ""), reading.value(task.since), ("自", "起滚动")))
    if task.grid is not None:
        found.append(_grid(reading, task.grid))
    if task.due is not None:
        found.append(_around(("due ", ""), reading.value(task.due), ("到期：", "")))
    found += _window(reading, task)
    if task.frozen is not None:
        found.append(_around(("frozen while ", ""), reading.criterion(task.frozen), ("当", "时冻结")))
    return found


def _around(english: Both, pair: Both, chinese: Both) -> Both:
    return f"{english[0]}{pair[0]}{english[1]}", f"{chinese[0]}{pair[1]}{chinese[1]}"


def _grid(reading: Reading, grid: Grid) -> Both:
    anchor, anchor_zh = reading.value(grid.anchor)
    every, every_zh = reading.value(grid.every)
    if grid.months is None and grid.days is None:
        return f"every {every} from {anchor}", f"自{anchor_zh}起每{every_zh}"
    months = grid.months is not None
    numbers = grid.months if months else grid.days
    if isinstance(numbers, str):
        listed, listed_zh = reading.value(numbers)
    else:
        listed = listed_zh = ", ".join(map(str, numbers))
    return (
        f"{'months' if months else 'days'} {listed} after {anchor}" + (f", then every {every}" if every else ""),
        f"{anchor_zh}后第{listed_zh}{'个月' if months else '天'}" + (f"，之后每{every_zh}" if every_zh else ""),
    )


def _window(reading: Reading, task: TaskSpec) -> Iterator[Both]:
    for text, english, chinese in ((task.opens, "before", "前"), (task.until, "after", "后")):
        if text is None:
            continue
        en, zh = reading.value(text)
        key = ("opens", "开放") if english == "before" else ("until", "截止")
        if _is_period(text):
            yield f"{key[0]} {en} {english} it is due", f"{key[1]}：到期{chinese}{zh}"
        else:
            yield f"{key[0]} {en}", f"{key[1]}：{zh}"


def _is_period(text: str) -> bool:
    """Whether a window counts from the due date: a length of time, or a setting, which is one."""
    try:
        tree = parse_value(text)
    except AuthorError:
        return False
    return isinstance(tree, s.Period) or (isinstance(tree, s.Name) and tree.name.startswith("setting."))


def completion(reading: Reading, done: DoneBy | None) -> list[Both]:
    """What completes it."""
    if done is None:
        return []
    found: list[Both] = []
    for names, english, chinese in ((done.all, " and ", "和"), (done.any, " or ", "或")):
        if names:
            labels = [reading.fact(name) for name in names]
            found.append((english.join(one for one, _ in labels), chinese.join(one for _, one in labels)))
    found += _having(reading, done)
    if done.within is not None:
        found.append(_around(("all within ", ""), reading.value(done.within), ("均在", "内")))
    found += [
        (f"action {reading.labels.of('action', name, 'en')}", f"操作：{reading.labels.of('action', name, 'zh')}")
        for name in done.action
    ]
    if done.when is not None:
        found.append(_around(("as soon as ", ""), reading.criterion(done.when), ("一旦", "")))
    return found


def _having(reading: Reading, done: DoneBy) -> list[Both]:
    """What a fact must meet to complete it: one sentence for all, or one for each fact."""
    if done.having is None:
        return []
    if not isinstance(done.having, dict):
        return [_around(("where ", ""), reading.criterion(done.having), ("且", ""))]
    found = []
    for name, having in done.having.items():
        label, label_zh = reading.fact(name)
        found.append(_around((f"{label} where ", ""), reading.criterion(having), (f"{label_zh}且", "")))
    return found


def followed_up(task: TaskSpec) -> list[str]:
    """Reminders before the due date and steps after the window, in English."""
    found = [f"{_period(one.before)} before: `{one.notify}`" for one in task.reminders]
    for step in task.overdue:
        told = f" to {roles(step.to)}" if step.to else ""
        counted = "after the due date" if step.counted == "due" else "late"
        found.append(f"{_period(step.after)} {counted}: `{step.notify}`{told}")
    found += [f"late: deviation `{task.late}`"] if task.late else []
    return found + ([f"missed: deviation `{task.missed}`"] if task.missed else [])


def _period(text: Any) -> str:
    return humanised(str(text).removeprefix("setting.")) if str(text).startswith("setting.") else amount(text, "en")
