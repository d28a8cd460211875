"""One mock for a module of tests, and one for each test that changes more than rows of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.tests.mock.client import Client, MockProcess


@pytest.fixture(scope="session")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockProcess]:
    """The shared mock: tests make rows of their own in it."""
    process = MockProcess(tmp_path_factory.mktemp("mock"))
    yield process
    process.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., MockProcess]]:
    """Starts a mock of the test's own with these options."""
    started: list[MockProcess] = []

    def begin(*options: str, control: bool = True) -> MockProcess:
        started.append(MockProcess(tmp_path, *options, control=control))
        return started[-1]

    yield begin
    for process in started:
        process.stop()


@pytest.fixture
def admin(mock: MockProcess) -> Client:
    return mock.client("administrator")


@pytest.fixture
def superuser(mock: MockProcess) -> Client:
    return mock.client("superuser")
