"""What an action would lead to, by really deciding and saving nothing: as if its people were there and had signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.commands import Override, PerformAction
from engine.decide.decision import Decision
from engine.errors import CallerError
from engine.model import Enrolment, Person
from service.following import gist
from service.wiring import Careway

FORMAL = ("parameter", "role", "second_person", "override")
"""Levels of reasons that only performing finds: what a preview alone does not ask."""
_SOMEBODY = "somebody else"
_LONG_ENOUGH = "–" * 200


def foreseen(
    careway: Careway, one: Enrolment, action: str, parameters: Mapping[str, Any], *, approver: str = ""
) -> Decision:
    """The decision, in the first role that may; with `approver`, as if a person of that role approved an override.

    Raises UnknownName, InvalidCommand, InvalidFact: what performing it would raise.
    """
    spec = careway.registry.version(one.definition).spec.actions.get(action)
    roles = spec.by if spec is not None else [""]
    second = Person((spec.second or spec.by)[0], _SOMEBODY) if spec is not None and spec.second_person else None
    override = Override(_LONG_ENOUGH, Person(approver, _SOMEBODY)) if approver else None
    decision = None
    for role in roles:
        command = PerformAction(
            patient=careway.store.patient_of(one.id), at=careway.clock.now(), by=Person(role), enrolment=one.id, action=action,
            parameters=parameters, second_person=second, override=override,
        )  # fmt: skip
        decision = careway.engine.foresee(command)
        if not any(reason.level == "role" for reason in decision.outcome.reasons):
            return decision
    assert decision is not None
    return decision


def follows(careway: Careway, one: Enrolment, action: str, parameters: Mapping[str, Any]) -> list[str]:
    """What would follow, in short; nothing where it cannot even be asked so."""
    try:
        decision = foreseen(careway, one, action, parameters)
    except CallerError:
        return []
    return gist((draft.enrolment, draft.content) for draft in decision.audit)
