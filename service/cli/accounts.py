"""`accounts …`: people, their roles and tokens, for whoever runs the service. A password is typed or piped, never an argument.

The terminal works on the database itself, as the user of the operating system: whoever may open the database may do this.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.app import accounts
from service.cli.printing import DONE, Json, note, show, table

if TYPE_CHECKING:
    from engine.model import Person as Actor
    from service.accounts.access import Access
    from service.wiring import Careway

Login = Annotated[str, typer.Argument(help="Login of the account.", metavar="LOGIN")]
Roles = Annotated[
    list[str] | None, typer.Option(help="A role; at another site than main: ROLE@SITE.", metavar="ROLE[@SITE]")
]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]


@accounts.command()
def add(
    login: Login,
    *,
    name: Annotated[str, typer.Option(help="The person's name, as printed beside signatures.")] = "",
    role: Roles = None,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="The first account: manages the others.")
    ] = False,
    person: Annotated[str, typer.Option(help="Another account of a person who has one already.")] = "",
    subject: Annotated[str, typer.Option(help="Who this is to the identity provider (the claim sub).")] = "",
    no_password: Annotated[bool, typer.Option("--no-password", help="For a program: only tokens open it.")] = False,
    password_stdin: Stdin = False,
    as_json: Json = False,
) -> int:
    """Make an account and, unless --person names somebody, the person."""
    from service.accounts.managing import add_account

    password = "" if no_password else _password(login, from_stdin=password_stdin)
    roles = [*_pairs(role), *([("administrator", "main")] if administrator else [])]
    with _opened() as careway:
        made = add_account(
            _access(careway), login, name or login, password, roles, _operator(), person=person, subject=subject
        )
    shown = {"login": made.login, "person": made.person, "roles": [f"{one}@{site}" for one, site in roles]}
    show(
        shown,
        f"{made.login} can sign in as {', '.join(shown['roles']) or 'nobody in particular yet'}.",
        as_json=as_json,
    )
    return DONE


@accounts.command("list")
def listed(*, as_json: Json = False) -> int:
    """List accounts with roles, second factor and tokens."""
    from service.cli.opening import opened

    with opened(read_only=True, definitions=False) as careway:
        rows = [_row(_access(careway), *one) for one in _access(careway).store.accounts()]
    lines = [
        (
            one["login"],
            one["name"],
            ", ".join(one["roles"]),
            "second factor" if one["second_factor"] else "",
            one["state"],
        )
        for one in rows
    ]
    show(rows, table(lines, ("login", "name", "roles", "", "state")), as_json=as_json)
    return DONE


@accounts.command()
def disable(
    login: Login, *, undo: Annotated[bool, typer.Option("--undo", help="Open it again.")] = False, as_json: Json = False
) -> int:
    """Close an account at once and sign its person out."""
    from service.accounts.managing import disable_account

    with _opened() as careway:
        disable_account(_access(careway), login, _operator(), disabled=not undo)
    show({"login": login, "disabled": not undo}, f"{login} is {'open' if undo else 'closed'}.", as_json=as_json)
    return DONE


@accounts.command()
def roles(login: Login, *, give: Roles = None, take: Roles = None, as_json: Json = False) -> int:
    """Show the roles of an account's person; give or take some, in force at once."""
    from service.accounts.managing import existing_account, grant_roles, take_roles

    with _opened() as careway:
        access = _access(careway)
        person = existing_account(access, login).person
        if take:
            take_roles(access, person, _pairs(take), _operator())
        if give:
            grant_roles(access, person, _pairs(give), _operator())
        found = _roles(access, person)
    show({"login": login, "roles": found}, "\n".join(found) or "no roles", as_json=as_json)
    return DONE


