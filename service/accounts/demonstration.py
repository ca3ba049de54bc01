"""Accounts of the demonstration: everybody knows their password, so they open nothing but `careway demo` on this very machine."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import SYSTEM
from service.accounts.access import Access
from service.accounts.identity import MAIN
from service.accounts.managing import add_account
from service.accounts.sessions import open_session
from service.accounts.signing_in import Came, NotSignedIn

KIND = "demonstration"
PASSWORD = "careway-demo-only"  # noqa: S105 - known to everybody on purpose; works in a demonstration alone
"""For signing and for the second person; to come in, one click does."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An account that the demonstration's sign-in page offers."""

    login: str
    name: str
    roles: tuple[str, ...]


PEOPLE = (
    Shown("coordinator", "林静 Lin Jing", ("care_coordinator",)),
    Shown("neurologist", "周明 Zhou Ming", ("neurologist",)),
    Shown("haematologist", "沈岚 Shen Lan", ("haematologist",)),
    Shown("nurse", "许佳 Xu Jia", ("infusion_nurse",)),
    Shown("pharmacist", "何宁 He Ning", ("pharmacist",)),
    Shown("quality", "顾清 Gu Qing", ("quality_office",)),
    Shown("approver", "罗文 Luo Wen", ("clinical_approver",)),
    Shown("administrator", "陶然 Tao Ran", ("administrator",)),
)
"""Made-up names."""


def ensure(access: Access) -> None:
    """Make those of the accounts that are not there yet."""
    for one in PEOPLE:
        if access.store.account(one.login) is None:
            roles = [(role, MAIN) for role in one.roles]
            add_account(access, one.login, one.name, PASSWORD, roles, SYSTEM, kind=KIND)


def offered(access: Access) -> tuple[Shown, ...]:
    """What the sign-in page offers: nothing outside a demonstration."""
    return PEOPLE if access.demonstration else ()


def sign_in(access: Access, login: str) -> Came:
    """Come in by one click. Raises `NotSignedIn` for whatever is no demonstration account, or outside a demonstration."""
    account = access.store.account(login) if access.demonstration else None
    if account is None or account.kind != KIND or account.disabled is not None:
        raise NotSignedIn("There is no such account of the demonstration.", remedy="Sign in with login and password.")
    return Came(open_session(access, account, state="open", factors=KIND), complete=True)
