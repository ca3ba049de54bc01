"""Time alone changes an answer only when it was foretold: `until` and the turning point of a frame are later than now, and before
the turning point the answer stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from engine.evaluation.results import Verdict
from engine.evaluation.tracking import Frame
from engine.model import Fact
from tests.property.records import HISTORIES, NOW, Entry, context_of, facts_of
from tests.property.sentences import STATEMENTS, criteria
from tests.property.test_unknown import compiled


def looked(sentence: str, facts: list[Fact], now: datetime) -> tuple[Verdict, datetime | None]:
    """The verdict, and the turning point that a rule reading it would wait for."""
    context = context_of(facts, now)
    frame = Frame()
    context.world.tracker.frames.append(frame)
    return compiled(sentence)(context), frame.until


_LATER = st.one_of(
    st.integers(1, 500).map(lambda days: timedelta(days=days)),
    st.integers(1, 3000).map(lambda minutes: timedelta(minutes=minutes)),
)


@given(criteria(STATEMENTS), HISTORIES, _LATER)
@example(
    "on each of the 3 days before 2026-04-03, (mg_adl < 6)",
    [Entry("mg_adl", "5", 1440, timed=False)],
    timedelta(days=2),
)
def test_before_the_turning_point_the_answer_stays(sentence: str, history: list[Entry], later: timedelta) -> None:
    facts = facts_of(history)
    verdict, turn = looked(sentence, facts, NOW)
    assert verdict.until is None or verdict.until > NOW
    assert turn is None or turn > NOW
    then = NOW + later if turn is None else min(NOW + later, turn - timedelta(seconds=1))
    after, _ = looked(sentence, facts, then)
    assert (after.state, after.gaps) == (verdict.state, verdict.gaps), (then, verdict, after)


@given(criteria(STATEMENTS), HISTORIES)
def test_a_fixed_moment_never_changes(sentence: str, history: list[Entry]) -> None:
    """What is judged as of a planned day gives the same whenever it is asked, and asks nobody to look again."""
    facts = facts_of(history)
    planned = NOW + timedelta(days=3)
    answers = []
    for now in (NOW, NOW + timedelta(days=1)):
        context = context_of(facts, now).shifted(planned)
        frame = Frame()
        context.world.tracker.frames.append(frame)
        answers.append(compiled(sentence)(context).state)
        assert frame.until is None
    assert answers[0] is answers[1]
