"""A test message to one address: whether messages reach somebody, found out before anything depends on it."""

from __future__ import annotations

from email.utils import format_datetime

from engine.calendar import zone_info
from engine.clock import SystemClock
from engine.errors import CallerError
from engine.outbox import letter_id
from notifications.channels import Outgoing
from service.messages import words
from service.messages.building import channels_of, layouts, public_url
from service.messages.posting import number_of
from service.settings import Settings

LAYOUT = "test"


class NoChannel(CallerError):
    """No way out is set up."""

    code = "no_channel"


def send_test(settings: Settings, address: str, language: str) -> None:
    """Send it now. Raises `NoChannel`, `SendingFailed`, `InvalidTemplate`."""
    clock = SystemClock()
    channel = channels_of(settings, clock).get("webhook" if address.startswith("https://") else "email")
    if channel is None:
        raise NoChannel("No way to this address is set up.", place=address, remedy="Set smtp_host, or webhook_secret.")
    now, catalogue, url = clock.now(), layouts(settings), public_url(settings)
    identity = letter_id(LAYOUT, address, now.isoformat())
    values = {
        "reference": "", "urgency": "routine", "urgency_word": words.URGENCIES["routine"][language], "role": "", "link": f"{url}/",
        "asked": words.when(now, settings.timezone, language), "acknowledge_by": "", "waited": "", "number": number_of(identity),
        "why": LAYOUT, "label": "", "pathway": "", "stage": "",
    }  # fmt: skip
    found = catalogue.render(LAYOUT, language, catalogue.complete(LAYOUT, language, values))
    channel.send(
        Outgoing(
            id=identity, address=address, language=language, subject=found.subject, body=found.body, html=found.html,
            short=found.short, link=f"{url}/", urgency="routine", thread=identity,
            sent=format_datetime(now.astimezone(zone_info(settings.timezone))),
        )
    )  # fmt: skip
