"""An outcome as JSON and back: what the store keeps under a command's idempotency key, and what interfaces answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.codec import instant_text
from engine.commands import Outcome, Reason, Verdict


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """A JSON-ready outcome."""
    return {
        "verdict": outcome.verdict.value, "reasons": [reason_json(one) for one in outcome.reasons], "dose": outcome.dose,
        "enrolment": outcome.enrolment, "created": list(outcome.created),
    }  # fmt: skip


def reason_json(reason: Reason) -> dict[str, Any]:
    """A JSON-ready reason."""
    return {
        "requirement": reason.requirement, "level": reason.level, "statements": list(reason.statements), "state": reason.state,
        "text": dict(reason.text), "missing": [list(one) for one in reason.missing], "facts": list(reason.facts),
        "earliest": instant_text(reason.earliest) if reason.earliest else None, "evidence": dict(reason.evidence), "pathway": reason.pathway,
    }  # fmt: skip


def outcome_of(content: Mapping[str, Any]) -> Outcome:
    """The outcome that was stored, marked as replayed."""
    reasons = tuple(_reason(one) for one in content["reasons"])
    return Outcome(
        Verdict(content["verdict"]),
        reasons,
        content["dose"],
        content["enrolment"],
        tuple(content["created"]),
        replayed=True,
    )


def _reason(content: Mapping[str, Any]) -> Reason:
    earliest = datetime.fromisoformat(content["earliest"]) if content["earliest"] else None
    return Reason(
        content["requirement"], content["level"], tuple(content["statements"]), content["state"], content["text"],
        tuple((code, why) for code, why in content["missing"]), tuple(content["facts"]), earliest, content["evidence"], content["pathway"],
    )  # fmt: skip
