"""Tampering with the audit is found, whatever is done to it, and the first bad entry is named."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit import Event, UnknownEvent, check_vocabulary, compare, fold, seal, verify
from engine.audit.chain import empty_head, head_after, with_hash
from engine.audit.completion import complete
from engine.errors import NotFound
from engine.model import SYSTEM, AuditDraft, Changes, Chart, Patient
from engine.ports import AuditEntry, ChainHead
from tests.store.builders import NOW, draft, enrolment, fact, task

Chains = dict[str, list[AuditEntry]]
TEXTS = [item.name for item in fields(AuditEntry) if item.type == "str" and item.name not in {"patient", "chain"}]


def written(lengths: dict[str, int]) -> tuple[list[AuditEntry], list[ChainHead]]:
    """Interleaved chains as a store would write them, and their heads."""
    heads = {chain: empty_head("p1", chain) for chain in lengths}
    entries: list[AuditEntry] = []
    for number in range(max(lengths.values())):
        for chain in (name for name, length in lengths.items() if number < length):
            entries.append(seal(draft(chain, n=len(entries)), heads[chain], len(entries) + 1, NOW))
            heads[chain] = head_after(entries[-1])
    return entries, list(heads.values())


chains = st.dictionaries(st.sampled_from(["p1", "e1", "e2"]), st.integers(2, 6), min_size=1).map(written)


@given(chains)
def test_what_was_written_holds(audit: tuple[list[AuditEntry], list[ChainHead]]) -> None:
    """No false alarm."""
    entries, heads = audit
    verdict = verify(entries, heads)
    assert verdict.problem is None
    assert (verdict.entries, verdict.chains) == (len(entries), len(heads))


@given(chains, st.data())
def test_an_edited_entry_is_named(audit: tuple[list[AuditEntry], list[ChainHead]], data: st.DataObject) -> None:
    """Any single field of any entry."""
    entries, heads = audit
    place = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from(TEXTS))
    old = entries[place]
    entries[place] = replace(old, **{name: getattr(old, name)[:-1] + "~"})
    problem = verify(entries, heads).problem
    assert problem is not None
    assert (problem.chain, problem.number) == (old.chain, old.number)


@given(chains, st.data())
def test_a_deleted_entry_is_named(audit: tuple[list[AuditEntry], list[ChainHead]], data: st.DataObject) -> None:
    """In the middle it is missing, at the end the chain is truncated."""
    entries, heads = audit
    gone = entries.pop(data.draw(st.integers(0, len(entries) - 1)))
    problem = verify(entries, heads).problem
    assert problem is not None
    assert (problem.chain, problem.number) == (gone.chain, gone.number)
    assert problem.kind in {"missing", "truncated"}


@given(chains, st.data())
def test_an_inserted_entry_is_named(audit: tuple[list[AuditEntry], list[ChainHead]], data: st.DataObject) -> None:
    """A copy, or a forged one with a hash of its own."""
    entries, heads = audit
    place = data.draw(st.integers(0, len(entries) - 1))
    old = entries[place]
    forged = data.draw(st.sampled_from([old, with_hash(replace(old, content='{"events":[]}'))]))
    entries.insert(data.draw(st.integers(place, len(entries))), forged)
    problem = verify(entries, heads).problem
    assert problem is not None
    assert problem.chain == old.chain


@given(chains, st.data())
def test_exchanged_entries_are_named(audit: tuple[list[AuditEntry], list[ChainHead]], data: st.DataObject) -> None:
    """Two entries of one chain, with their contents but in each other's place."""
    entries, heads = audit
    chain = data.draw(st.sampled_from([head.chain for head in heads]))
    places = [place for place, entry in enumerate(entries) if entry.chain == chain]
    one, other = data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True))
    entries[one], entries[other] = entries[other], entries[one]
    problem = verify(entries, heads).problem
    assert problem is not None
    assert problem.chain == chain


def test_a_tail_recomputed_from_an_edit_shows_in_the_head() -> None:
    """Whoever rewrites the rest of the chain must rewrite the head too."""
    entries, heads = written({"p1": 4})
    forged = entries[:2]
    for entry in entries[2:]:
        forged.append(with_hash(replace(entry, content='{"events":[]}', previous=forged[-1].hash)))
    problem = verify(forged, heads).problem
    assert problem is not None
    assert problem.kind == "inserted"


def test_a_chain_without_a_head_is_named() -> None:
    """And so is a number that is none."""
    entries, heads = written({"p1": 2, "e1": 2})
    problem = verify(entries, heads[:1]).problem
    assert problem is not None
    assert (problem.chain, problem.kind) == ("e1", "unknown_chain")
    broken = [replace(entries[0], number="one"), *entries[1:]]  # type: ignore[arg-type]
    assert verify(broken, heads).problem is not None


def test_every_event_follows_the_grammar() -> None:
    """`noun:verb` or `noun:aspect:verb`, lower case."""
    for event in Event:
        words = event.value.split(":")
        assert len(words) in {2, 3}
        assert all(word.replace("_", "").isalpha() and word.islower() for word in words)


def test_the_vocabulary_is_closed() -> None:
    """For the entry and for each event that it lists."""
    check_vocabulary("fact:recorded", {"events": ["stage:changed", {"event": "hold:opened", "hold": "x"}]})
    with pytest.raises(UnknownEvent):
        check_vocabulary("fact:recorded", {"events": [{"event": "hold:lifted"}]})


def test_each_change_goes_to_its_own_chain() -> None:
    """Facts to the patient's, the rest to the enrolment's; a chain without an entry gets one that names the cause."""
    patient = Patient("p1")
    chart = Chart(patient, facts={"f1": fact()}, enrolments={"e1": enrolment()}, tasks={"t1": task()})
    changes = Changes(facts={"f1": None}, enrolments={"e1": None}, tasks={"t1": None})
    first, second = complete([draft("p1")], chart, changes, patient)
    assert set(first.content["changes"]) == {"facts"}
    assert set(second.content["changes"]) == {"enrolments", "tasks"}
    assert (second.chain, second.enrolment, second.content["cause"]) == ("e1", "e1", "p1")


def test_the_fold_needs_a_registered_patient() -> None:
    """And tells what differs from the stored chart."""
    with pytest.raises(NotFound):
        fold([])
    patient = Patient("p1", sex="female")
    (registered,) = complete(
        [AuditDraft("p1", None, "patient:registered", SYSTEM, NOW, {})], Chart(patient), Changes(), None
    )
    entry = seal(registered, empty_head("p1", "p1"), 1, NOW)
    assert fold([entry]).patient == patient
    stored = Chart(replace(patient, sex="male"), facts={"f1": fact()})
    assert [(item.map, item.id) for item in compare(stored, fold([entry]))] == [("patient", "p1"), ("facts", "f1")]
