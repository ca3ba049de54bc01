"""Opening enrolments: by a person, or by an effect of another pathway; registering callers with shared sub-pathways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.audit import Event
from engine.decide.working import Working
from engine.definition.compiled import Definition
from engine.definition.effects_schema import Open
from engine.errors import AuthorError, Conflict, InvalidCommand
from engine.model import Caller, Enrolment, StageEntry


def enrol(w: Working, pathway: str, settings: Mapping[str, Any]) -> Enrolment:
    """A person puts the patient on a pathway. Raises `Conflict` when he is already on it, `InvalidCommand` for a nested one."""
    spec = w.world.registry.latest(pathway).spec
    if spec.parent:
        raise InvalidCommand(f"{pathway} is opened by {spec.parent}, not by hand.", remedy=f"Enrol on {spec.parent}.")
    if w.world.newest(pathway, open_only=True) is not None:
        raise Conflict(f"The patient is already on {pathway}.", remedy="Continue that enrolment, or end it first.")
    return open_enrolment(w, pathway, settings=settings)


def open_enrolment(
    w: Working,
    pathway: str,
    *,
    settings: Mapping[str, Any],
    parent: Enrolment | None = None,
    given: Mapping[str, Any] | None = None,
    stage: str | None = None,
) -> Enrolment:
    """A new enrolment in the initial stage (or `stage`) of the version in force."""
    definition = w.world.registry.latest(pathway)
    first = _first_stage(definition, stage)
    enrolment_id, seq = w.next_id()
    ordinal = 1 + sum(one.pathway == pathway for one in w.chart.enrolments.values())
    enrolment = Enrolment(
        enrolment_id, pathway, definition.hash, ordinal, first, w.now,
        parent=parent.id if parent is not None and definition.spec.parent else None,
        settings=dict(settings), parameters=dict(given or {}),
        history=(StageEntry(first, w.now, seq, "opened"),),
    )  # fmt: skip
    w.put("enrolments", enrolment)
    w.say(Event.ENROLMENT_OPENED, enrolment_id, pathway=pathway, definition=definition.hash, stage=enrolment.stage)
    w.feel("enrolled", enrolment_id)
    return enrolment


def _first_stage(definition: Definition, stage: str | None) -> str:
    """Raises `AuthorError` where an older opener names a stage that the version in force no longer has."""
    if stage is not None and stage not in definition.spec.stages:
        raise AuthorError(
            f"{definition.id} has no stage {stage} in the version in force.", place=definition.id,
            remedy="Keep the stages in which running enrolments open it.",
        )  # fmt: skip
    return stage or definition.spec.initial


def open_for(w: Working, opener: Enrolment, effect: Open, given: Mapping[str, Any]) -> None:
    """An effect opens another pathway: a nested child, a further cycle, or a shared sub-pathway that registers the opener."""
    pathway = effect.pathway
    spec = w.world.registry.latest(pathway).spec
    running = w.world.newest(pathway, open_only=True)
    if spec.parent or effect.anew or running is None:
        running = open_enrolment(w, pathway, settings=opener.settings, parent=opener, given=given, stage=effect.stage)
    if spec.shared:
        planned, drug = given.get("planned_start"), str(given.get("drug") or "")
        register(w, running.id, Caller(opener.pathway, w.now, planned, drug))


def register(w: Working, enrolment_id: str, caller: Caller) -> None:
    """Register a caller, or renew one that had ended."""
    enrolment = w.enrolment(enrolment_id)
    known = enrolment.callers.get(caller.pathway)
    if (
        known is not None
        and known.ended is None
        and known.planned_start == caller.planned_start
        and known.drug == caller.drug
    ):
        return
    kept = replace(caller, registered=known.registered) if known is not None and known.ended is None else caller
    w.change(enrolment_id, callers={**enrolment.callers, caller.pathway: kept})
    w.say(
        Event.CALLER_REGISTERED,
        enrolment_id,
        caller=caller.pathway,
        planned_start=caller.planned_start,
        drug=caller.drug,
    )


def change_caller(w: Working, enrolment_id: str, pathway: str, **fields: Any) -> None:
    """Change the plan or the end of a registered caller. Raises `InvalidCommand` when it is not registered."""
    enrolment = w.enrolment(enrolment_id)
    if pathway not in enrolment.callers:
        known = ", ".join(enrolment.callers) or "none"
        raise InvalidCommand(
            f"{pathway} is not registered with {enrolment.pathway}.", remedy=f"Registered: {known}. Register it first."
        )
    w.change(enrolment_id, callers={**enrolment.callers, pathway: replace(enrolment.callers[pathway], **fields)})
    event = Event.CALLER_ENDED if fields.get("ended") else Event.CALLER_CHANGED
    w.say(event, enrolment_id, caller=pathway, **fields)
