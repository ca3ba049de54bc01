"""The peer of W1: an advance as such programs are usually written, with `transitions` on an ORM object and a session for each request.

It does what the unit of work of the targets says and no more: load the instance and its 20 facts, a guard of six criteria, then an
updated instance, an audit row, two timers cancelled and two set, an outbox row; one durable commit. No evidence, no hash, no unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from transitions import Machine

NOW = datetime(2026, 3, 1, tzinfo=UTC)
STATES = [f"stage{number}" for number in range(12)]
FACTS: dict[str, float] = {f"fact{number}": number + 0.5 for number in range(20)}
LIMITS = {f"fact{number}": number for number in range(6)}


class Base(DeclarativeBase):
    """The tables of this program."""


class Instance(Base):
    """A patient on a pathway."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    version: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)

    def allowed(self) -> bool:
        """The guard: six comparisons."""
        return all(self.facts[code] >= limit for code, limit in LIMITS.items())


class Audit(Base):
    """What happened."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class Timer(Base):
    """When to look again."""

    __tablename__ = "timer"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    due: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    pending: Mapped[bool]


class Outbox(Base):
    """What is to be sent."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    text: Mapped[str]


@dataclass
class Usual:
    """The program with its database."""

    session_of: Any
    machine: Machine

    def advance(self, instance: int) -> None:
        """One request."""
        with Session(self.session_of) as session, session.begin():
            one = session.get_one(Instance, instance)
            self.machine.add_model(one, initial=one.state)
            assert one.advance()  # type: ignore[attr-defined]
            self.machine.remove_model(one)
            one.version += 1
            for timer in session.scalars(select(Timer).where(Timer.instance == instance, Timer.pending)):
                timer.pending = False
            session.add(Audit(instance=instance, detail={"to": one.state, "facts": list(LIMITS)}))
            session.add_all(Timer(instance=instance, due=NOW + timedelta(days=days), pending=True) for days in (7, 30))
            session.add(Outbox(instance=instance, text=f"{instance} is in {one.state}"))

    def counts(self) -> dict[str, int]:
        """Rows, to be checked after a round."""
        with Session(self.session_of) as session:
            found = {
                one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in (Audit, Outbox)
            }
            found["versions"] = session.scalar(select(func.sum(Instance.version))) or 0
            found["pending"] = session.scalar(select(func.count()).where(Timer.pending)) or 0
        return found


def usual(url: str, instances: int) -> Usual:
    """The program on a fresh database, durable as ours is."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(Instance(id=n, state=STATES[0], version=0, facts=FACTS) for n in range(1, instances + 1))
        session.flush()
        session.add_all(Timer(instance=n, due=NOW, pending=True) for n in range(1, instances + 1) for _ in range(2))
    machine = Machine(model=None, states=STATES, initial=STATES[0], auto_transitions=False)
    for first, second in zip(STATES, [*STATES[1:], STATES[0]], strict=True):
        machine.add_transition("advance", first, second, conditions="allowed")
    return Usual(engine, machine)


def _durable(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
