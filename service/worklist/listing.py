"""The worklist as lines for people and programs: what the store lists, with labels, days late, and what blocks.

Overdue, due, blocked and later come from the stored tasks and holds. `unknown` is another list: open enrolments are
judged a page at a time, and those stand on it whose next actions lack data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from engine.calendar import days_between, local_day
from engine.definition.schema import NO_NEXT_STEP, DefinitionSpec
from engine.store import worklist
from engine.store.worklist import Item, OpenEnrolment, OpenHold, Wanted
from service.api.cursors import decode, encode, place_of, place_text
from service.api.looking import Look
from service.api.shown import when_or_none
from service.wiring import Careway

STATES = ("overdue", "due", "blocked", "later", "unknown")
JUDGED = 60
"""Most enrolments judged for one page of `unknown`; a page may then be short although more follow."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; empty texts ask for all."""

    role: str = ""
    pathway: str = ""
    states: tuple[str, ...] = ("overdue", "due", "blocked")
    sites: frozenset[str] | None = None
    """Whose patients the reader may see; None for everybody's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the worklist. Dates as text: a day of the site, or an instant in UTC."""

    state: str
    kind: str
    """`task`, `hold`, or `action` where data is missing."""
    patient: str
    zone: str
    enrolment: str
    pathway: str
    title: str
    stage: str
    stage_label: str
    id: str
    code: str
    label: str
    role: str
    due: str | None = None
    opens: str | None = None
    until: str | None = None
    days_late: int | None = None
    since: str | None = None
    blocked_by: tuple[tuple[str, str], ...] = ()
    """Code and label of each hold in force; of a task that is suspended without one, the stage that suspends it."""
    missing: tuple[tuple[str, str, str], ...] = ()
    released_by: tuple[tuple[str, str], ...] = ()
    """Of a hold: the actions that release it in this stage, with their labels; none where only facts do."""
    lasting: bool = False
    """Of a hold: whether nothing releases it."""

    @property
    def place(self) -> str:
        """Where it can be done: the page of the task, of the action, or of what releases the hold."""
        patient = f"/patients/{quote(self.patient, safe='')}"
        if self.kind == "task":
            return f"{patient}/tasks/{quote(self.id, safe='')}"
        actions = [self.code] if self.kind == "action" else [action for action, _ in self.released_by]
        if len(actions) == 1:
            return f"{patient}/enrolments/{quote(self.enrolment, safe='')}/actions/{quote(actions[0], safe='')}"
        return f"{patient}#{quote(self.enrolment, safe='')}"


