"""Effects of actions and automatic rules: write a fact, open or close another enrolment, set an anchor, place or release a hold, notify."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.audit import Event
from engine.calendar import local_day
from engine.decide import enrolling, holds, stages, tasks
from engine.decide.notices import record_deviation, request
from engine.decide.recording import enter
from engine.decide.working import Working
from engine.definition.rules import EffectRule
from engine.evaluation.context import Context
from engine.evaluation.entries import scalar
from engine.evaluation.names import linked
from engine.evaluation.results import Range, Reading
from engine.model import Caller, TaskStatus
from engine.units import Duration


def carry_out(w: Working, enrolment_id: str, effects: tuple[EffectRule, ...], occurrence: str, **bindings: Any) -> None:
    """Carry out the effects of one rule, in order, each seeing what the ones before it did."""
    for effect in effects:
        context = w.context(enrolment_id, **bindings)
        if effect.when is None or effect.when(context).met:
            _carry_out(w, context, effect, occurrence)


def _carry_out(w: Working, context: Context, effect: EffectRule, occurrence: str) -> None:
    for field, carry in _EFFECTS.items():
        if getattr(effect.spec, field):
            carry(w, context, effect, occurrence)
            return


def _open(w: Working, context: Context, effect: EffectRule, _: str) -> None:
    assert effect.spec.open is not None
    given = {key: value for key, value in _read_all(context, effect).items() if value is not None}
    enrolling.open_for(w, context.enrolment, effect.spec.open, given)


def _release(w: Working, context: Context, effect: EffectRule, occurrence: str) -> None:
    standing = holds.in_force(w, context.enrolment.id, named_by(context, effect.spec.release or ""))
    if standing is not None:
        holds.release(w, standing, occurrence)


def _place(w: Working, context: Context, effect: EffectRule, _: str) -> None:
    code = named_by(context, effect.spec.place or "")
    if code in context.definition.spec.holds and holds.in_force(w, context.enrolment.id, code) is None:
        holds.open_hold(w, context.enrolment.id, code, ())


def _miss(w: Working, context: Context, effect: EffectRule, occurrence: str) -> None:
    code = named_by(context, effect.spec.miss or "")
    waiting = [
        task
        for task in w.chart.tasks.values()
        if task.enrolment == context.enrolment.id and task.code == code and task.status is TaskStatus.OPEN
    ]
    if waiting:
        first = min(waiting, key=lambda task: (task.due is None, str(task.due or ""), task.id))
        tasks.close_by_hand(w, first, TaskStatus.MISSED, occurrence)


def named_by(context: Context, name: str) -> str:
    """The id that an effect names: itself, or (`with.x`) what the action was given."""
    head, _, key = name.partition(".")
    return str((context.bindings.get("with") or {}).get(key, "")) if head == "with" and key else name


def _notify(w: Working, context: Context, effect: EffectRule, occurrence: str) -> None:
    request(w, context.enrolment.id, effect.spec.notify or "", occurrence)


def _deviate(w: Working, context: Context, effect: EffectRule, occurrence: str) -> None:
    record_deviation(w, context.enrolment.id, effect.spec.deviation or "", occurrence)


def _read_all(context: Context, effect: EffectRule) -> dict[str, Any]:
    return {key: _plain(scalar(context, read(context))) for key, read in effect.values.items()}


def _plain(reading: Reading) -> Any:
    """A reading as it is stored: only exact values; a quantity keeps its unit as text."""
    if reading.value is None or isinstance(reading.value, Range):
        return None
    if isinstance(reading.value, Decimal):
        return f"{reading.value.normalize():f} {reading.unit}".strip() if reading.unit else reading.value
    return str(reading.value) if isinstance(reading.value, Duration) else reading.value


# --- records --------------------------------------------------------------------------------------------------------


def _record(w: Working, context: Context, effect: EffectRule, _: str) -> None:
    record = effect.spec.record
    assert record is not None
    values = _read_all(context, effect)
    code = str(values.pop("fact", None) or record.fact)
    raw: dict[str, Any] = {
        key.removeprefix("attributes."): value
        for key, value in values.items()
        if key.startswith("attributes.") and value is not None
    }
    if record.event:
        raw["event"] = record.event
    if values.get("value") is not None:
        raw["value"] = values["value"]
    effective = values.get("effective")
    if effective is not None:
        raw["effective"] = effective
    enter(
        w,
        code,
        raw if record.event or len(raw) > 1 or effective is not None else raw.get("value"),
        source="",
        pathway=context.definition.id,
    )


def _close(w: Working, context: Context, effect: EffectRule, _: str) -> None:
    assert effect.spec.close is not None
    to = effect.spec.close.to
    other = linked(context, effect.spec.close.pathway)
    if other is not None and other.enrolment.open:
        stages.move(w, other.enrolment.id, to, _cancelling(other, to))


def _cancelling(other: Context, to: str) -> str:
    """The automatic transition of the child that leads to this stage on behalf of its parent."""
    rules = other.definition.rules.automatic
    return next(
        (rule.id for rule in rules if rule.spec.to == to and any(name.startswith("parent") for name in rule.edges)),
        "parent",
    )


def _set_anchors(w: Working, context: Context, effect: EffectRule, _: str) -> None:
    set_now = {key: value for key, value in _read_all(context, effect).items() if value is not None}
    if not set_now:
        return
    enrolment = w.enrolment(context.enrolment.id)
    before = {key: enrolment.anchors.get(key) for key in set_now}
    w.change(enrolment.id, anchors={**enrolment.anchors, **set_now})
    w.say(
        Event.ANCHOR_SET,
        enrolment.id,
        anchors={key: _shown(value) for key, value in set_now.items()},
        before={k: _shown(v) for k, v in before.items() if v},
    )


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def _register(w: Working, context: Context, effect: EffectRule, _: str) -> None:
    spec = effect.spec.register_caller
    assert spec is not None
    values = _read_all(context, effect)
    pathway = str(values.get("caller") or "generic")
    if spec.ended is not None:
        ended = values.get("ended") or local_day(w.now, w.zone)
        enrolling.change_caller(w, context.enrolment.id, pathway, ended=ended)
    elif pathway in context.enrolment.callers and spec.drug is None:
        enrolling.change_caller(w, context.enrolment.id, pathway, planned_start=values.get("planned_start"))
    else:
        planned = values.get("planned_start")
        when = planned if isinstance(planned, date | datetime) else None
        enrolling.register(w, context.enrolment.id, Caller(pathway, w.now, when, str(values.get("drug") or "")))


_EFFECTS: dict[str, Callable[[Working, Context, EffectRule, str], None]] = {
    "record": _record,
    "open": _open,
    "close": _close,
    "anchor": _set_anchors,
    "release": _release,
    "place": _place,
    "miss": _miss,
    "register_caller": _register,
    "notify": _notify,
    "deviation": _deviate,
}
