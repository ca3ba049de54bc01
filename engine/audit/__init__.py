"""The record of what happened: closed vocabulary, hash chains, verification, and the fold that gives the state back."""

from engine.audit.chain import EMPTY_HASH, entry_hash, seal
from engine.audit.completion import complete
from engine.audit.events import Event, UnknownEvent, check_vocabulary, event_name
from engine.audit.fold import Difference, compare, fold
from engine.audit.verification import verify

__all__ = [
    "EMPTY_HASH",
    "Difference",
    "Event",
    "UnknownEvent",
    "check_vocabulary",
    "compare",
    "complete",
    "entry_hash",
    "event_name",
    "fold",
    "seal",
    "verify",
]
