"""Reads Bundles and NDJSON piece by piece: one resource at a time with the place where it stands.

NDJSON is streamed line by line; a Bundle is one JSON text and has to be in memory, so its size is bounded. Numbers are
read exactly (`Decimal`), since a result must not change on its way in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.errors import CallerError

LARGEST_BUNDLE = 256 * 1024 * 1024
"""Bytes of one JSON file."""
LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of one NDJSON line: one resource."""
LONGEST_NUMBER = 64
"""Digits of an integer."""
_BUNDLES = ("transaction", "collection", "searchset", "batch", "history", "batch-response", "transaction-response")


class UnreadableInput(CallerError):
    """A file, a line or an entry is not what it should be."""

    code = "unreadable_input"


@dataclass(frozen=True, slots=True)
class Located:
    """A resource and where it stands; `bad` says why there is none."""

    file: str
    place: str
    """`entry[3]`, `line 5`."""
    resource: dict[str, Any]
    full_url: str = ""
    bad: str = ""
    done: int = 0
    """Bytes of the file read so far, for the progress bar."""


def read_file(path: Path) -> Iterator[Located]:
    """Every resource of a file; what cannot be read is one `Located` with `bad`. Raises `UnreadableInput` for no file."""
    try:
        with path.open("rb") as source:
            start = source.read(4096)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}", place=str(path)) from None
    yield from _lines(path) if _is_ndjson(path, start) else _bundle(path)


def _is_ndjson(path: Path, start: bytes) -> bool:
    """By its name, or by a first line that is a whole resource."""
    if path.suffix.lower() in {".ndjson", ".jsonl"}:
        return True
    first, newline, rest = start.partition(b"\n")
    if not newline or not rest.strip():
        return False
    return first.strip().startswith(b"{") and first.strip().endswith(b"}") and rest.lstrip().startswith(b"{")


def _lines(path: Path) -> Iterator[Located]:
    with path.open("rb") as source:
        number = done = 0
        while line := source.readline(LONGEST_LINE + 1):
            number, done, place = number + 1, done + len(line), f"line {number + 1}"
            if len(line) > LONGEST_LINE:
                done += _skip_line(source, line)
                yield Located(path.name, place, {}, bad=f"the line is longer than {LONGEST_LINE} bytes", done=done)
            elif line.strip():
                yield from _one(path.name, place, line, done)


def _skip_line(source: Any, line: bytes) -> int:
    skipped = 0
    while line and not line.endswith(b"\n"):
        line = source.readline(LONGEST_LINE)
        skipped += len(line)
    return skipped


def _one(file: str, place: str, text: bytes, done: int) -> Iterator[Located]:
    try:
        content = parse(text)
    except UnreadableInput as error:
        yield Located(file, place, {}, bad=error.message, done=done)
        return
    if isinstance(content, dict) and content.get("resourceType") == "Bundle":
        yield from _entries(file, content, done, f"{place}, ")
    else:
        yield located(file, place, content, "", done)


def _bundle(path: Path) -> Iterator[Located]:
    size = path.stat().st_size
    if size > LARGEST_BUNDLE:
        bad = f"the file has {size} bytes; at most {LARGEST_BUNDLE}. Send it as NDJSON."
        yield Located(path.name, "file", {}, bad=bad, done=size)
        return
    yield from _one(path.name, "file", path.read_bytes(), size)


def _entries(file: str, bundle: dict[str, Any], size: int, before: str) -> Iterator[Located]:
    before = "" if before == "file, " else before
    if bundle.get("type") not in _BUNDLES:
        bad = f"a Bundle of type {str(bundle.get('type'))[:40]!r} is not imported; known: {', '.join(_BUNDLES[:3])}"
        yield Located(file, f"{before}type", {}, bad=bad, done=size)
        return
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        yield Located(file, f"{before}entry", {}, bad="a list is needed here", done=size)
        return
    for index, entry in enumerate(entries):
        place = f"{before}entry[{index}]"
        if not isinstance(entry, dict):
            yield Located(file, place, {}, bad="an object is needed here", done=size)
        elif "resource" in entry:
            url = entry.get("fullUrl")
            yield located(file, place, entry["resource"], url if isinstance(url, str) else "", size)


def located(file: str, place: str, resource: Any, url: str = "", done: int = 0) -> Located:
    """Name the place of a resource, or say that none stands there."""
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return Located(file, place, {}, bad="no resource stands here: resourceType is missing", done=done)
    return Located(file, place, resource, url, done=done)


def parse(text: bytes) -> Any:
    """One JSON text with exact numbers; raises `UnreadableInput`."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_float=Decimal, parse_int=_integer, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise UnreadableInput("the text is not UTF-8") from None
    except RecursionError:
        raise UnreadableInput("the JSON is nested too deeply") from None
    except (ValueError, ArithmeticError) as error:
        raise UnreadableInput(f"this is not JSON: {error}") from None


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"the number {text[:20]} is out of range")
    return int(text)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")
