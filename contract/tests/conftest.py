"""Fixtures that several files share: a server that takes requests down and answers as it is told."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from contract.tests.recording_server import RecordingServer, recording_server


@pytest.fixture(scope="module")
def running_server() -> Iterator[RecordingServer]:
    """Yield a server that listens as long as a file is tested."""
    with recording_server() as server:
        yield server


@pytest.fixture
def server(running_server: RecordingServer) -> RecordingServer:
    """Return the server, anew: nothing received, nothing to answer."""
    running_server.forget()
    return running_server


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start: a shell has jobs in the background ignore it, and they pass that on."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
