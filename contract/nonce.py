"""Nonces and the time: numbers that no request of the last 24 hours has used."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

RUN_BITS, WORKER_BITS, COUNTER_BITS = 22, 7, 23
Clock = Callable[[], int]


def now_ms() -> int:
    """Return the time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def new_run_number() -> int:
    """Draw the number that sets the nonces of one run apart from those of other runs and machines."""
    return secrets.randbits(RUN_BITS)


@dataclass
class NonceSource:
    """
    Makes decimal numbers below 2**52, which every JSON reader keeps exact.

    A nonce is (run, worker, counter). Workers of one run never share a number; two runs would have to draw the same
    of four million run numbers and meet in one of eight million counters.
    """

    run_number: int
    worker: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.worker < 1 << WORKER_BITS:
            raise ValueError(f"worker {self.worker} is not in 0..{(1 << WORKER_BITS) - 1}")
        self._start = secrets.randbits(COUNTER_BITS)
        self._steps = itertools.count()

    def __call__(self) -> str:
        """Return a new nonce as decimal text."""
        step = next(self._steps)
        if step >= 1 << COUNTER_BITS:
            raise OverflowError("this worker has used all its nonces; start a new run")
        counter = (self._start + step) % (1 << COUNTER_BITS)
        head = (self.run_number << WORKER_BITS | self.worker) or 1 << (RUN_BITS + WORKER_BITS)
        return str(head << COUNTER_BITS | counter)
