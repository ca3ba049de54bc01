"""The shape of indicators: what share of the patients to whom a statement applies were treated as it says."""

from __future__ import annotations

from pydantic import Field

from engine.definition.effects_schema import Expression, Label, Model, Names, Sentence


class IndicatorSpec(Model):
    """One measure of a protocol. Each enrolment counts once; unknown is a class of its own and never counts as met."""

    label: Label
    spec: Names = Field(default_factory=list)
    among: Sentence = Field(..., description="Whom it applies to: the denominator.")
    met: Sentence = Field(..., description="What they should have had: the numerator.")
    by: Expression | None = Field(
        None, description="The last day or moment on which it could still be met; before it, what is not met is open."
    )
    statement: Names = Field(default_factory=list)
