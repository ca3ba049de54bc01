"""A version is known by everything that decides, and comes back from what is archived of it, exactly as it was."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from engine.catalogue import Catalogue
from engine.definition.hashing import borrowed_settings, content_hash
from engine.definition.reading import Source, read_definition
from engine.definition.registry import Registry
from engine.definition.reviving import NotLoaded, NotRevivable
from pathways.registry import load_registry
from tests.store.releases import VISIT, WARD, Release, score

FIRST = Release()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return FIRST.registry(tmp_path)


@pytest.fixture(scope="module")
def shipped() -> Registry:
    """Everything that ships."""
    return load_registry()


def test_every_shipped_version_comes_back_from_its_archive(shipped: Registry) -> None:
    again = shipped.copy()
    assert [one.pathway for one in shipped.sources()] == list(shipped.ids())
    for source in shipped.sources():
        made, known = again.revive(source), shipped.latest(source.pathway)
        assert made is not known
        assert (made.hash, made.spec, made.settings, made.borrowed) == (
            known.hash,
            known.spec,
            known.settings,
            known.borrowed,
        )
        assert again.latest(source.pathway) is known, "it does not come into force"


def test_every_setting_that_is_read_of_another_pathway_belongs_to_the_version(shipped: Registry) -> None:
    borrowed = shipped.latest("inebilizumab").borrowed
    assert "hbv.antiviral_tail" in borrowed
    assert borrowed["hbv.antiviral_tail"] == shipped.latest("hbv").settings["antiviral_tail"]


BASE = ("text", "catalogue", {"f": "1", "g": "1"}, {"hbv.tail": {"value": 1, "unit": "months"}})


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (0, "text "),
        (1, "another"),
        (2, {"f": "2", "g": "1"}),
        (2, {"f": "1"}),
        (3, {"hbv.tail": {"value": 2, "unit": "months"}}),
        (3, {}),
    ],
)
def test_whatever_decides_changes_the_hash(part: int, other: object) -> None:
    changed = list(BASE)
    changed[part] = other  # type: ignore[call-overload]
    assert content_hash(*changed) != content_hash(*BASE)  # type: ignore[arg-type]


def test_the_order_of_functions_does_not(registry: Registry) -> None:
    assert content_hash("t", "c", {"f": "1", "g": "2"}, {}) == content_hash("t", "c", {"g": "2", "f": "1"}, {})
    assert {one.hash for one in registry.sources()} == {registry.latest(one).hash for one in registry.ids()}


def test_only_settings_of_others_are_borrowed() -> None:
    specs = {name: read_definition(Source(name, text)) for name, text in (("ward", WARD), ("visit", VISIT))}
    text = "setting.ward.limit setting.visit.lead setting.visit.nothing setting.gone.x setting.limit"
    assert list(borrowed_settings(text, "ward", specs)) == ["visit.lead"]


def test_a_registry_without_an_archive_says_so(registry: Registry) -> None:
    with pytest.raises(NotLoaded, match="No definition with hash gone"):
        registry.version("gone")
    assert registry.failures == {}


def test_a_copy_keeps_to_itself_what_it_revives(registry: Registry, tmp_path: Path) -> None:
    later = FIRST.with_ward("value: 5 g/L", "value: 7 g/L").registry(tmp_path / "later").copy()
    (ward, _) = registry.sources()
    later.revive(ward)
    assert [one.hash for one in later.versions("ward")] == [later.latest("ward").hash, ward.hash]
    assert [one.hash for one in registry.versions("ward")] == [ward.hash]


def test_what_only_an_older_version_has_is_still_called_by_its_name(registry: Registry, tmp_path: Path) -> None:
    renamed = FIRST.with_ward("look_after:", "watch_over:").registry(tmp_path / "later")
    assert renamed.labels.of("task", "ward.look_after", "en") == "look after"
    renamed.revive(registry.sources()[0])
    assert renamed.labels.of("task", "ward.look_after", "en") == "Look after the relapse"


def test_an_older_version_reads_its_own_functions_and_none_that_came_later(registry: Registry, tmp_path: Path) -> None:
    later = Registry(registry.catalogue, {"score": score(9, "2"), "igg": score(3)}, {("score", "1"): score(0, "1")})
    made = later.revive(registry.sources()[0])
    assert sorted(made.functions) == ["score"]
    assert made.functions["score"].version == "1"


def test_a_broken_catalogue_is_told_and_not_raised_raw(registry: Registry) -> None:
    (ward, _) = registry.sources()
    broken = ward.catalogue.replace("kind: quantity", "kind: nonsense")
    digest = content_hash(ward.text, _digest(broken), ward.functions, ward.settings)
    with pytest.raises(NotRevivable, match="This release cannot read it"):
        registry.revive(replace(ward, catalogue=broken, hash=digest))


def test_a_fault_of_ours_concerns_that_version_alone(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(registry, "_read", fail)
    with pytest.raises(NotRevivable, match="This release cannot read it: ZeroDivisionError"):
        registry.revive(registry.sources()[0])


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_a_catalogue_is_known_by_its_text() -> None:
    assert Catalogue.load(FIRST.catalogue).content_hash == _digest(FIRST.catalogue)
