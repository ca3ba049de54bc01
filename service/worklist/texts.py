"""The words of the pages in English and Chinese: gettext catalogues, read from their `.po` files when the service starts.

English is the source, so the English catalogue is empty on purpose. Clinical words are not here: labels of stages, tasks
and requirements come from the definitions, in both languages.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from engine.calendar import parse_when, zone_info
from service.accounts.roles import GRANTABLE, label

FOLDER = Path(__file__).parent / "locale"
LOCALES = {"en": "en", "zh": "zh_CN"}
_FORMATS = {"en": "en_GB", "zh": "zh_CN"}
"""Day before month in English: no reader can take it for the other order."""


@lru_cache(maxsize=4)
def catalogue(language: str) -> Translations:
    """The texts of a language, `en` or `zh`."""
    with (FOLDER / LOCALES[language] / "LC_MESSAGES" / "pages.po").open("rb") as file:
        messages = read_po(file, locale=LOCALES[language])
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def words(name: str) -> str:
    """The English words of an id, by which the catalogues know it: `care_coordinator` → `Care coordinator`."""
    text = name.replace("_", " ").replace(":", " ").strip()
    return text[:1].upper() + text[1:]


def named(name: str, language: str) -> str:
    """A role, verdict, urgency or audit event in words; an unknown one stays in English words."""
    text = catalogue(language).gettext(words(name)) if name else ""
    return label(name, language) if text == words(name) and name in GRANTABLE and language != "en" else text


def shown_when(when: str | None, zone: str, language: str) -> str:
    """A day, or an instant in the site's zone, as a reader of the language writes it: `5 Jul 2026, 09:00`."""
    if not when:
        return ""
    value = parse_when(when, zone)
    if isinstance(value, datetime):
        local = value.astimezone(zone_info(zone)).replace(tzinfo=None)
        pattern = "y年M月d日 HH:mm" if language == "zh" else "d MMM y, HH:mm"
        return str(format_datetime(local, pattern, locale=_FORMATS[language]))
    return _day(value, language)


def _day(value: date, language: str) -> str:
    return str(format_date(value, "y年M月d日" if language == "zh" else "d MMM y", locale=_FORMATS[language]))


NAMED = """\
care_coordinator neurologist haematologist infectious_disease infusion_nurse obstetrics on_call orderer paediatrics
pharmacist physician nurse intensivist oncologist ward system administrator second_person
life_threatening transfer nobody_reachable other_emergency
apheresis_unit coordinator_lead icu prescriber quality_office referrer
routine high critical
open done cancelled omitted missed
accepted accepted_with_warnings refused
minor major
"""
"""Ids that pages put into words, besides the audit events; the test of the catalogues holds that each is translated."""
