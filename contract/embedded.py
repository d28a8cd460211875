"""The mock server as a process of its own, started for a run and stopped with it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from contract.config import read_target
from contract.errors import TargetUnreachable
from contract.target import EMBEDDED, Target

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0


@dataclass
class EmbeddedMock:
    """A running mock; it prints its own config, from which the target is read as for any other deployment."""

    process: subprocess.Popen[str] = field(repr=False)
    target: Target

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


def start(faults: Iterable[str] = ()) -> EmbeddedMock:
    """
    Start a mock on a free loopback port, with its control interface.

    Raises:   TargetUnreachable: it did not start; the text says what it printed.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-mock-") as folder:
        config = Path(folder) / "mock.toml"
        arguments = ["--port", "0", "--control", "--config-out", str(config)]
        for fault in faults:
            arguments += ["--fault", fault]
        process = subprocess.Popen(
            [sys.executable, "-m", "contract.mock", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        printed = _wait_until_it_listens(process)
        if "listening" not in printed:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise TargetUnreachable(f"the embedded mock did not start: {' '.join(printed.split())[-300:]}")
        return EmbeddedMock(process, replace(read_target("local", config, {}), name=EMBEDDED))


def _wait_until_it_listens(process: subprocess.Popen[str]) -> str:
    printed = ""
    assert process.stdout is not None
    for line in process.stdout:
        printed += line
        if "listening" in line:
            break
    return printed
