"""The shape of tasks: when they are owed, in which window, what completes them, who is told."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.definition.effects_schema import Expression, Label, Model, Names, Sentence


class DoneBy(Model):
    """What completes a task: facts (all or any of them, within a span, dated by the earliest), actions, or a condition."""

    all: list[str] = Field(default_factory=list)
    any: list[str] = Field(default_factory=list)
    verb: Literal["", "given", "started", "stopped"] = ""
    having: Sentence | dict[str, Sentence] | None = Field(
        None,
        alias="with",
        description="What a fact must meet to complete it (one sentence, or one for each fact); attributes are names.",
    )
    within: str | None = None
    action: Names = Field(default_factory=list)
    when: Sentence | None = None


class Step(Model):
    """A notice at a distance from the task's window."""

    after: str = "0 days"
    counted: Literal["window", "due"] = Field(
        "window", description="Counted from the end of the window, or from the due date (also inside the window)."
    )
    notify: str
    to: Names = Field(default_factory=list)


class Reminder(Model):
    """A notice before the due date."""

    before: str
    notify: str


class Grid(Model):
    """Fixed dates from one anchor, never chained."""

    months: Any = Field(None, description="List of months, or a setting that holds one.")
    days: Any = None
    every: str | None = Field(None, description="Endless grid: a period.")
    anchor: Expression = Field(..., alias="from")
    after: Expression | None = Field(None, description="Only dates later than this.")


class TaskSpec(Model):
    """Something due. With `grid`: one task for each date. With `each`: one for each entry. With `since`: rolling, `due` may
    use `last_result` (day of the last valid result since then, or `since` itself). Otherwise one task while `when` is met.
    """

    label: Label
    spec: Names = Field(default_factory=list)
    role: str = Field(..., alias="for")
    when: Sentence | None = None
    each: str | None = Field(None, description="A selector (`plasma_exchange given within 90 days`); `entry.x` inside.")
    offsets: Any = Field(
        None, description="With `each`: a task at each of these periods after the entry (list or setting)."
    )
    grid: Grid | None = None
    since: Expression | None = None
    due: Expression | None = None
    opens: Expression | None = Field(None, description="A period before the due date, or a date expression.")
    until: Expression | None = Field(None, description="A period after the due date, or a date expression.")
    done_by: DoneBy | None = None
    frozen: Sentence | None = None
    optional: bool = False
    outlives: bool = Field(
        False,
        description="Also owed when the enrolment ends, and afterwards until a person closes it (with `when` alone).",
    )
    overdue: list[Step] = Field(default_factory=list)
    reminders: list[Reminder] = Field(default_factory=list)
    late: str | None = Field(None, description="Deviation when done after its window.")
    missed: str | None = Field(None, description="Deviation when overtaken unfinished.")
    statement: Names = Field(default_factory=list)
