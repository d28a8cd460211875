"""Keeps the requests of a process apart, so that all workers together stay below the target's bound."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Lets one caller at a time go on, no sooner than ``seconds_apart`` after the one before."""

    seconds_apart: float = 0.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    @classmethod
    def of(cls, requests_per_second: float | None, workers: int) -> Pace:
        """Return the pace of one of *workers* that together send at most *requests_per_second*."""
        return cls(workers / requests_per_second) if requests_per_second else cls()

    def wait(self) -> None:
        """Wait for our turn."""
        if not self.seconds_apart:
            return
        with self._lock:
            now = self.monotonic()
            turn = max(self._next, now)
            self._next = turn + self.seconds_apart
        self.sleep(turn - now)
