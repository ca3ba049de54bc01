"""Bundles of all kinds and NDJSON are read piece by piece; who is who is decided by identifiers, and names stay apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.fhir import files
from tests.unit.fhir.building import (
    BY,
    NUMBERS,
    bundle,
    engine,
    facts,
    igg,
    imported,
    observation,
    patient,
    resource,
    written,
)


@pytest.mark.parametrize("type", ["transaction", "collection", "searchset"])
def test_every_kind_of_bundle_is_read(tmp_path: Path, type: str) -> None:
    on = engine()
    report = imported(on, written(tmp_path / "b.json", bundle(patient(), igg(), type=type)))
    assert (report.files, report.patients_created, report.recorded) == (1, 1, {"igg": 1})


def test_an_ndjson_export_has_a_file_for_each_type_in_any_order(tmp_path: Path) -> None:
    on = engine()
    results = written(tmp_path / "Observation.ndjson", igg(own="1"), igg(own="2", effectiveDateTime="2026-02-02"))
    report = imported(on, results, written(tmp_path / "Patient.ndjson", patient()))
    assert report.ok
    assert report.recorded == {"igg": 2}


def test_ndjson_is_known_by_its_lines_where_its_name_does_not_say_so(tmp_path: Path) -> None:
    on = engine()
    assert imported(on, written(tmp_path / "export.json", patient(), igg())).recorded == {"igg": 1}


def test_a_broken_line_is_told_with_its_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    on = engine()
    file = tmp_path / "a.ndjson"
    lines = [json.dumps(patient()), "{oops", "", "[1]", '{"resourceType": 7}', json.dumps(igg())]
    file.write_text("\n".join(lines), encoding="utf-8")
    report = imported(on, file)
    assert [(one.place, one.code) for one in report.problems] == [
        ("line 2", "unreadable_input"), ("line 4", "unreadable_input"), ("line 5", "unreadable_input"),
    ]  # fmt: skip
    assert report.recorded == {"igg": 1}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"resourceType":"Bundle"}', b'{"resourceType":"Bundle","type":"collection","entry":{}}', b"\xff\xfe",
     b'{"a":NaN}', b"[" * 100_000, b'{"resourceType":"Bundle","type":"collection","entry":[null,{"resource":[]},{"resource":{"resourceType":[]}}]}'],
)  # fmt: skip
def test_no_file_stops_the_import(tmp_path: Path, content: bytes) -> None:
    on = engine()
    (tmp_path / "bad.json").write_bytes(content)
    report = imported(on, tmp_path / "bad.json", written(tmp_path / "good.json", bundle(patient(), igg())))
    assert report.recorded == {"igg": 1}
    assert not report.ok


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert imported(engine(), tmp_path / "none.json").problems[0].code == "unreadable_input"


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_BUNDLE", 100)
    monkeypatch.setattr(files, "LONGEST_LINE", 1000)
    on = engine()
    lines = written(tmp_path / "a.ndjson", patient(), igg(note=[{"text": "x" * 5000}]), igg(own="2"))
    report = imported(on, written(tmp_path / "b.json", bundle(patient())), lines)
    assert [(one.file, one.place) for one in report.problems] == [("b.json", "file"), ("a.ndjson", "line 2")]
    assert report.recorded == {"igg": 1}


def test_numbers_are_read_exactly(tmp_path: Path) -> None:
    on = engine()
    text = json.dumps(bundle(patient(), igg())).replace("9.8", "9.8000000001")
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    imported(on, tmp_path / "a.json")
    assert str(facts(on, "igg")[0].value) == "9.8000000001"


def test_progress_tells_the_bytes_done_and_in_all(tmp_path: Path) -> None:
    from service.fhir import import_files  # noqa: PLC0415 - with its callback
    from tests.unit.fhir.building import NOW  # noqa: PLC0415

    file = written(tmp_path / "a.ndjson", patient(), igg(), igg(own="2"))
    seen: list[tuple[int, int]] = []
    import_files(engine(), [file], NOW, BY, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2 * file.stat().st_size, 2 * file.stat().st_size)
    assert seen == sorted(seen)


# --- who is who ---


def test_a_patient_is_known_again_by_an_identifier(tmp_path: Path) -> None:
    on = engine()
    imported(on, written(tmp_path / "a.json", bundle(patient("p"), igg())))
    same = {**patient("p"), "id": "another-id"}
    report = imported(
        on, written(tmp_path / "b.json", bundle(same, igg(own="2", of="another-id", effectiveDateTime="2026-02-03")))
    )
    assert (report.patients_created, report.patients_matched) == (0, 1)
    assert len(facts(on, "igg")) == 2


def test_the_name_stands_in_the_identity_table_and_nowhere_else(tmp_path: Path) -> None:
    on = engine()
    imported(on, written(tmp_path / "a.json", bundle(patient(), igg())))
    store: Any = on.store
    assert store.identity("P000001").name == "测试一"
    assert store.find_patient(NUMBERS, "MRN-p") == "P000001"
    told = repr(on.chart("P000001")) + "".join(one.content for one in store.entries("P000001"))
    assert "测试" not in told
    assert "MRN" not in told


def test_a_later_file_may_refer_to_a_patient_of_an_earlier_one(tmp_path: Path) -> None:
    on = engine()
    imported(on, written(tmp_path / "a.json", bundle(patient())))
    by_number = {**igg(own="2"), "subject": {"identifier": {"system": NUMBERS, "value": "MRN-p"}}}
    assert imported(on, written(tmp_path / "b.ndjson", igg(), by_number)).recorded == {"igg": 2}


def test_a_reference_may_be_a_url_or_the_address_of_the_entry(tmp_path: Path) -> None:
    on = engine()
    content = bundle(
        patient(),
        {**igg(own="1"), "subject": {"reference": "urn:uuid:0"}},
        {**igg(own="2"), "subject": {"reference": "https://h/fhir/Patient/p"}},
    )
    assert imported(on, written(tmp_path / "a.json", content)).recorded == {"igg": 2}


def test_a_result_of_an_unknown_patient_is_a_problem(tmp_path: Path) -> None:
    report = imported(engine(), written(tmp_path / "a.ndjson", igg()))
    assert [(one.code, one.resource) for one in report.problems] == [("unknown_patient", "Observation/igg")]


def test_two_people_under_one_resource_id_are_not_mixed_up(tmp_path: Path) -> None:
    on = engine()
    imported(on, written(tmp_path / "a.json", bundle(patient())))
    stranger = {**patient("p"), "identifier": [{"system": NUMBERS, "value": "MRN-other"}]}
    report = imported(on, written(tmp_path / "b.json", bundle(stranger)))
    assert report.problems[0].path == "Patient.identifier"


def test_identifiers_of_two_people_in_one_resource_are_a_problem(tmp_path: Path) -> None:
    on = engine()
    imported(on, written(tmp_path / "a.json", bundle(patient("p"), patient("q"))))
    both = {
        **patient("r"),
        "identifier": [{"system": NUMBERS, "value": "MRN-p"}, {"system": NUMBERS, "value": "MRN-q"}],
    }
    report = imported(on, written(tmp_path / "b.json", bundle(both)))
    assert "several patients" in report.problems[0].reason


def test_the_report_is_json_ready_and_readable(tmp_path: Path) -> None:
    on = engine()
    content = bundle(
        patient(), igg(), observation("99999-9", "x"), resource("CarePlan", "c"), igg(own="bad", unit="apples")
    )
    report = imported(on, written(tmp_path / "a.json", content))
    assert json.loads(json.dumps(report.as_dict()))["recorded"] == {"igg": 1}
    text = report.as_text()
    assert "not mapped: 1 × http://loinc.org|99999-9" in text
    assert "problem: a.json: entry[4]: Observation/bad" in text
