"""The bodies of adherence: reports, the rows behind a figure, the register of deviations."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from service.api.asked import Signing, Strict
from service.api.schemas import Instant, Shown, When


class ReportColumn(Shown):
    """A column of a section."""

    id: str
    label: str
    kind: Literal["text", "count", "share", "days"]


class ReportSection(Shown):
    """One table of a report; `note` says what the denominator is."""

    id: str
    title: str
    note: str
    columns: list[ReportColumn]
    rows: list[dict[str, Any]]


class AdherenceReport(Shown):
    """Planned against actual."""

    title: str
    filter: dict[str, Any]
    definitions: list[str]
    """Hashes of the versions that it covers."""
    sections: list[ReportSection]


class TaskBehind(Shown):
    """One task behind a figure."""

    patient: str
    enrolment: str
    task: str
    timing: str
    role: str
    due: When | None
    opens: When | None
    until: When | None
    done: Instant | None
    reason: str


class TasksBehind(Shown):
    """A page of them."""

    items: list[TaskBehind]
    next: str | None


class ReviewShown(Shown):
    """What people made of a deviation."""

    version: int
    classification: str
    assessment: str
    corrective_action: str
    assessed: Instant
    assessed_by: str
    assessed_role: str
    signed: Instant | None
    signed_by: str
    signed_role: str


class DeviationShown(Shown):
    """One deviation of the register."""

    patient: str
    enrolment: str
    pathway: str
    id: str
    code: str
    label: str
    at: Instant
    detail: str
    state: Literal["new", "assessed", "signed"]
    review: ReviewShown | None
    shown: str = ""
    """What a signature names; given with a single deviation."""


class DeviationPage(Shown):
    """A page of the register, the newest first."""

    items: list[DeviationShown]
    next: str | None


class AssessmentBlock(Strict):
    """An assessment; `version` is that of the review which was seen, 0 where there was none."""

    classification: Literal["minor", "major", "critical"]
    assessment: Annotated[str, Field(min_length=1, max_length=4000)]
    corrective_action: Annotated[str, Field(max_length=4000)] = ""
    version: Annotated[int, Field(ge=0)] = 0


class SignatureBlock(Strict):
    """A sign-off: a signature for exactly the `shown` of the deviation."""

    signature: Signing
