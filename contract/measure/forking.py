"""
Runs functions in forked children: some at a time, each for so long and no longer.

A child leads a process group of its own, so that everything it started ends with it. It must be forked by a process
without threads, which is why nothing here starts one.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

POLL_S = 0.02
RESULT, OUTPUT = "result.json", "output.txt"
Work = Callable[[Path], dict[str, Any]]
"""Gets an empty folder of its own and returns plain data."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: with what the function returned, or without, for a reason."""

    name: str
    duration_s: float
    returned: dict[str, Any] | None
    reason: str = ""
    timed_out: bool = False


@dataclass
class _Child:
    name: str
    pid: int
    folder: Path
    limit_s: float
    started: float = field(default_factory=time.monotonic)

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.started

    def has_ended(self) -> bool:
        # WNOWAIT: as long as it is not reaped, no other process can get its number, nor its group.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def reap(self) -> None:
        """End the child and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def ended(self, timed_out: bool) -> Ended:
        returned, reason = None, f"no result after {self.limit_s:g} s" if timed_out else _last_line(self.folder)
        if (result := self.folder / RESULT).exists():
            returned, reason, timed_out = json.loads(result.read_text(encoding="utf-8")), "", False
        shutil.rmtree(self.folder, ignore_errors=True)
        return Ended(self.name, self.age_s, returned, reason, timed_out)


def run(tasks: Iterable[tuple[str, float, Work]], workers: int) -> Generator[Ended | None]:
    """
    Run every task in a child, *workers* at a time.

    Args:     tasks: name, limit in seconds, function.
    Yields:   each as it ends, in between None whenever nothing has. Closing the iterator, or an exception in it, ends
              all children.
    """
    gc.collect()
    gc.freeze()  # The children then share these pages for good.
    waiting, running = iter(tasks), list[_Child]()
    more = True
    try:
        while running or more:
            while more and len(running) < workers:
                if (task := next(waiting, None)) is None:
                    more = False
                else:
                    running.append(_fork(*task))
            for child in list(running):
                timed_out = child.age_s > child.limit_s
                if timed_out or child.has_ended():
                    running.remove(child)
                    child.reap()
                    yield child.ended(timed_out)
            yield None
            time.sleep(POLL_S)
    finally:
        for child in running:
            child.reap()
            shutil.rmtree(child.folder, ignore_errors=True)
        gc.unfreeze()


def _fork(name: str, limit_s: float, work: Work) -> _Child:
    folder = Path(tempfile.mkdtemp(prefix="conformance-measure-"))
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _be_child(folder, work)
    # Both sides do it, for either may be first.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)
    return _Child(name, pid, folder, limit_s)


def _be_child(folder: Path, work: Work) -> NoReturn:
    """Do the work and leave without what the parent has prepared for its own end."""
    status = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _redirect(folder / OUTPUT)
        returned = work(folder)
        unfinished = folder / f"{RESULT}.part"
        unfinished.write_text(json.dumps(returned, default=str), encoding="utf-8")
        unfinished.rename(folder / RESULT)
        status = 0
    except BaseException:
        # Whatever it is must not unwind into the parent's code, of which this process has a copy; the parent reads it.
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _redirect(path: Path) -> None:
    """Let everything that this process and its children print go to a file, and let it read nothing."""
    output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    # New objects: those of the parent may hold text that it has not written yet.
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _last_line(folder: Path) -> str:
    path = folder / OUTPUT
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it ended without a word")
