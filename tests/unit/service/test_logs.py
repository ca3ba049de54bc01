"""The log: JSON lines with ids, and nothing about a patient but his pseudonym."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import structlog

from engine.errors import AuthorError, InvalidFact

CANARY = "Zhang Wei 4.8 g/L"


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    """What was logged."""
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_is_json_with_the_ids_that_were_bound(log: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request="r-1", enrolment="p1.1")
    structlog.get_logger("careway.test").info("done", patient="p1")
    (line,) = lines(log)
    found = {key: line[key] for key in ("event", "request", "enrolment", "patient", "level", "logger")}
    assert found == {
        "event": "done", "request": "r-1", "enrolment": "p1.1", "patient": "p1", "level": "info", "logger": "careway.test",
    }  # fmt: skip


def test_a_field_that_is_not_on_the_list_is_left_out_and_named(log: io.StringIO) -> None:
    """A careless call cannot leak."""
    structlog.get_logger("careway.test").info("done", name=CANARY, value=CANARY, patient="p1")
    assert CANARY not in log.getvalue()
    assert lines(log)[0]["left_out"] == ["name", "value"]


def test_an_error_is_logged_with_its_kind_and_code_but_without_text_or_variables(log: io.StringIO) -> None:
    """The text of a refused fact holds its value; a local variable may hold anything."""
    secret = CANARY
    try:
        raise InvalidFact(f"{secret} is no value")
    except InvalidFact:
        structlog.get_logger("careway.test").exception("failed", patient="p1")
    (found,) = lines(log)[0]["exception"]
    assert CANARY not in log.getvalue()
    assert found["type"] == "InvalidFact"
    assert found["frames"][0]["name"] == "test_an_error_is_logged_with_its_kind_and_code_but_without_text_or_variables"


def test_a_cause_is_logged_without_its_text_too(log: io.StringIO) -> None:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise AuthorError("the definition is wrong") from error
    except AuthorError:
        structlog.get_logger("careway.test").exception("failed")
    told = lines(log)[0]["exception"]
    assert [one["type"] for one in told] == ["AuthorError", "ValueError"]
    assert told[0]["text"] == "the definition is wrong"
    assert CANARY not in log.getvalue()


def test_what_libraries_log_takes_the_same_form(log: io.StringIO) -> None:
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert lines(log)[0]["event"] == "Exception in ASGI application"
    assert CANARY not in log.getvalue()


def test_a_line_cannot_be_forged_by_a_newline(log: io.StringIO) -> None:
    structlog.get_logger("careway.test").info("done", patient='p1\n{"event": "forged"}')
    assert len(lines(log)) == 1
