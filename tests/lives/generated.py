"""Lives by their seeds: lived on the shipped pathways, then judged by the audit alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from engine.actions import Engine
from engine.definition.registry import Registry
from engine.store import open_store
from pathways.registry import load_registry
from tests.lives.auditing import Account
from tests.lives.living import Life


@dataclass(frozen=True)
class Lived:
    """What a life came to."""

    seed: int
    patient: str
    commands: int
    refused: int
    stages: int
    overrides: int
    fired: int
    findings: tuple[str, ...]


@cache
def shipped() -> Registry:
    """All pathways, loaded once for each process."""
    return load_registry()


def lived(seed: int) -> Lived:
    """Live one life and read its audit. Whatever the engine raises goes through, with the seed."""
    store = open_store("sqlite://")
    try:
        life = Life(Engine(store, shipped()), Random(seed))
        life.live()
        account = Account().read(store.entries(life.patient))
        problem = store.verify().problem
        broken = [] if problem is None else [f"the audit: {problem}"]
        findings = (*account.findings, *account.ended(_last_stages()), *broken)
        return Lived(
            seed, life.patient, life.commands, life.refused, account.stages, account.overrides, account.fired, findings
        )
    except Exception as error:
        raise AssertionError(f"the life of seed {seed} ended with {type(error).__name__}: {error}") from error
    finally:
        store.close()


def _last_stages() -> dict[str, set[str]]:
    registry = shipped()
    return {
        name: {stage for stage, one in registry.latest(name).spec.stages.items() if one.terminal}
        for name in registry.ids()
    }
