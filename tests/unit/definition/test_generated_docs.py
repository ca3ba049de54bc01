"""The generated pages say what the definitions say; `make docs` writes them anew."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from engine.definition.graph import StateGraph
from engine.definition.reading import Source, read_definition
from pathways.registry import definition_files
from service.docs.mermaid import mermaid
from service.docs.reading import amount, written
from service.docs.svg import on_path, text_width
from service.docs.tables import both, cell, section, table
from service.docs.writing import FOLDER, differences, generated, write
from tests.unit.definition.checked import text

PATHWAYS = [path.parent.name for path in definition_files()]


@lru_cache(maxsize=1)
def files() -> dict[str, str]:
    return generated()


@pytest.mark.slow
def test_the_generated_pages_are_true() -> None:
    """They are written anew and compared; after a change of a definition run `make docs`."""
    assert differences(files(), FOLDER) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PATHWAYS)
def test_every_pathway_has_a_page_and_a_drawing(name: str) -> None:
    page, drawing = files()[f"{name}.md"], ET.fromstring(files()[f"{name}.svg"])
    assert "## Stages" in page
    assert f"]({name}.svg)" in page
    assert f"]({name}.md)" in files()["index.md"]
    assert drawing.tag.endswith("svg")


@pytest.mark.slow
def test_a_drawing_shows_every_stage_in_both_languages() -> None:
    for path in definition_files():
        spec = read_definition(Source.of(path))
        drawn = {one.text for one in ET.fromstring(files()[f"{spec.pathway}.svg"]).iter() if one.text}
        assert {stage.label.en for stage in spec.stages.values()} <= drawn
        assert {stage.label.zh for stage in spec.stages.values()} <= drawn


@pytest.mark.slow
def test_writing_leaves_what_is_generated_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old", encoding="utf-8")
    changed = write(tmp_path, files())
    assert "gone.md" in changed
    assert {path.name for path in tmp_path.iterdir()} == set(files())
    assert write(tmp_path, files()) == []


def test_a_cell_stays_a_cell() -> None:
    assert cell("a | b\nc") == "a \\| b c"
    assert cell("") == "–"
    assert both(("one", "一")) == "one<br>一"
    assert both(("same", "same")) == "same"


def test_nothing_makes_no_table_and_no_section() -> None:
    assert table(["a"], []) == ""
    assert section("Title", "", "") == ""


def test_amounts_are_read_in_both_languages() -> None:
    assert amount("90 days", "en") == "90 days"
    assert amount("90 days", "zh") == "90天"
    assert amount("a word", "zh") == "a word"
    assert written(value=True) == "yes"
    assert written(30, "days") == "30 days"


def test_the_graph_as_text_marks_what_the_engine_does_itself() -> None:
    spec = read_definition(Source("course", text("course")))
    lines = mermaid(spec, StateGraph(spec)).splitlines()
    assert "    treated --> paused : suspend*" in lines
    assert "    waiting --> treated : give" in lines


def test_numbers_on_arrows_keep_apart() -> None:
    taken: list[tuple[float, float]] = []
    line = [{"x": 0.0, "y": 0.0}, {"x": 0.0, "y": 100.0}]
    first = on_path({"x": 5.0, "y": 50.0}, line, 24, taken)
    second = on_path({"x": 5.0, "y": 50.0}, line, 24, taken)
    assert first in ((0.0, 48.0), (0.0, 52.0))
    assert abs(second[1] - first[1]) > 19


def test_chinese_characters_are_wide() -> None:
    assert text_width("阶段", 14) > text_width("ab", 14)
