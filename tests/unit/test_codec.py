"""Records become JSON and come back exactly; what could not come back is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.fold import RECORD_TYPES
from engine.codec import canonical, from_json, instant_text, parse_when, tag, to_json, untag, when_text
from engine.model import Fact, Patient, Person
from tests.store.strategies import days, instants, records, values

CLASSES = [Patient, Person, *RECORD_TYPES.values()]


def through_text(value: Any) -> Any:
    """What is left of a JSON value after it was written and read."""
    return orjson.loads(canonical(value))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@given(data=st.data())
def test_every_record_comes_back_as_it_was(cls: type, data: st.DataObject) -> None:
    """Round trip of each class of the model, through text."""
    record = data.draw(records(cls))
    assert from_json(cls, through_text(to_json(record))) == record


@given(values)
def test_open_values_come_back_with_their_types(value: Any) -> None:
    """Decimals keep their digits, tuples stay tuples, keys that look like tags stay keys."""
    back = untag(through_text(tag(value)))
    assert back == value
    assert canonical(tag(back)) == canonical(tag(value))


@given(days | instants)
def test_a_when_comes_back_as_day_or_instant(when: date) -> None:
    """A day is not an instant."""
    assert parse_when(when_text(when)) == when
    assert type(parse_when(when_text(when))) is type(when)


def test_decimals_keep_their_trailing_zeros() -> None:
    """4.20 was measured to two places and stays so."""
    assert str(untag(through_text(tag(Decimal("4.20"))))) == "4.20"


@pytest.mark.parametrize("value", [1.5, {1, 2}, object(), {1: "a"}])
def test_what_cannot_come_back_is_refused(value: Any) -> None:
    """Floats, sets, objects and keys that are not text."""
    with pytest.raises(TypeError):
        tag({"value": value})


def test_a_naive_instant_is_refused() -> None:
    """Nobody could say when it is."""
    with pytest.raises(ValueError, match="no zone"):
        instant_text(datetime(2026, 1, 1))


def test_instants_are_written_in_utc() -> None:
    """Two names of one moment are one text."""
    east = timezone(timedelta(hours=8))
    assert instant_text(datetime(2026, 1, 1, 8, tzinfo=east)) == "2026-01-01T00:00:00Z"
    assert instant_text(datetime(2026, 1, 1, microsecond=5, tzinfo=UTC)) == "2026-01-01T00:00:00.000005Z"


def test_canonical_json_sorts_and_turns_leftovers_into_text() -> None:
    """Decimals and dates in the contents of an entry become text; a thing without a text is refused."""
    assert canonical({"b": Decimal("1.0"), "a": date(2026, 1, 2)}) == b'{"a":"2026-01-02","b":"1.0"}'
    with pytest.raises(TypeError):
        canonical({"a": object()})


def test_a_missing_field_is_empty() -> None:
    """What an older version did not write comes back as the empty value, not as today's default."""
    written = to_json(
        Fact(
            "f1", "igg", datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), False, datetime(2026, 1, 1, tzinfo=UTC), 1
        )
    )
    assert "reason" not in written
    assert from_json(Fact, written).reason == ""
