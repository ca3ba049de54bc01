"""What the page of one action shows: its inputs, the checklist, what will follow, who may, and what has to be signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.catalogue.names import unknown_name
from engine.decide.decision import Decision
from engine.definition.schema import Action, DefinitionSpec
from engine.errors import CarewayError, InvalidCommand
from engine.model import Chart, Enrolment
from service.accounts.rights import Right
from service.api import schemas as s
from service.api.answers import prospect as as_answer
from service.api.doing import with_shown
from service.api.looking import Look, Prospect
from service.following import Following, Group, gist
from service.foresight import FORMAL, foreseen
from service.wiring import Careway
from service.worklist.acting.inputs import Inputs, parameters
from service.worklist.acting.reader import Reader
from service.worklist.acting.sending import Typed
from service.worklist.acting.signatures import Signing, signing
from service.worklist.acting.told import Told, told


@dataclass(slots=True)
class Judged:
    """An action judged with what was typed."""

    prospect: Prospect
    given: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)
    told: Told | None = None
    decision: Decision | None = None
    overridden: Decision | None = None
    """What an override would lead to, where one is possible."""


class ActionPage:
    """One action of one enrolment, for a reader of one language."""

    def __init__(self, careway: Careway, chart: Chart, one: Enrolment, action: str, language: str) -> None:
        """Raises UnknownName for an action that the pathway does not have."""
        self._careway, self._chart, self._language = careway, chart, language
        self.one, self.action = one, action
        self._spec: DefinitionSpec = careway.registry.version(one.definition).spec
        if action not in self._spec.actions:
            raise unknown_name("action", action, self._spec.actions, place=one.pathway)
        self.rule: Action = self._spec.actions[action]

    def given(self, typed: Typed) -> dict[str, Any]:
        """The parameters that were typed."""
        return parameters(self.rule.asks, typed)

    def judged(self, typed: Typed, *, ready: bool) -> Judged:
        """The action with what was typed; what cannot be read is left out and said. `ready`: decide what would follow."""
        look = Look(self._careway, self._chart, self._careway.clock.now(), self._language)
        given = self.given(typed)
        try:
            found = Judged(look.prospect(self.one, self.action, given), given)
        except InvalidCommand as error:
            return Judged(look.prospect(self.one, self.action, {}), {}, {error.place: error.remedy})
        return self._decided(found) if ready else found

    def _decided(self, found: Judged) -> Judged:
        try:
            found.decision = foreseen(self._careway, self.one, self.action, found.given)
        except CarewayError as error:
            found.told = told(error, self._language)
        return found

    def shown(self, found: Judged) -> str:
        """SHA-256 of what is shown, as the preview of the API gives it."""
        follows = gist((one.enrolment, one.content) for one in found.decision.audit) if found.decision else []
        answer: s.ActionProspect = as_answer(found.prospect).model_copy(update={"follows": follows})
        return with_shown(self.one, answer, found.given).shown

    def values(self, reader: Reader, typed: Typed, *, ready: bool, answer: Told | None = None) -> dict[str, Any]:
        """Everything that the template shows."""
        found = self.judged(typed, ready=ready)
        sign = signing(reader, self.rule, found.prospect, self._least())
        if found.decision is not None and sign.approvers:
            found.overridden = foreseen(self._careway, self.one, self.action, found.given, approver=sign.approvers[0])
        labels = self._careway.registry.labels
        return {
            "patient": self._chart.patient, "zone": self._chart.patient.zone, "enrolment": self.one, "action": self.action,
            "title": labels.of("pathway", self.one.pathway, self._language), "prospect": found.prospect,
            "stage": labels.of("stage", f"{self.one.pathway}.{self.one.stage}", self._language),
            "inputs": Inputs(self._careway, self._spec, self._language).of(self.rule.asks, typed, found.problems),
            "given": _hidden(typed), "ready": found.decision is not None, "typed": typed, "told": answer or found.told,
            "groups": self._groups(found.decision), "formal": self._formal(found.decision), "overridden": self._groups(found.overridden),
            "roles": reader.acting(self.rule.by), "signing": sign, "shown": self.shown(found), "seen": self.one.version,
            "key": self._careway.ids.new("k"), "hard": _cannot_be_overridden(found.prospect, sign),
            "recordable": {code for code, _, _ in found.prospect.missing if self._careway.registry.catalogue.canonical(code)},
            "may_record": reader.may(Right.RECORD_FACTS), "warnings": [one for one in found.prospect.checks if one.level == "warn"],
        }  # fmt: skip

    def _groups(self, decision: Decision | None) -> list[Group]:
        if decision is None:
            return []
        following = Following(self._careway, decision.chart, self._language)
        return following.groups((one.enrolment, one.content) for one in decision.audit)

    def _formal(self, decision: Decision | None) -> list[str]:
        """What stands in the way besides medical requirements: something left out, a role."""
        reasons = decision.outcome.reasons if decision is not None else ()
        return [one.text[self._language] for one in reasons if one.level in FORMAL]

    def _least(self) -> int:
        """How many characters the reason of an override has at least: ten, or more where the definition says so."""
        asked = self._spec.override_reason
        if asked is None:
            return 10
        definition = self._careway.registry.version(self.one.definition)
        return max(10, int(definition.setting(asked.at_least.removeprefix("setting."), self.one.settings)))


def unacknowledged(found: Judged, typed: Typed) -> tuple[str, ...]:
    """Warnings that were shown and not acknowledged."""
    seen = frozenset(typed.all("warned"))
    return tuple(
        dict.fromkeys(one.asked for one in found.prospect.checks if one.level == "warn" and one.requirement not in seen)
    )


def _hidden(typed: Typed) -> Mapping[str, tuple[str, ...]]:
    """What was typed for the parameters, to be confirmed as it was looked at."""
    return typed.under("p.")


def _cannot_be_overridden(prospect: Prospect, sign: Signing) -> list[str]:
    """The requirements because of which no override is offered."""
    if sign.approvers:
        return []
    return [one.asked for one in prospect.checks if one.refuses and one.level in ("block_hard", "ask_only")]
