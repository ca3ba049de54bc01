"""What silence means (`criteria-language.md` §4): of an exposure or event, that it did not happen; of anything else, unknown.

A class whose history is attested, and what a definition lists as attested, is unknown until it is stated or an entry answers.
"""

from __future__ import annotations

from engine.evaluation import entries
from engine.evaluation.context import Context
from engine.evaluation.results import MET, UNKNOWN, Gap, Reading, State, Why, state_of, unknown
from engine.evaluation.selecting import Selection


def silence(context: Context, selection: Selection) -> tuple[Gap, ...]:
    """Why nothing recorded is not yet *none*, nor a count of it 0; nothing where it is, or where something is recorded."""
    if not _nothing_recorded(selection):
        return ()
    definition = context.definition.catalogue.facts.get(selection.name)
    if definition is not None and not definition.happens:
        return (Gap(Why.NEVER_RECORDED, selection.name),)
    state, reading = history(context, selection.name)
    return () if state is MET else reading.gaps or (Gap(Why.NOT_STATED, selection.name),)


def _nothing_recorded(selection: Selection) -> bool:
    return selection.source == "fact" and bool(selection.name) and not selection.recorded


def history(context: Context, name: str) -> tuple[State, Reading]:
    """Whether an exposure without any entry was never given: met, unless its history must be stated."""
    one = context.definition.catalogue.classes.get(name)
    if not (one and one.attested) and name not in context.definition.attested:
        return MET, Reading(True)
    stated = entries.visible(context, one.attested_by) if one and one.attested_by else []
    if not stated:
        return UNKNOWN, unknown(Why.NOT_STATED, name)
    reading = entries.value_of(context, stated[-1])
    return (UNKNOWN if not reading.known else state_of(reading.value is False)), reading
