"""Prints messages instead of sending them: for looking at them while nothing else is set up."""

from __future__ import annotations

from typing import TextIO

from notifications.channels import Outgoing


class Console:
    """Writes to a stream."""

    name = "console"

    def __init__(self, stream: TextIO) -> None:
        """`stream` is usually stderr."""
        self._stream = stream

    def send(self, message: Outgoing) -> None:
        """Print it."""
        self._stream.write(f"--- {message.id}\nTo: {message.address}\nSubject: {message.subject}\n\n{message.body}\n")
        self._stream.flush()
