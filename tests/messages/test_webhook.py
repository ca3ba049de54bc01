"""Signed webhooks: what arrives, and all the ways in which an address may not lead elsewhere."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import ChannelDown, Outgoing, Refused, TryAgain
from notifications.channels.webhook import Rules, Webhook, secret_of

SECRET = b"s" * 24
NOW = 1_772_000_000
MESSAGE = Outgoing(
    id="0123456789abcdef01234567", address="", language="en", subject="", body="", html="",
    short="[critical] Treatment is suspended, P-1.", link="https://careway.test/patients/P-1", urgency="critical", thread="t", sent="",
)  # fmt: skip


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent, and answers as it is told to."""

    answer = 204
    got: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012 - emptied for each test

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
        self.send_response(Receiver.answer)
        self.send_header("Location", "https://elsewhere.test/")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `hook.test` with its key, made for these tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.test")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "hook.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """An https server on this machine."""
    Receiver.got.clear()
    Receiver.answer = 204
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(5)
    server.server_close()


def hook(port: int, certificate: Path, *addresses: str, private: bool = True) -> Webhook:
    """A channel for which `hook.test` is these addresses."""
    rules = Rules(frozenset({f"hook.test:{port}", "hook.test:443"}), SECRET, private)
    return Webhook(
        rules, lambda: NOW, resolve=lambda _host, _port: addresses or ("127.0.0.1",),
        context=lambda: ssl.create_default_context(cafile=str(certificate)),
    )  # fmt: skip


def to(port: int, path: str = "/in") -> Outgoing:
    return replace(MESSAGE, address=f"https://hook.test:{port}{path}")


def test_what_arrives_is_signed_and_names_nobody(port: int, certificate: Path) -> None:
    """As Standard Webhooks say: HMAC-SHA-256 over id, time and body."""
    hook(port, certificate).send(to(port))
    ((headers, body),) = Receiver.got
    signed = f"{MESSAGE.id}.{NOW}.".encode() + body
    wanted = base64.b64encode(hmac.digest(SECRET, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (MESSAGE.id, str(NOW))
    data = json.loads(body)["data"]
    assert (data["text"], data["link"]) == (MESSAGE.short, MESSAGE.link)


@pytest.mark.parametrize(
    ("answer", "error"), [(302, Refused), (400, Refused), (410, Refused), (429, TryAgain), (503, TryAgain)]
)
def test_answers_say_what_to_do(port: int, certificate: Path, answer: int, error: type[Exception]) -> None:
    """A redirect is not followed."""
    Receiver.answer = answer
    with pytest.raises(error, match=str(answer)):
        hook(port, certificate).send(to(port))
    assert len(Receiver.got) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://hook.test/in", "https://other.test/in", "https://hook.test:8443/in", "https://user@hook.test/in",
        "https://hook.test.evil.test/", "https://127.0.0.1/", "https://0x7f.1/", "https://2130706433/", "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "file:///etc/passwd", "https://hook.test:99999/", "gopher://hook.test/", "https:///in",
        "https://hook.test@evil.test/", "https://evil.test#hook.test", "https://HOOK.TEST.:443/",
    ],
)  # fmt: skip
def test_only_allowed_hosts_are_reached(certificate: Path, address: str) -> None:
    with pytest.raises(Refused):
        hook(443, certificate).send(replace(MESSAGE, address=address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1", "fc00::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_an_allowed_name_may_not_lead_to_an_address_inside(certificate: Path, address: str) -> None:
    """Also where only one of several addresses does."""
    with pytest.raises(Refused, match="must not"):
        hook(443, certificate, "93.184.215.14", address, private=False).send(
            replace(MESSAGE, address="https://hook.test/")
        )


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "fe80::1", "224.0.0.1"])
def test_private_networks_may_be_allowed_and_no_others(certificate: Path, address: str) -> None:
    """A hospital's receiver stands inside; a cloud's metadata does not."""
    with pytest.raises(Refused, match="must not"):
        hook(443, certificate, address).send(replace(MESSAGE, address="https://hook.test/"))


def test_the_certificate_must_be_the_hosts(port: int, certificate: Path) -> None:
    stranger = Webhook(
        Rules(frozenset({f"hook.test:{port}"}), SECRET, private=True), lambda: NOW, resolve=lambda *_: ["127.0.0.1"]
    )
    with pytest.raises(ChannelDown, match="certificate"):
        stranger.send(to(port))
    assert Receiver.got == []


def test_a_secret_is_base64() -> None:
    assert secret_of("whsec_" + base64.b64encode(SECRET).decode()) == SECRET
    with pytest.raises(ValueError, match=r".*"):
        secret_of("whsec_***")
