"""What a name reads: facts, named values, settings, parameters, anchors, callers, functions, values of other pathways."""

from __future__ import annotations

from collections.abc import Callable

from engine.catalogue.definition import FactKind
from engine.evaluation import entries
from engine.evaluation.compiling import compile_value
from engine.evaluation.context import Context, ValueFunction
from engine.evaluation.facts import BUILT_IN, all_values, fact_entry, fact_reader
from engine.evaluation.reader import call
from engine.evaluation.results import Reading, Why, unknown
from engine.evaluation.scope import BINDINGS, Scope
from engine.evaluation.settings import setting as read_setting
from engine.evaluation.settings import typed
from engine.language import syntax as s
from engine.model import Caller


def compile_name(name: str, scope: Scope) -> ValueFunction:
    """The function of a plain or dotted name. Raises `UnknownInSentence`."""
    scope.uses.add(name)
    if "." in name:
        return _dotted(name, scope)
    if scope.is_attribute(name):
        return lambda context: entries.attribute_of(
            context, context.bindings["entry"], name, Reading(context.bindings["entry"], facts=())
        )
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name in scope.spec.values:
        return lambda context: context.named_value(name)
    code = scope.catalogue.canonical(name)
    if code is not None and code not in scope.functions:
        return _fact(code, scope)
    if name in scope.functions:
        return lambda context: call(context, name)
    derived = scope.catalogue.find_derived(name).id if scope.catalogue.is_derived(name) else ""
    if derived in scope.functions:
        return lambda context: call(context, derived)
    raise scope.unknown(name, "value", scope.everything())


def compile_entry(node: s.Value, scope: Scope) -> ValueFunction | None:
    """For a plain fact name (`uln of alt`): the function that gives its latest usable entry; None for anything else."""
    if (
        not isinstance(node, s.Name)
        or "." in node.name
        or scope.is_attribute(node.name)
        or node.name in scope.spec.values
    ):
        return None
    code = scope.catalogue.canonical(node.name)
    return None if code is None or node.name in BUILT_IN else lambda context: fact_entry(context, code)


def compile_code(node: s.Value, scope: Scope) -> ValueFunction:
    """A key of a decision table: a name that means nothing is a code."""
    if (
        isinstance(node, s.Name)
        and "." not in node.name
        and (node.name not in scope.everything() or _is_exposure(node.name, scope))
    ):
        code = Reading(node.name)
        return lambda context: code
    return compile_value(node, scope)


def _is_exposure(name: str, scope: Scope) -> bool:
    code = scope.catalogue.canonical(name)
    return code is not None and scope.catalogue.facts[code].kind is FactKind.EXPOSURE


# --- facts and named values ---------------------------------------------------------------------------------------------------


def _fact(code: str, scope: Scope) -> ValueFunction:
    if scope.catalogue.facts[code].multiple:
        return lambda context: all_values(context, code)
    return fact_reader(code, scope.catalogue.facts[code])


def _setting(key: str, scope: Scope) -> ValueFunction:
    head, _, rest = key.partition(".")
    if rest and head not in scope.spec.settings:
        return lambda context: read_setting(context, rest, head)
    if head not in scope.spec.settings:
        raise scope.unknown(key, "setting", scope.spec.settings)
    value = scope.spec.settings[head].value
    if rest and not (isinstance(value, dict) and rest in value):
        raise scope.unknown(rest, f"part of the setting {head}", value if isinstance(value, dict) else ())
    return (lambda context: read_setting(context, key)) if isinstance(value, dict) else _plain_setting(head)


def _plain_setting(key: str) -> ValueFunction:
    """A setting that differs by no caller: as the definition has it, it is read once."""
    usual: list[Reading] = []

    def read(context: Context) -> Reading:
        if key in context.enrolment.settings:
            return read_setting(context, key)
        if not usual:
            usual.append(read_setting(context, key))
        return usual[0]

    return read


def _dotted(name: str, scope: Scope) -> ValueFunction:
    head, key = name.split(".", 1)
    if head == "setting":
        return _setting(key, scope)
    if head in BINDINGS:
        return _HEADS[head](key)
    if head not in scope.pathways:
        raise scope.unknown(head, "pathway", scope.pathways)
    return lambda context: _of_pathway(context, head, key)


def _of_pathway(context: Context, pathway: str, name: str) -> Reading:
    other = linked(context, pathway)
    if other is None:
        return unknown(Why.NOT_ENROLLED, pathway)
    if name in other.definition.values:
        return other.named_value(name)
    return unknown(Why.NOT_COMPARABLE, f"{pathway}.{name}")


def linked(context: Context, pathway: str) -> Context | None:
    """The context of the enrolment that a pathway's name means here: itself, the parent, the newest child or shared one."""
    if pathway == context.enrolment.pathway:
        return context
    enrolments = context.world.chart.enrolments
    parent = context.enrolment.parent and enrolments.get(context.enrolment.parent)
    if parent and parent.pathway == pathway:
        return context.of(parent)
    other = context.world.newest(pathway)
    return context.of(other) if other is not None else None


def _parameter(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        asked = context.bindings.get("with") or {}
        if asked.get(key) is None:
            return unknown(Why.NEVER_RECORDED, key)
        value, unit = entries.plain(asked[key])
        return Reading(value, unit)

    return read


def _stored(field: str) -> Callable[[str], ValueFunction]:
    def build(key: str) -> ValueFunction:
        def read(context: Context) -> Reading:
            value, unit = entries.plain(getattr(context.enrolment, field).get(key))
            return Reading(value, unit) if value is not None else unknown(Why.NOT_YET, key)

        return read

    return build


def _row(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        value, unit = typed(context.bindings["row"][key])
        return Reading(value, unit)

    return read


def _entry(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        entry = context.bindings.get("entry")
        if entry is None:
            return unknown(Why.NEVER_RECORDED, key)
        return entries.attribute_of(context, entry, key, Reading(entry, facts=entries.facts_of(entry)))

    return read


def _caller(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        caller = context.bindings.get("caller")
        if not isinstance(caller, Caller):
            return unknown(Why.NOT_ENROLLED, "caller")
        return context.definition.caller_value(context, caller, key)

    return read


_HEADS: dict[str, Callable[[str], ValueFunction]] = {
    "with": _parameter,
    "given": _stored("parameters"),
    "anchor": _stored("anchors"),
    "row": _row,
    "entry": _entry,
    "caller": _caller,
}
