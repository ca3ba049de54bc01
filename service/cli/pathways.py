"""`pathways`: which versions are in force, which older ones enrolments run on, and whether each of them runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.app import app
from service.cli.printing import DONE, FAILED, Json, note, show, table

if TYPE_CHECKING:
    from service.versions import Version

HEADING = ("pathway", "version", "definition", "state", "open", "since", "release")


@app.command()
def pathways(
    names: Annotated[list[str] | None, typer.Argument(help="Pathways; none = all.", metavar="[PATHWAY…]")] = None,
    *,
    as_json: Json = False,
) -> int:
    """List the versions of pathways that are in force or in use, with the enrolments open on each."""
    from service.cli.opening import opened
    from service.versions import versions

    with opened(read_only=True) as careway:
        found = versions(careway)
    known = {one.pathway for one in found}
    chosen = _known(names or [], known)
    rows = [one for one in found if one.pathway in chosen]
    show([one.as_dict() for one in rows], table(map(_row, rows), HEADING), as_json=as_json)
    standing = [one for one in rows if one.problem]
    for one in standing:
        note(one.complaint)
    return FAILED if standing else DONE


def _known(names: list[str], known: set[str]) -> set[str]:
    """The pathways chosen, or all. Raises `UnknownName`."""
    from engine.catalogue.names import unknown_name

    for name in names:
        if name not in known:
            raise unknown_name("pathway", name, known)
    return set(names) or known


def _row(one: Version) -> tuple[str, ...]:
    state = "stands still" if one.problem else "in force" if one.in_force else "older"
    since = one.since.strftime("%Y-%m-%d") if one.since else "-"
    number = "-" if one.number is None else str(one.number)
    return one.pathway, number, one.definition, state, str(one.open), since, one.release or "-"
