"""Every message of every shipped pathway, rendered in both languages as its readers get it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from structlog.testing import capture_logs

from engine.decide.causes import EVENT, escalated
from engine.definition.schema import DefinitionSpec
from engine.model import (
    Act,
    Changes,
    Chart,
    Enrolment,
    ExposureEvent,
    Fact,
    Hold,
    Message,
    Patient,
    Person,
    StageEntry,
    Task,
    TaskStatus,
)
from engine.outbox import Letter
from notifications import LANGUAGES, load_catalogue
from notifications.plain import width
from pathways.registry import load_registry
from service.messages.directory import Recipient
from service.messages.posting import Poster
from service.messages.quiet import Quiet
from service.messages.telling import LAYOUTS

NOW = datetime(2026, 7, 5, 1, 0, tzinfo=UTC)
REGISTRY = load_registry()
MESSAGES = [(pathway, code) for pathway in REGISTRY.ids() for code in REGISTRY.latest(pathway).spec.notifications]
EDGES = ("opened", "done", "missed", "overdue", "omitted", "cancelled")


class Both:
    """One reader of each language."""

    def recipients(self, role: str, site: str) -> list[Recipient]:
        return [Recipient(f"{role}-{one}", "email", f"{one}@hospital.test", one) for one in LANGUAGES]


@cache
def poster() -> Poster:
    return Poster(REGISTRY, load_catalogue(), Both(), "coordinator_lead", "https://careway.test", True, Quiet())


# --- a patient for each cause of each message ---------------------------------------------------------------------------


def edges_of(spec: DefinitionSpec, code: str) -> Iterator[str]:
    """What sets a message off: its own edges, steps of tasks, its condition, effects."""
    yield from spec.notifications[code].on
    for name, task in spec.tasks.items():
        yield from (f"task:{name}.overdue" for step in task.overdue if step.notify == code)
        yield from (f"task:{name}.reminder" for step in task.reminders if step.notify == code)
    yield "condition"


def chart_of(pathway: str, edge: str) -> tuple[Chart, dict[str, Any]]:
    """A chart in which the edge was felt, and the cause as the engine keeps it."""
    definition = REGISTRY.latest(pathway)
    entry = StageEntry(definition.spec.initial, NOW, 1, "opened")
    chart = Chart(Patient("P-0042"))
    chart.enrolments["e"] = Enrolment("e", pathway, definition.hash, 1, entry.stage, NOW, history=(entry,))
    head, _, name = edge.partition(":")
    return chart, _CAUSES.get(head, _event)(chart, definition.spec, edge, name)


def _task(chart: Chart, spec: DefinitionSpec, edge: str, name: str) -> dict[str, Any]:
    code, _, verb = name.rpartition(".")
    status = TaskStatus(verb) if verb in ("done", "missed", "omitted", "cancelled") else TaskStatus.OPEN
    due = (NOW - timedelta(days=3)).date()
    chart.tasks["t"] = Task("t", "e", code, "1", "neurologist", due, None, due, NOW, status)
    return {"kind": "task" if status is TaskStatus.OPEN else EVENT, "id": "t", "edge": edge}


def _hold(chart: Chart, spec: DefinitionSpec, edge: str, name: str) -> dict[str, Any]:
    code = next(iter(spec.holds)) if name == "*" else name
    chart.facts["f"] = fact("igg")
    chart.holds["h"] = Hold("h", "e", code, NOW, ("f",))
    return {"kind": "hold", "id": "h", "edge": edge}


def _fact(chart: Chart, spec: DefinitionSpec, edge: str, name: str) -> dict[str, Any]:
    codes = [one for one in REGISTRY.catalogue.facts if one == name or name in REGISTRY.catalogue.facts[one].classes]
    chart.facts["f"] = fact(codes[0])
    chart.facts["g"] = fact(codes[0], "g", supersedes="f")
    corrected = edge.startswith("corrected")
    return {"kind": "correction" if corrected else "fact", "id": "g" if corrected else "f", "edge": edge}


def fact(code: str, id: str = "f", supersedes: str | None = None) -> Fact:
    """A fact with a value of its kind."""
    kind = REGISTRY.catalogue.facts[code].kind
    values: dict[str, Any] = {"quantity": Decimal("3.9"), "boolean": True, "date": NOW.date(), "text": "x"}
    value: Any = next(iter(REGISTRY.catalogue.facts[code].values), "x") if kind == "coded" else values.get(str(kind))
    event = ExposureEvent.OCCURRED if value is None else None
    return Fact(id, code, NOW, NOW.date(), True, NOW, 1, value, event, supersedes=supersedes)


def _act(chart: Chart, spec: DefinitionSpec, edge: str, name: str) -> dict[str, Any]:
    code = name if name in spec.actions else next(iter(spec.actions))
    chart.acts["a"] = Act("a", "e", code, NOW, 1, Person("neurologist"), reason="wish of the patient")
    return {"kind": EVENT, "id": "a", "edge": edge}


def _stage(chart: Chart, spec: DefinitionSpec, edge: str, name: str) -> dict[str, Any]:
    return {"kind": "stage", "count": 1, "edge": edge}


def _condition(chart: Chart, spec: DefinitionSpec, edge: str, name: str) -> dict[str, Any]:
    return {"kind": "condition", "count": 1}


def _event(chart: Chart, spec: DefinitionSpec, edge: str, name: str) -> dict[str, Any]:
    return {"kind": EVENT, "edge": edge.replace("*", "igg")}


_CAUSES = {
    "task": _task, "hold": _hold, "fact": _fact, "corrected": _fact, "action": _act, "override": _act, "superseded": _act,
    "stage": _stage, "condition": _condition,
}  # fmt: skip


def letters_of(pathway: str, code: str, edge: str, step: int = 0) -> list[Letter]:
    """The letters of a message that an edge set off."""
    chart, cause = chart_of(pathway, edge)
    spec = REGISTRY.latest(pathway).spec.notifications[code]
    message = Message("P-0042.7", "e", code, "o", spec.to[0], spec.urgency, NOW, {"cause": cause})
    if step:
        early = Message(
            "P-0042.6", "e", code, "o", spec.to[0], spec.urgency, NOW - timedelta(hours=2), {"cause": cause}
        )
        message = Message("P-0042.7", "e", code, "o/1", "icu", spec.urgency, NOW, escalated(early, step))
    chart.messages[message.id] = message
    changes = Changes()
    changes.messages[message.id] = None
    with capture_logs() as said:
        found = poster()(chart, changes, NOW)
    assert said == [], "the layout of the cause was rendered, not the plain one in its place"
    return list(found)


# --- what holds for all of them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pathway", "code"), MESSAGES, ids=[f"{pathway}.{code}" for pathway, code in MESSAGES])
def test_the_message_is_rendered_in_both_languages(pathway: str, code: str) -> None:
    """For everything that sets it off; inside in its own words, outside with a pseudonym and a link."""
    spec = REGISTRY.latest(pathway).spec.notifications[code]
    for edge in edges_of(REGISTRY.latest(pathway).spec, code):
        inbox, *mails = letters_of(pathway, code, edge)
        texts = json.loads(inbox.body)
        assert texts["en"].startswith(spec.label.en)
        assert texts["zh"].startswith(spec.label.zh)
        assert [one.language for one in mails] == list(LANGUAGES)
        for mail in mails:
            _check_mail(mail, spec.label.model_dump()[mail.language])


def _check_mail(mail: Letter, label: str) -> None:
    for form in (mail.subject, mail.short, mail.body):
        assert "P-0042" in form
        assert label not in form, "the definition's own words stay inside"
    assert mail.link in mail.body
    assert mail.link.split("#")[0] in mail.html
    assert {"en": "You get this because", "zh": "您收到本消息，是因为"}[mail.language] in mail.body.replace("\n", "")
    assert "\n" not in mail.subject
    assert all(width(line) <= 60 or "://" in line for line in mail.body.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_escalated_message_says_how_long_nobody_answered(language: str) -> None:
    inbox, *mails = letters_of("hbv", "hbv_reactivation_found", "hold:hbv_reactivation", step=1)
    mail = next(one for one in mails if one.language == language)
    waited = {"en": "2 hours", "zh": "2小时"}[language]
    assert waited in mail.body.replace("\n", " " if language == "en" else "")
    assert waited in json.loads(inbox.body)[language]


def test_every_layout_is_tried_on_its_samples_in_both_languages() -> None:
    catalogue = load_catalogue()
    assert set(LAYOUTS) | {"summary", "test"} == set(catalogue.names())
    for name in catalogue.names():
        for language in LANGUAGES:
            assert catalogue.render(name, language, catalogue.sample(name, language)).subject
