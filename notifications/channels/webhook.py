"""Signed webhooks (Standard Webhooks) to hosts that were allowed beforehand, and to no other machine by any spelling.

The address must be https and its host and port one of the allowed ones. The name is resolved once, every address that it
resolves to is looked at, and the connection goes to the one that was looked at, so that a name which changes its mind in
between leads nowhere. Private, local and reserved addresses are refused unless private ones are allowed. Redirects are not
followed, and of an answer at most 64 KB are read. The body holds a pseudonym and a link, like every message outside.
"""

from __future__ import annotations

import base64
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from notifications.channels import ChannelDown, Outgoing, Refused, TryAgain

PREFIX = "whsec_"
"""How a secret of Standard Webhooks begins; base64 follows."""
LONGEST_ANSWER = 65_536
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be reached, and the secret that both sides know."""

    hosts: frozenset[str]
    """`host:port`, in lower case."""
    secret: bytes
    private: bool = False
    """Whether addresses of private networks may be reached, as in a hospital."""
    seconds: float = 5.0


def secret_of(text: str) -> bytes:
    """The bytes of a secret `whsec_…`. Raises `ValueError`."""
    return base64.b64decode(text.removeprefix(PREFIX), validate=True)


def resolved(host: str, port: int) -> Sequence[str]:
    """All addresses of a name."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def signature(secret: bytes, identity: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature`."""
    signed = hmac.digest(secret, f"{identity}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(signed).decode()}"


class Webhook:
    """Posts messages as JSON."""

    name = "webhook"

    def __init__(
        self, rules: Rules, timestamp: Callable[[], int], *,
        resolve: Resolve = resolved, context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:  # fmt: skip
        """`timestamp` gives the present second since 1970; `context` makes the TLS context, which checks certificates."""
        self._rules, self._timestamp, self._resolve, self._context = rules, timestamp, resolve, context

    def send(self, message: Outgoing) -> None:
        """Post a message. Raises `Refused`, `TryAgain`, `ChannelDown`."""
        parts, port = self._allowed(message.address)
        host = str(parts.hostname)
        address = self._reachable(host, port)
        body = json.dumps(_content(message), ensure_ascii=False, separators=(",", ":")).encode()
        status = self._post(host, port, address, _target(parts), body, message.id)
        if 200 <= status < 300:
            return
        if status in (408, 425, 429) or status >= 500:
            raise TryAgain(f"HTTP {status}")
        raise Refused(f"HTTP {status}")

    def _allowed(self, url: str) -> tuple[SplitResult, int]:
        try:
            parts = urlsplit(url)
            port = parts.port or 443
        except ValueError:
            raise Refused("the address is none") from None
        if parts.scheme != "https" or parts.username is not None or f"{parts.hostname}:{port}" not in self._rules.hosts:
            raise Refused("the address is not allowed")
        return parts, port

    def _reachable(self, host: str, port: int) -> str:
        try:
            found = self._resolve(host, port)
        except OSError as error:
            raise ChannelDown(type(error).__name__) from None
        if not found or not all(self._may_reach(one) for one in found):
            raise Refused("the address leads where it must not")
        return found[0]

    def _may_reach(self, text: str) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved:
            return False
        return self._rules.private or address.is_global

    def _post(self, host: str, port: int, address: str, target: str, body: bytes, identity: str) -> int:
        timestamp = str(self._timestamp())
        headers = {
            "Host": host if port == 443 else f"{host}:{port}", "Content-Type": "application/json", "webhook-id": identity,
            "webhook-timestamp": timestamp, "webhook-signature": signature(self._rules.secret, identity, timestamp, body),
        }  # fmt: skip
        try:
            with self._opened(host, port, address) as connection:
                client = http.client.HTTPConnection(host, port, timeout=self._rules.seconds)
                client.sock = connection
                client.request("POST", target, body, headers)
                answer = client.getresponse()
                answer.read(LONGEST_ANSWER)
                return answer.status
        except ssl.SSLCertVerificationError:
            raise ChannelDown("the certificate is not the host's") from None
        except (OSError, http.client.HTTPException) as error:
            raise ChannelDown(type(error).__name__, midway=True) from None

    def _opened(self, host: str, port: int, address: str) -> ssl.SSLSocket:
        """A TLS connection to the address that was looked at, for the name that was asked for."""
        try:
            plain = socket.create_connection((address, port), timeout=self._rules.seconds)
        except OSError as error:
            raise ChannelDown(type(error).__name__) from None
        try:
            return self._context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _content(message: Outgoing) -> dict[str, object]:
    """What is posted: the words of the short form, and the link."""
    data = {
        "urgency": message.urgency, "language": message.language, "text": message.short, "link": message.link,
        "thread": message.thread, "repeated": message.repeated,
    }  # fmt: skip
    return {"type": "careway.message", "data": data}
