"""Keeps people, accounts, roles at sites, sessions and tokens. Beside the charts: the engine itself asks nothing of it."""

from engine.store.accounts.records import Account, Emergency, Grant, Person, Session, Token
from engine.store.accounts.store import AccountStore

__all__ = ["Account", "AccountStore", "Emergency", "Grant", "Person", "Session", "Token"]
