"""Codes of laboratories and hospital pharmacies mean the right fact, and doubtful ones are not used."""

from pathlib import Path

import pytest

from engine.catalogue import Catalogue, CodeMap, Coding
from engine.errors import AuthorError, UnknownName

FOLDER = Path(__file__).parents[2] / "pathways" / "catalogue"
LOINC, ATC = "http://loinc.org", "http://www.whocc.no/atc"


@pytest.fixture(scope="module")
def codes() -> CodeMap:
    return CodeMap.load(FOLDER / "codes.yaml", Catalogue.load(FOLDER / "facts.yaml"))


def fact_of(codes: CodeMap, system: str, code: str) -> str | None:
    found = codes.lookup(system, code)
    return found.fact if found else None


@pytest.mark.parametrize(
    ("system", "code", "fact"),
    [
        (LOINC, "5196-1", "hbsag"),
        (LOINC, "5195-3", "hbsag"),
        (LOINC, "2160-0", "creatinine"),
        (ATC, "L04AG10", "inebilizumab"),
        (ATC, "L04AA47", "inebilizumab"),
        (ATC, "L01XC02", "rituximab"),
        ("urn:careway:code-system:facts", "edss", "edss"),
        ("urn:careway:code-system:facts", "anc", "neutrophil_count"),
        ("urn:careway:code-system:facts", "zzz", None),
        (LOINC, "9558-8", None),
        (LOINC, "8119-0", None),
        (LOINC, "L04AG10", None),
        (ATC, "D11AH01", None),
    ],
)
def test_a_code_means_its_fact_in_old_and_new_lists(codes: CodeMap, system: str, code: str, fact: str | None) -> None:
    assert fact_of(codes, system, code) == fact


def test_an_unverified_code_is_used_only_on_request_and_says_why(codes: CodeMap) -> None:
    assert codes.lookup(LOINC, "9558-8", verified_only=False) is not None
    assert codes.why_not(LOINC, "9558-8") == "cd20_b_cell_count: code is component_only"
    assert codes.why_not(LOINC, "8119-0") == "CD20 cells, percent; the fact is a count"
    assert codes.why_not(LOINC, "5196-1") == codes.why_not(LOINC, "0000-0") == ""


def coding(codes: CodeMap, system: str, code: str) -> Coding:
    found = codes.lookup(system, code, verified_only=False)
    assert found is not None, code
    return found


def test_a_code_may_state_qualifiers_units_and_values(codes: CodeMap) -> None:
    assert coding(codes, LOINC, "74281-7").implies == {"kind": "t_spot"}
    assert coding(codes, LOINC, "48398-2").unit == "{Log_IU}/mL"
    assert coding(codes, LOINC, "80221-5").value == "NMDAR"
    assert coding(codes, ATC, "L01BA01").implies == {"indication": "chemotherapy"}
    assert coding(codes, ATC, "J04AC01").confirm


def test_the_preferred_codes_are_those_of_the_catalogue(codes: CodeMap) -> None:
    for fact in codes.catalogue.facts.values():
        for name, code in fact.codes.items():
            found = coding(codes, codes.systems[name], code)
            assert fact.id in (found.fact, *found.also)
            assert (found.verified, found.preferred) == (True, True), fact.id


def test_a_fact_without_a_verified_code_is_exported_by_its_own_id(codes: CodeMap) -> None:
    assert codes.preferred("hbsag").code == "5196-1"
    assert (codes.preferred("edss").system, codes.preferred("edss").code) == (codes.local_system, "edss")
    assert codes.preferred("cd20_b_cell_count").system == codes.local_system
    assert [one.code for one in codes.codes("methylprednisolone_pulse")] == ["H02AB04"]


@pytest.mark.parametrize("code", ["29463-7", "8302-2", "5196-1", "100675-8", "14682-9", "46718-3"])
def test_loinc_numbers_pass_their_check_digit(codes: CodeMap, code: str) -> None:
    assert codes.lookup(LOINC, code, verified_only=False)
    assert check_digit(code.split("-", maxsplit=1)[0]) == code[-1]


def test_every_loinc_number_passes_its_check_digit(codes: CodeMap) -> None:
    for one in codes.codings:
        if one.system == LOINC:
            number, digit = one.code.split("-")
            assert check_digit(number) == digit, one


def check_digit(number: str) -> str:
    doubled = sum(int(digit) for one in number[::-2] for digit in str(int(one) * 2))
    return str(-(doubled + sum(map(int, number[-2::-2]))) % 10)


HEAD = "systems: {loinc: http://loinc.org}\nlocal_system: urn:x\nloinc:\n"


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("  - {fact: hbsga, preferred: 5196-1, status: verified}\n", UnknownName),
        ("  - {fact: hbsag, preferred: 5196-1, status: sure}\n", AuthorError),
        (
            "  - {fact: hbsag, preferred: 5196-1, status: verified}\n  - {fact: igg, preferred: 5196-1, status: verified}\n",
            AuthorError,
        ),
    ],
)
def test_a_wrong_code_table_is_refused(codes: CodeMap, rows: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        CodeMap.load(HEAD + rows, codes.catalogue)
