"""What is refused about messages."""

from __future__ import annotations

from engine.errors import AuthorError


class InvalidTemplate(AuthorError):
    """A layout of messages cannot be used; the service does not start with it."""

    code = "invalid_template"
