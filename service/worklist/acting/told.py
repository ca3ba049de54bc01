"""A refusal in words for a page: what happened and what to do next, in the reader's language, beside what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from engine.commands import Outcome
from engine.errors import CarewayError, Conflict
from service.api.problems import status_of
from service.api.wording import title_of
from service.foresight import FORMAL


@dataclass(frozen=True, slots=True)
class Told:
    """What a form was answered. `code` is that of the API's problem; the template has words for the codes that forms meet."""

    status: int
    code: str
    title: str
    detail: str = ""
    """In English, of the engine; shown to readers of English."""
    remedy: str = ""
    seconds: int = 0
    reasons: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """Names of the fields that are wrong."""
    details: Mapping[str, Any] = field(default_factory=dict)


def told(error: CarewayError, language: str) -> Told:
    """A refusal of the engine, of a signature or of a right, as the API answers it."""
    status = int(status_of(error))
    code = "stale_version" if isinstance(error, Conflict) and "version" in error.details else error.code
    seconds = int(error.details.get("seconds", 0))
    return Told(
        status, code, title_of(code, status, language), error.message, error.remedy, seconds, fields=(error.place,), details=error.details
    )  # fmt: skip


def told_form(error: ValidationError, language: str) -> Told:
    """A form that leaves something out; nothing that was typed is repeated."""
    fields = tuple(".".join(map(str, one["loc"])) for one in error.errors())
    return Told(422, "invalid_request", title_of("invalid_request", 422, language), fields=fields)


def told_refusal(outcome: Outcome, language: str) -> Told:
    """A refusal: the formal reasons in words; the medical ones stand in the checklist beside it."""
    reasons = tuple(one.text[language] for one in outcome.reasons if one.level in FORMAL)
    return Told(409, "action_refused", title_of("action_refused", 409, language), reasons=reasons)
