"""The demonstration cohort: every journey goes as it was written, and the cohort is the same whenever it is built.

Journeys are played one by one, each on its own store, so that a failure names its journey.
"""

from __future__ import annotations

import atexit
from datetime import UTC, date, datetime
from functools import cache
from math import gcd
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from engine.actions import Engine
from engine.definition.registry import Registry
from engine.model import Chart, TaskStatus
from engine.store import SqlStore, open_store
from pathways.registry import load_registry
from service.demo import DemoReport, UnfinishedCohort, build, stories
from service.demo.cohort import STRIDE, NoFolder
from service.demo.journeys import JOURNEYS
from service.demo.journeys_cases import FAMILIES, courses
from service.demo.people import invent
from service.demo.playing import Player
from service.demo.records import Records
from service.demo.story import MAIN, Story
from service.fhir import ImportReport, import_files
from service.fhir.codings import load_codings
from tests.unit.fhir.building import BY

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)

ENDS: dict[str, tuple[str, set[str], set[str]]] = {
    # journey: stage of inebilizumab, holds in force on it, tasks open
    "newly_referred": ("referred", set(), set()),
    "screening_incomplete": ("screening", set(), {"missing_for_first_dose"}),
    "ready_to_authorise": ("preparation", set(), set()),
    "first_dose_this_week": ("authorised", set(), {"first_dose"}),
    "infusion_today": ("maintenance", set(), {"maintenance_dose"}),
    "waits_for_day_15": ("loading", set(), {"second_loading_dose"}),
    "authorisation_lapsed": ("preparation", set(), set()),
    "carrier_before_antiviral": ("preparation", set(), {"start_antiviral"}),
    "active_hepatitis_b": ("not_eligible", set(), set()),
    "latent_tuberculosis_untreated": ("preparation", {"latent_tb_untreated"}, {"start_tb_preventive_treatment"}),
    "in_attack_on_pulse": ("preparation", {"steroid_pulse_running"}, set()),
    "visit_in_progress": ("authorised", set(), set()),
    "carrier_check_overdue": ("first_cycle", {"monitoring_overdue"}, {"hbv_carrier_monitoring"}),
    "carrier_reactivation": ("suspended", {"hbv_reactivation"}, set()),
    "infection_now": ("suspended", {"active_infection"}, {"maintenance_dose"}),
    "severe_reaction": ("loading", {"severe_infusion_reaction"}, {"reaction_decision"}),
    "life_threatening_reaction": ("stopped_follow_up", {"life_threatening_infusion_reaction"}, {"disease_watch"}),
    "pml_suspected": ("suspended", {"pml_suspected"}, {"csf_jcv_pcr_test"}),
    "relapse_today": ("relapse_on_therapy", set(), {"cd20_at_relapse"}),
    "relapse_deeply_depleted": ("other_mechanism", set(), {"contraception_end"}),
    "relapse_not_depleted": ("maintenance", set(), {"maintenance_dose"}),
    "cd20_overdue": ("first_cycle", set(), {"cd20_monitoring"}),
    "pregnancy_plan": ("pregnancy_pause", set(), {"maintenance_dose"}),
    "pregnant": ("pregnancy_pause", {"pregnancy"}, set()),
    "stopped_on_request": ("stopped_follow_up", set(), {"disease_watch"}),
    "follow_up_closed": ("closed", set(), set()),
    "dose_overdue": ("maintenance", set(), {"maintenance_dose"}),
    "from_azathioprine": ("", set(), {"immunosuppressant_stop_review"}),
    "from_eculizumab_too_early": ("preparation", set(), set()),
}
"""Where a journey has to stand today, where that does not hang on chance."""


@cache
def registry() -> Registry:
    return load_registry()


def fresh() -> Engine:
    return Engine(open_store("sqlite://"), registry())


def played(name: str, seed: int = 1, now: datetime = NOW) -> tuple[Player, Chart]:
    journey, rng = JOURNEYS[name], Random(seed)
    story = Story(1, name, invent(1, journey.ages, journey.sex, now.date(), rng))
    journey.write(story, now.date(), rng)
    engine = fresh()
    player = Player(engine, story, Records(load_codings(registry().catalogue).table, story), now, ImportReport())
    player.play()
    return player, engine.chart(player.patient)


def holds(chart: Chart) -> set[str]:
    return {
        one.code
        for one in chart.holds.values()
        if one.released is None and chart.enrolments[one.enrolment].pathway == MAIN
    }


def open_tasks(chart: Chart) -> set[str]:
    return {one.code for one in chart.tasks.values() if one.status is TaskStatus.OPEN}


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_goes_as_it_was_written(name: str) -> None:
    player, chart = played(name)
    assert not player.surprises, "\n".join(map(str, player.surprises))
    stage, wanted_holds, wanted_tasks = ENDS.get(name, ("", set(), set()))
    (main,) = (one for one in chart.enrolments.values() if one.pathway == MAIN)
    assert not stage or main.stage == stage
    assert name not in ENDS or holds(chart) == wanted_holds
    assert wanted_tasks <= open_tasks(chart)


