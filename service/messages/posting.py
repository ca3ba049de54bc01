"""Letters for the messages that a decision requested: rendered once, in the transaction that decides.

One letter stands in the inbox of the role, in both languages and with what the message is about; one goes to each
recipient outside, with a pseudonym and a link. A layout that fails here, although it was tried when it was loaded, must
not undo a clinical decision: the letter then says the least that a letter can say, and the log names the layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import structlog

from engine.codec import canonical
from engine.decide.causes import base_of, step_of
from engine.definition.registry import Registry
from engine.definition.reviving import NotLoaded
from engine.definition.roles import role_label
from engine.model import Changes, Chart, Message
from engine.outbox import INBOX, Letter, letter_id
from notifications import LANGUAGES, Catalogue, Rendered
from service.messages import words
from service.messages.directory import Directory, Recipient, Told, told
from service.messages.quiet import Quiet
from service.messages.telling import Telling

log = structlog.get_logger("careway.messages")
SITE = "main"
PLAIN = "condition"
"""The layout that needs no variable of its own."""


@dataclass(frozen=True)
class Poster:
    """See `engine.outbox.Post`."""

    registry: Registry
    catalogue: Catalogue
    directory: Directory
    fallback: str
    """The role that gets what is meant for a role with nobody in it."""
    url: str
    """Where readers reach the pages, without a slash at the end."""
    outside: bool
    """Whether anything leaves Careway."""
    quiet: Quiet

    def __call__(self, chart: Chart, changes: Changes, now: datetime) -> Sequence[Letter]:
        """The letters of every message requested just now."""
        asked = [chart.messages[key] for key in changes.messages]
        new = [one for one in asked if one.acknowledged is None and one.requested == now]
        return [letter for message in new for letter in self._written(chart, message, now)]

    def _written(self, chart: Chart, message: Message, now: datetime) -> Sequence[Letter]:
        """The letters of a message. None is written rather than a decision undone: the message itself stands in the chart."""
        try:
            return list(self._letters(chart, message, now))
        except NotLoaded:
            raise
        except Exception:
            log.exception("no letter could be written", code=message.code, role=message.to, urgency=message.urgency)
            return []

    def _letters(self, chart: Chart, message: Message, now: datetime) -> Iterator[Letter]:
        telling = Telling(self.registry, chart, message, now)
        yield self._inbox(telling)
        if self.outside:
            who = told(self.directory, message.to, SITE, self.fallback, escalated=step_of(message) > 0)
            if not who.recipients:
                log.warning("nobody is entered for a role", role=message.to, code=message.code, urgency=message.urgency)
            for recipient in who.recipients:
                yield self._outside(telling, who, recipient)

    # --- the two kinds of letters ---

    def _inbox(self, telling: Telling) -> Letter:
        role = f"role:{telling.message.to}"
        texts = {language: self._rendered(telling, language, "role", "").inbox for language in LANGUAGES}
        content = {"subject": "", "body": canonical(texts).decode(), "html": "", "short": ""}
        return self._letter(telling, Recipient(role, INBOX, "", ""), telling.message.requested, content)

    def _outside(self, telling: Telling, who: Told, recipient: Recipient) -> Letter:
        identity = self._id(telling.message, recipient)
        found = self._rendered(telling, recipient.language, who.why, number_of(identity))
        not_before = self.quiet.after(telling.message.requested, telling.zone, telling.message.urgency)
        content = {"subject": found.subject, "body": found.body, "html": found.html, "short": found.short}
        return self._letter(telling, recipient, not_before, content)

    def _letter(self, telling: Telling, recipient: Recipient, not_before: datetime, content: dict[str, str]) -> Letter:
        message, layout = telling.message, self._layout(telling)
        hours = self.catalogue.declarations[layout].valid_hours
        return Letter(
            id=self._id(message, recipient), patient=telling.chart.patient.id, enrolment=message.enrolment, message=message.id,
            code=message.code, occurrence=message.occurrence, role=message.to, recipient=recipient.person, channel=recipient.channel,
            address=recipient.address, language=recipient.language, layout=layout, urgency=message.urgency,
            rank=words.RANKS[message.urgency], link=self._link(message), thread=self._thread(message), created=message.requested,
            not_before=not_before, valid_until=message.requested + timedelta(hours=hours) if hours else None, **content,
        )  # fmt: skip

    @staticmethod
    def _id(message: Message, recipient: Recipient) -> str:
        patient = message.id.rpartition(".")[0]
        key = (message.code, message.occurrence, message.to, recipient.person, recipient.channel)
        return letter_id(patient, message.enrolment, *key)

    @staticmethod
    def _thread(message: Message) -> str:
        return letter_id("thread", message.enrolment, message.code, base_of(message))

    def _link(self, message: Message) -> str:
        patient = message.id.rpartition(".")[0]
        return f"{self.url}/patients/{quote(patient, safe='')}#message-{quote(message.id, safe='')}"

    # --- rendering ---

    def _layout(self, telling: Telling) -> str:
        layout = "escalated" if step_of(telling.message) else telling.layout
        return self.catalogue.layout_for(telling.message.code, layout)

    def _rendered(self, telling: Telling, language: str, why: str, number: str) -> Rendered:
        try:
            return self._render(telling, self._layout(telling), language, why, number)
        except Exception:
            log.exception("a layout failed", layout=self._layout(telling), code=telling.message.code)
            return self._render(telling, PLAIN, language, why, number)

    def _render(self, telling: Telling, layout: str, language: str, why: str, number: str) -> Rendered:
        own = {} if layout == PLAIN else telling.own(language)
        values = {
            **telling.common(language), **own, "role": role_label(telling.message.to, language), "why": why,
            "number": number, "link": self._link(telling.message),
        }  # fmt: skip
        if layout == "escalated":
            values |= self._original(telling, language, values)
        return self.catalogue.render(layout, language, self.catalogue.complete(layout, language, values))

    def _original(self, telling: Telling, language: str, values: dict[str, str]) -> dict[str, str]:
        """What the first readers were told."""
        layout = self.catalogue.layout_for(telling.message.code, telling.layout)
        first = self.catalogue.complete(layout, language, values)
        headline = self.catalogue.declarations[layout].headline[language]
        return {"original": self.catalogue.render(layout, language, first).inbox, "original_headline": headline}


def number_of(identity: str) -> str:
    """The number of a notice, as people compare it: eight digits of its id."""
    return f"{identity[:4]}-{identity[4:8]}"
