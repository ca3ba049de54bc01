"""Finds the first entry of the audit that is not what was written: edited, missing, inserted, moved or cut off.

One pass in the order of writing, with the head of every chain in memory. A chain rewritten as a whole, heads included,
shows only against a checkpoint that was exported before.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.audit.chain import EMPTY_HASH, entry_hash
from engine.ports import AuditEntry, ChainHead, Problem, Verdict

_Heads = dict[tuple[str, str], tuple[int, str]]


def verify(entries: Iterable[AuditEntry], heads: Iterable[ChainHead]) -> Verdict:
    """Check entries (chains may be interleaved, each in its order) against their hashes and the stored heads."""
    seen: _Heads = {}
    count = 0
    for entry in entries:
        key = (entry.patient, entry.chain)
        number, last = seen.get(key, (0, EMPTY_HASH))
        if entry.number != number + 1 or entry.previous != last or entry_hash(entry) != entry.hash:
            return Verdict(count, len(seen), _explain(entry, number, last))
        seen[key] = (entry.number, entry.hash)
        count += 1
    return Verdict(count, len(seen), _check_heads(seen, heads))


def _explain(entry: AuditEntry, number: int, last: str) -> Problem:
    if not isinstance(entry.number, int):
        return _problem(entry, number + 1, "edited", f"Entry {number + 1} bears no number.")
    if entry.number > number + 1:
        return _problem(
            entry, number + 1, "missing", f"Entry {number + 1} is missing: {entry.number} follows {number}."
        )
    if entry.number <= number:
        return _problem(entry, entry.number, "inserted", f"A second entry {entry.number}, or one out of order.")
    if entry_hash(entry) != entry.hash:
        return _problem(
            entry, entry.number, "edited", f"Entry {entry.number} is not what was written: its hash differs."
        )
    return _problem(entry, entry.number, "inserted", f"Entry {entry.number} does not follow {number} ({last[:12]}…).")


def _problem(entry: AuditEntry, number: int, kind: str, message: str) -> Problem:
    return Problem(entry.patient, entry.chain, number, kind, message)


def _check_heads(seen: _Heads, heads: Iterable[ChainHead]) -> Problem | None:
    rest = dict(seen)
    for head in heads:
        count, last = rest.pop((head.patient, head.chain), (0, EMPTY_HASH))
        if count < head.count:
            return Problem(
                head.patient, head.chain, count + 1, "truncated", f"{head.count - count} entries are cut off."
            )
        if (count, last) != (head.count, head.hash):
            return Problem(
                head.patient, head.chain, count, "inserted", f"The chain should end with entry {head.count}."
            )
    for (patient, chain), (count, _) in rest.items():
        return Problem(patient, chain, count, "unknown_chain", "The stored heads do not know this chain.")
    return None
