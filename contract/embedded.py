"""The mock server as a process of its own, started for a run and stopped with it."""

from __future__ import annotations

import functools
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from contract.config import read_target
from contract.errors import ConfigurationError, TargetUnreachable
from contract.target import EMBEDDED, Target

CONFIG = "mock.toml"
LOG = "mock.log"
WRONG_OPTIONS = 2
STOP_TIMEOUT_S = 5.0
SECONDS_BETWEEN_LOOKS = 0.01


@dataclass
class EmbeddedMock:
    """A mock that was started; it prints its own config, from which the target is read as for any other deployment."""

    process: subprocess.Popen[bytes] = field(repr=False)
    folder: tempfile.TemporaryDirectory[str] = field(repr=False)

    @functools.cached_property
    def target(self) -> Target:
        """
        Wait until the mock listens, and return it.

        Raises:   ConfigurationError: it knows no such fault. TargetUnreachable: it did not start; the text says what it
                  printed.
        """
        printed = self._printed_until_it_listens()
        if "listening" not in printed:
            said, status = " ".join(printed.split())[-300:], self.process.wait()
            self.stop()
            if status == WRONG_OPTIONS:
                problem = said.removeprefix("mock: ").partition(";")[0]
                raise ConfigurationError(f"{problem}; 'conformance faults' lists them")
            raise TargetUnreachable(f"the embedded mock did not start: {said}")
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
        self.folder.cleanup()

    def _printed_until_it_listens(self) -> str:
        log = Path(self.folder.name) / LOG
        while "listening" not in log.read_text(encoding="utf-8") and self.process.poll() is None:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return log.read_text(encoding="utf-8")


def start(faults: Iterable[str] = ()) -> EmbeddedMock:
    """Start a mock on a free loopback port, with its control interface; whoever starts it stops it."""
    folder = tempfile.TemporaryDirectory(prefix="conformance-mock-")
    arguments = ["--port", "0", "--control", "--config-out", str(Path(folder.name) / CONFIG)]
    for fault in faults:
        arguments += ["--fault", fault]
    # Into a file: nobody reads a pipe while the run goes on, and a mock that fills one answers nothing more.
    with (Path(folder.name) / LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "contract.mock", *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            # A terminal interrupts all of its processes, and what the run made is removed only after that.
            preexec_fn=_ignore_interrupts,
        )
    return EmbeddedMock(process, folder)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
