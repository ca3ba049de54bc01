"""Traces as XES (IEEE 1849-2016, XES 2.0), written as they come: one trace for each enrolment, pseudonymous.

Extensions: Concept, Time, Organizational, Lifecycle. The classifier `Move` names changes of stage by their trigger, as the
exported model (`service.adherence.pnml`) names its transitions; an event's `careway:kind` says what sort it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from engine.store.adherence.happenings import Happening, Trace
from service.adherence.pseudonyms import Pseudonyms

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="2.0" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <global scope="trace">
    <string key="concept:name" value="unknown"/>
    <string key="careway:pathway" value="unknown"/>
    <string key="careway:definition" value="unknown"/>
  </global>
  <global scope="event">
    <string key="concept:name" value="unknown"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
    <string key="lifecycle:transition" value="complete"/>
    <string key="careway:kind" value="unknown"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <classifier name="Kind and activity" keys="careway:kind concept:name"/>
  <string key="concept:name" value="careway"/>
"""
TAIL = "</log>\n"
_DETAILS = {"stage": "careway:stage", "status": "careway:status", "timing": "careway:timing",
            "overridden": "careway:overridden", "warned": "careway:warned"}  # fmt: skip


def xes(traces: Iterable[Trace], names: Pseudonyms) -> Iterator[str]:
    """The log piece by piece, a trace at a time."""
    yield HEAD
    for trace in traces:
        yield _trace(trace, names)
    yield TAIL


def moment(at: datetime) -> str:
    """An instant as XES and OCEL write it: UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _trace(trace: Trace, names: Pseudonyms) -> str:
    own = {
        "concept:name": names.of("enrolment", trace.enrolment), "careway:patient": names.of("patient", trace.patient),
        "careway:pathway": trace.pathway, "careway:definition": trace.definition,
        "careway:state": "closed" if trace.closed else "open",
    }  # fmt: skip
    lines = ["  <trace>", *_strings(own, 4), *(line for one in trace.happenings for line in _event(one)), "  </trace>"]
    return "\n".join(lines) + "\n"


def _event(one: Happening) -> Iterator[str]:
    yield "    <event>"
    yield from _strings({"concept:name": one.name}, 6)
    yield f'      <date key="time:timestamp" value="{moment(one.at)}"/>'
    yield from _strings({"lifecycle:transition": "complete", "careway:kind": one.kind}, 6)
    details = {_DETAILS[key]: value for key, value in one.details.items()}
    yield from _strings({**({"org:role": one.role} if one.role else {}), **details}, 6)
    yield "    </event>"


def _strings(values: Mapping[str, str], indent: int) -> Iterator[str]:
    for key, value in values.items():
        yield f"{' ' * indent}<string key={quoteattr(key)} value={quoteattr(value)}/>"
