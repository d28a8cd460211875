"""What the machine itself can do: how much more two busy processes get done than one."""

from __future__ import annotations

import hmac
import json
import multiprocessing
import time
from multiprocessing.synchronize import Barrier

REPETITIONS = 40_000
"""Some seconds of a processor."""
_EXAM = {"exam": {"id": 7, "name": "Mathematics 1", "start_time": "2035-11-21T00:54:00.000+01:00", "students": [1, 2]}}


def gain() -> float:
    """
    Return how many times as much two processes get done that share nothing: 2 where each has a processor to itself.

    Less where processors are halves of one, or belong to others too; no suite gains more by a second worker.
    """
    return 2 * _seconds(1) / _seconds(2)


def _seconds(processes: int) -> float:
    """Return how long so many processes take that are at work at the same time."""
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(processes + 1)
    busy = [context.Process(target=_work, args=(ready,)) for _ in range(processes)]
    for each in busy:
        each.start()
    ready.wait()
    started = time.perf_counter()
    for each in busy:
        each.join()
    return time.perf_counter() - started


def _work(ready: Barrier) -> None:
    """Do what a worker does most: write, sign and read small texts."""
    ready.wait()
    for number in range(REPETITIONS):
        text = json.dumps({**_EXAM, "number": number})
        hmac.new(b"key", text.encode(), "sha256").hexdigest()
        json.loads(text)
