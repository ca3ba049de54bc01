"""Reading and writing what is known of people, accounts and access; every change with its audit entries in one transaction.

Nothing here decides who may do what; it answers by ids and hashes. Raises StoreBusy where the database does not answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.errors import Conflict
from engine.model import AuditDraft
from engine.store import audit_log
from engine.store.accounts.records import Account, Emergency, Grant, Person, Session, Token
from engine.store.accounts.schema import (
    account,
    api_token,
    break_glass,
    care_team,
    patient_site,
    person,
    recovery_code,
    role_grant,
    site,
    web_session,
)
from engine.store.connect import Database
from engine.store.schema import patient
from engine.store.session import answered

R = TypeVar("R", Account, Emergency, Grant, Person, Session, Token)
TABLES: dict[type, Table] = {
    Account: account, Emergency: break_glass, Grant: role_grant, Person: person, Session: web_session, Token: api_token,
}  # fmt: skip


class Writing:
    """One transaction of changes; `AccountStore.writing` opens it."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection on which a transaction has begun."""
        self._connection = connection

    def add(self, record: Account | Emergency | Grant | Person | Session | Token) -> None:
        """Add a record. Raises Conflict where its name is taken."""
        values = {one.name: getattr(record, one.name) for one in fields(record)}
        self._connection.execute(insert(TABLES[type(record)]), _storable(values))

    def change(self, kind: type, id: str, values: Mapping[str, Any]) -> int:
        """Set columns of a person, account, session or token; how many were met."""
        table = TABLES[kind]
        return self._connection.execute(update(table).where(table.c.id == id).values(dict(values))).rowcount

    def accept_step(self, id: str, step: int) -> bool:
        """Note that a code of this time step was used; False when it, or a later one, was used before."""
        newer = (account.c.id == id) & (account.c.totp_step < step)
        return self._connection.execute(update(account).where(newer).values(totp_step=step)).rowcount == 1

    def use_recovery_code(self, id: str, hashed: str, now: datetime) -> bool:
        """Use up a recovery code; False where it is none of the account's, or was used before."""
        code = recovery_code.c
        unused = (code.account == id) & (code.hash == hashed) & code.used.is_(None)
        return self._connection.execute(update(recovery_code).where(unused).values(used=now)).rowcount == 1

    def replace_recovery_codes(self, id: str, hashes: Sequence[str]) -> None:
        """The account's recovery codes from now on."""
        self._connection.execute(delete(recovery_code).where(recovery_code.c.account == id))
        if hashes:
            rows = [{"account": id, "hash": one} for one in hashes]
            self._connection.execute(insert(recovery_code), rows)

    def remove_grant(self, person_id: str, at: str, role: str) -> bool:
        """Take a role away; False where the person did not have it."""
        one = role_grant.c
        same = (one.person == person_id) & (one.site == at) & (one.role == role)
        return self._connection.execute(delete(role_grant).where(same)).rowcount == 1

    def end_session(self, id: str) -> None:
        """Sign a browser out."""
        self._connection.execute(delete(web_session).where(web_session.c.id == id))

    def end_sessions(self, person_id: str, keep: str = "") -> None:
        """Sign a person out everywhere, but for the session `keep`."""
        these = (web_session.c.person == person_id) & (web_session.c.id != keep)
        self._connection.execute(delete(web_session).where(these))

    def end_old_sessions(self, now: datetime) -> None:
        """Forget sessions past their end."""
        self._connection.execute(delete(web_session).where(web_session.c.ends <= now))

    def add_site(self, id: str, name: str) -> None:
        """Add a site, or name it anew."""
        done = self._connection.execute(update(site).where(site.c.id == id).values(name=name))
        if done.rowcount == 0:
            self._connection.execute(insert(site), {"id": id, "name": name})

    def have_site(self, id: str, name: str) -> None:
        """Add a site unless it is there."""
        if self._connection.execute(select(site.c.id).where(site.c.id == id)).first() is None:
            self._connection.execute(insert(site), {"id": id, "name": name})

    def place(self, patient_id: str, at: str) -> str:
        """Say that a patient belongs to a site, unless that was said before; the site to which the patient belongs."""
        found = self._connection.execute(
            select(patient_site.c.site).where(patient_site.c.patient == patient_id)
        ).scalar()
        if found is None:
            self._connection.execute(insert(patient_site), {"patient": patient_id, "site": at})
        return str(found or at)

    def join_team(self, patient_id: str, person_id: str, now: datetime) -> None:
        """Make a person one of a patient's care team."""
        team = care_team.c
        known = select(team.since).where(team.patient == patient_id, team.person == person_id)
        if self._connection.execute(known).first() is None:
            self._connection.execute(insert(care_team), {"patient": patient_id, "person": person_id, "since": now})

    def record(self, drafts: Sequence[AuditDraft], now: datetime) -> None:
        """Audit entries of this transaction."""
        audit_log.add(self._connection, drafts, now)


