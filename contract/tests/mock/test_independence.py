"""The mock stands on its own: it shares no code with the suite that judges it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
MOCK = PACKAGE / "mock"
# What starts the mock inside the process of ``conformance mock``.
COMMAND = "contract.mock.__main__.main"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # ``from contract import mock`` counts as contract.mock.
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_mock_imports_nothing_from_the_rest() -> None:
    files = sorted(MOCK.rglob("*.py"))
    ours = [(path.name, name) for path in files for name in imports(path) if inside(name, "contract")]
    foreign = [(file, name) for file, name in ours if not inside(name, "contract.mock")]

    assert len(ours) > 100
    assert foreign == []
    assert not [name for path in files for name in imports(path) if name.startswith(".")]


def test_nothing_else_imports_the_mock() -> None:
    suite = PACKAGE.parent / "conformance_tests"
    own_tests = PACKAGE / "tests" / "mock"
    others = [
        path
        for folder in (PACKAGE, suite)
        for path in folder.rglob("*.py")
        if MOCK not in path.parents and own_tests not in path.parents
    ]
    importing = [(path.name, name) for path in others for name in imports(path) if inside(name, "contract.mock")]

    assert len(others) > 10
    assert [name for _, name in importing if name != COMMAND] == []
