"""Keeps the requests of a run apart: below the target's bound, and further where the target slows down."""

from __future__ import annotations

import contextlib
import fcntl
import math
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TOO_MUCH = (429, 503)
"""Statuses by which a target says that it has too much to do."""
SLOW_S = 1.0
"""An answer that comes sooner is never called slow."""
TIMES_SLOWER = 4.0
"""Slow is what takes so many times as long as answers usually did."""
LONGEST_PAUSE_S = 5.0
SHORTEST_PAUSE_S = 0.05
_WEIGHT = 0.1
_RECOVERY = 0.7


class Turns:
    """What all who send to one target have in common: when the next may, and how long a pause the target needs."""

    _FIELDS = struct.Struct("3d")

    def __init__(self) -> None:
        self._held = threading.Lock()
        self._bytes: bytearray | mmap.mmap = bytearray(self._FIELDS.size)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep all others from changing them meanwhile."""
        with self._held:
            yield

    def read(self) -> tuple[float, float, float]:
        """Return the time of the next turn, the pause in seconds, and when it was last made longer."""
        next_s, pause_s, raised_s = self._FIELDS.unpack(self._bytes)
        return next_s, pause_s, raised_s

    def write(self, next_s: float, pause_s: float, raised_s: float) -> None:
        """Change them; only while they are held."""
        self._bytes[:] = self._FIELDS.pack(next_s, pause_s, raised_s)

    def close(self) -> None:
        """Let go of them."""


class SharedTurns(Turns):
    """Turns of several processes, in a file that all of them have open; a process that dies holds up nobody."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        # Each process opens it anew: what is inherited by a fork would share its lock too.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, self._FIELDS.size)
        self._bytes = mmap.mmap(self._file, self._FIELDS.size)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep the other threads and processes from changing them meanwhile."""
        with self._held:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        if isinstance(self._bytes, mmap.mmap):
            self._bytes.close()
            os.close(self._file)
            self._bytes = bytearray(self._FIELDS.size)


@dataclass
class Pace:
    """
    Lets one caller at a time go on, no sooner than ``seconds_apart`` after the one before, whichever process it is in.

    A target that slows down, or says that it has too much to do, gets a pause before each request: as long as the
    slow answer took and longer with each further one, shorter again with each answer that came as soon as usual. What
    was already under way when the pause was made longer tells nothing new.
    """

    seconds_apart: float = 0.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    turns: Turns = field(default_factory=Turns)
    _usual_s: float | None = field(default=None, init=False)

    @classmethod
    def of(cls, requests_per_second: float | None, turns: Turns | None = None) -> Pace:
        """Return the pace of one of those who together send at most *requests_per_second*."""
        return cls(1 / requests_per_second if requests_per_second else 0.0, turns=turns or Turns())

    @property
    def pause_s(self) -> float:
        """Return how long a pause the target gets before each request."""
        return self.turns.read()[1]

    def wait(self) -> None:
        """Wait for our turn."""
        while self.seconds_apart or self.pause_s:
            with self.turns.held():
                next_s, pause_s, raised_s = self.turns.read()
                now = self.monotonic()
                if now >= next_s:
                    self.turns.write(now + self.seconds_apart + pause_s, pause_s, raised_s)
                    return
            # Nobody books a turn ahead: the pause may be over long before.
            self.sleep(next_s - now)

    def answered(self, elapsed_s: float, status: int) -> None:
        """Take down how long an answer took and what it said; 0 stands for none."""
        usual = elapsed_s if self._usual_s is None else self._usual_s
        slow = elapsed_s > max(SLOW_S, TIMES_SLOWER * usual)
        # What stays slow becomes what is usual, only later.
        weight = _WEIGHT / 10 if slow else _WEIGHT
        self._usual_s = (1 - weight) * usual + weight * elapsed_s
        if slow or status in TOO_MUCH:
            self._lengthen(elapsed_s)
        elif self.pause_s:
            self._shorten()

    def _lengthen(self, elapsed_s: float) -> None:
        with self.turns.held():
            next_s, pause_s, raised_s = self.turns.read()
            now = self.monotonic()
            if now - elapsed_s < raised_s and pause_s:
                return
            longer = min(max(2 * pause_s, elapsed_s, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
            self.turns.write(max(next_s, now + longer), longer, now)

    def _shorten(self) -> None:
        with self.turns.held():
            next_s, pause_s, raised_s = self.turns.read()
            shorter = pause_s * _RECOVERY
            self.turns.write(next_s, shorter if shorter >= SHORTEST_PAUSE_S else 0.0, raised_s)


MOST_AT_ONCE = 64
"""So many requests may be under way to a distant target; more would be unkind to one that others use too."""
NEAR_MS = 10.0
"""A target that answers sooner gives workers nothing to wait for."""
_COMPUTING_MS = 3.0
"""What one request costs of the processor, judging and recording included."""


def workers_for(latency_ms: float, processors: int, requests_per_second: float | None = None) -> int:
    """
    Return how many workers keep the processors busy, or reach the bound on requests, while most wait for the target.

    Args:     latency_ms: how long an answer takes.
    """
    if latency_ms < NEAR_MS:
        return processors
    wanted = math.ceil(processors * (1 + latency_ms / _COMPUTING_MS))
    if requests_per_second:
        wanted = min(wanted, 1 + math.ceil(requests_per_second * (latency_ms + _COMPUTING_MS) / 1000))
    return max(processors, min(wanted, MOST_AT_ONCE))
