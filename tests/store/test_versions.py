"""Running enrolments stay on their version of a definition, whatever changes on disk; new ones take the version in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.definition.reviving import NotRevivable
from engine.errors import AuthorError
from engine.model import TimerState
from engine.store import upgrade
from service.chores import due_pass
from service.versions import revive_in_use, versions
from tests.store.releases import Release, Site, acted, asked, enrolled, newest, recorded, score

FIRST = Release()
FINE = {"igg": "6 g/L"}


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """A database that outlives the process, of each kind in turn."""
    url = f"sqlite:///{tmp_path / 'careway.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_store_url")
    else:
        upgrade(url)
    return Site(url, tmp_path / "pathways")


def test_a_running_enrolment_keeps_guard_setting_and_task_and_a_new_one_takes_the_new(site: Site) -> None:
    with site.start(FIRST) as careway:
        enrolled(careway, "old")
    second = FIRST.with_ward("value: 5 g/L", "value: 7 g/L").with_ward(
        "value: 1, unit: minutes", "value: 2, unit: days"
    )
    with site.start(second) as careway:
        enrolled(careway, "new")
        for patient in ("old", "new"):
            recorded(careway, patient, **FINE, relapse={"event": "occurred", "severity": "mild"})
        assert (asked(careway, "old"), asked(careway, "new")) == ([], ["W-1"])
        due = [next(iter(careway.engine.chart(one).tasks.values())).due for one in ("old", "new")]
        assert due == [site.clock.now() + timedelta(minutes=1), site.clock.now() + timedelta(days=2)]
        assert acted(careway, "give", "old").accepted
        assert newest(careway.engine.chart("old")).stage == "treated"


def test_what_falls_due_is_handled_under_the_old_version(site: Site) -> None:
    """The due pass finds the version in the archive, outside its transaction, and does the batch again."""
    with site.start(FIRST) as careway:
        enrolled(careway)
        recorded(careway, relapse={"event": "occurred", "severity": "mild"})
    with site.start(FIRST.with_ward("value: 1, unit: minutes", "value: 9, unit: days")) as careway:
        site.clock.advance(timedelta(minutes=2))
        assert (due_pass(careway).failures, due_pass(careway).fired) == ([], 0)
        fired = [one for one in careway.engine.chart("p1").timers.values() if one.state is TimerState.FIRED]
        assert len(fired) >= 1


def test_a_setting_of_another_pathway_stays_as_it_was_read(site: Site) -> None:
    """A change over there is a change of every version that reads it, and moves nobody who runs."""
    with site.start(FIRST) as careway:
        enrolled(careway, "old")
    with site.start(FIRST.with_visit("value: 2, unit: days", "value: 3, unit: days")) as careway:
        enrolled(careway, "new")
        for patient in ("old", "new"):
            recorded(careway, patient, **FINE)
        assert (asked(careway, "old"), asked(careway, "new")) == ([], ["W-3"])


def test_a_catalogue_that_says_otherwise_moves_nobody(site: Site) -> None:
    """Ages and classes of a version are those with which it was read."""
    with site.start(FIRST) as careway:
        enrolled(careway, "old")
    second = FIRST.with_catalogue("classes: []", "classes: [antibody]").with_catalogue("{ward: 30 d}", "{ward: 60 d}")
    with site.start(second) as careway:
        enrolled(careway, "new")
        for patient in ("old", "new"):
            recorded(careway, patient, **FINE, plainol={"event": "given"})
        assert (asked(careway, "old"), asked(careway, "new")) == ([], ["W-2"])
        site.clock.advance(timedelta(days=40))
        assert (asked(careway, "old"), asked(careway, "new")) == (["W-1"], ["W-2"])


def test_a_class_that_lost_a_drug_still_wakes_the_older_version(site: Site) -> None:
    """Its rules are looked at again when the drug is given, though today's catalogue does not count it among the class."""
    counting = FIRST.with_ward(
        "tasks:\n", "automatic:\n  leave: {to: treated, from: [waiting], when: any antibody given}\ntasks:\n"
    )
    with site.start(counting) as careway:
        enrolled(careway)
    with site.start(counting.with_catalogue("classes: [antibody], events", "classes: [], events")) as careway:
        recorded(careway, **FINE)
        recorded(careway, oldmab={"event": "given"})
        assert newest(careway.engine.chart("p1")).stage == "treated"


