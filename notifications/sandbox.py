"""What a template may contain: text, declared variables and `if`. No loops, calls, attributes, arithmetic or inheritance.

Jinja's own sandbox keeps a template from the machine but not from running for ever, and it renders what is undefined as
nothing. So a template is admitted by the nodes of its syntax tree: what is left can only grow with its own length, and
an undefined variable is an error when it is loaded and again when it is rendered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from notifications.faults import Fault

LONGEST = 16_384
"""Characters of one template."""

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or,
    nodes.Compare, nodes.Operand, nodes.Const, nodes.Filter,
)  # fmt: skip
FILTERS = ("lines",)
Values = Mapping[str, str | bool | int]
"""What a template is given: plain values only, so that there is nothing to call."""


def _lines(text: str) -> Markup:
    """Several lines of text as HTML."""
    return Markup("<br>").join(escape(line) for line in str(text).split("\n"))


def environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    """Where templates are compiled; HTML escapes everything, text nothing."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=html, keep_trailing_newline=False, trim_blocks=False
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters["lines"] = _lines
    return made


HTML, TEXT = environment(html=True), environment(html=False)


def faults(place: str, source: str, declared: set[str]) -> Iterator[Fault]:
    """What is wrong with a template."""
    if len(source) > LONGEST:
        yield Fault(place, f"The template is longer than {LONGEST} characters.")
        return
    try:
        tree = TEXT.parse(source)
    except TemplateSyntaxError as error:
        yield Fault(f"{place}:{error.lineno}", f"{error.message}.")
        return
    for node in tree.find_all(nodes.Node):
        yield from _node_faults(place, node)
    unknown = sorted({node.name for node in tree.find_all(nodes.Name)} - declared)
    if unknown:
        yield Fault(
            place, f"Not declared: {', '.join(unknown)}.", "Declare it in message.toml, or use a declared variable."
        )


def _node_faults(place: str, node: nodes.Node) -> Iterator[Fault]:
    if not isinstance(node, ALLOWED):
        what = type(node).__name__.lower()
        yield Fault(
            f"{place}:{node.lineno}", f"A template has no {what}.", "Use text, {{ variable }} and {% if %} only."
        )
    elif isinstance(node, nodes.Name) and node.ctx != "load":
        yield Fault(f"{place}:{node.lineno}", "A template sets nothing.")
    elif isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.args or node.kwargs):
        yield Fault(f"{place}:{node.lineno}", f"There is no filter {node.name}.", "The only one is `lines`.")


def render(source: str, values: Mapping[str, object], *, html: bool) -> str:
    """The text of a template that was admitted. Raises `UndefinedError` and `TypeError`."""
    for name, value in values.items():
        if not isinstance(value, str | bool | int):
            raise TypeError(f"{name} is a {type(value).__name__}, not a plain value")
    return _compiled(source, html).render(dict(values))


@lru_cache(maxsize=512)
def _compiled(source: str, html: bool) -> Template:
    return (HTML if html else TEXT).from_string(source)
