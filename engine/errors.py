"""Refusals and mistakes, each with a stable code, what happened, where, and what to do next.

Two branches: an *author's* mistake (definition, case, template, setting) and a *caller's* (bad fact, action not allowed
now). HTTP, pages and terminal show the same form: `code`, `message`, `place`, `remedy`.
"""

from __future__ import annotations

from typing import Any


class CarewayError(Exception):
    """Base of all errors that Careway raises on purpose."""

    code = "error"

    def __init__(self, message: str, *, place: str = "", remedy: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        parts = [f"{self.place}: {self.message}" if self.place else self.message]
        if self.remedy:
            parts.append(self.remedy)
        return " ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The form that every interface shows."""
        return {"code": self.code, "message": self.message, "place": self.place, "remedy": self.remedy, **self.details}


class AuthorError(CarewayError):
    """A definition, case, template or setting is wrong."""

    code = "author"


class CallerError(CarewayError):
    """What was asked cannot be done as asked."""

    code = "caller"


class InvalidFact(CallerError):
    """A fact was refused at entry: unknown code, missing unit, implausible value, future date."""

    code = "invalid_fact"


class UnknownName(CallerError):
    """A pathway, action, task or notification does not exist; `nearest` names the closest known one."""

    code = "unknown_name"


class NotFound(CallerError):
    """The patient, enrolment or record does not exist."""

    code = "not_found"


class Conflict(CallerError):
    """The record changed meanwhile; read it again and decide again."""

    code = "conflict"


class KeyReused(CallerError):
    """An idempotency key came again with another request."""

    code = "idempotency_key_reused"


class InvalidCommand(CallerError):
    """The command lacks a parameter or carries one of the wrong kind."""

    code = "invalid_command"