@pytest.mark.parametrize("today", [datetime(2026, 8, 31, 2, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)], ids=str)
@pytest.mark.parametrize("name", ["first_cycle", "pregnancy_plan", "from_mycophenolate"])
def test_journeys_do_not_hang_on_the_day(name: str, today: datetime) -> None:
    player, _ = played(name, 7, today)
    assert not player.surprises, "\n".join(map(str, player.surprises))


def test_the_cohort_covers_every_class_and_switch_route() -> None:
    assert {
        "seronegative", "other_b_cell_disease", "paediatric", "rescue", "from_mycophenolate", "from_azathioprine", "from_rituximab",
        "from_ofatumumab", "from_satralizumab_for_relapse", "from_satralizumab_for_convenience", "from_eculizumab_for_relapse",
        "from_eculizumab_too_early", "on_oral_steroids",
    } <= set(JOURNEYS)  # fmt: skip
    assert gcd(STRIDE, len(JOURNEYS)) == 1
    told = {story.journey for story in stories(200, 1, TODAY)}
    assert set(JOURNEYS) <= told
    assert {one.pathway for one in courses() if one.name in told} == set(FAMILIES)


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_built(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    engine = fresh()
    with pytest.raises(NoFolder, match="may write"):
        build(engine, now=NOW, patients=1, folder=tmp_path / "file" / "bundles")
    assert build(engine, now=NOW, patients=1).patients == 1


def test_names_are_those_of_nobody() -> None:
    for story in stories(80, 1, TODAY):
        assert any(word in story.person.name for word in ("例", "样", "演示", "名"))


# --- the cohort as a whole ---

FEW = 3
TICKS: list[tuple[int, int]] = []


@cache
def cohort() -> tuple[Engine, DemoReport, Path]:
    """A small cohort, built once for the tests that only look at it, and its Bundles."""
    engine, folder = fresh(), Path(mkdtemp())
    atexit.register(rmtree, folder, ignore_errors=True)
    return (
        engine,
        build(engine, now=NOW, patients=FEW, folder=folder, progress=lambda *tick: TICKS.append(tick)),
        folder,
    )


def charts(engine: Engine) -> list[Chart]:
    return [engine.chart(one) for one in store_of(engine).patients()]


def store_of(engine: Engine) -> SqlStore:
    assert isinstance(engine.store, SqlStore)
    return engine.store


def test_the_same_seed_and_day_give_the_same_cohort() -> None:
    other = fresh()
    build(other, now=NOW, patients=1)
    assert charts(other) == charts(cohort()[0])[:1]
    assert [story.events for story in stories(9, 5, TODAY)] == [story.events for story in stories(9, 5, TODAY)]
    assert [story.events for story in stories(9, 5, TODAY)] != [story.events for story in stories(9, 6, TODAY)]


def test_a_cohort_is_built_without_a_surprise_and_tells_how_far_it_is() -> None:
    _, report, folder = cohort()
    assert (report.patients, report.surprises) == (FEW, [])
    assert report.as_dict()["facts"] > 0
    assert len(list(folder.glob("*.json"))) == FEW
    assert [(number, FEW) for number in range(1, FEW + 1)] == TICKS


def test_importing_the_bundles_again_changes_nothing() -> None:
    engine, report, folder = cohort()
    again = import_files(engine, sorted(folder.glob("*.json")), NOW, BY)
    assert (again.changed, again.problems, again.patients_created) == (0, [], 0)
    assert again.unchanged == report.imported.recorded.total() + report.imported.corrected.total()


def test_the_bundles_alone_bring_all_facts_into_another_database() -> None:
    _, report, folder = cohort()
    elsewhere = fresh()
    found = import_files(elsewhere, sorted(folder.glob("*.json")), NOW, BY)
    assert (found.problems, found.patients_created) == ([], FEW)
    assert found.recorded == report.imported.recorded


def test_a_database_that_holds_the_cohort_is_left_alone() -> None:
    engine, _, _ = cohort()
    before = charts(engine)
    assert build(engine, now=NOW, patients=FEW).existed
    assert charts(engine) == before


def test_half_a_cohort_is_not_taken_for_one() -> None:
    engine = fresh()

    def breaks_off(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(engine, now=NOW, patients=2, progress=breaks_off)
    with pytest.raises(UnfinishedCohort):
        build(engine, now=NOW, patients=2)


def test_the_audit_of_a_cohort_is_whole() -> None:
    store = store_of(cohort()[0])
    assert store.verify().problem is None
    assert [store.check_fold(one) for one in store.patients()] == [[]] * FEW
