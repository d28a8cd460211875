"""Keeps the requests of a process apart: below the target's bound, and further where the target slows down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

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


@dataclass
class Pace:
    """
    Lets one caller at a time go on, no sooner than ``seconds_apart`` after the one before.

    A target that slows down, or says that it has too much to do, gets a pause before each request: as long as the
    slow answer took and longer with each further one, shorter again with each answer that came as soon as usual.
    """

    seconds_apart: float = 0.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    pause_s: float = field(default=0.0, init=False)
    _next: float = field(default=0.0, init=False)
    _usual_s: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    @classmethod
    def of(cls, requests_per_second: float | None, workers: int) -> Pace:
        """Return the pace of one of *workers* that together send at most *requests_per_second*."""
        return cls(workers / requests_per_second) if requests_per_second else cls()

    def wait(self) -> None:
        """Wait for our turn."""
        apart = self.seconds_apart + self.pause_s
        if not apart:
            return
        with self._lock:
            now = self.monotonic()
            turn = max(self._next, now)
            self._next = turn + apart
        self.sleep(turn - now)

    def answered(self, elapsed_s: float, status: int) -> None:
        """Take down how long an answer took and what it said; 0 stands for none."""
        usual = elapsed_s if self._usual_s is None else self._usual_s
        slow = elapsed_s > max(SLOW_S, TIMES_SLOWER * usual)
        # What stays slow becomes what is usual, only later.
        weight = _WEIGHT / 10 if slow else _WEIGHT
        self._usual_s = (1 - weight) * usual + weight * elapsed_s
        if slow or status in TOO_MUCH:
            self.pause_s = min(max(2 * self.pause_s, elapsed_s, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
            return
        self.pause_s *= _RECOVERY
        if self.pause_s < SHORTEST_PAUSE_S:
            self.pause_s = 0.0
