"""Decides again what the audit records, patient by patient, and says what comes out otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.audit.replay import Replay, Replayed, in_force
from engine.store.definitions import CHAIN as DEFINITIONS
from service.doctor import all_patients
from service.wiring import Careway

NOBODY = ""
"""The patient of entries that concern none."""


@dataclass(frozen=True, slots=True)
class PatientsDecision:
    """One decision of one patient, made again."""

    patient: str
    replayed: Replayed


def replay(
    careway: Careway, patients: Iterable[str] = (), told: Callable[[int, int], None] | None = None
) -> Iterator[PatientsDecision]:
    """Every decision of these patients (none: of all) made again; `told` hears how many patients are done. Raises `NotFound`."""
    versions = in_force(one for one in careway.store.entries(NOBODY) if one.chain == DEFINITIONS)
    chosen = list(patients)
    for number, patient in enumerate(chosen or all_patients(careway)):
        careway.store.read(patient)
        for one in Replay(careway.registry, versions).of(careway.store.entries(patient)):
            yield PatientsDecision(patient, one)
        if told is not None:
            told(number + 1, len(chosen))
