"""`audit replay`: decide again what was decided, from what was known and in force then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.app import audit
from service.cli.printing import BAD_INPUT, DONE, FAILED, Json, note, show, table

if TYPE_CHECKING:
    from service.replaying import PatientsDecision


@audit.command()
def replay(
    patients: Annotated[list[str] | None, typer.Argument(help="Patients; none = all.", metavar="[PATIENT…]")] = None,
    *,
    position: Annotated[
        int | None, typer.Option(help="Only the decision of this entry of one patient, as the audit numbers it.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Make every recorded decision again and compare: same evidence, same answer, same changes. Exit code 1 if one differs."""
    if position is not None and len(patients or ()) != 1:
        note("careway: --position names an entry of one patient. Name that patient, too.")
        return BAD_INPUT
    found = _replayed(patients or [], position)
    if position is not None and not found:
        note(f"careway: entry {position} holds no decision. `careway explain` and the audit of the patient list them.")
        return BAD_INPUT
    different = [one for one in found if not one.replayed.same]
    text = f"{len(found)} decisions made again, {len(different)} came out otherwise."
    rows = found if position is not None else different
    show(
        {"decisions": len(found), "different": [_as_dict(one) for one in different]}, _text(text, rows), as_json=as_json
    )
    return FAILED if different else DONE


def _replayed(patients: list[str], position: int | None) -> list[PatientsDecision]:
    from service.cli.opening import opened
    from service.cli.progress import progress
    from service.replaying import replay as again

    with opened(read_only=True) as careway, progress("Deciding again") as told:
        return [one for one in again(careway, patients, told) if position in (None, one.replayed.position)]


def _text(summary: str, rows: list[PatientsDecision]) -> str:
    cells = [
        (one.patient, one.replayed.position, one.replayed.at.isoformat(), one.replayed.command, _outcome(one))
        for one in rows
    ]
    return f"{table(cells)}\n{summary}" if cells else summary


def _outcome(one: PatientsDecision) -> str:
    return one.replayed.difference or "the same"


def _as_dict(one: PatientsDecision) -> dict[str, Any]:
    again = one.replayed
    return {
        "patient": one.patient, "position": again.position, "command": again.command, "event": again.event,
        "at": again.at.isoformat(), "definitions": list(again.definitions), "difference": again.difference,
    }  # fmt: skip
