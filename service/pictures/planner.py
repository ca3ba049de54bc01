"""The planner's page: a step on one day, or on two days side by side, with its gates, what decides them, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.calendar import days_between, local_day, start_of_day
from engine.codec import instant_text
from engine.errors import CarewayError, NotFound
from engine.model import When
from service.api.looking import Check
from service.api.looking import Look as Judging
from service.api.shown import when_or_none
from service.docs.book import Book
from service.docs.reading import Reading
from service.docs.schedules import schedule
from service.pictures.drawing import drawn
from service.pictures.lanes import Lane, Mark
from service.pictures.period import Period
from service.pictures.planning import Following, Plan, Step, steps
from service.pictures.words import word
from service.wiring import Careway
from service.worklist.texts import shown_when


@dataclass(frozen=True, slots=True)
class GateLine:
    """One requirement on one day or two."""

    check: Check
    other: Check | None
    earliest: date | None

    @property
    def telling(self) -> bool:
        """Whether it is shown by itself: all that is not simply met on each of the days."""
        days = [self.check, *([self.other] if self.other else [])]
        return self.earliest is not None or any(one.state != "met" for one in days)


@dataclass(frozen=True, slots=True)
class DateLine:
    """One task that follows, on one day or two."""

    label: str
    pathway: str
    decided_by: str
    statements: tuple[str, ...]
    first: Following | None
    other: Following | None
    shift: int | None
    """Days by which it moves from the first day chosen to the other."""


@dataclass
class Planner:
    """One patient for a reader of one language."""

    careway: Careway
    patient: str
    language: str
    key: str = ""
    day: date | None = None
    other: date | None = None

    def __post_init__(self) -> None:
        """Raises NotFound."""
        self.now = self.careway.clock.now()
        self.chart = self.careway.engine.chart(self.patient)
        self.zone = self.chart.patient.zone
        self.today = local_day(self.now, self.zone)

    def values(self) -> dict[str, Any]:
        """Everything that the page shows. Raises NotFound for a step that the patient's stages do not offer."""
        offered = list(steps(self.careway, self.chart))
        step = self._chosen(offered)
        shown = {
            "patient": self.chart.patient, "zone": self.zone, "now": instant_text(self.now), "today": self.today.isoformat(),
            "steps": [(one.key, self._label(one)) for one in offered], "step": step.key if step else "", "plan": None, "chosen": None,
            "day": (self.day or self.today + timedelta(days=14)).isoformat(), "other": self.other.isoformat() if self.other else "",
        }  # fmt: skip
        return {**shown, **self._planned(step)} if step and self.day else shown

    def _chosen(self, offered: list[Step]) -> Step | None:
        if not self.key:
            return None
        for one in offered:
            if one.key == self.key:
                return one
        raise NotFound("This step is not offered now.", place=self.key, remedy="Choose one of the steps of the list.")

    def _label(self, step: Step) -> str:
        pathway = self.chart.enrolments[step.enrolment].pathway
        of = self.careway.registry.labels.of
        if step.parameter:
            return f"{of('pathway', pathway, self.language)}: {of('action', f'{pathway}.{step.name}', self.language)}"
        return f"{of('pathway', pathway, self.language)}: {word('is_given', self.language, of('value', step.name, self.language))}"

    def _planned(self, step: Step) -> dict[str, Any]:
        assert self.day is not None
        first = Plan(self.careway, self.chart, step, max(self.day, self.today), self.now)
        other = Plan(self.careway, self.chart, step, max(self.other, self.today), self.now) if self.other else None
        gates, dates = self._gates(first, other), self._dates(first, other)
        wide, narrow = self._picture(step, first, other, gates, dates)
        of = self.careway.registry.labels.of
        return {
            "plan": first, "second": other, "gates": gates, "dates": dates, "wide": wide, "narrow": narrow, "chosen": self._label(step),
            "opened": [of("pathway", one, self.language) for one in dict.fromkeys(first.opened)],
            "standing": [one for one in gates if one.check.refuses],
        }  # fmt: skip

    # --- gates ---

    def _gates(self, first: Plan, other: Plan | None) -> list[GateLine]:
        if not first.step.parameter or first.problem:
            return []
        second = {one.requirement: one for one in self._checks(other)} if other else {}
        lines = [
            GateLine(one, second.get(one.requirement), first.gates[one.requirement].earliest if one.requirement in first.gates else None)
            for one in self._checks(first)
        ]  # fmt: skip
        return [one for one in lines if one.check.requirement in first.gates]

    def _checks(self, plan: Plan) -> tuple[Check, ...]:
        look = Judging(self.careway, self.chart, self.now, self.language)
        try:
            return look.prospect(plan.enrolment, plan.step.name, plan.given).checks
        except CarewayError:
            return ()

    # --- dates ---

    def _dates(self, first: Plan, other: Plan | None) -> list[DateLine]:
        one = {_key(found): found for found in first.following}
        two = {_key(found): found for found in other.following} if other else {}
        lines = [self._line(one.get(key), two.get(key)) for key in dict.fromkeys((*one, *two))]
        return sorted(lines, key=_sorting)

    def _line(self, one: Following | None, two: Following | None) -> DateLine:
        found = one or two
        assert found is not None
        registry = self.careway.registry
        spec = registry.latest(found.pathway).spec.tasks.get(found.code)
        shift = days_between(self._day(one.due), self._day(two.due)) if one and two and one.due and two.due else None
        label = registry.labels.of("task", f"{found.pathway}.{found.code}", self.language)
        return DateLine(
            label, registry.labels.of("pathway", found.pathway, self.language), self._decided_by(found), tuple(spec.statement) if spec else (),
            one, two, shift,
        )  # fmt: skip

    def _decided_by(self, found: Following) -> str:
        """The rule of the task's dates in words."""
        registry = self.careway.registry
        specs = {name: registry.latest(name).spec for name in registry.ids()}
        task = specs[found.pathway].tasks.get(found.code) if found.pathway in specs else None
        if task is None:
            return ""
        reading = Reading(Book(registry, specs, (), {}), specs[found.pathway])
        pairs = [pair[0] if self.language == "en" else pair[1] for pair in schedule(reading, task)]
        return ("; " if self.language == "en" else "；").join(part for part in pairs if part)

    def _day(self, when: When) -> date:
        return local_day(when, self.zone)

    # --- picture ---

    def _picture(
        self, step: Step, first: Plan, other: Plan | None, gates: list[GateLine], dates: list[DateLine]
    ) -> Any:
        lanes = [lane for one in gates if (lane := self._gate_lane(one)) is not None]
        lanes += [self._date_lane(one) for one in dates if (one.first or one.other) and (one.first or one.other).due]  # type: ignore[union-attr]
        days = [self.today, first.day, *([other.day] if other else [])]
        days += [one.earliest for one in gates if one.earliest]
        days += [self._day(one.first.due) for one in dates if one.first and one.first.due]
        last = min(max(days), first.day + timedelta(days=400))
        period = Period(self.today - timedelta(days=7), last + timedelta(days=21), self.zone)
        chosen = [
            (start_of_day(plan.day, self.zone) + timedelta(hours=12), self._text(plan.day))
            for plan in (first, other)
            if plan
        ]
        return drawn(lanes, period, self.now, self.language, self._label(step), name="planner", chosen=chosen)

    def _gate_lane(self, line: GateLine) -> Lane | None:
        """A bar from today to the first day on which waiting is enough; one that goes on where it never is."""
        if not line.check.refuses and line.earliest is None:
            return None
        unknown = line.check.state == "unknown"
        state = (
            word("earliest", self.language, self._text(line.earliest))
            if line.earliest
            else word("unknown" if unknown else "wait_not", self.language)
        )
        until = line.earliest or self.today + timedelta(days=4000)
        mark = Mark(self.today, state, "bar", "unknown" if unknown else "blocked", until, detail=line.check.asked)
        return Lane("gates", line.check.requirement, line.check.asked, (mark,))

    def _date_lane(self, line: DateLine) -> Lane:
        marks = [
            self._date_mark(one, tone) for one, tone in ((line.first, "met"), (line.other, "due")) if one and one.due
        ]
        found = line.first or line.other
        assert found is not None
        return Lane("tasks", f"{found.pathway}.{found.code}.{found.occurrence}", line.label, tuple(marks))

    def _date_mark(self, one: Following, tone: str) -> Mark:
        assert one.due is not None
        return Mark(
            one.opens or one.due,
            self._text(one.due),
            "done" if tone == "met" else "late",
            tone,
            one.until or one.due,
            due=one.due,
        )

    def _text(self, when: When) -> str:
        return shown_when(when_or_none(when), self.zone, self.language)


def _key(one: Following) -> tuple[str, str, str]:
    return one.pathway, one.code, one.occurrence


def _sorting(line: DateLine) -> str:
    """By the day; what has none comes last."""
    found = line.first or line.other
    return (when_or_none(found.due) if found else None) or "9"
