"""Fixtures that several files share: a server that takes requests down and answers as it is told."""

from __future__ import annotations

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
