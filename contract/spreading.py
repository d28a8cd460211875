"""In which order tests are handed out to workers, which of them stay together, and which wait until they are alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from contract import costs
from contract.costs import Cost

LONG = 5.0
"""What takes so many times as long as usual goes first, so that nobody waits for it at the end."""
PORTIONS = 4
"""A worker gets so much at once that all of them would be back so many times for what is left."""


class Beside(IntEnum):
    """Beside whom a test may be under way, in the order in which their turns come."""

    ANYBODY = 0
    ITS_KIND = 1
    NOBODY = 2


@dataclass(frozen=True)
class Task:
    """A collected test: its place among the others, its cost, the group that one worker carries out."""

    place: int
    cost: Cost
    group: str | None = None
    beside: Beside = Beside.ANYBODY


@dataclass(frozen=True)
class Bundle:
    """Tests that one worker carries out one after the other."""

    places: tuple[int, ...]
    seconds: float
    beside: Beside = Beside.ANYBODY


def bundles(tasks: Iterable[Task], latency_s: float = 0.0) -> list[Bundle]:
    """
    Return the tests of each group as a bundle and every other test as one, in the order in which they are begun.

    Args:     latency_s: how long each request waits for its answer.
    """
    grouped: dict[str, list[Task]] = {}
    for task in tasks:
        grouped.setdefault(f"group {task.group}" if task.group else f"test {task.place}", []).append(task)
    made = [_bundle(each, latency_s) for each in grouped.values()]
    usual_s = sum(each.seconds for each in made) / max(1, len(made))
    return sorted(made, key=lambda each: (each.beside, -each.seconds if each.seconds > LONG * usual_s else 0.0))


def _bundle(tasks: Sequence[Task], latency_s: float) -> Bundle:
    whole = costs.total(task.cost for task in tasks)
    seconds = whole.seconds + whole.requests * latency_s
    return Bundle(tuple(task.place for task in tasks), seconds, max(task.beside for task in tasks))


class Queue:
    """
    Hands out bundles; those that cannot stand others come last, when the workers that they have no need of have ended.

    What stands side by side goes to one worker while much is left, for neighbours share what they set up; less and less
    at once towards the end, so that all are done at the same time.
    """

    def __init__(self, bundles: Iterable[Bundle]) -> None:
        self._waiting = deque(bundles)
        self._seconds = sum(bundle.seconds for bundle in self._waiting if bundle.beside is Beside.ANYBODY)

    def __len__(self) -> int:
        return len(self._waiting)

    def needs(self, idle: int) -> int:
        """Return how many of so many idle workers have something to wait for."""
        if not self._waiting:
            return 0
        if self._waiting[0].beside is Beside.ANYBODY:
            return idle
        return min(idle, max(1, sum(bundle.beside is Beside.ITS_KIND for bundle in self._waiting)))

    def given_to(self, idle: int, at_work: Iterable[Bundle] = (), ending: int = 0) -> Iterator[Bundle]:
        """Yield what so many idle workers begin now, while others are *at_work* or *ending*."""
        under_way = list(at_work)
        while idle > 0 and self._waiting and self._may_begin(idle, under_way, ending):
            bundle = self._next(self._seconds / (PORTIONS * (idle + len(under_way) + ending)))
            under_way.append(bundle)
            idle -= 1
            yield bundle

    def _may_begin(self, idle: int, under_way: Sequence[Bundle], ending: int) -> bool:
        beside = self._waiting[0].beside
        if beside is Beside.ANYBODY:
            return True
        if beside is Beside.NOBODY and under_way:
            return False
        # Workers remove what they share when they end, and that disturbs as much as a test does.
        no_others = all(bundle.beside is beside for bundle in under_way)
        return no_others and not ending and idle == self.needs(idle)

    def _next(self, most_s: float) -> Bundle:
        """Take the first bundle, and its neighbours as long as all together take no longer than *most_s*."""
        first = self._waiting.popleft()
        if first.beside is not Beside.ANYBODY:
            return first
        places, seconds = list(first.places), first.seconds
        while self._waiting and self._is_neighbour(self._waiting[0], most_s - seconds):
            further = self._waiting.popleft()
            places += further.places
            seconds += further.seconds
        self._seconds -= seconds
        return Bundle(tuple(places), seconds)

    def _is_neighbour(self, bundle: Bundle, left_s: float) -> bool:
        return bundle.beside is Beside.ANYBODY and bundle.seconds <= left_s
