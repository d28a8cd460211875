"""Which test decides which requirement, read from the tests' source: no test is imported for it.

`may_decide` is quick and asks for text only; `tests_by_requirement` is exact and reads the source as Python.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from contract import data

_ID = re.compile(r"[A-Z]+-\d{3}")
_IMPORT = re.compile(r"^from (contract(?:\.\w+)*) import (\([^)]*\)|.*)$", re.MULTILINE)


@functools.cache
def tests_by_requirement(folder: Path | None = None) -> dict[str, list[str]]:  # noqa: PT028 - no test
    """
    Return the names of the tests, as ``test_file.py::test_name``, by the ids that they decide.

    An id counts that stands in a test or its decorators, or in a table of the module that these name; one that only
    says what a judgement is blocked by does not.
    """
    found: dict[str, list[str]] = {}
    for path in sorted((folder or data.tests_folder()).glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tables = _tables(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for requirement_id in _ids(node, tables):
                    found.setdefault(requirement_id, []).append(f"{path.name}::{node.name}")
    return found


def may_decide(path: Path, ids: Collection[str]) -> bool:
    """Tell whether a file of tests, or a module of ours that it imports, names one of the *ids* anywhere."""
    return not ids_near(path).isdisjoint(ids)


@functools.cache
def text_of(path: Path) -> str:
    """Return the source of a file of tests."""
    return path.read_text(encoding="utf-8")


@functools.cache
def ids_near(path: Path) -> frozenset[str]:
    """Return the ids that a file of tests names, or a module of checks that it imports."""
    text = text_of(path)
    found = set(_ID.findall(text))
    for package, names in _IMPORT.findall(text):
        for name in (package, *(f"{package}.{each}" for each in re.findall(r"\w+", names))):
            module = _file_of(name)
            if name.startswith("contract.checks.") and module.exists():
                found |= ids_near(module)
    return frozenset(found)


def _file_of(module: str) -> Path:
    return Path(__file__).parent.joinpath(*module.split(".")[1:]).with_suffix(".py")


def docstring_of(test: str) -> str | None:
    """Return the docstring of a test named as in `tests_by_requirement`."""
    file, _, name = test.partition("::")
    return _docstrings(data.tests_folder() / file).get(name)


@functools.cache
def _docstrings(path: Path) -> dict[str, str | None]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _tables(tree: ast.Module) -> dict[str, list[str]]:
    """Return the ids that the names of a module stand for, ``module.NAME`` of our own modules included."""
    nodes: dict[str, ast.AST] = {}
    found: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("contract"):
            found |= _imported(node)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("test_"):
            nodes[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            nodes |= {target.id: node.value for target in targets if isinstance(target, ast.Name)}
    for name, value in nodes.items():
        found[name] = _ids(value, found)
    return found


def _imported(node: ast.ImportFrom) -> dict[str, list[str]]:
    names = [alias.name for alias in node.names]
    found = {name: ids for name, ids in _tables_of_module(node.module or "").items() if name in names}
    for module in names:
        tables = _tables_of_module(f"{node.module}.{module}")
        found |= {f"{module}.{name}": ids for name, ids in tables.items()}
    return found


@functools.cache
def _tables_of_module(name: str) -> dict[str, list[str]]:
    path = _file_of(name)
    return _tables(ast.parse(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _deciding(node: ast.AST) -> Iterator[ast.AST]:
    """Yield *node* and what is below it, but for what only names a requirement that stands in the way."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.keyword) and child.arg == "blocked_by"):
            yield from _deciding(child)


def _ids(node: ast.AST, tables: dict[str, list[str]]) -> list[str]:
    """Return the ids below *node*, those of the tables that it names included, each once."""
    found: dict[str, None] = {}
    for each in _deciding(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and _ID.fullmatch(each.value):
            found[each.value] = None
        elif isinstance(each, ast.Name):
            found |= dict.fromkeys(tables.get(each.id, ()))
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            found |= dict.fromkeys(tables.get(f"{each.value.id}.{each.attr}", ()))
    return list(found)
