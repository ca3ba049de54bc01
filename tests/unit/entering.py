"""Enters facts into the shipped catalogue, for the tests of entry and correction."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue import REASONS, Catalogue
from engine.errors import InvalidFact
from engine.model import Fact, Person

CATALOGUE = Catalogue.load(Path(__file__).parents[2] / "pathways" / "catalogue" / "facts.yaml")
NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
"""09:00 at the site."""


def enter(name: str, raw: Any, **more: Any) -> Fact:
    return CATALOGUE.enter(name, raw, now=NOW, zone="Asia/Shanghai", seq=7, id="f7", recorder=Person("nurse"), **more)


def refusal(name: str, raw: Any, **more: Any) -> InvalidFact:
    with pytest.raises(InvalidFact) as error:
        enter(name, raw, **more)
    assert error.value.details["reason"] in REASONS
    assert error.value.remedy
    return error.value
