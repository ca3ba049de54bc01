"""`db upgrade`, `db doctor`, `audit verify`: for whoever runs the service."""

from __future__ import annotations

from service.cli.app import audit, database
from service.cli.printing import DONE, FAILED, Json, show, table


@database.command()
def upgrade(*, as_json: Json = False) -> int:
    """Make the database where there is none, and bring it to this version's schema."""
    from service.reading_settings import load_settings
    from service.settings import masked
    from service.wiring import prepare_database

    settings = load_settings()
    reached = prepare_database(settings)
    where = masked(settings.database_url)
    show({"database": where, "schema": reached}, f"{where} is at schema {reached}.", as_json=as_json)
    return DONE


@database.command()
def doctor(*, as_json: Json = False) -> int:
    """Look whether all is well: schema, chains of the audit, stored state against the audit, lag, definitions in use."""
    from service.cli.opening import opened
    from service.doctor import examine

    with opened(read_only=True) as careway:
        findings = examine(careway)
    rows = [("ok" if one.ok else "BAD", one.what, one.found) for one in findings]
    show([one.as_dict() for one in findings], table(rows), as_json=as_json)
    return DONE if all(one.ok for one in findings) else FAILED


@audit.command()
def verify(*, as_json: Json = False) -> int:
    """Check every chain of the audit; names the first bad entry."""
    from service.cli.opening import opened

    with opened(read_only=True, definitions=False) as careway:
        verdict = careway.store.verify()
    problem = verdict.problem
    data = {"entries": verdict.entries, "chains": verdict.chains, "problem": None}
    text = f"{verdict.entries} entries in {verdict.chains} chains hold."
    if problem is not None:
        names = ("patient", "chain", "number", "kind", "message")
        data["problem"] = {name: getattr(problem, name) for name in names}  # type: ignore[assignment]
        text = f"{problem.kind}: entry {problem.number} of chain {problem.chain}: {problem.message}"
    show(data, text, as_json=as_json)
    return DONE if problem is None else FAILED
