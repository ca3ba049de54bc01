"""What running a case asks of the engine and of the pathways, so that neither is imported here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.catalogue import Catalogue
from engine.commands import Command, Outcome
from engine.definition.schema import DefinitionSpec
from engine.model import Chart, Patient


class Definition(Protocol):
    """A loaded pathway."""

    @property
    def spec(self) -> DefinitionSpec:
        """Its content as written."""
        ...


class Registry(Protocol):
    """The pathways of this installation and the catalogue that they share."""

    @property
    def catalogue(self) -> Catalogue:
        """Facts, classes and derived values."""
        ...

    def ids(self) -> Iterable[str]:
        """Ids of all pathways."""
        ...

    def get(self, pathway: str) -> Definition:
        """The active definition of a pathway."""
        ...


class Engine(Protocol):
    """One engine with its own store; a case gets a fresh one. All times are aware UTC."""

    def register_patient(self, patient: Patient, at: datetime) -> object:
        """Create the patient; whatever it answers is not looked at."""
        ...

    def execute(self, command: Command) -> Outcome:
        """Carry out one command in one transaction. Raises `CallerError` (`InvalidFact` for an entry) instead of answering."""
        ...

    def consider(
        self, patient: str, enrolment: str, action: str, parameters: Mapping[str, Any], at: datetime
    ) -> Outcome:
        """What an action would answer; changes nothing. The role is assumed to be allowed and the signature given."""
        ...

    def chart(self, patient: str) -> Chart:
        """The chart as it stands."""
        ...

    def next_due(self) -> datetime | None:
        """The earliest pending timer of all patients."""
        ...

    def computed(self, patient: str, enrolment: str, name: str, at: datetime) -> Any:
        """A named or derived value, gates included (`gate.inebilizumab`); None when it is not determined."""
        ...

    def proposed(self, patient: str, enrolment: str, at: datetime) -> set[str]:
        """The actions that the engine proposes."""
        ...
