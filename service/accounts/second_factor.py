"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for the day the phone is lost."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from service.accounts.keys import hashed

SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like another."""


def new_secret() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step whose code this is, at most one step away from now; None where it is none of them."""
    typed = code.replace(" ", "")
    if len(typed) != DIGITS or not typed.isdecimal() or not typed.isascii():
        return None
    present = int(now.timestamp()) // SECONDS
    return next((step for step in (present, present - 1, present + 1) if _is_code(secret, typed, step)), None)


def code_at(secret: bytes, now: datetime) -> str:
    """The code that an app shows now."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def address(secret: bytes, login: str) -> str:
    """What the app reads from the picture: `otpauth://…`."""
    return _totp(secret).get_provisioning_uri(login, "Careway")


def spelled(secret: bytes) -> str:
    """The secret for typing, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def new_recovery_codes() -> list[str]:
    """Codes of 50 bits, each good once: `k7mq-x2rt-9a`."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def recovery_hash(account: str, code: str) -> str:
    """How a recovery code is stored."""
    return hashed(f"{account}:{code.replace('-', '').replace(' ', '').lower()}")


def _recovery_code() -> str:
    text = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), SECONDS)  # noqa: S303 - SHA-1 is what every app speaks; HMAC does not suffer from it


def _is_code(secret: bytes, code: str, step: int) -> bool:
    try:
        _totp(secret).verify(code.encode(), step * SECONDS)
    except InvalidToken:
        return False
    return True
