"""Everything that can be set, each with its name, its default and a sentence; read once, at start, into a frozen object.

A setting comes from the environment (`CAREWAY_<NAME>`), else from the TOML file that `CAREWAY_CONFIG` names, else from
its default here. A name that does not exist is an error: a misspelt setting must not be a silent nothing. Clinical
settings are no part of this: they stand, with their reasons, in the definitions of the pathways.
"""

from __future__ import annotations

import os
import socket
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
    trusted_headers: bool | None = Field(
        None,
        description="Whether requests may say by header who acts: true where a proxy sets the headers, false never; "
        "unset: only while the service listens on this machine alone.",
    )
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
        return {**self.model_dump(mode="json"), "database_url": masked(self.database_url)}


def masked(url: str) -> str:
    """A URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{place}"))