@accounts.command()
def token(
    login: Login,
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; may be given several times.", metavar="SCOPE")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="For how many days.")] = 90,
    revoke: Annotated[str, typer.Option(help="End this token at once.", metavar="ID")] = "",
    as_json: Json = False,
) -> int:
    """Make a token with which a program acts for an account's person; it is shown this once."""
    from service.accounts.managing import existing_account
    from service.accounts.tokens import make_token, revoke_token

    with _opened() as careway:
        access = _access(careway)
        person = existing_account(access, login).person
        if revoke:
            revoke_token(access, revoke, _operator())
            show({"token": revoke, "revoked": True}, f"{revoke} opens nothing any more.", as_json=as_json)
            return DONE
        made, secret = make_token(access, person, name or "token", scope or (), timedelta(days=days), _operator())
    until = made.expires.date().isoformat()
    show({"token": made.id, "secret": secret, "scopes": list(made.scopes), "expires": until}, secret, as_json=as_json)
    note(f"{made.id} for {', '.join(made.scopes)}, until {until}. It is not shown again.")
    return DONE


@accounts.command()
def password(login: Login, *, password_stdin: Stdin = False, as_json: Json = False) -> int:
    """Set a new password and sign the person out everywhere."""
    from service.accounts.managing import change_password, existing_account

    typed = _password(login, from_stdin=password_stdin)
    with _opened() as careway:
        access = _access(careway)
        change_password(access, existing_account(access, login), typed, _operator())
    show({"login": login, "changed": True}, f"{login} has a new password.", as_json=as_json)
    return DONE


@accounts.command("second-factor")
def second_factor(
    login: Login,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Forget it: phone and recovery codes are lost.")] = False,
    as_json: Json = False,
) -> int:
    """Whether an account has a second factor; --remove forgets it."""
    from service.accounts.managing import existing_account, remove_second_factor

    with _opened() as careway:
        access = _access(careway)
        if remove:
            remove_second_factor(access, login, _operator())
        found = existing_account(access, login).two_factors
    show({"login": login, "second_factor": found}, "set up" if found else "none", as_json=as_json)
    return DONE


@accounts.command()
def site(
    id: Annotated[str, typer.Argument(help="Id of the site.", metavar="ID")],
    name: Annotated[str, typer.Argument(help="Its name.", metavar="NAME")],
    *,
    as_json: Json = False,
) -> int:
    """Add a site, or name it anew."""
    from service.accounts.managing import add_site

    with _opened() as careway:
        add_site(_access(careway), id, name, _operator())
    show({"site": id, "name": name}, f"{id} is {name}.", as_json=as_json)
    return DONE


def _opened() -> Careway:
    from service.cli.opening import opened

    return opened(definitions=False)


def _access(careway: Careway) -> Access:
    from service.accounts.access import access_to
    from service.accounts.keys import no_keys

    return access_to(careway, keys=no_keys())


def _operator() -> Actor:
    """The user of the operating system, as the audit names whoever changed something from the terminal."""
    import getpass

    from engine.model import Person as Actor

    return Actor("operator", f"os:{getpass.getuser()}")


def _pairs(given: Iterable[str] | None) -> list[tuple[str, str]]:
    """Roles with their sites."""
    split = [one.partition("@") for one in given or ()]
    return [(role, site or "main") for role, _, site in split]


def _roles(access: Access, person: str) -> list[str]:
    return sorted(f"{one.role}@{one.site}" for one in access.store.grants(person))


def _row(access: Access, account: Any, person: Any) -> dict[str, Any]:
    closed = account.disabled is not None or person.disabled is not None
    tokens = [
        {"token": one.id, "name": one.name, "scopes": list(one.scopes), "expires": one.expires, "revoked": one.revoked is not None}
        for one in access.store.tokens(person.id)
    ]  # fmt: skip
    return {
        "login": account.login, "person": person.id, "name": person.name, "kind": account.kind, "roles": _roles(access, person.id),
        "second_factor": account.two_factors, "state": "closed" if closed else "open", "tokens": tokens,
    }  # fmt: skip


def _password(login: str, *, from_stdin: bool) -> str:
    """A password, typed twice unseen, or piped. Raises `typer.BadParameter` where nobody can type."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("Nobody can type here: pipe it and say --password-stdin.", param_hint="password")
    return str(typer.prompt(f"Password for {login}", hide_input=True, confirmation_prompt=True))
