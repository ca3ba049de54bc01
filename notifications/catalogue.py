"""All layouts, shipped ones and a hospital's own: read, checked, tried on their samples, and then rendered from.

A layout is a folder: `message.toml`, and for each language `subject.txt`, `body.txt`, `short.txt` (which leave the
house), `inbox.txt` (which does not), and `body.html` where paragraphs of the text are not enough. `_base` frames all of
them and adds the line that says why the reader gets the message. A hospital's folder replaces single files; a folder
named like a message (`crs_suspected`) makes a layout for that message alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import TemplateError
from markupsafe import Markup, escape

from notifications import declaring, sandbox
from notifications.declaring import LANGUAGES, Declaration
from notifications.faults import Fault, TemplateFault
from notifications.plain import one_line, wrapped

SHIPPED = Path(__file__).parent / "templates"
BASE = "_base"
OUTSIDE = ("subject.txt", "body.txt", "short.txt")
INSIDE = ("inbox.txt",)
HTML = "body.html"
FRAMES = ("frame.txt", "frame.html")
FRAMED = {"content", "closing", "subject", "html_language"}
"""What the frame is given besides."""
LONGEST_SUBJECT, LONGEST_SHORT, LONGEST_INBOX = 140, 300, 2_000
_HTML_LANGUAGES = {"en": "en", "zh": "zh-CN"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message word for word, in one language."""

    subject: str
    body: str
    html: str
    short: str
    inbox: str


@dataclass(frozen=True)
class Catalogue:
    """Layouts by name, with their templates. Made by `load_catalogue`, which has checked them."""

    declarations: Mapping[str, Declaration]
    sources: Mapping[str, str] = field(repr=False)
    """Text of each template, by `layout/language/file`."""

    def names(self) -> tuple[str, ...]:
        """Names of the layouts."""
        return tuple(name for name in self.declarations if name != BASE)

    def layout_for(self, message: str, layout: str) -> str:
        """The layout of a message: one of its own where there is one, else that of its kind."""
        return message if message in self.names() else layout

    def sample(self, layout: str, language: str) -> dict[str, str | bool | int]:
        """Values of fictitious patients for every variable of a layout."""
        base, own = self.declarations[BASE], self.declarations[layout]
        values = {**base.sample.get(language, {}), **own.sample.get(language, {})}
        return {**values, "headline": own.headline.get(language, "")}

    def complete(self, layout: str, language: str, values: Mapping[str, str]) -> dict[str, str]:
        """The values of a message with the headline that the layout gives itself."""
        return {**values, "headline": self.declarations[layout].headline.get(language, "")}

    def render(self, layout: str, language: str, values: sandbox.Values) -> Rendered:
        """A message. Raises `jinja2.UndefinedError` for a variable that was not given, `TypeError` for one that is no plain value."""
        outside = {name: values[name] for name in self._outside(layout) if name in values}
        subject = one_line(self._text(layout, language, "subject.txt", outside), LONGEST_SUBJECT)
        body = self._text(layout, language, "body.txt", outside)
        framed = {
            **outside, **self._words(language), "subject": subject, "html_language": _HTML_LANGUAGES[language],
            "closing": self._text(BASE, language, "closing.txt", outside),
        }  # fmt: skip
        inner = Markup(self._html(layout, language, body, outside))  # noqa: S704 - the sandbox has escaped it
        return Rendered(
            subject,
            wrapped(sandbox.render(self.sources[f"{BASE}/frame.txt"], {**framed, "content": body}, html=False)) + "\n",
            sandbox.render(self.sources[f"{BASE}/frame.html"], {**framed, "content": inner}, html=True),
            one_line(self._text(layout, language, "short.txt", outside), LONGEST_SHORT),
            one_line(self._text(layout, language, "inbox.txt", values), LONGEST_INBOX),
        )

    def _outside(self, layout: str) -> set[str]:
        return {*self.declarations[BASE].outside, *self.declarations[layout].outside}

    def _words(self, language: str) -> dict[str, str]:
        return {f"w_{name}": text for name, text in self.declarations[BASE].words[language].items()}

    def _text(self, layout: str, language: str, file: str, values: sandbox.Values) -> str:
        return sandbox.render(self.sources[f"{layout}/{language}/{file}"], values, html=False).strip()

    def _html(self, layout: str, language: str, body: str, values: sandbox.Values) -> str:
        """The layout's own HTML, or the paragraphs of its text."""
        source = self.sources.get(f"{layout}/{language}/{HTML}")
        if source is not None:
            return sandbox.render(source, values, html=True)
        parts = [str(escape(part)).replace("\n", "<br>") for part in body.split("\n\n")]
        return "".join(f'<p style="margin:0 0 10px;">{part}</p>' for part in parts)


