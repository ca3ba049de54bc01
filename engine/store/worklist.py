"""What the worklist reads: open tasks and holds in the order in which people should look at them, a page at a time.

A list has sections (overdue, due, blocked, later), each read in the order of one index from where the page before it
ended, so that a page costs what it shows and not what is stored. Nothing here decides: whether a task is overdue or
frozen was decided and stored by the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, or_, select, true, tuple_

from engine.model import When
from engine.store.accounts.reach import within
from engine.store.schema import enrolment, hold, patient, task, timer
from engine.store.session import answered

STATES = ("overdue", "due", "blocked", "later")
"""In the order in which they are listed. `blocked`: holds in force, then the tasks that a hold suspends."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are listed. `holds` are the (pathway, code) of holds that concern the role; None for all of them."""

    states: tuple[str, ...] = ("overdue", "due", "blocked")
    role: str = ""
    pathway: str = ""
    holds: tuple[tuple[str, str], ...] | None = None
    sites: frozenset[str] | None = None
    """Whose patients are listed; None for everybody's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: section, sorting moment (UTC), patient and record."""

    section: int
    moment: datetime
    patient: str
    id: str


@dataclass(frozen=True, slots=True)
class Item:
    """One open task or one hold in force, with the enrolment it belongs to. Codes, no labels."""

    state: str
    kind: str
    """`task` or `hold`."""
    patient: str
    zone: str
    enrolment: str
    pathway: str
    definition: str
    stage: str
    id: str
    code: str
    role: str
    due: When | None
    opens: When | None
    until: When | None
    since: datetime | None
    """When a task became overdue or a hold was opened (UTC)."""
    frozen: bool


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold in force on one of a patient's enrolments."""

    patient: str
    enrolment: str
    pathway: str
    definition: str
    code: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class OpenEnrolment:
    """An enrolment that still runs, and the version of its patient (a cache of what was judged about it is good for)."""

    patient: str
    id: str
    pathway: str
    version: int


@dataclass(frozen=True, slots=True)
class _Section:
    state: str
    query: Select[Any]
    moment: ColumnElement[datetime]
    patient: ColumnElement[str]
    id: ColumnElement[str]
    role: ColumnElement[str] | None


_CONTEXT = (patient.c.zone, enrolment.c.pathway, enrolment.c.definition, enrolment.c.stage)
_OF_TASK = and_(enrolment.c.patient == task.c.patient, enrolment.c.id == task.c.enrolment)
_OF_HOLD = and_(enrolment.c.patient == hold.c.patient, enrolment.c.id == hold.c.enrolment)
_IN_FORCE = and_(hold.c.released.is_(None), enrolment.c.closed.is_(None))


def _tasks(state: str, now: datetime, *, dated: bool) -> _Section:
    # Undated tasks have a place of their own at the end of their state: databases disagree on where nulls sort.
    moment = task.c.due_at if dated else task.c.created
    columns = (
        task.c.patient, *_CONTEXT, task.c.enrolment, task.c.id, task.c.code, task.c.role, task.c.due, task.c.opens,
        task.c.until, task.c.overdue_since.label("since"), task.c.frozen, moment.label("moment"),
    )  # fmt: skip
    query = (
        select(*columns)
        .select_from(task.join(enrolment, _OF_TASK).join(patient, patient.c.id == task.c.patient))
        .where(task.c.status == "open", _task_state(state, now))
        .where(task.c.due_at.is_not(None) if dated else task.c.due_at.is_(None))
    )
    return _Section(state, query, moment, task.c.patient, task.c.id, task.c.role)


def _task_state(state: str, now: datetime) -> ColumnElement[bool]:
    begins = func.coalesce(task.c.opens_at, task.c.due_at)
    open_now = or_(begins.is_(None), begins <= now)
    live = task.c.frozen.is_(False)
    on_time = and_(live, task.c.overdue_since.is_(None))
    return {
        "overdue": and_(live, task.c.overdue_since.is_not(None)),
        "due": and_(on_time, open_now),
        "blocked": task.c.frozen.is_(True),
        "later": and_(on_time, begins > now),
    }[state]


def _holds() -> _Section:
    columns = (hold.c.patient, *_CONTEXT, hold.c.enrolment, hold.c.id, hold.c.code, hold.c.opened.label("since"))
    query = (
        select(*columns, hold.c.opened.label("moment"))
        .select_from(hold.join(enrolment, _OF_HOLD).join(patient, patient.c.id == hold.c.patient))
        .where(_IN_FORCE)
    )
    return _Section("blocked", query, hold.c.opened, hold.c.patient, hold.c.id, None)


def _sections(now: datetime) -> list[_Section]:
    """All sections in their order; the number of a section is part of a `Place`."""
    dated = {state: _tasks(state, now, dated=True) for state in STATES}
    undated = {state: _tasks(state, now, dated=False) for state in ("overdue", "due", "blocked")}
    return [
        dated["overdue"], undated["overdue"], dated["due"], undated["due"],
        _holds(), dated["blocked"], undated["blocked"], dated["later"],
    ]  # fmt: skip


