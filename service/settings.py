"""Everything that can be set, each with its name, its default and a sentence; read once, at start, into a frozen object.

A setting comes from the environment (`CAREWAY_<NAME>`), else from the TOML file that `CAREWAY_CONFIG` names, else from
its default here. A name that does not exist is an error: a misspelt setting must not be a silent nothing. Clinical
settings are no part of this: they stand, with their reasons, in the definitions of the pathways.
"""

from __future__ import annotations

import os
import socket
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from engine.errors import AuthorError

PREFIX = "CAREWAY_"
CONFIG = "CAREWAY_CONFIG"
"""Names the TOML file; the one variable that is no setting."""
RESERVED = "CAREWAY_TEST_"
"""Variables of the tests, which the service does not read."""

Language = Literal["en", "zh"]


class InvalidSetting(AuthorError):
    """A setting does not exist, or its value cannot be used; the service does not start."""

    code = "invalid_setting"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no IANA time zone such as Asia/Shanghai") from None
    return name


def _listed(value: Any) -> Any:
    """A list as the environment can say it: parts between commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _by_role(value: Any) -> Any:
    """A table of lists as the environment can say it: `role=a|b, role=c`."""
    if not isinstance(value, str):
        return value
    pairs = (part.partition("=") for part in _listed(value))
    return {role.strip(): tuple(one.strip() for one in names.split("|") if one.strip()) for role, _, names in pairs}


def _hours(text: str) -> str:
    try:
        for part in text.split("-") if text else ():
            time.fromisoformat(part.strip())
    except ValueError:
        raise ValueError("is no span of the day such as 22:00-07:00") from None
    if text and text.count("-") != 1:
        raise ValueError("is no span of the day such as 22:00-07:00")
    return text


Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Settings(BaseSettings):
    """The settings of one process. Made directly (in tests) it reads nothing from outside."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    database_url: str = Field(
        "sqlite:///var/careway.db", repr=False,
        description="Where the records are: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME for a larger site.",
    )  # fmt: skip
    database_pool: int = Field(8, ge=1, le=200, description="Connections to the database that are kept open.")
    charts_in_memory: int = Field(1024, ge=0, description="Patients whose charts are kept in memory between commands.")
    host: str = Field("127.0.0.1", description="Address on which the HTTP service listens.")
    port: int = Field(8000, ge=0, le=65_535, description="Port on which it listens; 0 takes a free one.")
    shutdown_seconds: int = Field(
        5, ge=1, le=300, description="How long requests may still run after SIGTERM before they are broken off."
    )
    secret_key: str = Field(
        "", repr=False,
        description="32 random bytes in base64 that encrypt second factors; empty: in the file careway.key beside the "
        "SQLite database. All processes on one PostgreSQL database need the same.",
    )  # fmt: skip
    secure_cookies: bool | None = Field(
        None,
        description="Whether browsers reach the service by https alone: true behind a proxy that speaks it; unset: unless "
        "the service listens on this machine alone.",
    )
    oidc_issuer: str = Field(
        "",
        description="The hospital's identity provider (OpenID Connect), as it names itself; empty: accounts of Careway alone.",
    )
    oidc_client_id: str = Field("careway", description="How the identity provider knows this service.")
    oidc_client_secret: str = Field(
        "", repr=False, description="The secret that the identity provider gave to this service; better in the environment."
    )  # fmt: skip
    session_idle_minutes: int = Field(
        30, ge=1, le=1_440, description="After so long without a request a person has to sign in again."
    )
    session_hours: int = Field(12, ge=1, le=168, description="So long after signing in it has to be done again.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least serious line of the log."
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Asia/Shanghai", description="IANA zone of the site, in which clinical days begin and end."
    )
    language: Language = Field("en", description="Language of pages and messages for whom no other is known: en or zh.")
    pathway_folders: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (),
        description="Folders with the site's own pathways; a later one replaces a pathway of the same id. Commas between.",
    )
    due_pass: bool = Field(True, description="Whether this process handles what falls due; at least one must.")
    pass_seconds: Seconds = Field(1.0, description="Time between two looks at what is due.")
    pass_batch: int = Field(100, ge=1, le=5_000, description="Due timers that are handled in one transaction.")
    pass_limit: int = Field(
        1_000, ge=1, description="Due timers that one pass handles before it reports and begins anew."
    )
    lease_seconds: Seconds = Field(
        15.0, description="How long a worker holds what it claimed; then, if it died, another may take it over."
    )
    watchdog_seconds: Seconds = Field(
        30.0, description="Without a completed pass for so long, the service says that it stands still."
    )
    public_url: str = Field(
        "", description="Where people reach the pages, for the links in messages; empty: the address listened on."
    )
    deliver: bool = Field(True, description="Whether this process delivers messages; at least one must.")
    deliver_seconds: Seconds = Field(2.0, description="Time between two looks at what is to be delivered.")
    message_folders: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), description="Folders with the site's own layouts of messages, which replace shipped ones. Commas between."
    )
    message_addresses: Annotated[dict[str, tuple[str, ...]], NoDecode, BeforeValidator(_by_role)] = Field(
        {},
        description="Mail addresses or webhooks (https://…) by role: neurologist=a@x.org|b@x.org;zh, icu=c@x.org (in the "
        "file a table). `;zh` or `;en` behind an address is that reader's language.",
    )
    message_fallback: str = Field(
        "coordinator_lead", description="The role that gets what is meant for a role with nobody in it."
    )
    message_bundle: int = Field(
        5, ge=1, description="More letters than this that wait for one reader become one summary; critical ones do not."
    )
    message_budget: int = Field(
        20,
        ge=1,
        description="Letters to one reader within an hour; further ones wait for a summary, critical ones do not.",
    )
    message_tries: int = Field(
        12, ge=1, description="Attempts at one letter before it is given up and shown to people."
    )
    quiet_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "", description="Time of day in which only critical letters go out, e.g. 22:00-07:00; empty: none."
    )
    smtp_host: str = Field("", description="Server that takes e-mail; empty: no e-mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65_535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the connection is encrypted: starttls, tls from the first byte, or none (a relay on this machine).",
    )
    smtp_user: str = Field("", description="Account on the server; empty: none is needed.")
    smtp_password: str = Field("", repr=False, description="Its password; give it by the environment.")
    smtp_sender: str = Field(
        "careway@localhost", description="Address from which e-mail comes; its domain ends every Message-ID."
    )
    smtp_seconds: Seconds = Field(10.0, le=30, description="How long one answer of the server may take.")
    webhook_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), description="The only hosts to which webhooks go, each as host:port. Commas between."
    )
    webhook_secret: str = Field(
        "", repr=False,
        description="What webhooks are signed with (whsec_ and base64, 24 bytes or more); give it by the environment; empty: "
        "no webhooks are sent.",
    )  # fmt: skip
    webhook_private: bool = Field(
        False, description="Whether webhooks may go to addresses of private networks, as inside a hospital."
    )
    worker_name: str = Field(
        "", description="Name of this process in claims and logs; empty: host name and process id."
    )

    @property
    def worker(self) -> str:
        """The name of this process."""
        return self.worker_name or f"{socket.gethostname()}:{os.getpid()}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        *_: Any,
        **__: Any,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in; `service.reading_settings` adds the environment and the file."""
        return (init_settings,)

    def shown(self) -> dict[str, Any]:
        """Every setting by name, JSON-ready, passwords masked."""
        hidden = {"database_url": masked(self.database_url), "secret_key": "***" if self.secret_key else ""}
        hidden["oidc_client_secret"] = "***" if self.oidc_client_secret else ""
        hidden |= {name: "***" if getattr(self, name) else "" for name in ("smtp_password", "webhook_secret")}
        return {**self.model_dump(mode="json"), **hidden}


def masked(url: str) -> str:
    """A URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{place}"))
