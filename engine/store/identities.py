"""Names and foreign numbers of patients: beside the charts, for the pages and the import, never for the engine."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, insert, select

from engine.ports import Identity
from engine.store.accounts.reach import within
from engine.store.schema import enrolment, patient, patient_identifier, patient_name


def write(connection: Connection, owner: str, identity: Identity) -> None:
    """Replace what is known of who a patient is."""
    for table in (patient_name, patient_identifier):
        connection.execute(delete(table).where(table.c.patient == owner))
    if identity.name:
        connection.execute(insert(patient_name), {"patient": owner, "name": identity.name})
    rows = [{"system": system, "value": value, "patient": owner} for system, value in identity.identifiers.items()]
    if rows:
        connection.execute(insert(patient_identifier), rows)


def read(engine: Engine, owner: str) -> Identity:
    """Who the patient is; empty where nothing is known."""
    numbers = patient_identifier
    with engine.connect() as connection:
        name = connection.execute(select(patient_name.c.name).where(patient_name.c.patient == owner)).scalar()
        found = connection.execute(select(numbers.c.system, numbers.c.value).where(numbers.c.patient == owner))
        return Identity(name or "", {row.system: row.value for row in found})


def find(engine: Engine, system: str, value: str) -> str | None:
    """The patient who bears a number of another system."""
    numbers = patient_identifier
    query = select(numbers.c.patient).where(numbers.c.system == system, numbers.c.value == value)
    with engine.connect() as connection:
        return connection.execute(query).scalar()


def all_patients(engine: Engine, after: str, limit: int, sites: frozenset[str] | None = None) -> list[str]:
    """Ids of patients (of these sites) in their order, from the one after `after`."""
    reached = within(patient.c.id, sites)
    query = select(patient.c.id).where(patient.c.id > after, reached).order_by(patient.c.id).limit(limit)
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())


def of_enrolment(engine: Engine, identity: str) -> list[str]:
    """The patients who have an enrolment of this id."""
    query = select(enrolment.c.patient).where(enrolment.c.id == identity).limit(2)
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())
