"""The Typer application and its groups; each neighbouring module adds its commands to it."""

from __future__ import annotations

import typer

# Tracebacks of Typer would print local variables, and with them patients' data.
_OPTIONS = {"pretty_exceptions_enable": False, "no_args_is_help": True, "rich_markup_mode": None}

app = typer.Typer(name="careway", add_completion=False, help="Careway runs treatment pathways.", **_OPTIONS)  # type: ignore[arg-type]
database = typer.Typer(help="The database: bring it to this version's schema, look whether all is well.", **_OPTIONS)  # type: ignore[arg-type]
audit = typer.Typer(help="The audit: verify its chains.", **_OPTIONS)  # type: ignore[arg-type]
accounts = typer.Typer(help="People, their roles and tokens.", **_OPTIONS)  # type: ignore[arg-type]
importing = typer.Typer(help="Take in what other systems know.", **_OPTIONS)  # type: ignore[arg-type]

messages = typer.Typer(help="Messages: what waits, what was sent, previews, a test message.", **_OPTIONS)  # type: ignore[arg-type]

reporting = typer.Typer(help="Reports: adherence to the protocol, models for process mining.", **_OPTIONS)  # type: ignore[arg-type]

app.add_typer(reporting, name="report")
app.add_typer(database, name="db")
app.add_typer(messages, name="messages")
app.add_typer(audit, name="audit")
app.add_typer(accounts, name="accounts")
app.add_typer(importing, name="import")
