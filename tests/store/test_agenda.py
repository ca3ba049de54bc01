"""The stored agenda belongs to one version of the chart, and is nothing once that version has passed."""

from __future__ import annotations

from engine.model import Changes
from engine.store import SqlStore
from engine.store.unit import Unit
from tests.store.builders import NOW, draft, fact, forget, put, register


def save_with(unit: Unit, key: str, agenda: str) -> None:
    """Save one new fact and an agenda."""
    chart = unit.chart
    chart.facts[key] = fact(key)
    unit.save(chart, Changes(facts={key: None}), [draft()], now=NOW, agenda=agenda)


def test_an_agenda_comes_back_with_the_version_that_it_was_saved_with(store: SqlStore) -> None:
    """Also for a process that has not seen the patient yet, and after it was overwritten."""
    register(store)
    for number, text in ((1, "one"), (2, "two")):
        with store.unit("p1") as unit:
            save_with(unit, f"f{number}", text)
            assert unit.agenda == text
        forget(store)
        with store.unit("p1") as unit:
            assert unit.agenda == text


def test_a_chart_saved_without_an_agenda_makes_the_old_one_void(store: SqlStore) -> None:
    """Whoever does not know of agendas cannot leave a wrong one behind."""
    register(store)
    with store.unit("p1") as unit:
        save_with(unit, "f1", "one")
    with store.unit("p1") as unit:
        put(unit, fact("f2"))
        assert unit.agenda == ""
    forget(store)
    with store.unit("p1") as unit:
        assert unit.agenda == ""
        save_with(unit, "f3", "three")
    forget(store)
    with store.unit("p1") as unit:
        assert unit.agenda == "three"


def test_a_refusal_leaves_the_agenda(store: SqlStore) -> None:
    """It changes no record, so what was known of the chart still holds."""
    register(store)
    with store.unit("p1") as unit:
        save_with(unit, "f1", "one")
    with store.unit("p1") as unit:
        unit.save(unit.chart, Changes(), [draft("p1", "fact:refused")], now=NOW)
    forget(store)
    with store.unit("p1") as unit:
        assert unit.agenda == "one"
