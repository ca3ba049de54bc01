"""Chores: what the service does unasked. Each makes one bounded pass and returns what it did; a scheduler only rings."""

from service.chores.deliver import deliver_pass
from service.chores.due import DUE, Failure, PassResult, due_pass
from service.chores.progress import Progress, progress

__all__ = ["DUE", "Failure", "PassResult", "Progress", "deliver_pass", "due_pass", "progress"]
