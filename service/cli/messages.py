"""`messages` and `acknowledge`: the inbox, what became of letters, previews, and a test message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.app import app, messages
from service.cli.patients import By, Key, PatientId
from service.cli.printing import DONE, FAILED, Json, Lang, language, show, table

if TYPE_CHECKING:
    from engine.outbox import Record

Role = Annotated[str, typer.Option(help="Messages to this role only.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")]


@messages.command()
def inbox(*, role: Role = "", limit: Limit = 50, lang: Lang = "", as_json: Json = False) -> int:
    """List the messages that nobody has acknowledged, the most urgent first."""
    from service.cli.opening import opened
    from service.messages.inbox import waiting

    tongue = language(lang)
    with opened(read_only=True) as careway:
        found = waiting(careway, role=role, limit=limit)
    rows = [
        {"message": one.message, "patient": one.patient, "role": one.role, "urgency": one.urgency,
         "requested": one.requested.isoformat(), "text": one.texts.get(tongue, "")}
        for one in found
    ]  # fmt: skip
    lines = [f"{one['message']}  {one['urgency']}  {one['role']}\n    {one['text']}" for one in rows]
    show(rows, "\n".join(lines) or "Nothing waits.", as_json=as_json)
    return DONE


@messages.command()
def log(
    *,
    state: Annotated[str, typer.Option(help="pending, sending, sent, suppressed, carried or dead.")] = "",
    patient: Annotated[str, typer.Option(help="Letters about this patient only.")] = "",
    role: Role = "",
    limit: Limit = 50,
    as_json: Json = False,
) -> int:
    """List letters with what became of them, the newest first."""
    from service.cli.opening import opened

    with opened(read_only=True, definitions=False) as careway:
        found = careway.store.outbox.records(state=state, patient=patient, role=role, limit=limit)
    rows = [_told(one) for one in found]
    heading = ("number", "state", "channel", "role", "patient", "urgency", "tries", "reason")
    show(rows, table([[row[name] for name in heading] for row in rows], heading), as_json=as_json)
    return DONE


def _told(one: Record) -> dict[str, Any]:
    from service.messages.posting import number_of

    letter = one.letter
    return {
        "id": letter.id, "number": number_of(letter.id), "state": one.state, "at": one.at.isoformat(), "channel": letter.channel,
        "role": letter.role, "patient": letter.patient, "message": letter.code, "urgency": letter.urgency, "tries": one.tries,
        "reason": one.reason, "carried_by": one.carried_by, "subject": letter.subject,
    }  # fmt: skip


@messages.command()
def preview(
    layout: Annotated[str, typer.Argument(help="The layout; none lists them.", metavar="LAYOUT")] = "",
    *,
    html: Annotated[bool, typer.Option("--html", help="The HTML instead of the text.")] = False,
    lang: Lang = "",
    as_json: Json = False,
) -> int:
    """Render a layout, the site's own included, on a fictitious patient."""
    from service.messages.building import layouts
    from service.reading_settings import load_settings

    catalogue = layouts(load_settings())
    if not layout:
        rows = [{"layout": name, "purpose": catalogue.declarations[name].purpose} for name in catalogue.names()]
        show(rows, table([list(row.values()) for row in rows]), as_json=as_json)
        return DONE
    if layout not in catalogue.names():
        raise typer.BadParameter(f"There is no layout {layout}.", param_hint="LAYOUT")
    tongue = language(lang)
    found = catalogue.render(layout, tongue, catalogue.sample(layout, tongue))
    text = found.html if html else f"{found.subject}\n\n{found.body}\n{found.short}\n\n{found.inbox}"
    data = {
        "subject": found.subject,
        "body": found.body,
        "html": found.html,
        "short": found.short,
        "inbox": found.inbox,
    }
    show(data, text, as_json=as_json)
    return DONE


@messages.command("test")
def try_out(
    address: Annotated[str, typer.Argument(help="Where to send it.", metavar="ADDRESS")],
    *,
    lang: Lang = "",
    as_json: Json = False,
) -> int:
    """Send a test message over the e-mail server of the settings. Exit code 1 when it was not taken."""
    from notifications.channels import SendingFailed
    from service.messages.testing import send_test
    from service.reading_settings import load_settings

    try:
        send_test(load_settings(), address, language(lang))
    except SendingFailed as error:
        show({"sent": False, "reason": str(error)}, f"Not taken: {error}.", as_json=as_json)
        return FAILED
    show({"sent": True}, "The server has taken it.", as_json=as_json)
    return DONE


@app.command()
def acknowledge(
    patient: PatientId,
    message: Annotated[str, typer.Argument(help="The message's id, as `messages inbox` prints it.", metavar="MESSAGE")],
    *,
    by: By = "care_coordinator",
    key: Key = "",
    as_json: Json = False,
) -> int:
    """Acknowledge a message: its ladder stops."""
    from engine.commands import Acknowledge
    from service.cli.entering import person
    from service.cli.opening import opened

    with opened() as careway:
        command = Acknowledge(patient=patient, at=careway.clock.now(), by=person(by), key=key, message=message)
        careway.engine.execute(command)
    show({"patient": patient, "message": message}, f"{message} is acknowledged.", as_json=as_json)
    return DONE