def test_a_drug_that_came_later_is_not_overlooked_by_an_older_version(site: Site) -> None:
    with site.start(FIRST) as careway:
        enrolled(careway)
        recorded(careway, **FINE)
    line = "  - {id: newmab, label: {en: Newmab, zh: 新单抗}, kind: exposure, classes: [antibody], events: [given], dose_unit: {given: mg}}\n"
    with site.start(FIRST.with_catalogue("classes:\n", line + "classes:\n")) as careway:
        assert asked(careway) == []
        recorded(careway, newmab={"event": "given"})
        assert asked(careway) == ["W-2"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("unit: g/L", "unit: mg/dL", "unit of igg was g/L and is mg/dL"),
        ("[mild, severe]", "[mild]", ""),
        ("  - {id: plainol", "  - {id: simplol", "the fact plainol is gone"),
    ],
)
def test_a_catalogue_that_takes_something_away_stops_the_older_version(
    site: Site, old: str, new: str, said: str
) -> None:
    """Records of today would be misread by it."""
    with site.start(FIRST) as careway:
        enrolled(careway)
    with site.start(FIRST.with_catalogue(old, new)) as careway:
        (older,) = [one for one in versions(careway) if not one.in_force]
        assert (said in older.problem) if said else not older.problem
        assert not said or "new id" in older.remedy


def test_a_function_of_another_version_is_named_and_never_used_instead(site: Site) -> None:
    with site.start(FIRST) as careway:
        enrolled(careway)
    second = replace(FIRST, function=score(9, "2"))
    with site.start(second) as careway:
        with pytest.raises(NotRevivable, match="function score in version 1") as refused:
            recorded(careway, **FINE)
        assert "superseded=True" in refused.value.remedy
        assert enrolled(careway, "new"), "everybody else goes on"
    kept = replace(second, superseded={("score", "1"): score(0, "1")})
    with site.start(kept) as careway:
        for patient in ("p1", "new"):
            recorded(careway, patient, **FINE)
        assert (asked(careway, "p1"), asked(careway, "new")) == (["W-4"], []), "each with its own"


def test_a_function_that_no_sentence_names_stops_nobody(site: Site) -> None:
    plain = FIRST.with_ward("      - {id: score, that: score >= 1, statement: W-4}\n", "")
    with site.start(plain) as careway:
        enrolled(careway)
    with site.start(replace(plain, function=score(9, "2"))) as careway:
        recorded(careway, **FINE)
        assert asked(careway) == []


def test_the_archive_survives_restarts_and_a_roll_back(site: Site) -> None:
    """Each version is archived once; every change of what is in force is told once, the way back too."""
    second = FIRST.with_ward("value: 5 g/L", "value: 7 g/L")
    for release in (FIRST, FIRST, second, second, FIRST):
        site.start(release).close()
    with site.start(FIRST) as careway:
        found = versions(careway)
        assert [(one.pathway, one.number, one.in_force) for one in found] == [("visit", 1, True), ("ward", 1, True)]
        told = [one for one in careway.store.entries("") if one.chain == "definitions"]
        assert [one.event for one in told] == ["definition:activated"] * 3
        assert '"before":null' in told[0].content
        assert careway.store.verify().problem is None
        enrolled(careway)
    with site.start(second) as careway:
        enrolled(careway, "p2")
        ward = [(one.number, one.in_force, one.open) for one in versions(careway) if one.pathway == "ward"]
    assert ward == [(2, True, 1), (1, False, 1)]


