"""What an action asks for, read into typed values. A wrong one names the parameter and what is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.calendar import local_day, parse_when
from engine.catalogue import Catalogue
from engine.catalogue.names import did_you_mean
from engine.definition.schema import Parameter
from engine.errors import CarewayError, InvalidCommand
from engine.units import Quantity


def read_parameters(
    asked: Mapping[str, Parameter], given: Mapping[str, Any], catalogue: Catalogue, zone: str
) -> dict[str, Any]:
    """Typed parameters. Raises `InvalidCommand` for one that the action does not ask for or that cannot be read."""
    for name in given:
        if name not in asked:
            raise InvalidCommand(
                f"The action does not ask for “{name}”.",
                place=name,
                remedy=did_you_mean(name, asked) or f"It asks for: {', '.join(asked) or 'nothing'}.",
            )
    return {
        name: _read(name, asked[name], value, catalogue, zone) for name, value in given.items() if value is not None
    }


def _read(name: str, spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> Any:
    try:
        return _READERS[spec.kind](spec, value, catalogue, zone)
    except (ValueError, TypeError, InvalidOperation, CarewayError) as error:
        raise InvalidCommand(f"“{value}” is not a {spec.kind}.", place=name, remedy=str(error)) from None


def _when(spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> date | datetime:
    return parse_when(value, zone)


def _day(spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> date:
    return local_day(parse_when(value, zone), zone)


def _boolean(spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("yes", "true", "no", "false"):
        return str(value).lower() in ("yes", "true")
    raise ValueError("Write yes or no.")


def _quantity(spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> Quantity:
    quantity = value if isinstance(value, Quantity) else catalogue.quantity(str(value))
    return quantity.to(spec.unit) if spec.unit else quantity


def _fact(spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> str:
    return catalogue.find(str(value)).id


def _code(spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> str:
    if spec.codes and str(value) not in spec.codes:
        raise ValueError(f"{did_you_mean(value, spec.codes)} Allowed: {', '.join(spec.codes)}.".strip())
    return str(value)


def _codes(spec: Parameter, value: Any, catalogue: Catalogue, zone: str) -> list[str]:
    """Several codes, none of them twice; one alone may be written without a list."""
    several = value if isinstance(value, list | tuple) else [value]
    if not several:
        raise ValueError("Name at least one.")
    return list(dict.fromkeys(_code(spec, one, catalogue, zone) for one in several))


_READERS: dict[str, Callable[[Parameter, Any, Catalogue, str], Any]] = {
    "text": lambda spec, value, catalogue, zone: str(value),
    "boolean": _boolean,
    "date": _day,
    "datetime": _when,
    "when": _when,
    "quantity": _quantity,
    "number": lambda spec, value, catalogue, zone: Decimal(str(value)),
    "fact": _fact,
    "pathway": lambda spec, value, catalogue, zone: str(value),
    "code": _code,
    "codes": _codes,
}


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as an act keeps them: quantities as text with their unit."""
    return {name: str(value) if isinstance(value, Quantity) else value for name, value in values.items()}
