"""Files that leave: no cell becomes a formula, logs follow their standards and name nobody, prints need nothing else."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from service.adherence.ocel import EVENT_ATTRIBUTES, ocel
from service.adherence.pdf import pdf
from service.adherence.plots import legend, plot
from service.adherence.printing import printed
from service.adherence.pseudonyms import Pseudonyms
from service.adherence.spreadsheet import csv_lines, safe, xlsx
from service.adherence.xes import xes
from tests.unit.adherence.exported import NASTY, report, traces

NAMES = Pseudonyms(b"secret of the tests")
XES = "{http://www.xes-standard.org/}"


# --- spreadsheets ---------------------------------------------------------------------------------------------------


@given(st.text())
def test_no_text_of_a_csv_cell_begins_like_a_formula(text: str) -> None:
    assert not str(safe(text)).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"))


def test_a_csv_is_read_back_cell_by_cell() -> None:
    text = "".join(csv_lines(report(*NASTY, 'with "quotes", and a\nline')))
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert ["Task", "Number", "Share"] in rows
    assert ['with "quotes", and a\nline', "11", "1.1"] in rows
    assert all(cell[:1] not in {"=", "+", "@", "\t"} for row in rows for cell in row)


def test_an_xlsx_holds_texts_as_texts_and_numbers_as_numbers() -> None:
    book = load_workbook(io.BytesIO(xlsx(report(*NASTY))))
    sheet = book["tasks"]
    cells = list(sheet.iter_rows(min_row=4))
    assert [row[0].data_type for row in cells] == ["s"] * len(NASTY)
    assert [row[1].value for row in cells] == list(range(1, len(NASTY) + 1))
    assert {row[2].number_format for row in cells} == {"0.0%"}
    assert book.sheetnames == ["About", "tasks", "curve", "none"]


# --- prints ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_report_has_the_same_pdf(language: str) -> None:
    first, second = (pdf(report("a", "重复 → ≥ 5"), language) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-")


def test_a_print_needs_nothing_else_and_escapes_what_it_says() -> None:
    text = printed(report("<script>alert(1)</script>"), "zh")
    assert "<script" not in text
    assert 'href="' not in text
    assert 'src="' not in text
    assert "统计期内无数据。" in text


def test_every_picture_is_well_formed_names_itself_and_has_no_style_of_its_own() -> None:
    for section in report("a & <b>", "重复").sections:
        drawn = plot(section)
        if drawn:
            root = ET.fromstring(drawn)
            assert root.find("{http://www.w3.org/2000/svg}title").text == section.title  # type: ignore[union-attr]
            assert "style" not in drawn
        assert (drawn == "") == (not section.rows)
    assert legend(report("a").sections[0]) == []


# --- logs -------------------------------------------------------------------------------------------------------------


def test_an_xes_log_has_the_shape_of_its_schema() -> None:
    """IEEE 1849-2016: extensions, globals, classifiers, log attributes, traces, in this order; attributes before events."""
    root = ET.fromstring("".join(xes(traces(), NAMES)))
    assert root.tag == f"{XES}log"
    assert root.attrib == {"xes.version": "2.0", "xes.features": ""}
    order = ["extension", "global", "classifier", "string", "trace"]
    tags = [one.tag.removeprefix(XES) for one in root]
    assert tags == sorted(tags, key=order.index)
    assert [one.get("scope") for one in root.iter(f"{XES}global")] == ["trace", "event"]
    for trace in root.iter(f"{XES}trace"):
        inner = [one.tag.removeprefix(XES) for one in trace]
        assert inner == sorted(inner, key=["string", "event"].index)
        assert _keys(trace) >= {"concept:name", "careway:pathway", "careway:definition"}
        for event in trace.iter(f"{XES}event"):
            assert _keys(event) >= {"concept:name", "time:timestamp", "lifecycle:transition", "careway:kind"}
            assert len(_keys(event)) == len(event)
    prefixes = {one.get("prefix") for one in root.iter(f"{XES}extension")} | {"careway"}
    assert {str(one.get("key")).partition(":")[0] for one in root.iter() if one.get("key")} <= prefixes
    for date in root.iter(f"{XES}date"):
        assert datetime.fromisoformat(str(date.get("value"))).tzinfo is not None


def _keys(element: Any) -> set[str]:
    return {one.get("key") for one in element if one.get("key")}


def test_an_ocel_log_keeps_the_rules_of_its_schema() -> None:
    """OCEL 2.0: types declared with their attributes, ids unique, every relationship leads to an object that is there."""
    log = json.loads("".join(ocel(traces(3), NAMES)))
    assert list(log) == ["objectTypes", "eventTypes", "objects", "events"]
    for objects, types in ((log["objects"], log["objectTypes"]), (log["events"], log["eventTypes"])):
        declared = {one["name"]: {each["name"] for each in one["attributes"]} for one in types}
        assert len({one["id"] for one in objects}) == len(objects)
        for one in objects:
            assert {each["name"] for each in one["attributes"]} <= declared[one["type"]]
    ids = {one["id"] for one in log["objects"]}
    related = [each for one in (*log["objects"], *log["events"]) for each in one.get("relationships", ())]
    assert {each["objectId"] for each in related} <= ids
    assert all(each["qualifier"] for each in related)
    assert all(datetime.fromisoformat(one["time"]).tzinfo is not None for one in log["events"])
    assert all("time" in each for one in log["objects"] for each in one["attributes"])
    assert len(log["events"]) == 3 * 2 * 5
    assert {name for one in log["events"] for name in (each["name"] for each in one["attributes"])} <= set(
        EVENT_ATTRIBUTES
    )


def test_an_empty_log_is_whole() -> None:
    assert json.loads("".join(ocel([], NAMES)))["events"] == []
    assert ET.fromstring("".join(xes([], NAMES))).find(f"{XES}trace") is None


@pytest.mark.parametrize("write", [xes, ocel])
def test_a_log_names_nobody(write: Any) -> None:
    """Neither patient nor enrolment nor record appears under its own id, and two exports share no name."""
    text = "".join(write(traces(), Pseudonyms()))
    assert "p0" not in text
    assert "p1" not in text
    other = "".join(write(traces(), Pseudonyms()))
    assert text != other


def test_a_log_is_written_a_trace_at_a_time() -> None:
    """What is read is written before more is read, so that the length of an export costs no memory."""
    pulled: list[int] = []

    def slowly() -> Any:
        for number, one in enumerate(traces(5)):
            pulled.append(number)
            yield one

    pieces = xes(slowly(), NAMES)
    next(pieces), next(pieces)
    assert pulled == [0]
