"""Tasks that a person closes by hand: declared done, or omitted with a reason, and in no other way."""

from __future__ import annotations

import pytest

from engine.commands import CloseTask
from engine.errors import InvalidCommand
from engine.model import Person
from tests.unit.decide.test_tasks import with_task


@pytest.mark.parametrize(("status", "event"), [("done", "task:done"), ("omitted", "task:omitted")])
def test_a_person_completes_or_omits_a_task(status: str, event: str) -> None:
    life = with_task("when: age >= 18 years")
    life.do(
        CloseTask(
            patient="p", at=life.now, task=life.task("t").id, status=status, by=Person("nurse", "n"), reason="agreed"
        )
    )
    assert life.task("t", status).closed_by == "agreed"
    assert life.events(event)


@pytest.mark.parametrize(("status", "reason"), [("omitted", " "), ("cancelled", "agreed"), ("missed", "agreed")])
def test_a_person_omits_with_a_reason_and_closes_in_no_other_way(status: str, reason: str) -> None:
    life = with_task("when: age >= 18 years")
    with pytest.raises(InvalidCommand):
        life.do(CloseTask(patient="p", at=life.now, task=life.task("t").id, status=status, reason=reason))
    assert life.task("t").closed is None
