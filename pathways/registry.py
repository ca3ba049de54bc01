"""The pathways that ship: finds their folders, loads catalogue, functions and definitions into one registry."""

from __future__ import annotations

import gc
import importlib
import pkgutil
from functools import lru_cache
from pathlib import Path

from engine.catalogue import Catalogue
from engine.definition.registry import Registry
from engine.functions import REGISTRY

HERE = Path(__file__).parent


def load_catalogue() -> Catalogue:
    """The catalogue of facts."""
    return Catalogue.load(HERE / "catalogue" / "facts.yaml")


def load_functions() -> None:
    """Import every module of `pathways.calculations`, which registers its functions."""
    package = importlib.import_module("pathways.calculations")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"pathways.calculations.{module.name}")


def definition_files(*folders: Path) -> list[Path]:
    """The `pathway.yaml` of every pathway, of the shipped ones and of further folders; a later folder replaces by id."""
    found: dict[str, Path] = {}
    for folder in (HERE, *folders):
        found |= {path.parent.name: path for path in sorted(folder.glob("*/pathway.yaml"))}
    return list(found.values())


def load_registry(*folders: Path) -> Registry:
    """Everything that ships, with a hospital's own folders on top. Raises `DefinitionError`."""
    return _loaded(folders)


@lru_cache(maxsize=4)
def _loaded(folders: tuple[Path, ...]) -> Registry:
    # Some 200 000 objects that live as long as the process: neither the collections while they are made (a third of the
    # time) nor any later one need walk through them.
    collecting = gc.isenabled()
    gc.disable()
    try:
        load_functions()
        registry = Registry.load(definition_files(*folders), load_catalogue(), REGISTRY)
    finally:
        if collecting:
            gc.enable()
    gc.collect()
    gc.freeze()
    return registry
