"""What the page of a patient offers this reader to do, by the rights of the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import Request

from engine.definition.schema import DefinitionSpec
from engine.errors import AuthorError
from engine.model import Chart, Enrolment, Hold
from service.accounts.rights import Right
from service.wiring import Careway
from service.worklist.acting.reader import Reader
from service.worklist.listing import lasting, releasing
from service.worklist.patient import Note


@dataclass(frozen=True, slots=True)
class Offered:
    """Roles and rights of the reader at this patient's site, and what releases each hold in force."""

    act: tuple[str, ...]
    record: bool
    enrol: bool
    acknowledge: tuple[str, ...]
    releases: Mapping[str, list[tuple[str, str]]]
    """Actions with their labels, by hold."""
    lasting: frozenset[str]
    """Holds that nothing releases."""

    def message(self, note: Note) -> str:
        """Which message of several to acknowledge: the one to a role of the reader, else the first."""
        return next((name for role, name in note.messages if role in self.acknowledge), note.messages[0][1])


def offered(request: Request, careway: Careway, chart: Chart, language: str) -> Offered:
    """What the reader of a patient's page may do."""
    reader, releases, for_good = Reader.of(request), dict[str, list[tuple[str, str]]](), set[str]()
    for hold, one, spec in _standing(careway, chart):
        actions = releasing(spec, hold.code, one.stage)
        releases[hold.id] = [(name, getattr(spec.actions[name].label, language)) for name in actions]
        if lasting(spec, hold.code):
            for_good.add(hold.id)
    return Offered(
        tuple(reader.roles(Right.ACT)), reader.may(Right.RECORD_FACTS), reader.may(Right.ENROL), tuple(reader.roles(Right.ACKNOWLEDGE)),
        releases, frozenset(for_good),
    )  # fmt: skip


def _standing(careway: Careway, chart: Chart) -> Iterator[tuple[Hold, Enrolment, DefinitionSpec]]:
    """The holds in force, with the definition on which their enrolment runs."""
    for hold in chart.holds.values():
        one = chart.enrolments[hold.enrolment]
        if hold.released is None and one.open:
            try:
                yield hold, one, careway.registry.version(one.definition).spec
            except AuthorError:  # A version that is not loaded; the page says so elsewhere.
                continue