def page(
    engine: Engine, wanted: Wanted, now: datetime, *, after: Place | None = None, limit: int = 50
) -> tuple[list[Item], Place | None]:
    """Up to `limit` items after a place, and the place at which the next page begins (None at the end). Raises StoreBusy."""
    items: list[Item] = []
    place = after
    with answered(), engine.connect() as connection:
        for number, section in enumerate(_sections(now)):
            if section.state not in wanted.states or (after is not None and number < after.section):
                continue
            start = after if after is not None and number == after.section else None
            rows = _read(connection, section, wanted, start, limit + 1 - len(items))
            for row in rows:
                if len(items) == limit:
                    return items, place
                items.append(_item(section, row))
                place = Place(number, row.moment, row.patient, row.id)
    return items, None


def counts(engine: Engine, wanted: Wanted, now: datetime, *, most: int = 1000) -> dict[str, int]:
    """How many items each state has under the same filters, counted up to `most`. Raises StoreBusy."""
    found = dict.fromkeys(wanted.states, 0)
    with answered(), engine.connect() as connection:
        for section in _sections(now):
            if section.state in found and found[section.state] < most:
                limited = _filtered(section, wanted).limit(most - found[section.state]).subquery()
                found[section.state] += connection.execute(select(func.count()).select_from(limited)).scalar_one()
    return found


def open_holds(engine: Engine, patients: Iterable[str]) -> dict[str, list[OpenHold]]:
    """The holds in force of each of these patients, the oldest first; patients without one are left out. Raises StoreBusy."""
    ids = list(dict.fromkeys(patients))
    columns = (
        hold.c.patient, hold.c.enrolment, enrolment.c.pathway, enrolment.c.definition, hold.c.code, hold.c.opened,
    )  # fmt: skip
    query = select(*columns).select_from(hold.join(enrolment, _OF_HOLD)).where(_IN_FORCE, hold.c.patient.in_(ids))
    found: dict[str, list[OpenHold]] = {}
    with answered(), engine.connect() as connection:
        for row in connection.execute(query.order_by(hold.c.opened, hold.c.id)) if ids else ():
            found.setdefault(row.patient, []).append(OpenHold(*row))
    return found


def open_enrolments(
    engine: Engine,
    *,
    pathway: str = "",
    after: tuple[str, str] = ("", ""),
    limit: int = 50,
    sites: frozenset[str] | None = None,
) -> list[OpenEnrolment]:
    """Enrolments that still run, in the order of (patient, id), after a place. Raises StoreBusy."""
    query = (
        select(enrolment.c.patient, enrolment.c.id, enrolment.c.pathway, patient.c.version)
        .select_from(enrolment.join(patient, patient.c.id == enrolment.c.patient))
        .where(enrolment.c.closed.is_(None), tuple_(enrolment.c.patient, enrolment.c.id) > tuple_(*after))
        .where(enrolment.c.pathway == pathway if pathway else true(), within(enrolment.c.patient, sites))
        .order_by(enrolment.c.patient, enrolment.c.id)
    )
    with answered(), engine.connect() as connection:
        return [OpenEnrolment(*row) for row in connection.execute(query.limit(limit))]


def due_timers(engine: Engine, now: datetime, *, most: int = 10_000) -> int:
    """How many pending timers are due, counted up to `most`. Raises StoreBusy."""
    limited = select(timer.c.id).where(timer.c.state == "pending", timer.c.due <= now).limit(most).subquery()
    with answered(), engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(limited)).scalar_one()


def _read(connection: Connection, section: _Section, wanted: Wanted, after: Place | None, limit: int) -> Sequence[Any]:
    query = _filtered(section, wanted)
    key = (section.moment, section.patient, section.id)
    if after is not None:
        # The first condition alone lets the database begin in the middle of the index.
        query = query.where(section.moment >= after.moment, _beyond(section, after))
    return connection.execute(query.order_by(*key).limit(limit)).all()


def _beyond(section: _Section, after: Place) -> ColumnElement[bool]:
    same_moment = and_(
        section.moment == after.moment, tuple_(section.patient, section.id) > tuple_(after.patient, after.id)
    )
    return or_(section.moment > after.moment, same_moment)


def _filtered(section: _Section, wanted: Wanted) -> Select[Any]:
    query = section.query.where(within(section.patient, wanted.sites))
    if wanted.pathway:
        query = query.where(enrolment.c.pathway == wanted.pathway)
    if wanted.role and section.role is not None:
        query = query.where(section.role == wanted.role)
    if section.role is None and wanted.holds is not None:
        query = query.where(tuple_(enrolment.c.pathway, hold.c.code).in_(list(wanted.holds)))
    return query


def _item(section: _Section, row: Any) -> Item:
    values = row._mapping
    is_task = section.role is not None
    return Item(
        section.state, "task" if is_task else "hold", values["patient"], values["zone"], values["enrolment"],
        values["pathway"], values["definition"], values["stage"], values["id"], values["code"],
        values["role"] if is_task else "", values.get("due"), values.get("opens"), values.get("until"),
        values["since"], bool(values.get("frozen", False)),
    )  # fmt: skip
