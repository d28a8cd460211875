"""The mock server as a process of its own, started for a run and stopped with it."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from contract.config import read_target
from contract.errors import TargetUnreachable
from contract.target import EMBEDDED, Target

CONFIG = "mock.toml"
STOP_TIMEOUT_S = 5.0


@dataclass
class EmbeddedMock:
    """A mock that was started; it prints its own config, from which the target is read as for any other deployment."""

    process: subprocess.Popen[str] = field(repr=False)
    folder: tempfile.TemporaryDirectory[str] = field(repr=False)

    @functools.cached_property
    def target(self) -> Target:
        """
        Wait until the mock listens, and return it.

        Raises:   TargetUnreachable: it did not start; the text says what it printed.
        """
        printed = _wait_until_it_listens(self.process)
        if "listening" not in printed:
            self.stop()
            raise TargetUnreachable(f"the embedded mock did not start: {' '.join(printed.split())[-300:]}")
        with self.folder as folder:
            return replace(read_target("local", Path(folder) / CONFIG, {}), name=EMBEDDED)

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.folder.cleanup()


def start(faults: Iterable[str] = ()) -> EmbeddedMock:
    """Start a mock on a free loopback port, with its control interface; whoever starts it stops it."""
    folder = tempfile.TemporaryDirectory(prefix="conformance-mock-")
    arguments = ["--port", "0", "--control", "--config-out", str(Path(folder.name) / CONFIG)]
    for fault in faults:
        arguments += ["--fault", fault]
    process = subprocess.Popen(
        [sys.executable, "-m", "contract.mock", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return EmbeddedMock(process, folder)


def _wait_until_it_listens(process: subprocess.Popen[str]) -> str:
    printed = ""
    assert process.stdout is not None
    for line in process.stdout:
        printed += line
        if "listening" in line:
            break
    return printed
