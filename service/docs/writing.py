"""Writes the generated pages, and says which of them were not true."""

from __future__ import annotations

from pathlib import Path

from engine.definition.graph import StateGraph
from pathways.registry import HERE
from service.docs.book import load_book
from service.docs.diagram import state_diagram
from service.docs.page import index, page

FOLDER = HERE.parent / "docs" / "pathways"


def generated() -> dict[str, str]:
    """Every generated file by its name."""
    book = load_book()
    files = {"index.md": index(book)}
    for name, spec in book.specs.items():
        files[f"{name}.md"] = page(book, spec)
        files[f"{name}.svg"] = state_diagram(spec, StateGraph(spec))
    return files


def write(folder: Path = FOLDER, files: dict[str, str] | None = None) -> list[str]:
    """Write the pages, remove those of pathways that are gone, and name what changed."""
    files = generated() if files is None else files
    changed = differences(files, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in files:
            (folder / name).write_text(files[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed


def differences(files: dict[str, str], folder: Path = FOLDER) -> list[str]:
    """Names of files that are missing, different, or should not be there."""
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*")) if path.is_file()}
    return sorted(name for name in files.keys() | found.keys() if files.get(name) != found.get(name))
