"""What ships has no findings."""

from __future__ import annotations

import pytest

from engine.definition.checking import check_files
from engine.functions import REGISTRY
from pathways.registry import definition_files
from tests.unit.definition.checked import catalogue


@pytest.mark.slow
def test_the_shipped_definitions_have_no_findings() -> None:
    assert [str(one) for one in check_files(definition_files(), catalogue(), REGISTRY)] == []
