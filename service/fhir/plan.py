"""From what a resource states to commands: record what is new, correct what changed, void what is no longer said.

Every fact remembers `fhir:<Type>/<id>[:part]#<version>`. The same version is never taken twice; a new version of the same
resource amends the fact that its older one made. A version is `versionId`, else `meta.lastUpdated`, else a digest of the
content; a version that is older than the one that is known is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from engine.catalogue import Catalogue
from engine.commands import CorrectFact, Entry, RetractFact
from engine.errors import InvalidFact
from engine.model import Chart, Fact, FactStatus, Patient, When
from service.fhir.files import Located
from service.fhir.shape import Node
from service.fhir.statement import Statement

_RETRACTED_BY = re.compile(r"\[(fhir:[^\]]+)\]$")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A resource of a known patient. `key` is `fhir:<Type>/<id>`, `version` what tells its versions apart."""

    located: Located
    node: Node
    key: str
    version: str

    @classmethod
    def of(cls, located: Located) -> Incoming:
        """Name a resource and its version; one without id is named by its address or content."""
        node = Node(located.resource, str(located.resource["resourceType"]))
        own = node.at("id").text() or located.full_url.rpartition(":")[2] or digest(located.resource)
        meta = node.at("meta")
        version = meta.at("versionId").text()
        changed = meta.at("lastUpdated").text()
        label = f"v{version}" if version else f"t{changed}" if changed else f"h{digest(located.resource)}"
        return cls(located, node, f"fhir:{node.path}/{_safe(own)}", re.sub(r"[\s#\[\]]", "_", label)[:64])

    @property
    def order(self) -> tuple[int, str]:
        """Among versions of one resource: by number, else as text (instants of one writer)."""
        digits = self.version[1:]
        return (
            int(digits) if digits.isdecimal() and len(digits) < 18 else 0,
            self.node.at("meta").at("lastUpdated").text(),
        )

    def source(self, part: str) -> str:
        """Source key of one of its facts."""
        return f"{self.key}{':' + _safe(part) if part else ''}#{self.version}"


def digest(resource: dict[str, Any]) -> str:
    """Short digest of a resource's content, its `meta` aside."""
    content = {key: value for key, value in resource.items() if key != "meta"}
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _safe(text: str) -> str:
    return re.sub(r"[\s#:\[\]]", "_", text)[:160]


@dataclass
class Recorded:
    """What the chart holds from earlier imports."""

    seen: set[str] = field(default_factory=set)
    """Sources that were taken once."""
    standing: dict[str, dict[str, Fact]] = field(default_factory=dict)
    """Current facts by resource key and part."""

    @classmethod
    def of(cls, chart: Chart) -> Recorded:
        """Index a chart."""
        found = cls()
        gone = {fact.supersedes for fact in chart.facts.values()}
        for fact in chart.facts.values():
            voided = _RETRACTED_BY.search(fact.reason) if fact.status is FactStatus.ENTERED_IN_ERROR else None
            if voided:
                found.seen.add(voided.group(1))
            if fact.source.startswith("fhir:"):
                found.seen.add(fact.source)
                if fact.id not in gone and fact.status is not FactStatus.ENTERED_IN_ERROR:
                    key, part = split(fact.source)
                    found.standing.setdefault(key, {})[part] = fact
        return found


def split(source: str) -> tuple[str, str]:
    """Resource key and part of a source."""
    base = source.rpartition("#")[0]
    kind, slash, rest = base.partition("/")
    own, _, part = rest.partition(":")
    return f"{kind}{slash}{own}", part


def is_older(version: str, known: str) -> bool:
    """Whether a version is known to be older than another; digests cannot be compared."""
    if version[:1] != known[:1] or version[:1] not in ("v", "t"):
        return False
    one, other = version[1:], known[1:]
    if one.isdecimal() and other.isdecimal():
        return int(one) < int(other)
    return version[0] == "t" and one < other


