"""Which resource types are read, and by what."""

from __future__ import annotations

from collections.abc import Callable

from service.fhir.clinical import read_condition, read_immunization, read_procedure
from service.fhir.medication import read_administration, read_request, read_statement
from service.fhir.observation import read_observation
from service.fhir.shape import Node
from service.fhir.statement import Scope, Told

READERS: dict[str, Callable[[Node, Scope], Told]] = {
    "Observation": read_observation, "MedicationAdministration": read_administration, "MedicationRequest": read_request,
    "MedicationStatement": read_statement, "Condition": read_condition, "Procedure": read_procedure,
    "Immunization": read_immunization,
}  # fmt: skip
COUNTED = ("Encounter", "Patient", "Medication")
"""Read for what others refer to, or only counted."""
