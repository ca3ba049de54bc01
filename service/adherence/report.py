"""Builds a report: asks the store for figures and puts them into sections. Which numbers there are is decided here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.adherence.courses import Course, moves
from engine.adherence.indicators import DENOMINATOR, Standing
from engine.adherence.timing import OWED, Timing
from engine.definition.schema import DefinitionSpec
from engine.language.labels import humanised
from engine.store.adherence import figures
from engine.store.adherence.figures import ActCount, Size, TaskCount, TimedAct
from service.adherence.filters import Filter
from service.adherence.indicators import AT_ONCE, Indicators
from service.adherence.intervals import wilson
from service.adherence.sections import Bars, Column, Kind, Report, Section
from service.adherence.waits import wait_sections
from service.adherence.words import word
from service.wiring import Careway
from service.worklist.texts import shown_when

SHOWN = (*OWED, Timing.RUNNING, Timing.UNDATED, Timing.NOT_OWED)


@dataclass(slots=True)
class Builder:
    """One report for a reader of one language."""

    careway: Careway
    wanted: Filter
    language: str
    kept: Indicators
    most: int | None = AT_ONCE
    advance: Callable[[int, int], None] | None = None
    _courses: list[Course] = field(default_factory=list)

    def report(self) -> Report:
        """All sections. Raises StoreBusy."""
        reader, scope, now = self.careway.store.reader, self.wanted.scope, self.wanted.now
        self._courses = list(figures.courses(reader, scope)) if scope.pathway else []
        sizes = figures.sizes(reader, scope)
        sections = [
            self._indicators(),
            self._tasks(figures.task_counts(reader, scope, now)),
            self._reasons(figures.omission_reasons(reader, scope)),
            *(
                [self._moves(figures.timed_acts(reader, scope, now)), *wait_sections(self, self._courses)]
                if scope.pathway
                else []
            ),
            self._overrides(figures.act_counts(reader, scope)),
            self._deviations(figures.deviation_counts(reader, scope)),
        ]
        hashes = tuple(sorted({one.definition for one in sizes}))
        return Report(self.word("title"), self._about(sizes), tuple(sections), self.wanted.as_dict(), hashes)

    # --- words ---

    def word(self, key: str) -> str:
        """A word of the reader's language."""
        return word(key, self.language)

    def label(self, kind: str, pathway: str, code: str) -> str:
        """The label of an element of a pathway."""
        return self.careway.registry.labels.of(kind, f"{pathway}.{code}", self.language)

    def pathway(self, name: str) -> str:
        """The title of a pathway."""
        return self.careway.registry.labels.of("pathway", name, self.language)

    def column(self, id: str, kind: Kind = "text") -> Column:
        """A column under its word."""
        return Column(id, self.word(id), kind)

    def section(
        self, id: str, columns: list[Column], rows: Iterable[Mapping[str, Any]], picture: Any = None
    ) -> Section:
        """A section under its words."""
        if self.wanted.scope.pathway:
            columns = [one for one in columns if one.id != "pathway"]
        return Section(id, self.word(id), self.word(f"{id}_note"), tuple(columns), tuple(rows), picture)

    # --- what it is about ---

    def _about(self, sizes: list[Size]) -> list[tuple[str, str]]:
        asked, total = self.wanted, sum(one.enrolments for one in sizes)
        still = sum(one.open for one in sizes)
        sites = asked.scope.sites
        return [
            (
                self.word("pathway"),
                self.pathway(asked.scope.pathway) if asked.scope.pathway else self.word("all_pathways"),
            ),
            (self.word("version"), asked.scope.definition or self.word("all_versions")),
            (self.word("period"), f"{asked.first.isoformat()} – {asked.last.isoformat()}"),
            (self.word("sites"), ", ".join(sorted(sites)) if sites is not None else self.word("all_sites")),
            (self.word("enrolments"), f"{total} ({self.word('open')}: {still})"),
            (self.word("as_of"), shown_when(asked.now.isoformat(), self.careway.settings.timezone, self.language)),
        ]

    # --- sections ---

    def _tasks(self, counted: list[TaskCount]) -> Section:
        by_task: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for one in counted:
            by_task[one.pathway, one.code][one.timing] += one.count
        rows = [self._task_row(pathway, code, by_task[pathway, code]) for pathway, code in sorted(by_task)]
        columns = [
            self.column("pathway"), self.column("task"), self.column("owed", "count"), self.column("share_on_time", "share"),
            self.column("limits"), *(self.column(one.value, "count") for one in SHOWN),
        ]  # fmt: skip
        return self.section("tasks", columns, rows, Bars("task", tuple(one.value for one in OWED)))

    def _task_row(self, pathway: str, code: str, found: Counter[str]) -> dict[str, Any]:
        owed = sum(found[one.value] for one in OWED)
        counts = {one.value: found[one.value] for one in SHOWN}
        links = {name: {"code": code, "class": name, "pathway": pathway} for name, number in counts.items() if number}
        return {
            "pathway": self.pathway(pathway), "task": self.label("task", pathway, code), "owed": owed,
            "share_on_time": found[Timing.ON_TIME.value] / owed if owed else None,
            "limits": wilson(found[Timing.ON_TIME.value], owed), **counts, "_link": links,
        }  # fmt: skip

    def _reasons(self, found: list[tuple[str, str, str, int]]) -> Section:
        rows = [
            {
                "pathway": self.pathway(pathway),
                "task": self.label("task", pathway, code),
                "reason": reason,
                "count": count,
            }
            for pathway, code, reason, count in found
        ]
        columns = [self.column("pathway"), self.column("task"), self.column("reason"), self.column("count", "count")]
        return self.section("reasons", columns, rows)

    def _indicators(self) -> Section:
        stands, left = self.kept.look(
            self.careway, self.wanted.scope, self.wanted.now, most=self.most, advance=self.advance
        )
        by_name: dict[tuple[str, str], Counter[Standing]] = defaultdict(Counter)
        for one in stands:
            by_name[one.pathway, one.indicator][one.standing] += 1
        rows = [self._indicator_row(*key, by_name[key]) for key in sorted(by_name)]
        columns = [
            self.column("pathway"), self.column("indicator"), self.column("statement"), self.column("denominator", "count"),
            self.column("share_met", "share"), self.column("limits"), *(self.column(one.value, "count") for one in Standing),
        ]  # fmt: skip
        section = self.section("indicators", columns, rows, Bars("indicator", tuple(one.value for one in DENOMINATOR)))
        if not left:
            return section
        note = f"{section.note} {self.word('unread')}: {left}."
        return Section(section.id, section.title, note, section.columns, section.rows, section.picture)

    def _indicator_row(self, pathway: str, name: str, found: Counter[Standing]) -> dict[str, Any]:
        known = self._spec(pathway)
        spec = known.indicators.get(name) if known else None
        total = sum(found[one] for one in DENOMINATOR)
        counts = {one.value: found[one] for one in Standing}
        links = {key: {"indicator": name, "class": key, "pathway": pathway} for key, number in counts.items() if number}
        return {
            "pathway": self.pathway(pathway), "indicator": self.label("indicator", pathway, name),
            "statement": ", ".join(spec.statement) if spec else "", "denominator": total,
            "share_met": found[Standing.MET] / total if total else None, "limits": wilson(found[Standing.MET], total), **counts,
            "_link": links,
        }  # fmt: skip

    def _spec(self, pathway: str) -> DefinitionSpec | None:
        """The version in force; None for a pathway that is no longer there, whose records are counted all the same."""
        registry = self.careway.registry
        return registry.latest(pathway).spec if pathway in registry.ids() else None

    def _moves(self, timed: list[TimedAct]) -> Section:
        known = {(one.patient, one.enrolment, one.action, one.at): one.timing for one in timed}
        by_move: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        for course in self._courses:
            for move in moves(course):
                timing = known.get((move.patient, move.enrolment, move.via, move.at))
                by_move[move.before, move.after, move.via][_window(timing)] += 1
        rows = [self._move_row(key, by_move[key]) for key in sorted(by_move, key=lambda key: -by_move[key].total())]
        columns = [
            self.column("from"), self.column("to"), self.column("via"), self.column("count", "count"),
            *(self.column(name, "count") for name in ("in_window", "out_of_window", "no_window")),
        ]  # fmt: skip
        return self.section("moves", columns, rows, Bars("via", ("in_window", "out_of_window", "no_window")))

    def _move_row(self, key: tuple[str, str, str], found: Counter[str]) -> dict[str, Any]:
        pathway = self.wanted.scope.pathway
        before, after, via = key
        spec = self.careway.registry.latest(pathway).spec
        rule = spec.actions.get(via) or spec.automatic.get(via)
        return {
            "from": self.label("stage", pathway, before), "to": self.label("stage", pathway, after),
            "via": getattr(rule.label, self.language) if rule and rule.label else humanised(via), "count": found.total(),
            **{name: found[name] for name in ("in_window", "out_of_window", "no_window")},
        }  # fmt: skip

    def _overrides(self, counted: list[ActCount]) -> Section:
        acts: Counter[tuple[str, str]] = Counter()
        found: dict[tuple[str, str, str, str], int] = defaultdict(int)
        for one in counted:
            acts[one.pathway, one.action] += one.count
            for level, names in (("overridden", one.overridden), ("warned", one.warned)):
                for name in names:
                    found[one.pathway, one.action, name, level] += one.count
        rows = [self._override_row(*key, found[key], acts) for key in sorted(found, key=lambda key: (-found[key], key))]
        columns = [
            self.column("pathway"), self.column("action"), self.column("guard"), self.column("requirement"), self.column("level"),
            self.column("count", "count"), self.column("acts", "count"), self.column("share", "share"),
        ]  # fmt: skip
        return self.section("overrides", columns, rows)

    def _override_row(
        self, pathway: str, action: str, name: str, level: str, count: int, acts: Counter[tuple[str, str]]
    ) -> dict[str, Any]:
        known = self._spec(pathway)
        spec = known.actions.get(action) if known else None
        total = acts[pathway, action]
        return {
            "pathway": self.pathway(pathway), "action": self.label("action", pathway, action),
            "guard": (spec.guard or spec.gate or "") if spec else "", "requirement": self._requirement(pathway, spec.guard if spec else None, name), "level": self.word(level),
            "count": count, "acts": total, "share": count / total,
        }  # fmt: skip

    def _requirement(self, pathway: str, guard: str | None, name: str) -> str:
        """The label of a requirement, of this guard or of one that it includes; without one its id in words."""
        known = self._spec(pathway)
        guards = known.guards if known else {}
        own = [guards[guard]] if guard in guards else []
        found = (one.label for each in (*own, *guards.values()) for one in each.require if one.id == name)
        label = next((one for one in found if one is not None), None)
        return getattr(label, self.language) if label is not None else humanised(name)

    def _deviations(self, counted: list[figures.DeviationCount]) -> Section:
        rows = [
            {
                "pathway": self.pathway(one.pathway), "deviation": self.label("deviation", one.pathway, one.code),
                "count": one.count, "_link": {"count": {"deviation": one.code, "pathway": one.pathway}},
            }
            for one in sorted(counted, key=lambda one: (-one.count, one.pathway, one.code))
        ]  # fmt: skip
        columns = [self.column("pathway"), self.column("deviation"), self.column("count", "count")]
        return self.section("deviations", columns, rows, Bars("deviation", ("count",)))


def _window(timing: str | None) -> str:
    if timing is None:
        return "no_window"
    return "in_window" if timing == Timing.ON_TIME.value else "out_of_window"