@dataclass(frozen=True, slots=True)
class Change:
    """One command's worth: a new entry, a correction or a retraction, with the resource that wants it."""

    incoming: Incoming
    fact: str
    do: Entry | CorrectFact | RetractFact
    effective: When | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement that the catalogue refuses."""

    incoming: Incoming
    statement: Statement
    error: InvalidFact


@dataclass(frozen=True, slots=True)
class DoseLeftOut:
    """An exposure is recorded without its dose, which could not be read."""

    fact: str


Step = Change | Refusal | DoseLeftOut | str
"""What a statement leads to; a text is only counted: `unchanged`, `older version`."""


@dataclass
class Planner:
    """Compares the statements of resources with what the chart holds."""

    catalogue: Catalogue
    patient: Patient
    recorded: Recorded
    base: dict[str, Any]
    """Patient, moment and person of the commands."""

    def plan(self, incoming: Incoming, statements: Iterable[Statement], void: str = "") -> Iterator[Step]:
        """What to do: changes, refusals, `unchanged`, `older version`. `void` is why earlier facts no longer stand."""
        standing, told = self.recorded.standing.get(incoming.key, {}), set()
        for statement in statements:
            told.add(_safe(statement.part))
            yield from self._one(incoming, statement, standing.get(_safe(statement.part)))
        for part, fact in standing.items():
            if part not in told and incoming.source(part) not in self.recorded.seen:
                if is_older(incoming.version, fact.source.rpartition("#")[2]):
                    yield "older version"
                else:
                    yield self._retraction(incoming, fact, void or "no longer stated", incoming.source(part))

    def _one(self, incoming: Incoming, statement: Statement, old: Fact | None) -> Iterator[Step]:
        if incoming.source(statement.part) in self.recorded.seen:
            yield "unchanged"
            return
        entered = self._enter(statement)
        if isinstance(entered, InvalidFact):
            yield Refusal(incoming, statement, entered)
            return
        if "dose" in statement.raw and "dose" not in entered[1]:
            yield DoseLeftOut(entered[0].code)
        yield from self._against(incoming, statement, entered, old)

    def _against(
        self, incoming: Incoming, statement: Statement, entered: tuple[Fact, dict[str, Any]], old: Fact | None
    ) -> Iterator[Step]:
        """What an acceptable fact changes beside the one that stands."""
        (fact, raw), source = entered, incoming.source(statement.part)
        if old is None:
            yield Change(
                incoming,
                fact.code,
                Entry(fact.code, {**raw, "effective": statement.effective}, source),
                statement.effective,
            )
        elif is_older(incoming.version, old.source.rpartition("#")[2]):
            yield "older version"
        elif _same(fact, old):
            yield "unchanged"
        else:
            yield from self._amended(incoming, statement, (fact, raw), old)

    def _amended(
        self, incoming: Incoming, statement: Statement, entered: tuple[Fact, dict[str, Any]], old: Fact
    ) -> Iterator[Change]:
        (fact, raw), source = entered, incoming.source(statement.part)
        if (fact.code, fact.effective, fact.timed) == (old.code, old.effective, old.timed):
            status = str(raw.get("status") or FactStatus.AMENDED)
            value = {**raw, "status": status, "source": source}
            reason = f"{status} at its source"
            yield Change(
                incoming, fact.code, CorrectFact(fact=old.id, value=value, reason=reason, status=status, **self.base)
            )
            return
        yield self._retraction(incoming, old, "replaced by another time or code", "")
        yield Change(
            incoming,
            fact.code,
            Entry(fact.code, {**raw, "effective": statement.effective}, source),
            statement.effective,
        )

    def _retraction(self, incoming: Incoming, fact: Fact, why: str, source: str) -> Change:
        reason = f"{why} at its source" + (f" [{source}]" if source else "")
        return Change(incoming, fact.code, RetractFact(fact=fact.id, reason=reason, **self.base))

    def _enter(self, statement: Statement) -> tuple[Fact, dict[str, Any]] | InvalidFact:
        """The fact as it would be recorded and the raw entry that makes it, by the first spelling that is accepted."""
        first: InvalidFact | None = None
        for raw in _spellings(statement):
            try:
                return self._try(statement, raw), raw
            except InvalidFact as error:
                first = first or error
        assert first is not None
        return first

    def _try(self, statement: Statement, raw: dict[str, Any]) -> Fact:
        return self.catalogue.enter(
            statement.fact,
            raw,
            now=self.base["at"],
            zone=self.patient.zone,
            seq=0,
            id="",
            effective=statement.effective,
        )


def _spellings(statement: Statement) -> list[dict[str, Any]]:
    """Raw entries of one statement, the surest first; an exposure also without its dose, which then is not known."""
    if statement.values:
        return [{**statement.raw, "value": value} for value in statement.values]
    whole = dict(statement.raw)
    return [whole, {key: value for key, value in whole.items() if key != "dose"}] if "dose" in whole else [whole]


def _same(new: Fact, old: Fact) -> bool:
    """Whether a version says what the one before it said."""
    return all(
        getattr(new, name) == getattr(old, name)
        for name in ("code", "effective", "timed", "value", "event", "comparator", "status")
    ) and dict(new.attributes) == dict(old.attributes)
