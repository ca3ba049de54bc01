"""The shipped catalogue, and how names are found in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.catalogue import AgeRule, Catalogue, FactKind, formula, nearest
from engine.catalogue.strict_yaml import load_yaml
from engine.errors import AuthorError, UnknownName
from engine.model import ExposureEvent, Fact
from engine.units import Duration, parse_unit

FILE = Path(__file__).parents[2] / "pathways" / "catalogue" / "facts.yaml"
NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(FILE)


def entry(code: str, **attributes: object) -> Fact:
    return Fact("f1", code, NOW, date(2026, 1, 5), True, NOW, 1, event=ExposureEvent.GIVEN, attributes=attributes)


def test_it_has_all_facts_classes_and_derived_values(catalogue: Catalogue) -> None:
    assert (len(catalogue.facts), len(catalogue.classes), len(catalogue.derived)) == (323, 42, 50)
    assert len(catalogue.content_hash) == 64
    assert Catalogue.load(FILE) is catalogue, "the same content is read once"


def test_every_unit_that_it_names_is_known(catalogue: Catalogue) -> None:
    for unit in catalogue.units:
        parse_unit(unit)
    assert "10*9/L" in catalogue.units
    for written, unit in catalogue.spellings.items():
        assert catalogue.unit(written) == unit


def test_every_conversion_formula_can_be_computed(catalogue: Catalogue) -> None:
    used = {one.formula for fact in catalogue.facts.values() for one in fact.accepted if one.formula}
    assert used == {"10^x", "n", "(x - 32) * 5 / 9", "x - 273.15", "x * 760 / 101.325", "x / 7"}
    for text in used:
        assert formula.apply(text, Decimal(3)).is_finite()


def test_formulas_are_exact_and_are_not_programs() -> None:
    assert formula.apply("(x - 32) * 5 / 9", Decimal("99.5")) == Decimal("37.5")
    assert formula.apply("10^x", Decimal(3)) == 1000
    assert str(formula.apply("10^x", Decimal("3.1"))).startswith("1258.92541179416")
    for text in ("__import__('os')", "x ** 2", "y + 1", "x +", "x" * 99):
        with pytest.raises(AuthorError):
            formula.apply(text, Decimal(1))
    with pytest.raises(ValueError, match="exponent"):
        formula.apply("10^x", Decimal(300))


def test_a_fact_is_found_by_id_alias_label_and_alias_of_the_pathway(catalogue: Catalogue) -> None:
    assert catalogue.find("neutrophil_count").unit == "10*9/L"
    assert catalogue.find("anc").id == "neutrophil_count"
    assert catalogue.find("血清免疫球蛋白G").id == "igg"
    assert catalogue.find("infusion_event", "car_t").id == "car_t_infusion"
    assert catalogue.find("infusion_event", "inebilizumab").id == "inebilizumab"
    assert catalogue.find("infusion_event", "toxicity_episode").id == "car_t_infusion"


@pytest.mark.parametrize(
    ("name", "nearest_name", "told"),
    [
        ("hbsga", "hbsag", "Did you mean hbsag?"),
        ("neutrophils_count", "neutrophil_count", "Did you mean neutrophil_count?"),
        ("xyzzy", "", "Use a fact of the catalogue."),
        ("easix", "", "computed from"),
        ("infusion_event", "", "car_t_infusion, inebilizumab"),
        ("csf_result", "", "csf_white_cell_count"),
        ("drug_exposure", "", "individual exposures"),
    ],
)
def test_an_unknown_name_is_refused_with_what_was_probably_meant(
    catalogue: Catalogue, name: str, nearest_name: str, told: str
) -> None:
    with pytest.raises(UnknownName) as error:
        catalogue.find(name)
    assert error.value.details["nearest"] == nearest_name
    assert told in str(error.value)


def test_derived_values_and_classes_are_found_by_their_aliases(catalogue: Catalogue) -> None:
    assert catalogue.find_derived("m_easix").id == "m_easix_crp"
    assert catalogue.is_derived("easix")
    assert catalogue.find_class("b_cell_mab").id == "b_cell_depleting"
    assert catalogue.is_class("b_cell_depleting")
    assert catalogue.nearest("b_cell_depletin") == "b_cell_depleting"
    for find in (catalogue.find_derived, catalogue.find_class):
        with pytest.raises(UnknownName):
            find("xyzzy")
    assert nearest("xyzzy", []) == ""


def test_a_class_has_its_members(catalogue: Catalogue) -> None:
    assert set(catalogue.members("anti_cd20")) == {"rituximab", "ofatumumab", "ocrelizumab", "ublituximab"}
    assert "inebilizumab" in catalogue.members("b_cell_mab")


def test_route_indication_and_statement_decide_whether_an_entry_belongs_to_a_class(catalogue: Catalogue) -> None:
    """Notes of methylprednisolone, methotrexate, bortezomib and other_drug."""
    assert catalogue.belongs(entry("methylprednisolone", route="oral"), "oral_corticosteroid")
    assert catalogue.belongs(entry("methylprednisolone"), "oral_corticosteroid")
    assert not catalogue.belongs(entry("methylprednisolone", route="iv"), "oral_corticosteroid")
    assert not catalogue.belongs(entry("methotrexate"), "cytotoxic_chemotherapy")
    assert catalogue.belongs(entry("methotrexate", indication="chemotherapy"), "cytotoxic_chemotherapy")
    assert catalogue.belongs(entry("other_drug", classes=("jak_inhibitor",)), "jak_inhibitor")
    assert not catalogue.belongs(entry("other_drug"), "jak_inhibitor")


def test_silence_about_chemotherapy_is_unknown_until_stated(catalogue: Catalogue) -> None:
    attested = [one for one in catalogue.classes.values() if one.attested]
    assert [(one.id, one.attested_by) for one in attested] == [("cytotoxic_chemotherapy", "prior_chemotherapy")]


def test_age_limits_are_durations_or_rules_by_pathway_and_context(catalogue: Catalogue) -> None:
    assert catalogue.find("mrs").age_limits("ae_escalation") == {
        "default": Duration(days=7),
        "ICU": Duration(seconds=172800),
    }
    assert catalogue.find("birth_date").age_limits("inebilizumab") == {"default": AgeRule.PERMANENT}
    assert catalogue.find("mri_activity").age_limits("car_t") == {"default": Duration(months=12)}
    assert catalogue.find("mrs").age_limits("hbv") == {}


def test_broader_codes_cover_narrower_ones_and_never_the_reverse(catalogue: Catalogue) -> None:
    diagnosis = catalogue.find("diagnosis_nad")
    assert diagnosis.narrower("mg") == {"mg", "mg_generalised", "mg_ocular"}
    assert diagnosis.narrower("mg_ocular") == {"mg_ocular"}


def test_series_of_a_fact_are_told_apart_by_specimen_method_and_unit(catalogue: Catalogue) -> None:
    assert catalogue.find("neural_antibody").series == ("specimen", "method")
    assert catalogue.find("car_t_expansion").series == ("method", "unit")
    assert catalogue.find("igg").series == ()


def test_constants_of_a_drug_are_no_attributes_of_its_entries(catalogue: Catalogue) -> None:
    prednisone = catalogue.find("prednisone")
    assert prednisone.constants == {"mg_equal_to_5_mg_prednisone": Decimal(5)}
    assert prednisone.attributes == {}
    assert prednisone.kind is FactKind.EXPOSURE
    assert prednisone.happens


def test_panels_name_their_facts(catalogue: Catalogue) -> None:
    assert catalogue.panels["immunoglobulins"] == ("igg", "iga", "igm")
    assert all(member in catalogue.facts for members in catalogue.panels.values() for member in members)


@pytest.mark.parametrize(
    "text",
    ["a: 1\na: 2\n", "a: &x 1\nb: *x\n", "a: [1\n", "a: " + "x" * 600_000],
)
def test_duplicate_keys_aliases_broken_and_oversized_yaml_are_refused(text: str) -> None:
    with pytest.raises(AuthorError):
        load_yaml(text)


def test_yaml_is_read_by_version_1_2() -> None:
    assert load_yaml("a: NO\nb: 12:30\nc: yes\nd: true\n") == {"a": "NO", "b": "12:30", "c": "yes", "d": True}


HEAD = "classes: []\nfacts:\n"
FACT = "  - {id: a, label: {en: A, zh: A}, kind: boolean}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + FACT + FACT, "occurs twice"),
        (HEAD + "  - {id: a, label: {en: A}, kind: colour}\n", "bad entry"),
        (HEAD + "  - {id: a, label: {en: A}, kind: quantity, unit: quux, range: [0, 1]}\n", "bad entry"),
        (
            HEAD + "  - {id: a, label: {en: A}, kind: exposure, events: [given], classes: [zzz]}\n",
            "class zzz is not defined",
        ),
        (HEAD + "  - {id: a, label: {en: A}, kind: coded, values: {x: X}, value_aliases: {y: z}}\n", "y stands for z"),
        (HEAD + "  - {id: a, label: {en: A}, kind: coded, values: {x: X}, broader: {x: z}}\n", "broader value z"),
        ("facts: []\n", "bad entry"),
    ],
)
def test_a_broken_catalogue_is_refused_with_its_entry(text: str, told: str) -> None:
    with pytest.raises(AuthorError, match=told):
        Catalogue.load(text)
