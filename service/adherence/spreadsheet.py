"""A report as CSV and as XLSX. No cell can become a formula: CSV texts that begin like one are quoted, XLSX cells are typed.

CSV: RFC 4180, UTF-8 with its mark (spreadsheets take it for another encoding else), one table below the other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from service.adherence.sections import Report, Section

_FORMULA = ("=", "+", "-", "@", "\t", "\n", "\r", "\0", "＝", "＋", "－", "＠")
_FORMATS = {"share": "0.0%", "days": "0.0", "count": "0"}


def safe(value: Any) -> Any:
    """A value for a CSV cell; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if not isinstance(value, str):
        return "" if value is None else value
    clean = value.replace("\0", "")
    return f"'{clean}" if clean.lstrip(" ").startswith(_FORMULA) else clean


def csv_lines(report: Report) -> Iterator[str]:
    """The report line by line, each with its ending."""
    yield "\ufeff" + _line([report.title])
    for label, text in report.about:
        yield _line([label, text])
    for section in report.sections:
        yield _line([])
        yield _line([section.title])
        yield _line([section.note])
        yield _line([one.label for one in section.columns])
        for row in section.rows:
            yield _line(_rounded(section, row))


def _rounded(section: Section, row: Any) -> list[Any]:
    values = section.cells(row)
    return [round(value, 4) if isinstance(value, float) else value for value in values]


def _line(values: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([safe(value) for value in values])
    return buffer.getvalue()


def xlsx(report: Report) -> bytes:
    """The report as a workbook: a sheet about it, and one for each section."""
    book = Workbook(write_only=True)
    about = book.create_sheet("About")
    for label, text in [(report.title, ""), *report.about]:
        about.append([_text(about, label), _text(about, text)])
    for section in report.sections:
        _sheet(book, section)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _sheet(book: Any, section: Section) -> None:
    sheet = book.create_sheet(section.id[:31])
    sheet.append([_text(sheet, section.title)])
    sheet.append([_text(sheet, section.note)])
    sheet.append([_text(sheet, one.label, bold=True) for one in section.columns])
    for row in section.rows:
        sheet.append([_cell(sheet, row.get(one.id), one.kind) for one in section.columns])


def _cell(sheet: Any, value: Any, kind: str) -> Any:
    if value is None or isinstance(value, str):
        return _text(sheet, value or "")

    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = _FORMATS.get(kind, "General")
    return cell


def _text(sheet: Any, value: str, *, bold: bool = False) -> Any:
    """A cell whose type says that it is text, whatever it begins with. Control characters have no place in XLSX."""
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
