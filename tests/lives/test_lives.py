"""Twenty generated patients live through fifteen years: nothing is raised, nobody is forgotten, nothing is entered over a block.

`python -m tests.lives` lives two hundred, on all cores.
"""

from __future__ import annotations

import pytest

from tests.lives.auditing import Account
from tests.lives.generated import lived

LIVES = 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(LIVES))
def test_a_generated_life_is_in_order(seed: int) -> None:
    life = lived(seed)
    assert life.findings == ()
    assert life.fired
    assert life.commands > 10, "somebody who dies early still has lived"


class Entry:
    """An entry as the checker reads it."""

    occurred = "2026-01-01T00:00:00Z"

    def __init__(self, event: str, **content: object) -> None:
        self.event, self.content = event, content


OPEN = {"id": "e", "pathway": "p", "stage": "here"}


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (Entry("action:accepted", action="give", reasons=[{"requirement": "igg", "level": "block"}]), "give accepted over igg"),
        (Entry("enrolment:opened", changes={"enrolments": {"e": OPEN}}), "without a next event"),
        (
            Entry(
                "enrolment:closed",
                changes={
                    "enrolments": {"e": {**OPEN, "closed": "2026-01-01T00:00:00Z"}},
                    "timers": {"t": {"enrolment": "e", "state": "pending", "due": "2026-02-01T00:00:00Z"}},
                },
            ),
            "something is still due",
        ),
        (
            Entry(
                "enrolment:reevaluated",
                events=[{"event": "timer:fired"}],
                changes={"timers": {"t": {"state": "fired", "due": "2026-02-01T00:00:00Z", "fired": "2026-01-01T00:00:00Z", "enrolment": "e"}}},
            ),
            "fired early",
        ),
    ],
)  # fmt: skip
def test_the_checker_finds_what_is_wrong(entry: Entry, finding: str) -> None:
    account = Account().read([entry])
    assert any(finding in one for one in (*account.findings, *account.ended({"p": {"over"}})))
