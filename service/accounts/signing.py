"""Signing: a person proves anew who it is, for exactly what was shown.

What is shown has a SHA-256 (`shown_digest`); a signature names it, and what stands now must give the same. The first
signature of a session, and the first after a break of fifteen minutes, takes every component (password, and second factor
where there is one); a later one takes one of them. A second person signs in the same request with all components, and is
another *person*: two accounts of one person are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from engine.codec import canonical
from engine.commands import Signature
from engine.model import Person as Actor
from engine.store.accounts import Account, Session
from service.accounts.access import Access
from service.accounts.guard import Admitted
from service.accounts.identity import Identity
from service.accounts.rights import Right
from service.accounts.roles import SECONDS
from service.accounts.signing_in import APP, PASSWORD, proved_code, proved_password
from service.api.asked import Cosigner, Signing
from service.api.problems import Refusal


@dataclass(frozen=True, slots=True)
class Signer:
    """Collects the signatures of one request."""

    access: Access
    admitted: Admitted
    address: str

    def own(self, by: Actor, signing: Signing | None, shown: str) -> Signature:
        """The acting person's. Raises Refusal: 403 without one, 409 where something else was shown; `NotSignedIn`, `TooManyFailures`."""
        if signing is None:
            remedy = "Look at the preview, then send `signature` with its `shown` and your password."
            raise Refusal(403, "signature_missing", "This action takes a signature.", remedy=remedy)
        if not compare_digest(signing.shown, shown):
            raise Refusal(
                409, "shown_differs", "What you saw is not what stands now.", remedy="Look at the preview again."
            )
        factors = self._prove(self.admitted.identity, signing)
        return Signature(by.name, self.admitted.identity.person.name, by.role, "responsible", shown, factors)

    def other(self, first: Actor, second: Cosigner, meaning: str, shown: str, allowed: Sequence[str]) -> Signature:
        """Another person's. Raises Refusal: 403 for the same person or a role that may not; `NotSignedIn`, `TooManyFailures`."""
        account = proved_password(self.access, second.login, second.password, self.address)
        factors = PASSWORD
        if account.two_factors:
            factors = f"{PASSWORD}, {proved_code(self.access, account, second.code, self.address)}"
        self.access.delays.succeeded(account.login, self.address)
        self._require_other(first, account, second.role, allowed)
        person = self.access.store.person(account.person)
        assert person is not None
        return Signature(person.id, person.name, second.role, meaning, shown, factors)

    def _require_other(self, first: Actor, account: Account, role: str, allowed: Sequence[str]) -> None:
        if account.person == first.name:
            raise Refusal(
                403, "same_person", "The second person must be another person.", remedy="Ask a colleague to sign."
            )
        grants = self.access.store.grants(account.person)
        if not any(one.role == role and one.site == self.admitted.site for one in grants):
            raise Refusal(403, "role_not_held", "The second person does not have this role here.")
        if role not in (*allowed, *SECONDS):
            remedy = f"One of these may: {', '.join(dict.fromkeys((*allowed, *SECONDS)))}."
            raise Refusal(
                403, "role_missing", "This role may not sign as second person.", remedy=remedy, right=Right.ACT.value
            )

    def _prove(self, identity: Identity, signing: Signing) -> str:
        """The factors by which the acting person proved who it is."""
        session = identity.session
        whole = session is None or session.signed is None
        account = self._account(identity, signing)
        factors = []
        if signing.password or (whole and account.password):
            proved_password(self.access, account.login, signing.password, self.address)
            factors.append(PASSWORD)
        if account.two_factors and (signing.code or whole):
            factors.append(proved_code(self.access, account, signing.code, self.address))
        if not factors:
            remedy = f"Send your password, or a code of your {APP}."
            raise Refusal(403, "signature_missing", "The signature proves nothing.", remedy=remedy)
        self.access.delays.succeeded(account.login, self.address)
        if session is not None and whole:
            with self.access.store.writing() as writing:
                writing.change(Session, session.id, {"signed": self.access.clock.now()})
        return ", ".join(factors)

    def _account(self, identity: Identity, signing: Signing) -> Account:
        """The account that signs: the session's; with a token, the one that the signature names, if it is the person's."""
        if identity.account is not None:
            return identity.account
        account = self.access.store.account(signing.login)
        if account is None or account.person != identity.person.id or not account.password:
            remedy = "Send the login of your own account with the signature."
            raise Refusal(403, "signature_missing", "The signature names no account of yours.", remedy=remedy)
        return account


def shown_digest(content: Any) -> str:
    """SHA-256 of what is shown: canonical JSON, so that the same content always has the same."""
    return sha256(canonical(content)).hexdigest()
