"""The embedded mock lives as long as its run, whatever it has to say meanwhile."""

from __future__ import annotations

import signal
import socket
import subprocess
from urllib.parse import urlsplit

import pytest
import requests

from contract import embedded
from contract.errors import ConfigurationError

PIPE_BYTES = 65_536
COMPLAINT = "Invalid HTTP request received.\n"


def test_a_mock_with_much_to_say_goes_on_answering() -> None:
    mock = embedded.start()
    try:
        url = urlsplit(mock.target.base_url)
        for _ in range(PIPE_BYTES // len(COMPLAINT) + 100):
            with socket.create_connection((url.hostname or "", url.port or 0), timeout=5) as connection:
                connection.sendall(b"no HTTP at all\r\n\r\n")
                connection.recv(1024)

        assert requests.get(f"{mock.target.base_url}/api/v3/exams", timeout=5).status_code == 406
    finally:
        mock.stop()


def test_an_unknown_fault_is_told_with_where_they_are_listed() -> None:
    with pytest.raises(ConfigurationError, match=r"unknown fault or variant 'sort-second-key-ignore'; .* lists"):
        _ = embedded.start(["sort-second-key-ignore"]).target


def test_a_mock_outlives_the_interruption_of_a_terminal_and_is_ended_by_its_run() -> None:
    mock = embedded.start()
    try:
        url = f"{mock.target.base_url}/api/v3/exams"
        mock.process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            mock.process.wait(0.5)

        assert requests.get(url, timeout=5).status_code == 406
    finally:
        mock.stop()

    assert mock.process.poll() is not None
