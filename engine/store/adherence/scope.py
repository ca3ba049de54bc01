"""What a report is about: a pathway, a version, a period, the sites that its reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, true

from engine.store.accounts.reach import within
from engine.store.schema import enrolment, task


@dataclass(frozen=True, slots=True)
class Scope:
    """Empty texts ask for all. The period holds instants from `begin` up to, but without, `end` (UTC)."""

    begin: datetime
    end: datetime
    pathway: str = ""
    definition: str = ""
    """Content hash of a version."""
    sites: frozenset[str] | None = None
    """Whose patients count; None for everybody's."""


def of_enrolment(scope: Scope) -> ColumnElement[bool]:
    """That an enrolment belongs to the pathway, version and sites asked for, whatever the period."""
    named = enrolment.c.pathway == scope.pathway if scope.pathway else true()
    version = enrolment.c.definition == scope.definition if scope.definition else true()
    return and_(named, version, within(enrolment.c.patient, scope.sites))


def in_period(column: ColumnElement[datetime], scope: Scope) -> ColumnElement[bool]:
    """That a moment lies in the period."""
    return and_(column >= scope.begin, column < scope.end)


def due_in_period(scope: Scope) -> ColumnElement[bool]:
    """That a task was due in the period; one without a date counts on the day on which it was made."""
    return in_period(func.coalesce(task.c.due_at, task.c.created), scope)