def test_a_pathway_that_is_gone_is_retired_and_its_enrolments_go_on(site: Site) -> None:
    with site.start(FIRST) as careway:
        enrolled(careway)
        acted(careway, "visit")
    registry = FIRST.registry(site.folder)
    alone = registry.copy()
    del alone._latest["visit"]
    with site.start(FIRST) as careway:
        careway.store.archive(alone.sources(), now=site.clock.now(), release="x")
        last = [one for one in careway.store.entries("") if one.chain == "definitions"][-1]
        assert '"event":"definition:retired"' in last.content
        assert acted(careway, "close", pathway="visit").accepted


def test_an_enrolment_opened_by_an_older_one_takes_the_version_in_force(site: Site) -> None:
    """An enrolment takes the version of the day on which it is opened, whoever opens it (decision 0008)."""
    with site.start(FIRST) as careway:
        enrolled(careway)
        acted(careway, "visit")
    with site.start(FIRST.with_visit("{en: Close, zh: 关闭}", "{en: Shut, zh: 关闭}")) as careway:
        acted(careway, "visit")
        visits = [one.definition for one in careway.engine.chart("p1").enrolments.values() if one.pathway == "visit"]
        assert visits[-1] == careway.registry.latest("visit").hash
        assert visits[0] != visits[-1]


def test_a_stage_that_the_version_in_force_no_longer_has_is_not_entered(site: Site) -> None:
    """An older enrolment that opens another in a certain stage is refused, and says what is missing."""
    opening = FIRST.with_ward("{pathway: visit}", "{pathway: visit, stage: half}")
    half = "stages:\n  half: {label: {en: Half, zh: 半}}\n"
    with site.start(opening.with_visit("stages:\n", half)) as careway:
        enrolled(careway)
        acted(careway, "visit")
        assert newest(careway.engine.chart("p1"), "visit").stage == "half"
    with site.start(FIRST) as careway:
        with pytest.raises(AuthorError, match="visit has no stage half in the version in force"):
            acted(careway, "visit")
        assert acted(careway, "finish").accepted


def test_an_ended_enrolment_is_read_under_its_version_when_somebody_asks(site: Site) -> None:
    """It is not compiled at the start, since nothing is open on it."""
    with site.start(FIRST) as careway:
        enrolled(careway)
        ended = newest(careway.engine.chart("p1")).definition
        acted(careway, "finish")
    with site.start(FIRST.with_ward("value: 5 g/L", "value: 7 g/L")) as careway:
        revive_in_use(careway)
        assert [one.hash for one in careway.registry.versions("ward")] == [careway.registry.latest("ward").hash]
        recorded(careway, **FINE)
        assert careway.registry.version(ended).setting("limit", {}).value == 5


def test_a_replica_of_another_release_carries_on_what_its_neighbour_began(
    postgres_store_url: str, tmp_path: Path
) -> None:
    """Rolling upgrade: the older release never saw the newer text on its disk. (One process writes to a SQLite file.)"""
    site = Site(postgres_store_url, tmp_path)
    with site.start(FIRST) as older, site.start(FIRST.with_ward("value: 5 g/L", "value: 7 g/L")) as newer:
        enrolled(newer, "p1")
        enrolled(older, "p2")
        for careway, patient in ((older, "p1"), (newer, "p2")):
            recorded(careway, patient, **FINE)
            assert asked(careway, patient) == (["W-1"] if patient == "p1" else [])


def test_settings_of_an_enrolment_are_those_of_its_version(site: Site) -> None:
    """What the new version does not know any more still holds for who runs on the old one."""
    with site.start(FIRST) as careway:
        enrolled(careway)
        recorded(careway, **FINE)
    renamed = replace(FIRST, ward=FIRST.ward.replace("limit:", "least:").replace("setting.limit", "setting.least"))
    with site.start(renamed) as careway:
        assert asked(careway) == []
        assert acted(careway, "give").accepted
