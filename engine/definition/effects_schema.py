"""The ground of the definition's shape: the strict base, labels, and the effects that actions and automatic rules have."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Names = Annotated[list[str], BeforeValidator(_as_list)]
"""One name or a list of names."""

Sentence = str
"""A criterion of the criteria language."""

Expression = str
"""A value of the criteria language."""

Level = Literal["block_hard", "block", "warn", "info", "not_proposed"]
UnknownLevel = Literal["ask", "ask_only", "block_hard", "block", "warn", "info"]


class Model(BaseModel):
    """Strict base: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(Model):
    """A text in both languages."""

    en: str
    zh: str


class Parameter(Model):
    """Something an action asks for."""

    kind: Literal[
        "text", "boolean", "date", "datetime", "when", "quantity", "number", "fact", "pathway", "code", "codes"
    ]
    unit: str = ""
    codes: list[str] = Field(default_factory=list)
    required: bool = True
    when: Sentence | None = Field(
        None,
        description="Asked for only while this is met, and then the act is refused without it (`required: false`).",
    )
    statement: Names = Field(default_factory=list, description="What the refusal names, where `when` asks for it.")
    label: Label | None = None


class Record(Model):
    """Effect: write a fact. Values are expressions."""

    fact: Expression = Field(..., description="A fact id, or `with.drug`.")
    event: Literal["given", "started", "stopped", "occurred"] | None = None
    value: Expression | None = None
    effective: Expression | None = None
    attributes: dict[str, Expression] = Field(default_factory=dict)


class Open(Model):
    """Effect: open an enrolment on another pathway, or register with the open one of a sub-pathway."""

    pathway: str
    given: dict[str, Expression] = Field(default_factory=dict)
    stage: str | None = Field(None, description="Begins here instead of in the initial stage.")
    anew: bool = Field(False, description="A further enrolment, also beside one that is open (a new cycle).")


class Close(Model):
    """Effect: move the open enrolment of another pathway (a child) to a terminal stage."""

    pathway: str
    to: str


class Register(Model):
    """Effect of the caller actions of a sub-pathway: register, plan or end a caller."""

    caller: Expression
    planned_start: Expression | None = None
    drug: Expression | None = None
    ended: Expression | None = None


class Effect(Model):
    """One effect; exactly one key."""

    record: Record | None = None
    open: Open | None = None
    close: Close | None = None
    anchor: dict[str, Expression] | None = Field(
        None, description="Values that this decision sets (`anchor.x` reads them)."
    )
    release: str | None = Field(None, description="A hold of this pathway, or `with.x`: the one that the action names.")
    place: str | None = Field(None, description="Puts a hold in force by hand: a hold of this pathway, or `with.x`.")
    miss: str | None = Field(None, description="Closes the earliest open task as missed: a task, or `with.x`.")
    register_caller: Register | None = Field(None, alias="caller")
    notify: str | None = None
    deviation: str | None = None
    when: Sentence | None = None
