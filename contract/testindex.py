"""Which test decides which requirement, read from the tests' source: no test is imported for it."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

from contract import data


@functools.cache
def tests_by_requirement(folder: Path | None = None) -> dict[str, list[str]]:
    """Return the names of the tests, as ``test_file.py::test_name``, by the id in their ``requirement`` marker."""
    found: dict[str, list[str]] = {}
    for path in sorted((folder or data.tests_folder()).glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for requirement_id in _ids(node):
                    found.setdefault(requirement_id, []).append(f"{path.name}::{node.name}")
    return found


def docstring_of(test: str) -> str | None:
    """Return the docstring of a test named as in `tests_by_requirement`."""
    file, _, name = test.partition("::")
    tree = ast.parse((data.tests_folder() / file).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)
    return next((ast.get_docstring(node) for node in functions), None)


def _ids(function: ast.FunctionDef) -> list[str]:
    """Return the ids of a test's markers, those of its parameters and of ``per_operation`` included."""
    return [
        value.value
        for decorator in function.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Call)
        for value in _values(node)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]


def _values(call: ast.Call) -> list[ast.expr]:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "requirement":
        return call.args
    if isinstance(call.func, ast.Name) and call.func.id == "per_operation":
        return [keyword.value for keyword in call.keywords]
    return []
