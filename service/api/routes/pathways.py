"""The pathways in force: stages, actions, holds, tasks, and every setting with the reason for its default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from engine.definition.compiled import Definition
from engine.errors import NotFound
from service.accounts.rights import Right, needs
from service.api import schemas as s
from service.api.answers import DOCUMENTED
from service.api.language import Language
from service.api.parts import Parts

router = APIRouter(prefix="/pathways", tags=["pathways"], responses=DOCUMENTED)


@router.get("", operation_id="listPathways")
@needs(Right.READ_PATHWAYS)
def listed(parts: Parts, language: Language) -> s.Pathways:
    """All pathways in force."""
    found = [parts.registry.latest(name) for name in parts.registry.ids()]
    return s.Pathways(items=[_summary(one, language) for one in found])


@router.get("/{pathway}", operation_id="readPathway")
@needs(Right.READ_PATHWAYS)
def read(parts: Parts, language: Language, pathway: str) -> s.PathwayShown:
    """One pathway in force."""
    if pathway not in parts.registry.ids():
        raise NotFound(f"There is no pathway {pathway}.", place=pathway, remedy="List the pathways.")
    one = parts.registry.latest(pathway)
    spec = one.spec
    settings = [
        s.SettingShown(
            name=name, value=setting.value, unit=setting.unit, reason=setting.reason, spec=list(setting.spec)
        )
        for name, setting in spec.settings.items()
    ]
    return s.PathwayShown(
        **_summary(one, language).model_dump(), initial=spec.initial, settings=settings, stages=_named(spec.stages, language),
        terminal=[name for name, stage in spec.stages.items() if stage.terminal], actions=_named(spec.actions, language),
        holds=_named(spec.holds, language), tasks=_named(spec.tasks, language),
    )  # fmt: skip


def _summary(one: Definition, language: str) -> s.PathwaySummary:
    spec = one.spec
    return s.PathwaySummary(
        id=one.id, title=getattr(spec.title, language), definition=one.hash, spec=spec.spec, shared=spec.shared, parent=spec.parent
    )  # fmt: skip


def _named(elements: Mapping[str, Any], language: str) -> list[s.Named]:
    return [s.Named(id=name, label=getattr(one.label, language)) for name, one in elements.items()]
