"""Imports run one way, in the order of the table in docs/architecture.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract import data

PACKAGE = Path(__file__).resolve().parents[1]
APART = ("mock", "tests")
"""No rows of the table: the mock is a program of its own, and tests import what they test."""
SCHEMATHESIS = {"planning.py", "measure/stock_hooks.py"}


def table() -> list[str]:
    """Return the modules of the table's first column in reading order; folders without their slash."""
    text = (data.root() / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    return [name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)]


def sources() -> dict[str, str]:
    """Return the source of each module by its path below the package."""
    return {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}


def unit(path: str) -> str:
    """Return what stands in the table for a file: a module, or the folder right below the package."""
    return path.split("/")[0].removesuffix(".py")


def imported(node: ast.AST) -> Iterator[str]:
    """Yield the full name of all that is imported below *node*, in functions too, but not for types only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for other in child.orelse:
                yield from imported(ast.Module([other], []))
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports of this package are absolute"
            # ``from contract import data`` is contract.data.
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        else:
            yield from imported(child)


def units_imported(source: str) -> set[str]:
    """Return the modules and folders of the package that *source* imports; ``__version__`` is neither."""
    names = (name.split(".") for name in imported(ast.parse(source)))
    return {name[1] for name in names if name[0] == "contract" and len(name) > 1} - {"__version__"}


def against_the_order(order: list[str], files: dict[str, str]) -> list[str]:
    """Return what is imported although it does not stand before the one that imports it."""
    place = {name: index for index, name in enumerate(order)}
    return [
        f"{path} imports {other}"
        for path, source in sorted(files.items())
        for other in sorted(units_imported(source) - {unit(path), *APART})
        if place[other] > place[unit(path)]
    ]


def suite() -> dict[str, str]:
    """Return the sources that the table is about."""
    return {path: text for path, text in sources().items() if unit(path) not in (*APART, "__init__")}


def test_the_table_has_each_module_once():
    assert sorted(table()) == sorted({unit(path) for path in suite()})


def test_imports_run_one_way():
    assert against_the_order(table(), suite()) == []


def test_the_mock_and_the_suite_stand_apart():
    with_mock = {path for path, text in suite().items() if "mock" in units_imported(text)}
    of_the_mock = {other for path, text in sources().items() if unit(path) == "mock" for other in units_imported(text)}

    assert with_mock == {"cli/mock.py"}
    assert of_the_mock == {"mock"}


def test_only_the_benchmark_borrows_from_the_tests():
    assert {unit(path) for path, text in suite().items() if "tests" in units_imported(text)} == {"benchmark"}


def test_who_imports_schemathesis():
    importing = {
        path
        for path, text in suite().items()
        if any(name.split(".")[0] == "schemathesis" for name in imported(ast.parse(text)))
    }

    assert importing == SCHEMATHESIS


@pytest.mark.parametrize(
    "source",
    [
        "import contract.above",
        "from contract import above",
        "from contract.above.inner import thing",
        "def f():\n    from contract import above",
        "try:\n    from contract import above\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    pass\nelse:\n    from contract import above",
    ],
)
def test_an_import_of_a_later_row_is_noticed(source: str):
    found = against_the_order(["below", "above"], {"below.py": source, "above/inner.py": "from contract import below"})

    assert found == ["below.py imports above"]


def test_an_import_for_types_only_does_not_count():
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from contract import above"

    assert against_the_order(["below", "above"], {"below.py": source}) == []
