"""Other names for patients and enrolments in an export. They hold for this one export: its secret is thrown away with it."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256


class Pseudonyms:
    """The same id always has the same other name within one export, and in no two exports."""

    def __init__(self, secret: bytes | None = None) -> None:
        """`secret` is for tests; without one it is drawn."""
        self._secret = secret or secrets.token_bytes(32)

    def of(self, kind: str, id: str) -> str:
        """The other name of an id."""
        return f"{kind}-{hmac.new(self._secret, f'{kind}:{id}'.encode(), sha256).hexdigest()[:20]}"
