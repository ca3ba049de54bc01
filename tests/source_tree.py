"""Reads the product's source as syntax trees, so that rules about its shape can be held by tests."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("engine", "pathways", "notifications", "service")


@dataclass(frozen=True)
class Source:
    """One Python file: its place relative to the root, and its text."""

    path: Path
    text: str

    @property
    def module(self) -> str:
        """Dotted name of the module; a package's is that of its folder."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, str(self.path))

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full dotted name of everything imported, wherever it stands in the file.

        `from a import b` counts as `a.b`: whether `b` is a module or a name in one, its prefix tells where it lives.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)

    def names_used(self) -> Iterator[tuple[int, str]]:
        """Line and full dotted name of every read of an imported thing: `dt.datetime.now` → `datetime.datetime.now`."""
        known = self._imported_names()
        for node in ast.walk(self.tree):
            dotted = _dotted(node)
            head, _, tail = dotted.partition(".")
            if head in known:
                yield node.lineno, f"{known[head]}.{tail}" if tail else known[head]  # type: ignore[attr-defined]

    def undocumented(self) -> Iterator[tuple[int, str]]:
        """Line and name of the module (line 1) and of every public class and function without a docstring."""
        if self.text.strip() and ast.get_docstring(self.tree) is None:
            yield 1, self.module
        yield from _undocumented(self.tree.body)

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.module.split(".") if self.path.name == "__init__.py" else self.module.split(".")[:-1]
        parts = package[: len(package) - node.level + 1]
        return ".".join([*parts, node.module] if node.module else parts)

    def _imported_names(self) -> dict[str, str]:
        """What each imported name means in this file."""
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            elif isinstance(node, ast.ImportFrom):
                names |= {a.asname or a.name: f"{self._base(node)}.{a.name}" for a in node.names}
        return names


def sources(*folders: str) -> list[Source]:
    """Every Python file in these folders of the repository."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [Source(path.relative_to(ROOT), path.read_text(encoding="utf-8")) for path in paths]


def within(name: str, prefixes: Iterable[str]) -> bool:
    """Whether a dotted name is one of these modules or lies inside one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def _dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes, empty for everything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


def _undocumented(body: list[ast.stmt]) -> Iterator[tuple[int, str]]:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None and not _documented_elsewhere(node):
            yield node.lineno, node.name
        if isinstance(node, ast.ClassDef):
            yield from ((line, f"{node.name}.{name}") for line, name in _undocumented(node.body))


def _documented_elsewhere(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Overloads and setters are explained where the function or the property itself is."""
    marks = [_dotted(mark) for mark in node.decorator_list]
    return any(
        mark in {"overload", "override"} or mark.endswith((".overload", ".setter", ".override")) for mark in marks
    )
