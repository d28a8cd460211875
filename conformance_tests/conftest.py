"""Gives a test that asks for `operation_id` one case per operation of its requirement."""

import pytest

from contract import requirements


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = next(metafunc.definition.iter_markers("requirement"), None)
    if marker and "operation_id" in metafunc.fixturenames and not _given(metafunc):
        metafunc.parametrize("operation_id", requirements.load().get(marker.args[0]).operations)


def _given(metafunc: pytest.Metafunc) -> bool:
    return any("operation_id" in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize"))
