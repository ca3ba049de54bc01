"""Whether a letter is still true at the moment of sending. What was asked before an end, a death, a release is not sent after it."""

from __future__ import annotations

from datetime import datetime

from engine.decide.causes import gone
from engine.errors import NotFound
from engine.evaluation.records import Records
from engine.model import Chart
from engine.outbox import Letter
from engine.ports import Store


def why_not(store: Store, letter: Letter, now: datetime) -> str:
    """Why a letter must not be sent any more, in one word; empty while it may. Raises `StoreBusy`."""
    if letter.valid_until is not None and now > letter.valid_until:
        return "expired"
    if not letter.message:
        return ""
    try:
        chart = store.read(letter.patient)
    except NotFound:
        return "no_patient"
    return no_longer(chart, letter)


def no_longer(chart: Chart, letter: Letter) -> str:
    """Why the message behind a letter no longer stands; empty while it does."""
    message = chart.messages.get(letter.message)
    if message is None:
        return "no_message"
    if message.acknowledged is not None:
        return "acknowledged"
    return gone(chart, Records.of(chart.facts.values()), message)
