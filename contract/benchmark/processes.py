"""A mock to measure against, and what a command costs: seconds, seconds of the processor, memory."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from contract.config import read_target
from contract.target import Target

START_TIMEOUT_S, STOP_TIMEOUT_S = 20.0, 10.0
CONTROL_TIMEOUT_S = 300.0
SAMPLED_EVERY_S = 2.0
"""To add up the pages of several processes takes milliseconds of the processor that is to be measured."""
TARGET = "local"


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: by the clock, and of the processor over all its processes; the mock's not."""

    wall_s: float
    processor_s: float


@dataclass(frozen=True)
class Mock:
    """A mock of our own, in a process of its own."""

    process: subprocess.Popen[str]
    config: Path
    target: Target

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        """Ask the mock's control interface for something."""
        answer = requests.post(f"{self.target.base_url}/__mock__/{name}", json=body, timeout=CONTROL_TIMEOUT_S)
        answer.raise_for_status()
        done: dict[str, Any] = answer.json()
        return done

    @property
    def peak_memory_mb(self) -> float:
        """Return the most memory that the process has held so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1000


@contextlib.contextmanager
def mock(*options: str, control: bool = True) -> Iterator[Mock]:
    """
    Start ``conformance mock`` on a free port; it ends with the block.

    Args:     control: with its control interface; without, it is a target like any other.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-bench-") as folder:
        config = Path(folder) / "target.toml"
        command = [sys.executable, "-m", "contract.mock", "--port", "0", "--config-out", str(config)]
        command += ["--control"] if control else []
        process = subprocess.Popen(
            [*command, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            assert process.stdout is not None
            printed = process.stdout.readline()
            if "listening" not in printed:
                raise RuntimeError(f"the mock did not start: {printed.strip()}")
            yield Mock(process, config, read_target(TARGET, config, {}))
        finally:
            end(process)


def end(process: subprocess.Popen[Any]) -> None:
    """Stop a process that was started here, and wait for it."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def cost(command: Sequence[str], allowed: Sequence[int] = (0,), **options: Any) -> Cost:
    """
    Run *command* to its end and return what it took.

    Raises:   RuntimeError: it ended with a status that is not *allowed*; nothing was measured then.
    """
    started, before = time.perf_counter(), _children_s()
    options = {"stdout": subprocess.DEVNULL, **options}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, **options
    )  # fmt: skip
    if done.returncode not in allowed:
        said = " ".join(done.stderr.split())[-300:]
        raise RuntimeError(f"{_named(command)} ended with {done.returncode}, so nothing was measured: {said}")
    return Cost(time.perf_counter() - started, _children_s() - before)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _named(command: Sequence[str]) -> str:
    words = [Path(word).name for word in command[:5]]
    return " ".join(words)


class MemoryWatch:
    """Looks every two seconds at the memory of all child processes but *besides*, and keeps the highest."""

    def __init__(self, besides: frozenset[int]) -> None:
        self.peak_mb = 0.0
        self._besides = besides
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLED_EVERY_S):
            children = psutil.Process().children(recursive=True)
            # What processes share counts once, in parts: forked workers share most of what they hold.
            held = sum(_proportional_bytes(each) for each in children if each.pid not in self._besides)
            self.peak_mb = max(self.peak_mb, held / 1e6)


def _proportional_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0  # it has just ended
