"""Which of the collected tests a job runs, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from contract.measure.jobs import BASELINE, CAUGHT, LOCALISED, STOCK, Job
from contract.pytest_plugin import decided_by


@dataclass(frozen=True)
class Test:
    """A collected test and what its markers say."""

    __test__ = False

    item: pytest.Item
    requirements: frozenset[str]
    operation: str | None
    deep: bool
    generated: bool
    exclusive: bool

    @classmethod
    def of(cls, item: pytest.Item) -> Test:
        """Read the markers of *item*."""
        ids, operation = decided_by(item)
        deep, generated, exclusive = (
            item.get_closest_marker(name) is not None for name in ("deep", "generated", "exclusive")
        )
        return cls(item, frozenset(ids), operation, deep, generated, exclusive)


@dataclass(frozen=True)
class Selection:
    """The tests of one job; ``requirements`` are all that it is about, empty for the whole register."""

    tests: tuple[Test, ...] = ()
    profile: str = "standard"
    requirements: tuple[str, ...] = ()

    @cached_property
    def files(self) -> frozenset[Path]:
        """Return the files that the tests stand in."""
        return frozenset(test.item.path for test in self.tests)

    @cached_property
    def decided(self) -> frozenset[str]:
        """Return the requirements that the tests decide."""
        return frozenset().union(*(test.requirements for test in self.tests))


class Suite:
    """All tests of the suite; finds those of a job without looking at each of them again."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        tests = [Test.of(item) for item in items]
        self._by_requirement: dict[str, list[int]] = defaultdict(list)
        self._tests = tests
        for number, test in enumerate(tests):
            for id in test.requirements:
                self._by_requirement[id].append(number)
        usual = [test for test in tests if test.requirements and not test.deep]
        self._standard = Selection(_exclusive_last(usual))
        self._explicit = Selection(_exclusive_last(test for test in usual if not test.generated))

    def select(self, job: Job) -> Selection:
        """Return the tests of *job*."""
        if job.step in (STOCK, BASELINE):
            return Selection()
        if job.step == CAUGHT:
            return self._of_named_requirements(job)
        return self._explicit if job.step == LOCALISED else self._standard

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
        return Selection(tuple(chosen), "standard" if without_deep else "deep", job.deviation.requirements)


def _exclusive_last(tests: Iterable[Test]) -> tuple[Test, ...]:
    return tuple(sorted(tests, key=lambda test: test.exclusive))
