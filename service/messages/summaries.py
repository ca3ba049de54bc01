"""One summary instead of many letters: after downtime, or when more waits for somebody than should come one by one.

The letters that a summary tells are `carried`: they stay in the outbox word for word, and say which summary told them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.outbox import Claimed, Letter, Mark, letter_id
from notifications import Catalogue
from service.messages import words
from service.messages.posting import number_of

LAYOUT = "summary"
SHOWN = 4
"""Patients that are named for each kind."""


@dataclass(frozen=True)
class Summaries:
    """Writes summaries."""

    catalogue: Catalogue
    url: str
    zone: str

    def of(self, claims: Sequence[Claimed], now: datetime) -> tuple[Letter, list[Mark]]:
        """The summary of letters to one recipient over one channel, and their marks."""
        first = claims[0].letter
        identity = letter_id(LAYOUT, first.recipient, first.channel, *sorted(one.letter.id for one in claims))
        letter = self._letter(identity, [one.letter for one in claims], now)
        marks = [
            Mark(one.letter.id, one.epoch, "carried", now, "summary", one.tries, carried_by=identity) for one in claims
        ]
        return letter, marks

    def _letter(self, identity: str, letters: Sequence[Letter], now: datetime) -> Letter:
        first = min(letters, key=lambda one: (one.rank, one.created))
        language = first.language
        values = {
            "reference": "", "urgency": first.urgency, "urgency_word": words.URGENCIES[first.urgency][language], "role": "",
            "link": f"{self.url}/", "asked": words.when(now, self.zone, language), "acknowledge_by": "", "waited": "",
            "number": number_of(identity), "why": "summary", "label": "", "pathway": "", "stage": "",
            "count": str(len(letters)), "items": self._items(letters, language),
        }  # fmt: skip
        found = self.catalogue.render(LAYOUT, language, self.catalogue.complete(LAYOUT, language, values))
        hours = self.catalogue.declarations[LAYOUT].valid_hours
        return replace(
            first, id=identity, patient="", enrolment="", message="", code=LAYOUT, occurrence=identity, layout=LAYOUT,
            subject=found.subject, body=found.body, html=found.html, short=found.short, link=f"{self.url}/",
            thread=letter_id("thread", LAYOUT, first.recipient, first.channel), created=now, not_before=now,
            valid_until=now + timedelta(hours=hours),
        )  # fmt: skip

    def _items(self, letters: Sequence[Letter], language: str) -> str:
        """One line for each urgency and kind, the most urgent first."""
        groups: dict[tuple[int, str, str], list[str]] = {}
        for one in sorted(letters, key=lambda it: (it.rank, it.layout, it.patient)):
            groups.setdefault((one.rank, one.urgency, one.layout), []).append(one.patient)
        return "\n".join(self._item(urgency, layout, found, language) for (_, urgency, layout), found in groups.items())

    def _item(self, urgency: str, layout: str, patients: Sequence[str], language: str) -> str:
        named = list(dict.fromkeys(patients))
        more = len(named) > SHOWN
        joint, colon, rest = ("、", "：", "……") if language == "zh" else (", ", ": ", ", …")
        who = joint.join(named[:SHOWN]) + (rest if more else "")
        headline = self.catalogue.declarations[layout].headline[language]
        count = f" × {len(patients)}" if len(patients) > 1 else ""
        return f"{words.URGENCIES[urgency][language]}{colon}{headline}{count} – {who}"
