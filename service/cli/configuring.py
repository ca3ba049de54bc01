"""`settings`: everything that can be set, with its value, where it is said, and what it means."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.cli.app import app
from service.cli.printing import DONE, Json, show


@app.command()
def settings(
    *,
    pathway: Annotated[
        str, typer.Option(help="The clinical settings of this pathway instead, with their reasons.")
    ] = "",
    as_json: Json = False,
) -> int:
    """Print every setting with its value, name, default and meaning; passwords are masked."""
    from service.reading_settings import load_settings

    found = load_settings()
    rows = _clinical(found.pathway_folders, pathway) if pathway else _own(found)
    show(rows, "\n".join(_lines(rows)), as_json=as_json)
    return DONE


def _own(found: Any) -> list[dict[str, Any]]:
    from service.settings import PREFIX, Settings

    defaults, shown = Settings().shown(), found.shown()
    return [
        {"name": name, "variable": f"{PREFIX}{name.upper()}", "value": shown[name], "default": defaults[name], "meaning": one.description}
        for name, one in Settings.model_fields.items()
    ]  # fmt: skip


def _clinical(folders: Any, pathway: str) -> list[dict[str, Any]]:
    from service.loading import load_what_is_sound

    spec = load_what_is_sound(folders).registry.latest(pathway).spec
    return [
        {
            "name": name, "variable": f"{pathway}.{name}", "value": one.value, "unit": one.unit, "meaning": one.reason,
            "spec": one.spec, "allowed": one.allowed, "maximum": one.maximum,
        }
        for name, one in spec.settings.items()
    ]  # fmt: skip


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    return [line for row in rows for line in _told(row)]


def _told(row: dict[str, Any]) -> list[str]:
    value = f"{row['value']} {row.get('unit', '')}".strip()
    default = f"  (default {row['default']})" if "default" in row and row["default"] != row["value"] else ""
    return [f"{row['variable']} = {value}{default}", f"    {row['meaning']}"]
