"""In which order tests are handed out to workers, which of them stay together, and which wait until they are alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from contract import costs
from contract.costs import Cost

LONG = 5.0
"""What takes so many times as long as usual goes first, so that nobody waits for it at the end."""
PORTIONS = 4
"""A worker gets so much at once that all of them would be back so many times for what is left."""


@dataclass(frozen=True)
class Task:
    """A collected test: its place among the others, its cost, the group that one worker carries out."""

    place: int
    cost: Cost
    group: str | None = None
    alone: bool = False
    """Whether no other test may be under way meanwhile."""


@dataclass(frozen=True)
class Bundle:
    """Tests that one worker carries out one after the other."""

    places: tuple[int, ...]
    seconds: float
    alone: bool = False


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
    return sorted(made, key=lambda each: (each.alone, -each.seconds if each.seconds > LONG * usual_s else 0.0))


def _bundle(tasks: Sequence[Task], latency_s: float) -> Bundle:
    whole = costs.total(task.cost for task in tasks)
    seconds = whole.seconds + whole.requests * latency_s
    return Bundle(tuple(task.place for task in tasks), seconds, any(task.alone for task in tasks))


class Queue:
    """
    Hands out bundles; those that need to be alone come last, when a single worker is left.

    What stands side by side goes to one worker while much is left, for neighbours share what they set up; less and less
    at once towards the end, so that all are done at the same time.
    """

    def __init__(self, bundles: Iterable[Bundle]) -> None:
        self._waiting = deque(bundles)
        self._seconds = sum(bundle.seconds for bundle in self._waiting if not bundle.alone)

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def ends_alone(self) -> bool:
        """Tell whether all that is left needs to be alone, so that one worker is enough."""
        return bool(self._waiting) and self._waiting[0].alone

    def given_to(self, idle: int, others: int) -> Iterator[Bundle]:
        """Yield what so many idle workers begin now, while there are so many *others*, at work or about to end."""
        workers = idle + others
        while self._waiting and idle > 0:
            if self.ends_alone and idle + others > 1:
                return
            idle, others = idle - 1, others + 1
            yield self._next(self._seconds / (PORTIONS * workers))

    def _next(self, most_s: float) -> Bundle:
        """Take the first bundle, and its neighbours as long as all together take no longer than *most_s*."""
        first = self._waiting.popleft()
        if first.alone:
            return first
        places, seconds = list(first.places), first.seconds
        while self._waiting and not self.ends_alone and seconds + self._waiting[0].seconds <= most_s:
            further = self._waiting.popleft()
            places += further.places
            seconds += further.seconds
        self._seconds -= seconds
        return Bundle(tuple(places), seconds)
