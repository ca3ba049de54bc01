"""Reads the settings from the environment and the TOML file, and says of a wrong one which it is and what was meant."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsError,
)

from engine.catalogue.names import did_you_mean
from service.settings import CONFIG, PREFIX, RESERVED, InvalidSetting, Settings


class _Outside(Settings):
    """Settings from the environment, over those of a file."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before what is handed in: the content of the file."""
        assert isinstance(init_settings, InitSettingsSource)
        return (EnvSettingsSource(settings_cls), init_settings)


def load_settings(**given: Any) -> Settings:
    """The settings of this process; `given` ones (options of the command line) go first. Raises `InvalidSetting`."""
    _refuse_unknown(os.environ)
    file = _file(os.environ.get(CONFIG, ""))
    try:
        return Settings(**{**_outside(file), **given})
    except ValidationError as error:
        raise _invalid(error, os.environ, file) from None


def _outside(file: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _Outside(**file).model_dump(exclude_unset=True)
    except SettingsError as error:
        raise InvalidSetting(str(error), remedy="See `careway settings`.") from None


def _refuse_unknown(names: Mapping[str, str]) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {CONFIG}
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known and not name.startswith(RESERVED):
            raise InvalidSetting(
                f"There is no setting {name}.", place=name, remedy=_meant(name.upper(), known), name=name
            )


def _meant(name: str, known: set[str]) -> str:
    return did_you_mean(name.lower(), [one.lower() for one in known]).upper().replace(
        "DID YOU MEAN", "Did you mean"
    ) or ("See `careway settings` for those that exist.")


def _file(name: str) -> dict[str, Any]:
    """The content of the TOML file, empty for none. Raises `InvalidSetting`."""
    if not name:
        return {}
    try:
        content = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSetting(
            f"The file of settings cannot be read: {error}", place=name, remedy=f"Correct the file, or {CONFIG}."
        ) from None
    for key in content:
        if key not in Settings.model_fields:
            remedy = did_you_mean(key, Settings.model_fields) or "See `careway settings` for those that exist."
            raise InvalidSetting(f"There is no setting {key}.", place=f"{name}: {key}", remedy=remedy, name=key)
    return content


def _invalid(error: ValidationError, names: Mapping[str, str], file: Mapping[str, Any]) -> InvalidSetting:
    """The first wrong value, by the name under which it was given; the value itself stays unsaid, it may be secret."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    variable = f"{PREFIX}{name.upper()}"
    place = variable if variable in names else f"{names.get(CONFIG)}: {name}" if name in file else name
    return InvalidSetting(
        f"{first['msg']}.", place=place, remedy=Settings.model_fields[name].description or "", name=name
    )
