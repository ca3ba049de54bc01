"""What the page of a patient offers this reader to do, by the rights of the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from engine.errors import AuthorError
from engine.model import Chart
from service.accounts.rights import Right
from service.wiring import Careway
from service.worklist.acting.reader import Reader
from service.worklist.listing import releasing
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

    def message(self, note: Note) -> str:
        """Which message of several to acknowledge: the one to a role of the reader, else the first."""
        return next((name for role, name in note.messages if role in self.acknowledge), note.messages[0][1])


def offered(request: Request, careway: Careway, chart: Chart, language: str) -> Offered:
    """What the reader of a patient's page may do."""
    reader = Reader.of(request)
    return Offered(
        tuple(reader.roles(Right.ACT)), reader.may(Right.RECORD_FACTS), reader.may(Right.ENROL), tuple(reader.roles(Right.ACKNOWLEDGE)),
        _releases(careway, chart, language),
    )  # fmt: skip


def _releases(careway: Careway, chart: Chart, language: str) -> dict[str, list[tuple[str, str]]]:
    found = {}
    for hold in chart.holds.values():
        one = chart.enrolments[hold.enrolment]
        if hold.released is None and one.open:
            try:
                spec = careway.registry.version(one.definition).spec
            except AuthorError:  # A version that is not loaded; the page says so elsewhere.
                continue
            found[hold.id] = [
                (name, getattr(spec.actions[name].label, language)) for name in releasing(spec, hold.code, one.stage)
            ]
    return found