class AccountStore:
    """People and access in a database. Safe for threads."""

    def __init__(self, database: Database) -> None:
        """`database` has today's schema."""
        self._database = database

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction. Raises Conflict where a name is taken or what is named does not exist."""
        try:
            with answered(), self._database.writer.begin() as connection:
                yield Writing(connection)
        except IntegrityError as error:
            raise Conflict("It exists already, or what it names does not.", place="accounts") from error

    def person(self, id: str) -> Person | None:
        """A person by id."""
        return self._one(Person, id=id)

    def account(self, login: str) -> Account | None:
        """An account by login, in whatever case it was typed."""
        return self._one(Account, login=login.lower())

    def account_of_subject(self, subject: str) -> Account | None:
        """The account of somebody whom the identity provider knows."""
        return self._one(Account, subject=subject) if subject else None

    def account_of(self, id: str) -> Account | None:
        """An account by id."""
        return self._one(Account, id=id)

    def accounts(self) -> list[tuple[Account, Person]]:
        """Every account with its person, by login."""
        people = {one.id: one for one in self._many(Person)}
        return [(one, people[one.person]) for one in sorted(self._many(Account), key=lambda each: each.login)]

    def grants(self, person_id: str) -> list[Grant]:
        """The roles of a person, at every site."""
        return self._many(Grant, person=person_id)

    def session(self, id: str) -> Session | None:
        """A session by the hash of its cookie."""
        return self._one(Session, id=id)

    def token(self, hashed: str) -> Token | None:
        """A token by its hash."""
        return self._one(Token, hash=hashed)

    def tokens(self, person_id: str) -> list[Token]:
        """The tokens of a person."""
        return self._many(Token, person=person_id)

    def emergencies(self, person_id: str, patient_id: str = "") -> list[Emergency]:
        """The emergencies of a person, with one patient or with any."""
        return self._many(Emergency, person=person_id, **({"patient": patient_id} if patient_id else {}))

    def emergencies_to_review(self) -> list[Emergency]:
        """Those that nobody has reviewed."""
        return self._many(Emergency, reviewed_by="")

    def sites(self) -> dict[str, str]:
        """Names of the sites."""
        with answered(), self._database.reader.connect() as connection:
            return {row.id: row.name for row in connection.execute(select(site).order_by(site.c.id))}

    def site_of(self, patient_id: str, otherwise: str) -> str | None:
        """The site of a patient, `otherwise` where none was said; None where no such patient is registered."""
        named = func.coalesce(patient_site.c.site, otherwise)
        joined = patient.join(patient_site, patient_site.c.patient == patient.c.id, isouter=True)
        query = select(named).select_from(joined).where(patient.c.id == patient_id)
        with answered(), self._database.reader.connect() as connection:
            return connection.execute(query).scalar()

    def in_team(self, patient_id: str, person_id: str) -> bool:
        """Whether a person is of a patient's care team."""
        query = select(care_team.c.since).where(care_team.c.patient == patient_id, care_team.c.person == person_id)
        with answered(), self._database.reader.connect() as connection:
            return connection.execute(query).first() is not None

    def recovery_codes_left(self, id: str) -> int:
        """How many recovery codes of an account are unused."""
        code = recovery_code.c
        query = select(func.count()).where(code.account == id, code.used.is_(None))
        with answered(), self._database.reader.connect() as connection:
            return connection.execute(query).scalar_one()

    def _many(self, kind: type[R], **by: str) -> list[R]:
        table = TABLES[kind]
        columns = [table.c[one.name] for one in fields(kind)]
        query = select(*columns).where(*(table.c[name] == value for name, value in by.items()))
        with answered(), self._database.reader.connect() as connection:
            return [kind(**_usable(row._asdict())) for row in connection.execute(query)]

    def _one(self, kind: type[R], **by: str) -> R | None:
        return next(iter(self._many(kind, **by)), None)


def _storable(values: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _usable(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