def load_catalogue(*folders: Path) -> Catalogue:
    """The shipped layouts, with those of further folders on top. Raises `TemplateFault` with all findings."""
    declarations: dict[str, Declaration] = {}
    sources: dict[str, str] = {}
    found: list[Fault] = []
    for folder in (SHIPPED, *folders):
        for layout in sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ():
            found += _take(layout, declarations, sources)
    catalogue = Catalogue(declarations, sources)
    found += [fault for name in declarations for fault in _faults(catalogue, name)]
    found += [] if found else [fault for name in catalogue.names() for fault in _tried(catalogue, name)]
    if found:
        raise TemplateFault(found)
    return catalogue


def _take(folder: Path, declarations: dict[str, Declaration], sources: dict[str, str]) -> Iterator[Fault]:
    """Take in a folder; without a declaration of its own it replaces files of the layout of its name."""
    if (folder / declaring.FILE).exists() or folder.name not in declarations:
        declarations[folder.name], faults = declaring.read(folder)
        yield from faults
    for path in sorted(folder.rglob("*")):
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        if path.is_file() and path.name != declaring.FILE:
            if not _is_template(name):
                yield Fault(name, "No message reads this file.", f"Known are {', '.join((*OUTSIDE, *INSIDE, HTML))}.")
                continue
            sources[name] = path.read_text(encoding="utf-8")


def _is_template(name: str) -> bool:
    layout, *rest = name.split("/")
    if layout == BASE:
        return rest in [[frame] for frame in FRAMES] or (rest[-1:] == ["closing.txt"] and rest[0] in LANGUAGES)
    return len(rest) == 2 and rest[0] in LANGUAGES and rest[1] in (*OUTSIDE, *INSIDE, HTML)


def _faults(catalogue: Catalogue, layout: str) -> Iterator[Fault]:
    """Missing files, and what is wrong with those that are there."""
    for name in _required(layout):
        if name not in catalogue.sources:
            yield Fault(name, "The file is missing.")
    for name, source in catalogue.sources.items():
        if name.startswith(f"{layout}/"):
            yield from sandbox.faults(name, source, _declared(catalogue, layout, name))


def _required(layout: str) -> list[str]:
    if layout == BASE:
        return [f"{BASE}/{frame}" for frame in FRAMES] + [f"{BASE}/{language}/closing.txt" for language in LANGUAGES]
    return [f"{layout}/{language}/{file}" for language in LANGUAGES for file in (*OUTSIDE, *INSIDE)]


def _declared(catalogue: Catalogue, layout: str, name: str) -> set[str]:
    """The variables that a file may use: what leaves the house sees outside variables only."""
    base, own = catalogue.declarations[BASE], catalogue.declarations[layout]
    declared = {*base.outside, *own.outside}
    file = name.rpartition("/")[2]
    if file in INSIDE:
        return declared | {*base.inside, *own.inside}
    if file in FRAMES:
        return declared | FRAMED | {f"w_{word}" for word in base.words.get("en", {})}
    return declared


def _tried(catalogue: Catalogue, layout: str) -> Iterator[Fault]:
    """Render it on its samples."""
    for language in LANGUAGES:
        try:
            catalogue.render(layout, language, catalogue.sample(layout, language))
        except (TemplateError, TypeError, KeyError) as error:
            yield Fault(f"{layout}/{language}", f"It cannot be rendered: {error}.")


def previews(catalogue: Catalogue, layouts: Sequence[str] = ()) -> Iterator[tuple[str, str, Rendered]]:
    """Every layout on fictitious patients, in every language."""
    for layout in layouts or catalogue.names():
        for language in LANGUAGES:
            yield layout, language, catalogue.render(layout, language, catalogue.sample(layout, language))
