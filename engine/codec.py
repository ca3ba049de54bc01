"""Records as JSON and back, exactly: one codec, driven by the dataclass fields, serves the audit and the store.

Where the annotation tells the type, the JSON is plain (`"2026-01-05"` for a date). Where it is open (`Any`, the value of
a fact), what JSON lacks is tagged: `{"$decimal": "1.20"}`, `{"$date": …}`, `{"$instant": …}`, `{"$tuple": […]}`. Empty
fields (`None`, `""`, `{}`, `()`) are left out and come back empty, whatever the field's default is then. Floats are
refused: a binary fraction is never a clinical value.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, Union

import orjson

from engine.model import When

R = TypeVar("R")
Convert = Callable[[Any], Any]


def canonical(value: object) -> bytes:
    """Canonical JSON (after RFC 8785): UTF-8, keys sorted, no spaces.

    The value should be JSON-ready; what is left over becomes plain text (decimals, instants, days). Raises TypeError.
    """
    return orjson.dumps(value, default=_leftover, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def _leftover(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return when_text(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} is not JSON")


def instant_text(moment: datetime) -> str:
    """An instant as `YYYY-MM-DDTHH:MM:SS[.ffffff]Z`; a naive one is a mistake of the caller (ValueError)."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone: instants are aware")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def when_text(when: When) -> str:
    """A `When` as text: ten characters for a day, a UTC instant otherwise."""
    return instant_text(when) if isinstance(when, datetime) else when.isoformat()


def parse_when(text: str) -> When:
    """The inverse of `when_text`."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def tag(value: Any) -> Any:
    """An open value, JSON-ready. Raises TypeError for what cannot come back exactly (floats, sets, objects)."""
    encode = _TAGS.get(type(value))
    if encode is not None:
        return encode(value)
    if isinstance(value, Enum):
        return tag(value.value)
    if isinstance(value, Mapping):
        return _tag_mapping(value)
    raise TypeError(f"a {type(value).__name__} cannot be stored exactly; use Decimal, str, bool, int, date or datetime")


def untag(value: Any) -> Any:
    """The inverse of `tag`."""
    if isinstance(value, dict):
        return _untag_mapping(value)
    if isinstance(value, list):
        return [untag(item) for item in value]
    return value


def _tag_mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    tagged = {_text_key(key): tag(item) for key, item in value.items()}
    return {"$map": tagged} if any(key.startswith("$") for key in tagged) else tagged


def _text_key(key: Any) -> str:
    if isinstance(key, str):
        return str(key)
    raise TypeError(f"the key {key!r} of a stored mapping must be text")


def _untag_mapping(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        (name, inner), *_ = value.items()
        if name in _UNTAGS:
            return _UNTAGS[name](inner)
    return {key: untag(item) for key, item in value.items()}


def _same(value: Any) -> Any:
    return value


_TAGS: dict[type, Convert] = {
    str: _same,
    int: _same,
    bool: _same,
    type(None): _same,
    Decimal: lambda value: {"$decimal": str(value)},
    date: lambda value: {"$date": value.isoformat()},
    datetime: lambda value: {"$instant": instant_text(value)},
    list: lambda value: [tag(item) for item in value],
    tuple: lambda value: {"$tuple": [tag(item) for item in value]},
    dict: _tag_mapping,
}
_UNTAGS: dict[str, Convert] = {
    "$decimal": Decimal,
    "$date": date.fromisoformat,
    "$instant": datetime.fromisoformat,
    "$tuple": lambda items: tuple(untag(item) for item in items),
    "$map": lambda inner: {key: untag(item) for key, item in inner.items()},
}


@dataclass(frozen=True, slots=True)
class FieldCodec:
    """How one field of a record travels: its bare type, whether it may be None, and the two conversions."""

    name: str
    type: Any
    """The annotation without `None`; `Any` where the type is open."""
    optional: bool
    encode: Convert | None
    decode: Convert | None
    """Conversions to and from the JSON value; None where it is the value itself."""
    empty: Any
    """What a missing field means: None for types that have no empty value, so that 0 and False are written out."""


_KNOWN: dict[type, tuple[FieldCodec, ...]] = {}


def fields_of(cls: type) -> tuple[FieldCodec, ...]:
    """The codecs of a record class, in the order of its fields."""
    if cls not in _KNOWN:
        hints = typing.get_type_hints(cls)
        _KNOWN[cls] = tuple(_field_codec(item.name, hints[item.name]) for item in fields(cls))
    return _KNOWN[cls]


def to_json(record: Any) -> dict[str, Any]:
    """A record as a JSON-ready object without its empty fields."""
    result: dict[str, Any] = {}
    for item in fields_of(type(record)):
        value = getattr(record, item.name)
        if value is not None and value != item.empty:
            result[item.name] = value if item.encode is None else item.encode(value)
    return result


def from_json(cls: type[R], data: Mapping[str, Any]) -> R:
    """The record of class `cls` that `to_json` wrote."""
    values = {}
    for item in fields_of(cls):
        value = data.get(item.name)
        values[item.name] = item.empty if value is None else _decoded(item, value)
    return cls(**values)


def _decoded(item: FieldCodec, value: Any) -> Any:
    return value if item.decode is None else item.decode(value)


def _field_codec(name: str, hint: Any) -> FieldCodec:
    bare, optional = _without_none(hint)
    encode, decode = _converters(bare)
    empty = None if optional else _empty(bare)
    return FieldCodec(name, bare, optional, encode, decode, empty)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if not _is_union(hint):
        return hint, False
    members = [item for item in typing.get_args(hint) if item is not type(None)]
    optional = len(members) < len(typing.get_args(hint))
    if len(members) == 1:
        return members[0], optional
    return (When if set(members) == {date, datetime} else Any), optional


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (Union, types.UnionType)


def _empty(bare: Any) -> Any:
    origin = typing.get_origin(bare)
    if bare is str:
        return ""
    if origin is tuple:
        return ()
    return {} if _is_mapping(origin) else None


def _is_mapping(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _converters(bare: Any) -> tuple[Convert | None, Convert | None]:
    if bare in (str, int, bool):
        return None, None
    if bare == When:
        return when_text, parse_when
    if bare in _SCALARS:
        return _SCALARS[bare]
    if isinstance(bare, type) and issubclass(bare, Enum):
        return (lambda value: value.value), bare
    if isinstance(bare, type) and is_dataclass(bare):
        return to_json, lambda data: from_json(bare, data)
    return _container(bare)


_SCALARS: dict[Any, tuple[Convert, Convert]] = {
    datetime: (instant_text, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    Any: (tag, untag),
}


def _container(bare: Any) -> tuple[Convert, Convert]:
    origin, args = typing.get_origin(bare), typing.get_args(bare)
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        encode, decode = (convert or _same for convert in _converters(args[0]))
        return (lambda items: [encode(x) for x in items]), (lambda items: tuple(decode(x) for x in items))
    if _is_mapping(origin) and args[1] is Any:
        return _tag_mapping, untag
    if _is_mapping(origin):
        encode, decode = (convert or _same for convert in _converters(args[1]))
        return _over_values(encode), _over_values(decode)
    raise TypeError(f"no codec for a field of type {bare}")


def _over_values(convert: Convert) -> Convert:
    return lambda mapping: {key: convert(value) for key, value in mapping.items()}
