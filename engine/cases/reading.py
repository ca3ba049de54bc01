"""Reads one case file: strict YAML, every id checked, every mistake named with file, line and what was probably meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from engine.cases.errors import CaseError, Finding, unknown
from engine.cases.names import Library, Names
from engine.cases.records import Case
from engine.cases.shapes import Reader
from engine.cases.steps import read_steps
from engine.cases.yaml_source import LARGEST, Node, load

_KEYS = ("id", "title", "pathway", "settings", "timezone", "patient", "steps")
_SEXES = ("female", "male", "other", "unknown")


def read_file(path: Path, library: Library) -> Case:
    """The case of a file; raises `CaseError` with all findings."""
    try:
        if path.stat().st_size > LARGEST:
            raise CaseError(str(path), [Finding(0, 0, f"larger than {LARGEST // 1024} KB", "Split the case.")])
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CaseError(str(path), [Finding(0, 0, error.strerror or "cannot be read", "Name a case file.")]) from None
    except UnicodeDecodeError:
        raise CaseError(str(path), [Finding(0, 0, "not UTF-8", "Save the file as UTF-8.")]) from None
    return read_case(text, str(path), library)


def read_case(text: str, file: str, library: Library) -> Case:
    """The case of a text; raises `CaseError` with all findings. `file` is what findings name."""
    root, findings = load(text, file)
    items = root.items
    written_id = items["id"].text if "id" in items else ""
    pathway = items.get("pathway")
    if pathway is None or pathway.text not in library.ids():
        where = pathway or root
        missing = Finding(where.line, where.column, "the case lacks 'pathway'", "Name the pathway that it is about.")
        wrong = (
            missing if pathway is None else unknown("pathway", pathway.text, library.ids(), where.line, where.column)
        )
        raise CaseError(file, [*findings, wrong], case=written_id)
    case, later = _read(root, file, library.names(pathway.text, _joined(root)))
    if findings or later:
        raise CaseError(file, [*findings, *later], case=written_id)
    return case


def _joined(root: Node) -> tuple[str, ...]:
    """The pathways that steps put the patient on (`enrol:`)."""
    steps = root.items["steps"].members if "steps" in root.items and root.items["steps"].is_list else ()
    found = (step.items["enrol"].text.strip() for step in steps if step.is_mapping and "enrol" in step.items)
    return tuple(dict.fromkeys(found))


def _read(root: Node, file: str, names: Names) -> tuple[Case, list[Finding]]:
    reader = Reader(names)
    items = reader.mapping(root, "the case", _KEYS)
    if "timezone" in items:
        reader.zone = reader.zone_name(items["timezone"])
    birth_date, sex = _patient(reader, root, items)
    case = Case(
        id=reader.required(items, "id", root, "the case"),
        file=file,
        title=items["title"].text if "title" in items else "",
        pathway=names.pathway,
        zone=reader.zone,
        birth_date=birth_date,
        sex=sex,
        settings=_settings(reader, items.get("settings")),
        steps=read_steps(reader, root, items.get("steps")),
    )
    return case, reader.findings


def _patient(reader: Reader, root: Node, items: Mapping[str, Node]) -> tuple[date | None, str]:
    if "patient" not in items:
        reader.wrong(root, "the case lacks 'patient'", "Add patient: {birth_date: 1980-03-01, sex: female}.")
    about = reader.mapping(items.get("patient"), "patient", ("birth_date", "sex"))
    birth = about.get("birth_date")
    if birth is not None and not isinstance(birth.value, date):
        reader.wrong(birth, f"{birth.text!r} is not a date of birth", "Write 1980-03-01.")
    if "sex" in about:
        reader.known(about["sex"], "sex", about["sex"].text, _SEXES)
    day = birth.value if birth is not None and isinstance(birth.value, date) else None
    return day, about["sex"].text if "sex" in about else ""


def _settings(reader: Reader, node: Node | None) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in reader.mapping(node, "settings").items():
        reader.known(value, "setting", name, reader.names.settings)
        found[name] = value.plain()
    return found