class Listing:
    """Reads the worklist for a reader of one language."""

    def __init__(self, careway: Careway, language: str) -> None:
        self._careway = careway
        self._language = language
        self._now = careway.clock.now()

    def page(self, query: Query, cursor: str | None, limit: int) -> tuple[list[Line], str | None]:
        """Up to `limit` lines and the cursor of the next page. Raises Refusal for a cursor that is none of ours."""
        if "unknown" in query.states:
            return self._unknown(query, cursor, limit)
        reader = self._careway.store.reader
        items, place = worklist.page(reader, self._wanted(query), self._now, after=place_of(cursor), limit=limit)
        holds = worklist.open_holds(reader, (item.patient for item in items))
        return [self._line(item, holds.get(item.patient, [])) for item in items], place_text(place)

    def counts(self, query: Query, most: int = 1000) -> dict[str, int]:
        """How many lines each stored state has under the role and pathway asked for, counted up to `most`."""
        wanted = self._wanted(Query(query.role, query.pathway, worklist.STATES, query.sites))
        return worklist.counts(self._careway.store.reader, wanted, self._now, most=most)

    def _wanted(self, query: Query) -> Wanted:
        holds = self._holds_of(query.role) if query.role else None
        return Wanted(query.states, query.role, query.pathway, holds, query.sites)

    def _holds_of(self, role: str) -> tuple[tuple[str, str], ...]:
        """The holds that concern a role: those that its people may open or release, or are told of."""
        registry = self._careway.registry
        specs = [registry.latest(name).spec for name in registry.ids()]
        return tuple((spec.pathway, code) for spec in specs for code in spec.holds if role in concerned(spec, code))

    def _label(self, kind: str, pathway: str, code: str) -> str:
        return self._careway.registry.labels.of(kind, f"{pathway}.{code}", self._language)

    def _title(self, pathway: str) -> str:
        return self._careway.registry.labels.of("pathway", pathway, self._language)

    def _line(self, item: Item, holds: Iterable[OpenHold]) -> Line:
        listed = tuple((one.code, self._label("hold", one.pathway, one.code)) for one in holds)
        if item.kind == "hold":
            listed = ((item.code, self._label("hold", item.pathway, item.code)),)
        if item.frozen and not listed:
            listed = ((item.stage, self._label("stage", item.pathway, item.stage)),)
        return Line(
            item.state, item.kind, item.patient, item.zone, item.enrolment, item.pathway, self._title(item.pathway), item.stage,
            self._label("stage", item.pathway, item.stage), item.id, item.code, self._label(item.kind, item.pathway, item.code),
            item.role or self._owner(item), when_or_none(item.due), when_or_none(item.opens), when_or_none(item.until),
            self._late(item), when_or_none(item.since), tuple(dict.fromkeys(listed)), released_by=self._releases(item),
            lasting=self._lasting(item),
        )  # fmt: skip

    def _releases(self, item: Item) -> tuple[tuple[str, str], ...]:
        if item.kind != "hold" or item.pathway not in self._careway.registry.ids():
            return ()
        spec = self._careway.registry.latest(item.pathway).spec
        return tuple(
            (name, self._label("action", item.pathway, name)) for name in releasing(spec, item.code, item.stage)
        )

    def _lasting(self, item: Item) -> bool:
        known = item.kind == "hold" and item.pathway in self._careway.registry.ids()
        return known and lasting(self._careway.registry.latest(item.pathway).spec, item.code)

    def _owner(self, item: Item) -> str:
        registry = self._careway.registry
        known = item.pathway in registry.ids()
        return next(iter(concerned(registry.latest(item.pathway).spec, item.code)), "") if known else ""

    def _late(self, item: Item) -> int | None:
        last = item.until or item.due
        if item.state != "overdue" or last is None:
            return None
        return max(0, days_between(local_day(last, item.zone), local_day(self._now, item.zone)))

    # --- unknown data ---

    def _unknown(self, query: Query, cursor: str | None, limit: int) -> tuple[list[Line], str | None]:
        after = decode(cursor, str, str) if cursor else ["", ""]
        reader = self._careway.store.reader
        found = worklist.open_enrolments(
            reader, pathway=query.pathway, after=(after[0], after[1]), limit=JUDGED + 1, sites=query.sites
        )
        lines: list[Line] = []
        looks: dict[str, Look] = {}
        for number, one in enumerate(found[:JUDGED]):
            line = self._lacking(one, query.role, looks)
            lines += [line] if line else []
            if len(lines) == limit and number + 1 < len(found):
                return lines, encode(one.patient, one.id)
        last = found[JUDGED - 1] if len(found) > JUDGED else None
        return lines, encode(last.patient, last.id) if last else None

    def _lacking(self, one: OpenEnrolment, role: str, looks: dict[str, Look]) -> Line | None:
        """The line of an enrolment whose possible actions lack data; None where they lack none."""
        if one.patient not in looks:
            looks.clear()  # Enrolments come patient by patient; one chart at a time is enough.
            looks[one.patient] = Look(self._careway, self._careway.engine.chart(one.patient), self._now, self._language)
        look = looks[one.patient]
        enrolment = look.chart.enrolments.get(one.id)
        if enrolment is None or not enrolment.open:
            return None
        waiting = [
            p for p in look.prospects_or_none(enrolment) if p.possible and p.missing and (not role or role in p.roles)
        ]
        if not waiting:
            return None
        missing = tuple(dict.fromkeys(gap for p in waiting for gap in p.missing))
        first = waiting[0]
        return Line(
            "unknown", "action", one.patient, look.chart.patient.zone, one.id, one.pathway, self._title(one.pathway), enrolment.stage,
            self._label("stage", one.pathway, enrolment.stage), first.action, first.action, first.label, first.roles[0],
            missing=missing,
        )  # fmt: skip


def concerned(spec: DefinitionSpec, hold: str) -> tuple[str, ...]:
    """The roles that a hold concerns: who can release it by an action, who may open it, who is told of it; in this order.

    A hold that names nobody belongs to whoever is told when nothing goes on: no line of the worklist is without an owner.
    """
    acting = [role for name in releasing(spec, hold) for role in spec.actions[name].by]
    opening = spec.holds[hold].by if hold in spec.holds else []
    told = [role for one in spec.notifications.values() if {f"hold:{hold}", "hold:*"} & set(one.on) for role in one.to]
    return tuple(dict.fromkeys([*acting, *opening, *told])) or tuple(spec.notifications[NO_NEXT_STEP].to)


def releasing(spec: DefinitionSpec, hold: str, stage: str = "") -> list[str]:
    """The actions that release a hold; with `stage`, those of them that it allows."""
    found = []
    for name, action in spec.actions.items():
        named = {effect.release for effect in action.effects if effect.release}
        chosen = any(f"with.{key}" in named and hold in asked.codes for key, asked in action.asks.items())
        if (hold in named or chosen) and (not stage or action.from_ is None or stage in action.from_):
            found.append(name)
    return found


def lasting(spec: DefinitionSpec, hold: str) -> bool:
    """Whether a hold is for good: neither facts nor an action release it."""
    known = spec.holds.get(hold)
    return known is not None and (known.permanent or known.released is None) and not releasing(spec, hold)
