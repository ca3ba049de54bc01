"""Random records of every class of the model, made from its annotations, so that a new field is covered at once."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from hypothesis import strategies as st

# NUL is no text for PostgreSQL, and surrogates are no text at all.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(fold=0)
)
days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts | decimals | instants | days
keys = texts | st.sampled_from(["$decimal", "$map", "$tuple"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    date: days,
    datetime: instants,
    Decimal: decimals,
    Any: values,
    type(None): st.none(),
}


def records(cls: type, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Records of a class of the model; `fixed` replaces the strategies of single fields."""
    hints = typing.get_type_hints(cls)
    open_fields = [item.name for item in dataclasses.fields(cls) if item.name not in fixed]
    return st.builds(cls, **fixed, **{name: _for(hints[name]) for name in open_fields})


def _for(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(_for, args))
    if origin is tuple:
        return st.lists(_for(args[0]), max_size=3).map(tuple)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(keys if args[1] is Any else texts, _for(args[1]), max_size=3)
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    return records(hint)
