"""The pages of pathways: what each is, who is where, what its guards ask in words, its settings with reasons, and its versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.calendar import days_between, local_day
from engine.codec import instant_text
from engine.definition.compiled import Definition
from engine.definition.schema import Gate, Guard, Requirement, Setting
from engine.errors import NotFound
from engine.store import census
from service.api.cursors import decode, encode
from service.docs.book import Book
from service.docs.reading import Reading, amount, written
from service.pictures.states import diagram
from service.wiring import Careway

LINES = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement in words."""

    label: str
    text: str
    where: str
    level: str
    unknown: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuardShown:
    """A guard: which actions ask it, as of when, and what it requires."""

    name: str
    actions: tuple[str, ...]
    as_of: str
    items: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class SettingShown:
    """A setting with its default and reason; a map stands as one line for each caller."""

    name: str
    values: tuple[tuple[str, str], ...]
    reason: str
    spec: tuple[str, ...]


def index(careway: Careway, sites: frozenset[str], language: str) -> dict[str, Any]:
    """Every pathway in force with how many enrolments are open on it."""
    open_on: dict[str, int] = {}
    for one in census.counts(careway.store.reader, sites=sites):
        open_on[one.pathway] = open_on.get(one.pathway, 0) + one.open
    specs = [careway.registry.latest(name).spec for name in careway.registry.ids()]
    lines = [
        (
            one.pathway,
            _in(one.title, language),
            open_on.get(one.pathway, 0),
            len(one.stages),
            one.shared,
            one.parent or "",
        )
        for one in specs
    ]
    return {
        "lines": sorted(lines, key=lambda line: (bool(line[5]), line[4], line[1])),
        "now": instant_text(careway.clock.now()),
    }


def known(careway: Careway, pathway: str) -> Definition:
    """The version in force. Raises NotFound."""
    if pathway not in careway.registry.ids():
        raise NotFound(f"There is no pathway {pathway}.", place=pathway, remedy="List the pathways.")
    return careway.registry.latest(pathway)


def shown(careway: Careway, pathway: str, sites: frozenset[str], language: str) -> dict[str, Any]:
    """Everything that the page of a pathway shows. Raises NotFound."""
    definition = known(careway, pathway)
    spec = definition.spec
    counted = census.counts(careway.store.reader, pathway=pathway, sites=sites)
    by_stage = _summed((one.stage, one.open) for one in counted)
    # Stages of older versions that the one in force no longer has are listed too: patients are there.
    older = [name for name in by_stage if name not in spec.stages]
    labels = careway.registry.labels
    stages = [
        (
            name,
            labels.of("stage", f"{pathway}.{name}", language),
            by_stage.get(name, 0),
            name in spec.stages and spec.stages[name].terminal,
        )
        for name in (*spec.stages, *older)
    ]
    return {
        "spec": spec, "title": _in(spec.title, language), "hash": definition.hash, "stages": stages, "total": sum(by_stage.values()),
        "diagram": diagram(definition, by_stage, language), "guards": _Words(careway, definition, language).guards(),
        "settings": [_setting(name, one, language) for name, one in spec.settings.items()],
        "versions": _versions(careway, definition, _summed((one.definition, one.open) for one in counted)),
        "opens": [(one, labels.of("pathway", one, language)) for one in spec.opens if one in careway.registry.ids()],
        "now": instant_text(careway.clock.now()), "zone": careway.settings.timezone,
    }  # fmt: skip


def stage(
    careway: Careway, pathway: str, name: str, sites: frozenset[str], language: str, cursor: str
) -> dict[str, Any]:
    """The patients in a stage, a page at a time. Raises NotFound, and Refusal for a cursor that is none of ours."""
    spec = known(careway, pathway).spec
    place = decode(cursor, str, str) if cursor else ["", ""]
    found = census.present(
        careway.store.reader, pathway, name, after=(place[0], place[1]), limit=LINES + 1, sites=sites
    )
    if name not in spec.stages and not found:
        raise NotFound(f"{pathway} has no stage {name}.", place=name, remedy="Look at its diagram.")
    now, labels = careway.clock.now(), careway.registry.labels
    lines = [
        (one.patient, one.id, one.zone, instant_text(one.opened), days_between(local_day(one.opened, one.zone), local_day(now, one.zone)))
        for one in found[:LINES]
    ]  # fmt: skip
    following = encode(found[LINES - 1].patient, found[LINES - 1].id) if len(found) > LINES else ""
    total = sum(
        one.open for one in census.counts(careway.store.reader, pathway=pathway, sites=sites) if one.stage == name
    )
    return {
        "pathway": pathway, "title": _in(spec.title, language), "stage": name, "label": labels.of("stage", f"{pathway}.{name}", language),
        "lines": lines, "next": following, "total": total, "first": bool(cursor), "now": instant_text(now), "zone": careway.settings.timezone,
    }  # fmt: skip


