"""Versions as ETags, conditions as If-Match, keys of repeatable requests: what makes concurrent and repeated calls safe."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from service.api.problems import Refusal

_TAG = re.compile(r'"(\d{1,9})"')
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description='The ETag under which you saw the enrolment, e.g. `"7"`.', max_length=40),
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="Repeating a request with the same key gives the stored answer instead of doing it twice.",
        max_length=128,
        pattern=r"^[\x21-\x7e]*$",
    ),
]


def etag(version: int) -> str:
    """The strong ETag of a version."""
    return f'"{version}"'


def required_version(if_match: IfMatch = None) -> int:
    """The version named by If-Match. Raises Refusal: 428 when the header is missing, 422 when it is none of ours."""
    if if_match is None:
        raise Refusal(
            428,
            "if_match_missing",
            "The request must say which version of the enrolment it was decided on.",
            remedy="Read the enrolment and send its ETag as If-Match.",
        )
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise Refusal(422, "bad_if_match", "If-Match names no version.", remedy='Send one ETag, for example "7".')
    return int(found[1])


SeenVersion = Annotated[int, Depends(required_version)]
"""The version of the enrolment on which the caller decided."""
