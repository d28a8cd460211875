"""Gives a test that asks for `operation_id` one case per operation of its requirements."""

import pytest

from contract import operations, requirements


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = next(metafunc.definition.iter_markers("requirement"), None)
    if marker and "operation_id" in metafunc.fixturenames and not _given(metafunc):
        register = requirements.load()
        wanted = {name for each in marker.args for name in register.get(each).operations}
        metafunc.parametrize("operation_id", [name for name in operations.table() if name in wanted])


def _given(metafunc: pytest.Metafunc) -> bool:
    return any("operation_id" in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize"))
