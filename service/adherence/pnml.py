"""The stages of a definition as a Petri net (PNML, ISO/IEC 15909-2), against which exported logs can be checked.

A place for each stage and a transition for each move, named by its trigger as the events of kind `move` are. The first
event of a trace, `opened`, puts the token into the initial stage; every stage leads to the end silently, because an
enrolment that still runs has not departed from the model. A parent may close its child from any stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from engine.definition.compiled import Definition
from engine.definition.graph import PARENT

SILENT = '<toolspecific tool="ProM" version="6.4" activity="$invisible$"/>'


def pnml(definition: Definition) -> str:
    """The net."""
    return "\n".join(_lines(definition)) + "\n"


def _lines(definition: Definition) -> Iterator[str]:
    graph = definition.graph
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml">'
    yield f'<net id={quoteattr(definition.id)} type="http://www.pnml.org/version-2009/grammar/ptnet">'
    yield f"<name><text>{escape(definition.id)} {definition.hash}</text></name>"
    yield '<page id="page">'
    yield _place("begin", "begin", marked=True)
    yield _place("end", "end")
    yield from (_place(f"stage-{name}", name) for name in graph.stages)
    yield from _transition("opened", "opened", "begin", f"stage-{graph.initial}")
    for number, move in enumerate(graph.moves):
        yield from _transition(f"move-{number}", move.trigger, f"stage-{move.source}", f"stage-{move.target}")
    for number, (name, target) in enumerate((one, end) for one in graph.stages for end in sorted(graph.terminal)):
        if name not in graph.terminal:
            yield from _transition(f"parent-{number}", PARENT, f"stage-{name}", f"stage-{target}")
    for name in sorted(graph.stages):
        yield from _transition(f"end-{name}", "", f"stage-{name}", "end")
    yield "</page>"
    yield '<finalmarkings><marking><place idref="end"><text>1</text></place></marking></finalmarkings>'
    yield "</net>"
    yield "</pnml>"


def _place(id: str, name: str, *, marked: bool = False) -> str:
    marking = "<initialMarking><text>1</text></initialMarking>" if marked else ""
    return f"<place id={quoteattr(id)}><name><text>{escape(name)}</text></name>{marking}</place>"


def _transition(id: str, name: str, source: str, target: str) -> Iterator[str]:
    named = f"<name><text>{escape(name or id)}</text></name>"
    yield f"<transition id={quoteattr(id)}>{named}{'' if name else SILENT}</transition>"
    yield f"<arc id={quoteattr(f'{id}-in')} source={quoteattr(source)} target={quoteattr(id)}/>"
    yield f"<arc id={quoteattr(f'{id}-out')} source={quoteattr(id)} target={quoteattr(target)}/>"
