"""Reads the lanes of a timeline out of a chart: what is in the picture is what is in the chart, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.calendar import compare, local_day
from engine.definition.registry import Registry
from engine.evaluation.records import Records
from engine.language import readable
from engine.model import Chart, Enrolment, ExposureEvent, Fact, FactStatus, Message, StageEntry, Task, TaskStatus, When
from service.api.shown import when_or_none
from service.explaining_words import fact_text
from service.pictures.history import Differences
from service.pictures.lanes import Lane, Limit, Mark
from service.pictures.words import word
from service.worklist.texts import named, shown_when

_CLOSED = {
    TaskStatus.MISSED: ("missed", "overdue"),
    TaskStatus.OMITTED: ("omitted", "later"),
    TaskStatus.CANCELLED: ("cancelled", "later"),
}
_STRAIGHT = {"critical": "overdue", "high": "due", "routine": "later"}


@dataclass(frozen=True)
class Gathering:
    """One chart, seen at a moment, for a reader of one language. `differences` marks what stands otherwise now."""

    registry: Registry
    chart: Chart
    at: datetime
    language: str
    differences: Differences | None = None
    later: tuple[Fact, ...] = ()
    """Facts that were not known at that moment; drawn hollow."""

    @property
    def zone(self) -> str:
        """The zone of the patient's site."""
        return self.chart.patient.zone

    def lanes(self, limits: dict[str, tuple[Limit, ...]]) -> list[Lane]:
        """Every lane that has something in it, in the order of the picture."""
        return [
            *self._stages(), *self._holds(), *self._doses(), *self._values(limits), *self._tasks(), *self._messages(),
        ]  # fmt: skip

    # --- stages and holds ---

    def _stages(self) -> Iterator[Lane]:
        for one in self.chart.enrolments.values():
            if one.history:
                yield Lane("stages", one.id, self._pathway(one), tuple(self._stage_marks(one)))

    def _stage_marks(self, one: Enrolment) -> Iterator[Mark]:
        changed = self._changed("enrolments", one.id)
        if changed:
            changed = word("now", self.language, self._label("stage", changed))
        for number, entry in enumerate(one.history):
            following = one.history[number + 1].at if number + 1 < len(one.history) else one.closed
            yield self._stage_mark(one, entry, following, changed if number + 1 == len(one.history) else "")

    def _stage_mark(self, one: Enrolment, entry: StageEntry, until: datetime | None, changed: str) -> Mark:
        label = self._label("stage", f"{one.pathway}.{entry.stage}")
        tone = "even" if one.history.index(entry) % 2 == 0 else "odd"
        detail = self._via(one, entry)
        return Mark(
            entry.at, label, "bar", tone, until, until is None, detail=detail,
            state="" if until else word("goes_on", self.language), record=one.id, changed=changed,
        )  # fmt: skip

    def _via(self, one: Enrolment, entry: StageEntry) -> str:
        """The action that led there, in words."""
        if entry.via in ("opened", ""):
            return word("first", self.language)
        return self._label("action", f"{one.pathway}.{entry.via}")

    def _holds(self) -> Iterator[Lane]:
        by_code: dict[tuple[str, str], list[Mark]] = {}
        for hold in self.chart.holds.values():
            one = self.chart.enrolments[hold.enrolment]
            state = word("released" if hold.released else "in_force", self.language)
            mark = Mark(
                hold.opened, self._label("hold", f"{one.pathway}.{hold.code}"), "bar", "blocked", hold.released, hold.released is None,
                detail=self._causes(hold.causes), state=state, record=hold.id, changed=self._changed("holds", hold.id),
            )  # fmt: skip
            by_code.setdefault((one.pathway, hold.code), []).append(mark)
        for (pathway, code), marks in by_code.items():
            yield Lane("holds", f"{pathway}.{code}", marks[0].label, tuple(marks))

    def _causes(self, causes: Iterable[str]) -> str:
        facts = [self.chart.facts[one] for one in causes if one in self.chart.facts]
        return word("comma", self.language).join(f"{self._fact_label(one)} {self._text(one)}" for one in facts)

    # --- facts ---

    def _doses(self) -> Iterator[Lane]:
        for code, facts in self._by_code(lambda one: one.event is not None).items():
            marks = tuple(self._course(facts))
            yield Lane("doses", code, self._label("value", code), marks)

    def _course(self, facts: Sequence[Fact]) -> Iterator[Mark]:
        """Doses and events as moments; a course from its start to its stop, or going on."""
        running: Fact | None = None
        for one in facts:
            if one.event in (ExposureEvent.GIVEN, ExposureEvent.OCCURRED):
                yield self._moment(one, "given" if one.event is ExposureEvent.GIVEN else "event")
                continue
            if running is not None:
                yield self._span(running, one)
            running = one if one.event is ExposureEvent.STARTED else None
            if running is None and not any(
                earlier.event is ExposureEvent.STARTED for earlier in facts if earlier.seq < one.seq
            ):
                yield self._moment(one, "event")
        if running is not None:
            yield self._span(running, None)

    def _span(self, first: Fact, last: Fact | None) -> Mark:
        state = word("goes_on", self.language) if last is None else word("stopped", self.language)
        return Mark(
            self._when(first), self._text(first), "bar", "plain", self._when(last) if last else None, last is None,
            state=state, record=first.id, changed=self._fact_changed(first), ghost=first in self.later,
        )  # fmt: skip

    def _moment(self, one: Fact, sign: str) -> Mark:
        state = self._spoken(one)
        return Mark(
            self._when(one), self._text(one), sign, "plain", detail=self._attributes(one), state=state, record=one.id,
            changed=self._fact_changed(one), ghost=one in self.later,
        )  # fmt: skip

    def _spoken(self, one: Fact) -> str:
        preliminary = one.status is FactStatus.PRELIMINARY
        return word("preliminary", self.language) if preliminary else ""

    def _attributes(self, one: Fact) -> str:
        """What an event was: its coded attributes."""
        coded = [
            str(value) for key, value in one.attributes.items() if isinstance(value, str) and not key.endswith("_unit")
        ]
        return word("comma", self.language).join(self._label("code", f"{one.code}.{code}") for code in coded)

    def _values(self, limits: dict[str, tuple[Limit, ...]]) -> Iterator[Lane]:
        found = self._by_code(lambda one: isinstance(one.value, Decimal))
        for code in sorted(found, key=lambda one: (one not in limits, -len(found[one]))):
            unit = readable.unit(self.registry.catalogue.facts[code].unit)
            marks = tuple(self._value(one) for one in found[code])
            yield Lane("values", code, self._label("value", code), marks, limits.get(code, ()), unit)

    def _value(self, one: Fact) -> Mark:
        assert isinstance(one.value, Decimal)
        return Mark(
            self._when(one), self._text(one), "value", "plain", state=self._spoken(one), value=one.value, record=one.id,
            changed=self._fact_changed(one), ghost=one in self.later,
        )  # fmt: skip

    def _by_code(self, wanted: object) -> dict[str, list[Fact]]:
        """Current facts of a kind, by id of the catalogue, oldest first; those that were not known then among them."""
        assert callable(wanted)
        records = Records.of(self.chart.facts.values())
        late = [one for one in self.later if one.id not in records.by_id]
        found: dict[str, list[Fact]] = {}
        for one in sorted(
            [*(f for listed in records.by_code.values() for f in listed), *late], key=lambda f: (f.effective, f.seq)
        ):
            if wanted(one):
                found.setdefault(one.code, []).append(one)
        return found

    def _fact_changed(self, one: Fact) -> str:
        if self.differences is None:
            return ""
        return self.differences.later_word(one) if one in self.later else self.differences.of("facts", one.id)

    # --- tasks and messages ---

    def _tasks(self) -> Iterator[Lane]:
        by_code: dict[tuple[str, str], list[Task]] = {}
        for task in self.chart.tasks.values():
            if task.due is not None or task.status is not TaskStatus.CANCELLED:
                pathway = self.chart.enrolments[task.enrolment].pathway
                by_code.setdefault((pathway, task.code), []).append(task)
        for (pathway, code), tasks in by_code.items():
            label = self._label("task", f"{pathway}.{code}")
            marks = tuple(self._task(one, label) for one in tasks)
            yield Lane(
                "tasks", f"{pathway}.{code}", label, tuple(sorted(marks, key=lambda one: when_or_none(one.at) or ""))
            )

    def _task(self, one: Task, label: str) -> Mark:
        sign, tone = self.standing(one)
        begins = one.opens or one.due or one.created
        return Mark(
            begins, label, sign, tone, one.until or one.due or one.closed or begins, due=self._done_on(one) or one.due or begins,
            detail=self._window(one), state=self._state(one, sign), record=one.id, changed=self._changed("tasks", one.id),
        )  # fmt: skip

    def standing(self, one: Task) -> tuple[str, str]:
        """Sign and colour of a task: done on time, late or early; missed, omitted, overdue, suspended or open."""
        if one.status is TaskStatus.DONE:
            return self._done(one)
        if one.status in _CLOSED:
            return _CLOSED[one.status]
        if one.frozen:
            return "suspended", "blocked"
        return ("overdue", "overdue") if one.overdue_since else ("due", "due" if self._begun(one) else "later")

    def _done(self, one: Task) -> tuple[str, str]:
        day, last = self._done_on(one), one.until or one.due
        if day is None or last is None:
            return "done", "met"
        if compare(local_day(day, self.zone), local_day(last, self.zone), self.zone) > 0:
            return "late", "due"
        first = one.opens
        early = first is not None and compare(local_day(day, self.zone), local_day(first, self.zone), self.zone) < 0
        return ("early", "met") if early else ("done", "met")

    def _done_on(self, one: Task) -> When | None:
        """When it was really done: the day of the fact that completed it, else when it was closed."""
        if one.status is not TaskStatus.DONE:
            return None
        fact = self.chart.facts.get(one.closed_by)
        return self._when(fact) if fact is not None else one.closed

    def _begun(self, one: Task) -> bool:
        begins = one.opens or one.due
        return begins is None or compare(local_day(begins, self.zone), local_day(self.at, self.zone), self.zone) <= 0

    def _window(self, one: Task) -> str:
        if one.opens is not None and one.until is not None and one.opens != one.until:
            return word("window", self.language, self._day(one.opens), self._day(one.until))
        return word("due", self.language, self._day(one.due)) if one.due else ""

    def _state(self, one: Task, sign: str) -> str:
        said = word({"due": "open"}.get(sign, sign), self.language)
        done = self._done_on(one)
        return f"{said} {self._day(done)}" if done else said

    def _messages(self) -> Iterator[Lane]:
        together: dict[tuple[str, str, datetime], list[Message]] = {}
        for note in self.chart.messages.values():
            together.setdefault((note.enrolment, note.code, note.requested), []).append(note)
        marks = [self._message(notes) for notes in together.values()]
        if marks:
            yield Lane(
                "messages",
                "messages",
                word("messages", self.language),
                tuple(sorted(marks, key=lambda one: when_or_none(one.at) or "")),
            )

    def _message(self, notes: Sequence[Message]) -> Mark:
        """A message that several roles got at one time is one mark."""
        first = notes[0]
        one = self.chart.enrolments[first.enrolment]
        spec = (
            self.registry.latest(one.pathway).spec.notifications.get(first.code)
            if one.pathway in self.registry.ids()
            else None
        )
        label = str(getattr(spec.label, self.language)) if spec else first.code.replace("_", " ")
        answered = all(note.acknowledged for note in notes)
        roles = word("comma", self.language).join(named(note.to, self.language) for note in notes)
        return Mark(
            first.requested, label, "message", _STRAIGHT.get(first.urgency, "later"), detail=roles,
            state=word("acknowledged" if answered else "unanswered", self.language), record=first.id,
            changed=self._changed("messages", first.id),
        )  # fmt: skip

    # --- words ---

    def _changed(self, kind: str, record: str) -> str:
        return self.differences.of(kind, record) if self.differences else ""

    def _when(self, one: Fact) -> When:
        return one.effective if one.timed else one.effective_day

    def _day(self, when: When | None) -> str:
        return shown_when(when_or_none(when), self.zone, self.language)

    def _text(self, one: Fact) -> str:
        return fact_text(self.registry, one, self.language)

    def _label(self, kind: str, name: str) -> str:
        return self.registry.labels.of(kind, name, self.language)

    def _fact_label(self, one: Fact) -> str:
        return self._label("value", one.code)

    def _pathway(self, one: Enrolment) -> str:
        title = self._label("pathway", one.pathway)
        return f"{title} #{one.ordinal}" if one.ordinal > 1 else title
