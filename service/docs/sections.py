"""The generated tables of a pathway's page, one function for each part of the definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.definition.schema import DefinitionSpec, Effect, Label, Requirement
from service.docs.reading import Reading, amount, roles, written
from service.docs.schedules import completion, followed_up, schedule
from service.docs.tables import both, code, ids, lines, section, table

LEVELS = {
    "block_hard": "blocks, no override", "block": "blocks", "warn": "warns", "info": "informs", "not_proposed": "not proposed",
    "ask": "blocks and asks", "ask_only": "blocks and asks, no override",
}  # fmt: skip


def _label(label: Label | None) -> str:
    return both((label.en, label.zh)) if label else ""


def _spec(element: Any) -> str:
    """Statements of an element, then the rows of the specification that are none."""
    statements = list(getattr(element, "statement", ()))
    return ids([*statements, *(one for one in getattr(element, "spec", ()) if one not in statements)])


def stages(_: Reading, spec: DefinitionSpec) -> str:
    """Stages in the order of the definition."""

    def kind(name: str) -> str:
        stage = spec.stages[name]
        words = ["initial" if name == spec.initial else "", "terminal" if stage.terminal else ""]
        words += ["can be reopened" if stage.reopenable else "", f"inside {stage.parent}" if stage.parent else ""]
        return ", ".join(word for word in words if word)

    rows = ([code(name), _label(one.label), kind(name), ids(one.spec)] for name, one in spec.stages.items())
    return section("Stages", table(["stage", "label", "", "specification"], rows))


def actions(reading: Reading, spec: DefinitionSpec) -> str:
    """What people do: who, from where to where, under which guard, with which effects."""
    rows = []
    for name, one in spec.actions.items():
        start = ", ".join(reading.stage(stage)[0] for stage in one.from_) if one.from_ else "any open stage"
        way = f"{start} → {reading.stage(one.to)[0]}" if one.to else start
        who = roles(one.by) + (", signs" if one.signs else "") + (", second person" if one.second_person else "")
        gate = f"gate for {one.gate}" if one.gate else ""
        asks = ", ".join(f"{key} ({asked.kind})" for key, asked in one.asks.items())
        does = [*([f"dose: {reading.value(one.dose)[0]}"] if one.dose else []), *_effects(reading, one.effects)]
        rows.append(
            [
                lines(code(name), _label(one.label)),
                way,
                who,
                lines(code(one.guard or ""), gate),
                asks,
                lines(*does),
                _spec(one),
            ]
        )
    return section("Actions", table(["action", "from → to", "who", "guard", "asks for", "effects", "statements"], rows))


def _effects(reading: Reading, effects: list[Effect]) -> list[str]:
    return [f"{_effect(reading, one)}{f' if {reading.criterion(one.when)[0]}' if one.when else ''}" for one in effects]


def _effect(reading: Reading, one: Effect) -> str:
    """What one effect does, beyond this enrolment or within it."""
    if one.record:
        name = reading.fact(one.record.fact)[0]
        value = f" = {reading.value(one.record.value)[0]}" if one.record.value else ""
        return f"records {name}{value}{f' ({one.record.event})' if one.record.event else ''}"
    if one.open:
        return f"opens `{one.open.pathway}`"
    if one.close:
        return f"closes `{one.close.pathway}` to {one.close.to}"
    if one.register_caller:
        return "ends the caller" if one.register_caller.ended else "registers the caller"
    return _within(reading, one)


def _within(reading: Reading, one: Effect) -> str:
    """An effect on the enrolment itself: anchors, holds, tasks, messages, deviations."""
    if one.anchor:
        return f"sets {', '.join(f'{key} = {reading.value(text)[0]}' for key, text in one.anchor.items())}"
    if one.release:
        return f"releases {reading.labels.of('hold', one.release, 'en')}"
    if one.place:
        return f"places {reading.labels.of('hold', one.place, 'en')}"
    if one.miss:
        return f"closes the earliest open {reading.labels.of('task', one.miss, 'en')} as missed"
    return f"tells `{one.notify}`" if one.notify else f"records deviation `{one.deviation}`"


def guards(reading: Reading, spec: DefinitionSpec) -> str:
    """Every guard with its requirements as sentences."""
    blocks = []
    for name, guard in spec.guards.items():
        moment = f"Judged as of {reading.value(guard.as_of)[0]}." if guard.as_of else ""
        used = [code(action) for action, one in spec.actions.items() if one.guard == name]
        asked = f"Asked by {', '.join(used)}." if used else ""
        blocks.append(f"### `{name}`\n\n{' '.join(part for part in (asked, moment) if part)}".rstrip())
        blocks.append(_requirements(reading, guard.require))
    return section("Guards", *blocks)


def gate(reading: Reading, spec: DefinitionSpec) -> str:
    """What callers read of a sub-pathway."""
    if spec.gate is None:
        return ""
    rows = [[code(row.value), both(reading.criterion(row.when))] for row in spec.gate.passes]
    rows.append([code(spec.gate.otherwise), "otherwise<br>其他情况"])
    text = "Judged for one caller. The first requirement that blocks gives the gate its value; if all pass, the first row below does."
    return section(
        "Gate", text, _requirements(reading, spec.gate.require, gate=True), table(["value", "when all pass"], rows)
    )


def _requirements(reading: Reading, items: list[Requirement], *, gate: bool = False) -> str:
    heads = ["requirement", "says", "not met", "unknown", *(["gate"] if gate else []), "statements"]
    return table(heads, (_requirement(reading, one, gate=gate) for one in items))


def _requirement(reading: Reading, one: Requirement, *, gate: bool) -> list[str]:
    unknown = "unknown" in one.model_fields_set
    mild = {"warn": "warn", "info": "info", "not_proposed": "info"}.get(one.not_met, "ask")
    level = LEVELS[one.unknown if unknown else mild]
    override = f", override by {roles(one.override_by)}" if one.override_by else ""
    cells = [lines(code(one.id), _label(one.label)), _said(reading, one), LEVELS[one.not_met] + override, level]
    return [*cells, *([code(one.value)] if gate else []), _statements(one.statement)]


def _said(reading: Reading, one: Requirement) -> str:
    if one.holds:
        said = "no hold is in force<br>无生效的暂停"
    elif one.include:
        said = f"every requirement of `{one.include}`<br>`{one.include}` 的全部要求"
    else:
        said = both(reading.criterion(one.that))
    each = f"for each row of `{one.each}`:" if one.each else ""
    when = reading.criterion(one.when)
    where = f"<br>*where {when[0]}*<br>*适用：{when[1]}*" if one.when else ""
    consent = f"<br>needs consent: {one.consent}" if one.consent else ""
    return f"{lines(each, said)}{where}{consent}"


def _statements(stated: Any) -> str:
    if isinstance(stated, dict):
        return lines(*(f"{caller}: {_statements(one)}" for caller, one in stated.items()))
    return ids(stated) if isinstance(stated, list) else str(stated)


def automatic(reading: Reading, spec: DefinitionSpec) -> str:
    """What the engine does by itself, in order of priority."""
    rows = []
    for name, one in spec.automatic.items():
        start = ", ".join(reading.stage(stage)[0] for stage in one.from_) if one.from_ else "any open stage"
        on = f"on {', '.join(code(edge) for edge in one.on)}" if one.on else ""
        when = both(reading.criterion(one.when)) if one.when else ""
        to = reading.stage(one.to)[0] if one.to else ""
        cases = [f"→ {reading.stage(case.to)[0]}: {both(reading.criterion(case.when))}" for case in one.cases]
        does = lines(*_effects(reading, one.effects))
        rows.append([lines(code(name), _label(one.label)), start, lines(on, when, *cases), lines(to, does), _spec(one)])
    heads = ["transition", "from", "when", "to, effects", "statements"]
    text = "In order of priority; the engine takes the first that applies, whenever facts, time or other enrolments change."
    return section("Automatic transitions", text if rows else "", table(heads, rows))


def holds(reading: Reading, spec: DefinitionSpec) -> str:
    """What suspends treatment, and what releases it."""
    rows = []
    for name, one in spec.holds.items():
        ends = "never" if one.permanent else both(reading.criterion(one.released)) if one.released else one.release
        kind = f"{one.effect}{', no override' if one.hard else ''}"
        rows.append([lines(code(name), _label(one.label)), both(reading.criterion(one.opens)), kind, ends, _spec(one)])
    return section("Holds", table(["hold", "opens when", "effect", "released when", "statements"], rows))


def tasks(reading: Reading, spec: DefinitionSpec) -> str:
    """What is due, when, and what completes it."""
    rows = []
    for name, one in spec.tasks.items():
        when, done = schedule(reading, one), completion(reading, one.done_by)
        rows.append([
            lines(code(name), _label(one.label), "optional" if one.optional else ""), roles([one.role]), _pairs(when), _pairs(done),
            lines(*followed_up(one)), _spec(one),
        ])  # fmt: skip
    return section("Tasks", table(["task", "for", "schedule", "done by", "follow-up", "statements"], rows))


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    found = list(pairs)
    return lines(*(one for one, _ in found), *(other for _, other in found))


def messages(reading: Reading, spec: DefinitionSpec) -> str:
    """Who is told what, and who is told next."""
    rows = []
    for name, one in spec.notifications.items():
        when = lines(*(code(edge) for edge in one.on), both(reading.criterion(one.when)) if one.when else "")
        after = lines(*(f"{amount(step.after, 'en')} → {roles(step.to)}" for step in one.escalation))
        raised = f"{one.raised.to} when {both(reading.criterion(one.raised.when))}" if one.raised else ""
        urgency = lines(one.urgency, raised)
        rows.append([lines(code(name), _label(one.label)), roles(one.to), urgency, when, after, _spec(one)])
    return section("Messages", table(["message", "to", "urgency", "when", "escalation", "statements"], rows))


def deviations(reading: Reading, spec: DefinitionSpec) -> str:
    """What counts as a departure from the protocol."""
    rows = []
    for name, one in spec.deviations.items():
        when = lines(*(code(edge) for edge in one.on), both(reading.criterion(one.when)) if one.when else "")
        rows.append([lines(code(name), _label(one.label)), when, ids(one.spec)])
    return section("Deviations", table(["deviation", "when", "specification"], rows))


def indicators(reading: Reading, spec: DefinitionSpec) -> str:
    """What is counted of all patients: whom it applies to, what should have been, until when."""
    rows = [
        [
            lines(code(name), _label(one.label)), both(reading.criterion(one.among)), both(reading.criterion(one.met)),
            both(reading.value(one.by)) if one.by else "", _spec(one),
        ]
        for name, one in spec.indicators.items()
    ]  # fmt: skip
    return section("Indicators", table(["indicator", "among", "met", "by", "statements"], rows))


def names(reading: Reading, spec: DefinitionSpec) -> str:
    """Named criteria and values, which the sentences above use."""
    criteria = [
        [
            code(name),
            _label(getattr(one, "label", None)),
            both(reading.criterion(one if isinstance(one, str) else one.that)),
        ]
        for name, one in spec.criteria.items()
    ]
    values = [
        [code(name), _label(getattr(one, "label", None)), _value(reading, one)] for name, one in spec.values.items()
    ]
    return section(
        "Named criteria and values",
        table(["criterion", "label", "met when"], criteria),
        table(["value", "label", "is"], values),
    )


def _value(reading: Reading, one: Any) -> str:
    if isinstance(one, str):
        return both(reading.value(one))
    if one.first_of is None:
        return both(reading.value(one.value))
    rows = [f"{both(reading.value(row.then))} – if {both(reading.criterion(row.when))}" for row in one.first_of]
    return lines(*rows, f"otherwise {both(reading.value(one.otherwise))}" if one.otherwise else "")


def tables(_: Reading, spec: DefinitionSpec) -> str:
    """Decision tables as they are written."""
    blocks = [f"### `{name}`\n\n{table(one.columns, one.rows)}" for name, one in spec.tables.items()]
    return section("Tables", *blocks)


def settings(_: Reading, spec: DefinitionSpec) -> str:
    """Every value that the source does not give, with its reason: a hospital confirms or replaces it."""
    rows = [
        [
            code(name),
            _setting(one.value, one.unit),
            one.reason + (f" *{one.unused}*" if one.unused else ""),
            ids(one.spec),
        ]
        for name, one in spec.settings.items()
    ]
    text = "Values that the source leaves open. Each is a default with its reason; a hospital confirms or replaces it."
    return section("Settings", text if rows else "", table(["setting", "default", "reason", "specification"], rows))


def _setting(value: Any, unit: str) -> str:
    if isinstance(value, dict):
        return lines(*(f"{caller}: {_setting(one, unit)}" for caller, one in value.items()))
    if isinstance(value, list):
        return ", ".join(map(str, value)) + (f" {unit}" if unit else "")
    return amount(written(value, unit), "en")


SECTIONS: tuple[Callable[[Reading, DefinitionSpec], str], ...] = (
    stages, actions, guards, gate, automatic, holds, tasks, messages, deviations, indicators, names, tables, settings,
)  # fmt: skip
