"""E-mail over SMTP: TLS as configured, one connection for each message, and a fixed Message-ID.

What the server answers decides: it has the message when it has said 250 after the data, whatever happens to the
connection afterwards. Before that it does not, and the message is sent again under the same Message-ID. A 4xx asks to
try later, a 5xx about this message or its receiver is final; what concerns the connection, the greeting or the sign-in
says that the channel is down.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Literal

from notifications.channels import ChannelDown, Outgoing, Refused, TryAgain

Security = Literal["tls", "starttls", "none"]
_PRIORITY = {"critical": ("1", "high"), "high": ("2", "high"), "routine": ("3", "normal")}


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how mail is handed over."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = ""
    seconds: float = 10.0
    """How long one answer of the server may take."""
    domain: str = "careway.invalid"
    """Right side of every Message-ID."""


def compose(server: Server, message: Outgoing) -> EmailMessage:
    """The mail: text and HTML side by side, threaded with the others about the same occurrence."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address("Careway", addr_spec=server.sender)
    mail["To"] = Address(addr_spec=message.address)
    mail["Subject"] = message.subject
    mail["Date"] = message.sent
    mail["Message-ID"] = f"<{message.id}@{server.domain}>"
    root = f"<thread-{message.thread}@{server.domain}>"
    mail["In-Reply-To"], mail["References"] = root, root
    mail["X-Priority"], mail["Importance"] = _PRIORITY.get(message.urgency, _PRIORITY["routine"])
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    if message.repeated:
        mail["X-Careway-Repeat"] = "possible"
    mail.set_content(message.body)
    mail.add_alternative(message.html, subtype="html")
    return mail


class Email:
    """Sends through one server."""

    name = "email"

    def __init__(self, server: Server, context: Callable[[], ssl.SSLContext] = ssl.create_default_context) -> None:
        """`context` makes the TLS context, which checks the server's certificate."""
        self._server = server
        self._context = context

    def send(self, message: Outgoing) -> None:
        """Hand a mail over. Raises `Refused`, `TryAgain`, `ChannelDown`."""
        try:
            mail = compose(self._server, message)
        except ValueError as error:
            raise Refused(f"the mail cannot be composed: {type(error).__name__}") from None
        connection = self._connected()
        try:
            self._hand_over(connection, mail, message.address)
        finally:
            # The message has been taken or not by now; how the connection ends changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.quit()

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        try:
            connection = self._opened()
            if server.security == "starttls":
                connection.starttls(context=self._context())
            if server.user:
                connection.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelDown(_kind(error)) from None
        return connection

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, server.domain, timeout=server.seconds, context=self._context()
            )
        return smtplib.SMTP(server.host, server.port, server.domain, timeout=server.seconds)

    def _hand_over(self, connection: smtplib.SMTP, mail: EmailMessage, address: str) -> None:
        try:
            connection.send_message(mail, self._server.sender, [address])
        except smtplib.SMTPRecipientsRefused as error:
            raise _answered(next(iter(error.recipients.values()))[0]) from None
        except smtplib.SMTPSenderRefused as error:
            raise ChannelDown(f"sender refused, SMTP {error.smtp_code}") from None
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise Refused("the server cannot take this address") from None
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelDown(_kind(error), midway=True) from None


def _answered(code: int) -> Exception:
    """What an answer of the server about this message means. 421 closes the connection: the server is going away."""
    if code == 421 or code < 0:
        return ChannelDown(f"SMTP {code}")
    return Refused(f"SMTP {code}") if code >= 500 else TryAgain(f"SMTP {code}")


def _kind(error: Exception) -> str:
    """The kind of an error and the server's code, never its text, which may quote the message."""
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()