def _summed(pairs: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, number in pairs:
        found[key] = found.get(key, 0) + number
    return found


def _versions(careway: Careway, definition: Definition, by_version: Mapping[str, int]) -> list[dict[str, Any]]:
    """Every version that runs, the one in force first: its number, since when, and how many enrolments run on it."""
    hashes = {definition.hash, *by_version}
    archived = {one.hash: one for one in careway.store.archived_versions(hashes)}
    found = [
        {
            "hash": one, "number": archived[one].number if one in archived else None, "open": by_version.get(one, 0),
            "since": instant_text(archived[one].archived) if one in archived else None,
            "release": archived[one].release if one in archived else "", "in_force": one == definition.hash,
        }
        for one in hashes
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one["in_force"], -(one["number"] or 0)))


def _setting(name: str, one: Setting, language: str) -> SettingShown:
    value = one.value
    rows = value.items() if isinstance(value, dict) else [("", value)]
    return SettingShown(
        name, tuple((str(key), _amount(part, one.unit, language)) for key, part in rows), one.reason, tuple(one.spec)
    )


def _amount(value: Any, unit: str, language: str) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) + (f" {unit}" if unit else "")
    return amount(written(value, unit), language)


def _in(label: Any, language: str) -> str:
    return str(getattr(label, language))


class _Words:
    """The guards of a definition as sentences in one language."""

    def __init__(self, careway: Careway, definition: Definition, language: str) -> None:
        specs = {name: careway.registry.latest(name).spec for name in careway.registry.ids()}
        self._reading = Reading(Book(careway.registry, specs, (), {}), definition.spec)
        self._spec, self._language, self._hash = definition.spec, language, definition.hash

    def guards(self) -> tuple[GuardShown, ...]:
        """Every guard, and the gate of a sub-pathway. Printing sentences takes time, so each version is printed once."""
        return _printed(_Once(self._hash, self._language, self))

    def all(self) -> tuple[GuardShown, ...]:
        """The same, printed anew."""
        found = [self._guard(name, one) for name, one in self._spec.guards.items()]
        return (*found, *([self._guard("", self._spec.gate)] if self._spec.gate else []))

    def _guard(self, name: str, guard: Guard | Gate) -> GuardShown:
        actions = tuple(
            _in(one.label, self._language) for one in self._spec.actions.values() if one.guard == name and name
        )
        as_of = self._one(self._reading.value(guard.as_of)) if isinstance(guard, Guard) else ""
        return GuardShown(name, actions, as_of, tuple(self._asked(one) for one in guard.require))

    def _asked(self, one: Requirement) -> Asked:
        label = _in(one.label, self._language) if one.label else one.id.replace("_", " ")
        where = self._one(self._reading.criterion(one.when))
        unknown = one.unknown if "unknown" in one.model_fields_set else ""
        return Asked(label, self._said(one), where, one.not_met, unknown, _stated(one))

    def _said(self, one: Requirement) -> str:
        if one.holds:
            return "no_hold"
        if one.include:
            return f"include:{one.include}"
        return self._one(self._reading.criterion(one.that))

    def _one(self, both: tuple[str, str]) -> str:
        return both[0] if self._language == "en" else both[1]


class _Once:
    """A version and a language, as the key of a cache."""

    def __init__(self, content_hash: str, language: str, words: _Words) -> None:
        self.key, self.words = (content_hash, language), words

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other.key == self.key


@lru_cache(maxsize=128)
def _printed(once: _Once) -> tuple[GuardShown, ...]:
    return once.words.all()


def _stated(one: Requirement) -> tuple[str, ...]:
    stated = one.statement
    if isinstance(stated, dict):
        parts = [part if isinstance(part, list) else [part] for part in stated.values()]
        return tuple(dict.fromkeys(name for part in parts for name in part))
    return tuple(stated) if isinstance(stated, list) else (stated,) if stated else ()
