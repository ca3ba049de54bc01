"""A mail server on this machine that fails as it is told to, message by message."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

FAULTS = ("ok", "451", "550", "421", "drop after DATA", "drop after 250", "stall")


class FaultyMailbox:
    """Takes messages, and fails by plan: one entry of `faults` for each message, then `ok`."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.faults: deque[str] = deque()
        self.always = "ok"
        self.tried: list[str] = []
        """Message-ID of every message of which all data came."""
        self._drop_at_quit = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """All data of a message has come."""
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.tried.append(str(mail["Message-ID"]))
        fault = self.faults.popleft() if self.faults else self.always
        if fault in ("451", "550", "421"):
            return f"{fault} as planned"
        if fault == "drop after DATA":
            _break_off(server)
            return "451 nobody hears this"
        if fault == "stall":
            await asyncio.Event().wait()
        self._drop_at_quit = fault == "drop after 250"
        self.received.append(mail)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """The end of a connection, or the lack of one."""
        if self._drop_at_quit:
            _break_off(server)
        return "221 Bye"

    def ids(self) -> list[str]:
        """Message-ID of every message taken."""
        return [str(mail["Message-ID"]) for mail in self.received]


def _break_off(server: SMTP) -> None:
    """End the connection as a crash does."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _address(server: asyncio.AbstractServer | None) -> tuple[str, int]:
    assert isinstance(server, asyncio.Server)
    host, port = server.sockets[0].getsockname()[:2]
    return str(host), int(port)


class _Controller(Controller):
    """Leaves no task behind when it stops."""

    def _trigger_server(self) -> None:
        """Hear its greeting, on the port that it was given."""
        with socket.create_connection(_address(self.server), timeout=5) as connection:
            connection.recv(512)

    def factory(self) -> Any:
        return SMTP(self.handler, hostname="mail.test", enable_SMTPUTF8=True, ident="test")


@contextmanager
def serving(mailbox: FaultyMailbox) -> Iterator[int]:
    """Serve on a free port of this machine; the port."""
    controller = _Controller(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield _address(controller.server)[1]
    finally:
        _cancel_tasks(controller.loop)
        controller.stop(no_assert=True)


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """End what still waits (a stall), so that the loop closes cleanly."""

    async def cancel() -> None:
        own = asyncio.current_task()
        others = [one for one in asyncio.all_tasks() if one is not own]
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(cancel(), loop).result(timeout=5)
