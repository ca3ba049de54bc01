"""Who acts. Until there are accounts, a request says so by header, and only where nobody but this machine can connect.

Account names are never patients' names. With accounts (and their sessions and tokens) these headers go away.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from engine.model import Person
from service.api.parts import Parts, trusts_headers
from service.api.problems import Refusal

EXPLAINED = """\
**Who acts.** There are no accounts yet. Every request that changes something names the acting role in the header
`Careway-Role` (`neurologist`, `care_coordinator`, …) and may name the person in `Careway-Person`. The service believes
these headers only while it listens on a loopback address, or where the setting `trusted_headers` allows it because a
proxy in front of it sets them; otherwise such requests are refused with 403.
"""
_ROLE = re.compile(r"[a-z][a-z0-9_]{1,40}")
RoleHeader = Annotated[
    str | None, Header(alias="Careway-Role", description="The acting role, e.g. `neurologist`.", max_length=41)
]
PersonHeader = Annotated[
    str | None, Header(alias="Careway-Person", description="The acting person's account.", max_length=80)
]


def acting(parts: Parts, role: RoleHeader = None, person: PersonHeader = None) -> Person:
    """The acting person. Raises Refusal: 403 where headers are not trusted, 401 where no role is named."""
    if not trusts_headers(parts):
        raise Refusal(
            403,
            "headers_not_trusted",
            "This service does not accept who acts from a header.",
            remedy="Listen on 127.0.0.1, or set trusted_headers where a proxy sets them.",
        )
    if role is None or not _ROLE.fullmatch(role) or role == "system":
        raise Refusal(401, "role_missing", "No acting role was named.", remedy="Send Careway-Role: neurologist.")
    return Person(role, (person or "").strip())


Acting = Annotated[Person, Depends(acting)]
"""The acting person, for a route that changes something."""
