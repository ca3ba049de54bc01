"""Puts the parts of messages together from the settings: layouts, directory, ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.catalogue.names import did_you_mean
from engine.clock import Clock
from engine.definition.registry import Registry
from engine.definition.roles import ROLES
from engine.store import SqlStore
from notifications import Catalogue, TemplateFault, load_catalogue
from notifications.channels import Channel
from notifications.channels.email import Email, Server
from notifications.channels.webhook import Rules, Webhook, secret_of
from service.messages.delivering import Delivery
from service.messages.directory import Directory, SettingsDirectory
from service.messages.errors import InvalidTemplate
from service.messages.posting import Poster
from service.messages.quiet import Quiet
from service.messages.summaries import Summaries
from service.settings import InvalidSetting, Settings

SHORTEST_SECRET = 24
"""Bytes."""


@dataclass(frozen=True)
class Messages:
    """Everything that messages need in one process."""

    catalogue: Catalogue
    directory: Directory
    poster: Poster
    delivery: Delivery


def build_messages(
    settings: Settings, registry: Registry, store: SqlStore, clock: Clock, *,
    channels: Mapping[str, Channel] | None = None, directory: Directory | None = None,
) -> Messages:  # fmt: skip
    """The parts, from the settings; tests hand in their own channels. Raises `InvalidTemplate`, `InvalidSetting`."""
    _require_roles(settings)
    catalogue = layouts(settings)
    ways = channels_of(settings, clock) if channels is None else dict(channels)
    known = directory or SettingsDirectory(settings.message_addresses, tuple(ways), settings.language)
    url = public_url(settings)
    quiet = Quiet.parse(settings.quiet_hours)
    poster = Poster(registry, catalogue, known, settings.message_fallback, url, bool(ways), quiet)
    delivery = Delivery(store, clock, settings, ways, Summaries(catalogue, url, settings.timezone))
    return Messages(catalogue, known, poster, delivery)


def _require_roles(settings: Settings) -> None:
    """A misspelt role would be one that nobody reads for. Raises `InvalidSetting`."""
    named = [("message_addresses", role) for role in settings.message_addresses]
    for place, role in [*named, ("message_fallback", settings.message_fallback)]:
        if role not in ROLES:
            remedy = did_you_mean(role, ROLES) or "Roles stand in engine/definition/roles.py."
            raise InvalidSetting(f"There is no role {role}.", place=place, remedy=remedy)


def layouts(settings: Settings) -> Catalogue:
    """The layouts, with the site's own on top. Raises `InvalidTemplate` with all findings."""
    try:
        return load_catalogue(*settings.message_folders)
    except TemplateFault as fault:
        raise InvalidTemplate(
            f"Layouts of messages cannot be used: {fault}", place="message_folders", remedy="Correct these files."
        ) from None


def channels_of(settings: Settings, clock: Clock) -> dict[str, Channel]:
    """The ways out that are set up. Raises `InvalidSetting`."""
    ways: dict[str, Channel] = {}
    if settings.smtp_host:
        ways[Email.name] = _email(settings)
    if settings.webhook_secret:
        ways[Webhook.name] = _webhook(settings, clock)
    return ways


def _webhook(settings: Settings, clock: Clock) -> Webhook:
    try:
        secret = secret_of(settings.webhook_secret)
    except ValueError:
        secret = b""
    if len(secret) < SHORTEST_SECRET:
        raise InvalidSetting(
            "The secret of webhooks is none, or too short.",
            place="webhook_secret",
            remedy="Write whsec_ and 24 bytes or more in base64.",
        )
    hosts = frozenset(one.lower() for one in settings.webhook_hosts)
    return Webhook(Rules(hosts, secret, settings.webhook_private), lambda: int(clock.now().timestamp()))


def _email(settings: Settings) -> Email:
    domain = settings.smtp_sender.rpartition("@")[2]
    server = Server(
        settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_sender, settings.smtp_user,
        settings.smtp_password, settings.smtp_seconds, domain,
    )  # fmt: skip
    return Email(server)


def public_url(settings: Settings) -> str:
    """Where readers reach the pages, without a slash at the end."""
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
