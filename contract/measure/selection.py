"""Which of the collected tests a job runs, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest

from contract.measure.jobs import BASELINE, CAUGHT, LOCALISED, REACH, STOCK, Job
from contract.pytest_plugin import decided_by

MARKERS = ("smoke", "deep", "generated", "exclusive")


@dataclass(frozen=True)
class Test:
    """A collected test and what its markers say."""

    __test__ = False

    item: pytest.Item
    requirements: frozenset[str]
    operation: str | None
    name: str
    """What its cases are called after."""
    smoke: bool = False
    deep: bool = False
    generated: bool = False
    exclusive: bool = False

    @classmethod
    def of(cls, item: pytest.Item) -> Test:
        """Read the markers of *item*."""
        ids, operation = decided_by(item)
        marks = {name: item.get_closest_marker(name) is not None for name in MARKERS}
        return cls(item, frozenset(ids), operation, item.nodeid.split("conformance_tests/")[-1], **marks)


@dataclass(frozen=True)
class Selection:
    """
    The tests of one job.

    ``requirements`` are all that it is about, empty for the whole register; ``decided`` are those that have a test in
    this step, run for this job or not.
    """

    tests: tuple[Test, ...] = ()
    profile: str = "standard"
    requirements: tuple[str, ...] = ()
    decided: frozenset[str] = frozenset()

    @cached_property
    def files(self) -> frozenset[Path]:
        """Return the files that the tests stand in."""
        return frozenset(test.item.path for test in self.tests)


class Suite:
    """All tests of the suite; finds those of a job without looking at each of them again."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self._by_requirement: dict[str, list[int]] = defaultdict(list)
        self._tests = tests
        for number, test in enumerate(tests):
            for id in test.requirements:
                self._by_requirement[id].append(number)
        usual = [test for test in tests if test.requirements and not test.deep]
        self._profiles = {
            "standard": _whole(usual),
            "smoke": _whole([test for test in usual if test.smoke], "smoke"),
        }
        self._explicit = _whole([test for test in usual if not test.generated])
        self.reach: Mapping[str, Sequence[str]] = {}

    def select(self, job: Job) -> Selection:
        """Return the tests of *job*."""
        if job.step in (STOCK, BASELINE):
            return Selection()
        if job.step == CAUGHT:
            return self._of_named_requirements(job)
        if job.step == LOCALISED:
            return self._that_reach(job.deviation.operations if job.deviation else ())
        return self._explicit if job.step == REACH else self._profiles[job.profile]

    def _that_reach(self, operations: tuple[str, ...]) -> Selection:
        """Return the explicit tests that send requests to one of *operations*: no other can notice what is wrong."""
        if not operations or not self.reach:
            return self._explicit
        wanted = set(operations)
        tests = [test for test in self._explicit.tests if wanted.intersection(self.reach.get(test.name, operations))]
        return replace(self._explicit, tests=tuple(tests))

    def _of_named_requirements(self, job: Job) -> Selection:
        """Return the tests of the requirements that the fault names; those most likely to see it come first."""
        assert job.deviation is not None
        named, operation = set(job.deviation.requirements), job.deviation.operation
        numbers = sorted({number for id in named for number in self._by_requirement[id]})
        tests = [self._tests[number] for number in numbers]
        usual = [test for test in tests if not test.deep]
        # Where only the deep profile has a test of a requirement, that one is run.
        without_deep = len(usual) == len(tests) or named <= {id for test in usual for id in test.requirements}

        def later(test: Test) -> tuple[bool, ...]:
            elsewhere = operation is not None and test.operation != operation
            return elsewhere, test.generated, test.exclusive

        chosen = sorted(usual if without_deep else tests, key=later)
        return Selection(
            tests=tuple(chosen),
            profile="standard" if without_deep else "deep",
            requirements=job.deviation.requirements,
            decided=_decided(chosen),
        )


def _whole(tests: Sequence[Test], profile: str = "standard") -> Selection:
    """Return a selection of *tests*, those that need a mock of their own last."""
    in_order = sorted(tests, key=lambda test: test.exclusive)
    return Selection(tuple(in_order), profile, decided=_decided(tests))


def _decided(tests: Iterable[Test]) -> frozenset[str]:
    return frozenset().union(*(test.requirements for test in tests))
