"""Layouts: what a template may contain, what leaves the house, and how a hospital replaces one."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from notifications import LANGUAGES, TemplateFault, load_catalogue
from notifications.plain import one_line, width, wrapped
from notifications.sandbox import faults, render
from service.messages.building import layouts
from service.messages.errors import InvalidTemplate
from service.settings import Settings


def own(folder: Path, name: str, text: str) -> Path:
    """A hospital's file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "template",
    [
        "{% for one in role %}x{% endfor %}", "{{ role * 9 }}", "{{ role.__class__ }}", "{{ role[0] }}", "{{ role() }}",
        "{% set x = 1 %}", "{% include 'x' %}", "{% extends 'x' %}", "{% macro x() %}{% endmacro %}", "{{ role | upper }}",
        "{{ role | lines(1) }}", "{{ role ~ role }}", "{{ 'x' if role else 'y' }}", "{% import 'x' as y %}", "{{ [role] }}",
        "{% raw", "{{ self }}", "{{ 10 ** 10 }}", "x" * 20_000,
    ],
)  # fmt: skip
def test_a_template_is_text_variables_and_if(template: str) -> None:
    """No loops, calls, attributes, arithmetic, inheritance, further filters; nothing of unbounded length."""
    assert list(faults("x", template, {"role"}))


@pytest.mark.parametrize(
    "template", ["{{ role }}", "{% if role == 'x' and not urgency %}a{% elif role %}b{% endif %}", "{{ role | lines }}"]
)
def test_what_is_allowed_is_admitted(template: str) -> None:
    assert list(faults("x", template, {"role", "urgency"})) == []


def test_a_variable_that_is_not_declared_is_found_when_it_is_loaded() -> None:
    """Not when the message is due: a dose must never be rendered as nothing."""
    (fault,) = faults("x", "Dose {{ dose }} mg", {"role"})
    assert "Not declared: dose" in str(fault)


def test_a_variable_that_was_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("Dose {{ dose }} mg", {}, html=False)


def test_only_plain_values_are_given() -> None:
    with pytest.raises(TypeError, match="dose is a dict"):
        render("{{ dose }}", {"dose": {}}, html=False)


def test_html_is_escaped_and_text_is_not() -> None:
    assert render("{{ x }}", {"x": "<b>&"}, html=True) == "&lt;b&gt;&amp;"
    assert render("{{ x | lines }}", {"x": "<b>\n&"}, html=True) == "&lt;b&gt;<br>&amp;"
    assert render("{{ x }}", {"x": "<b>&"}, html=False) == "<b>&"


@pytest.mark.parametrize("file", ["subject.txt", "body.txt", "short.txt"])
def test_inside_variables_do_not_leave_the_house(tmp_path: Path, file: str) -> None:
    """A hospital cannot put the result into a mail by mistake."""
    with pytest.raises(TemplateFault, match="Not declared: facts"):
        load_catalogue(own(tmp_path, f"hold_opened/en/{file}", "{{ facts }}"))


def test_a_hospital_replaces_single_files(tmp_path: Path) -> None:
    folder = own(tmp_path, "hold_opened/en/subject.txt", "Ward 7: {{ headline }}")
    catalogue = load_catalogue(folder)
    english, chinese = (catalogue.render("hold_opened", one, catalogue.sample("hold_opened", one)) for one in LANGUAGES)
    assert english.subject == "Ward 7: Treatment is suspended"
    assert chinese.subject.startswith("【")


def test_a_message_may_have_a_layout_of_its_own(tmp_path: Path) -> None:
    """Named like the message, with a declaration of its own."""
    shipped = load_catalogue()
    for name in (
        "message.toml",
        *(f"{one}/{file}.txt" for one in LANGUAGES for file in ("subject", "body", "short", "inbox")),
    ):
        source = Path("notifications/templates/hold_opened") / name
        own(tmp_path, f"hbv_reactivation_found/{name}", source.read_text(encoding="utf-8"))
    catalogue = load_catalogue(tmp_path)
    assert catalogue.layout_for("hbv_reactivation_found", "hold_opened") == "hbv_reactivation_found"
    assert shipped.layout_for("hbv_reactivation_found", "hold_opened") == "hold_opened"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("hold_opened/en/subjekt.txt", "x", "No message reads this file"),
        ("hold_opened/message.toml", 'purpose = "x"', "There is no headline"),
        ("hold_opened/message.toml", "purpose = ", "cannot be read"),
        ("extra/en/body.txt", "x", "cannot be read"),
        ("_base/frame.txt", "{{ nothing }}", "Not declared"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(TemplateFault, match=said):
        load_catalogue(own(tmp_path, name, text))


def test_the_service_does_not_start_on_a_broken_layout(tmp_path: Path) -> None:
    own(tmp_path, "hold_opened/en/body.txt", "{{ dose }}")
    with pytest.raises(InvalidTemplate, match=r"hold_opened/en/body\.txt"):
        layouts(Settings(message_folders=(tmp_path,)))


# --- plain text -----------------------------------------------------------------------------------------------------------


def test_text_is_wrapped_at_sixty_columns() -> None:
    """A Chinese character takes two; punctuation begins no line; an address stays whole."""
    text = "该患者触发了安全暂停；在解除之前，相关治疗步骤不能执行。" * 4
    lines = wrapped(text).splitlines()
    assert "".join(lines) == text
    assert all(width(line) <= 60 and line[0] not in "，。；" for line in lines)
    address = "https://careway.example/" + "x" * 80
    assert address in wrapped(f"Open {address} now").splitlines()


def test_a_subject_is_one_line_without_control_characters() -> None:
    """Whatever a label holds, it adds no header to a mail."""
    assert one_line("a\r\nBcc: x\x07  b", 50) == "a Bcc: x b"
    assert one_line("abcdef", 4) == "abc…"
