"""The service's own key: it encrypts secrets of second factors at rest and vouches for forms that we sent out.

32 bytes, from the setting `secret_key`, else from a file beside the SQLite database (made when it is first needed, for the
owner alone). The key is not in the database, so that a copy of the database does not hold anybody's second factor.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.settings import InvalidSetting, Settings

BYTES, NONCE = 32, 12
FILE = "careway.key"
log = structlog.get_logger("careway.accounts")


class Keys:
    """What is derived from the key."""

    def __init__(self, key: bytes, *, lasting: bool = True) -> None:
        """`lasting`: the key will be the same after a restart. Without that, nothing may be encrypted with it."""
        self.lasting = lasting
        self._sealing = AESGCM(_derived(key, b"second factors"))
        self._forms = _derived(key, b"forms")

    def sealed(self, secret: bytes, owner: str) -> str:
        """A secret encrypted for one owner: moved to another row it cannot be opened."""
        nonce = os.urandom(NONCE)
        return base64.b64encode(nonce + self._sealing.encrypt(nonce, secret, owner.encode())).decode()

    def opened(self, text: str, owner: str) -> bytes | None:
        """The secret again; None where it was encrypted with another key or for another owner."""
        try:
            raw = base64.b64decode(text)
            return self._sealing.decrypt(raw[:NONCE], raw[NONCE:], owner.encode())
        except (InvalidTag, binascii.Error, ValueError):
            return None

    def form_token(self, cookie: str) -> str:
        """What a form sent to the holder of this cookie bears; whoever has another cookie cannot make it."""
        return hmac.new(self._forms, cookie.encode(), sha256).hexdigest()

    def is_form_token(self, stated: str, cookie: str) -> bool:
        """Whether a form was ours, sent to the holder of this cookie."""
        return bool(cookie) and hmac.compare_digest(stated.encode(), self.form_token(cookie).encode())


def load_keys(settings: Settings) -> Keys:
    """The key of this service. Raises `InvalidSetting` for one that is none."""
    if settings.secret_key:
        return Keys(_decoded(settings.secret_key, "secret_key"))
    if settings.database_url.startswith("sqlite:///"):
        return Keys(_from_file(Path(settings.database_url.removeprefix("sqlite:///")).parent / FILE))
    if settings.database_url != "sqlite://":
        log.warning(
            "no_secret_key",
            remedy="set secret_key: without it forms end with the process, second factors cannot be set up",
        )
    return no_keys()


def no_keys() -> Keys:
    """For who neither sends forms nor encrypts: the terminal, which must not make the service's file as another user."""
    return Keys(secrets.token_bytes(BYTES), lasting=False)


def new_key() -> str:
    """A fresh key as the setting wants it."""
    return base64.b64encode(secrets.token_bytes(BYTES)).decode()


def hashed(secret: str) -> str:
    """SHA-256 of a random secret (a cookie, a token): it needs no salt, nobody can guess 256 bits."""
    return sha256(secret.encode()).hexdigest()


def _from_file(file: Path) -> bytes:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _decoded(file.read_text(encoding="ascii").strip(), str(file))
    text = new_key()
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(text + "\n")
    return _decoded(text, str(file))


def _decoded(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BYTES:
        raise InvalidSetting(
            "This is no key.", place=place, remedy="A key is 32 random bytes in base64: `openssl rand -base64 32`."
        )
    return key


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"careway " + purpose, sha256).digest()
