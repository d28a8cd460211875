"""What outcomes mean: caught, localised, clean, and the line that sums a measurement up."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from contract import operations
from contract.measure.catalogue import Deviation
from contract.measure.jobs import BASELINE, CAUGHT, LOCALISED, SEEDS, STOCK, VARIANTS, WHOLE, Job
from contract.measure.outcome import ERROR, JUDGED, Outcome
from contract.session import GENERATED, SEQUENCES

LEAST_LOCALISED = 0.95
GENERAL = frozenset((*GENERATED, *SEQUENCES))
"""What generated cases decide of every operation, whatever a fault does there."""
Results = Mapping[Job, Outcome]


@dataclass(frozen=True)
class Judgement:
    """Whether one job ended as it should, and if not, how else."""

    good: bool
    reason: str = ""
    missing: tuple[str, ...] = ()
    """Requirements that should have turned red."""
    besides: tuple[str, ...] = ()
    """Requirements that turned red and should not have."""
    uncertain: tuple[str, ...] = ()
    """Requirements that could not be judged."""


def judge(job: Job, outcome: Outcome, noise: frozenset[tuple[str, str]] = frozenset()) -> Judgement:
    """
    Say whether *outcome* is as it should be.

    Args:     noise: what stock schemathesis reports without a fault there (`noise_of`), as (check, operation).
    """
    if outcome.ended != JUDGED:
        return Judgement(False, f"{outcome.ended}: {outcome.message}" if outcome.ended != ERROR else outcome.message)
    judges: dict[str, Callable[[], Judgement]] = {
        CAUGHT: lambda: _caught(_of(job), outcome),
        LOCALISED: lambda: _localised(_of(job), outcome),
        WHOLE: lambda: _localised(_of(job), outcome, besides=GENERAL),
        VARIANTS: lambda: _clean(outcome),
        SEEDS: lambda: _clean(outcome),
        STOCK: lambda: _stock(outcome, noise),
        BASELINE: lambda: Judgement(True),
    }
    return judges[job.step]()


def _of(job: Job) -> Deviation:
    assert job.deviation is not None
    return job.deviation


def _caught(fault: Deviation, outcome: Outcome) -> Judgement:
    if not fault.requirements:
        return Judgement(False, "it names no requirement that must turn red")
    missing = tuple(id for id in fault.requirements if id not in outcome.red)
    said = [_said(id, outcome) for id in missing]
    return Judgement(not missing, "; ".join(said), missing=missing, uncertain=tuple(sorted(outcome.uncertain)))


def _said(id: str, outcome: Outcome) -> str:
    if id not in outcome.shown:
        return f"{id} is not in the register"
    if outcome.shown[id].level == "open":
        return f"{id} is open and cannot turn red"
    if id in outcome.undecided:
        return f"no test decides {id}"
    reason = outcome.shown[id].reason
    return f"{id} {outcome.shown[id].verdict}" + (f" ({reason})" if reason else "")


def _localised(fault: Deviation, outcome: Outcome, besides: frozenset[str] = frozenset()) -> Judgement:
    """Demand exactly the declared requirements, as far as a test was run for them; ``also`` and *besides* may join."""
    expected = set(fault.requirements) - set(outcome.undecided)
    missing = expected - outcome.red
    undeclared = outcome.red - set(fault.requirements) - set(fault.also) - besides
    problems = [f"not red: {', '.join(sorted(missing))}"] if missing else []
    problems += [f"red too: {', '.join(sorted(undeclared))}"] if undeclared else []
    return Judgement(
        not missing and not undeclared and bool(fault.requirements),
        "; ".join(problems) or ("" if fault.requirements else "it names no requirement that must turn red"),
        tuple(sorted(missing)),
        tuple(sorted(undeclared)),
        tuple(sorted(outcome.uncertain - set(fault.requirements))),
    )


def _clean(outcome: Outcome) -> Judgement:
    """Demand that nothing is red and that no must is inconclusive."""
    red, uncertain = sorted(outcome.red), sorted(outcome.uncertain_musts)
    said = [f"{id} {outcome.shown[id].verdict} ({outcome.shown[id].reason})" for id in [*red, *uncertain]]
    problems = [*said, outcome.message] if outcome.message else said
    return Judgement(not problems, "; ".join(problems), besides=tuple(red), uncertain=tuple(uncertain))


def _stock(outcome: Outcome, noise: frozenset[tuple[str, str]]) -> Judgement:
    new = sorted(set(outcome.failures) - noise)
    return Judgement(bool(new), "; ".join(f"{check} on {operation}" for check, operation in new))


def noise_of(results: Results) -> frozenset[tuple[str, str]]:
    """Return what stock schemathesis reports by chance: on the clean mock, or of an operation on which no fault is."""
    found: set[tuple[str, str]] = set()
    for job, outcome in results.items():
        if job.step == BASELINE:
            found.update(outcome.failures)
        elif job.step == STOCK and _of(job).operations:
            elsewhere = _labels(tuple(operations.table())) - _labels(_of(job).operations)
            found.update((check, operation) for check, operation in outcome.failures if operation in elsewhere)
    return frozenset(found)


@functools.cache
def _labels(names: tuple[str, ...]) -> frozenset[str]:
    """Return operations as schemathesis calls them: ``GET /exams/{id}``."""
    return frozenset(f"{operations.get(name).method} {operations.get(name).path}" for name in names)


@dataclass
class Count:
    """How many of how many, and those that were not."""

    good: int = 0
    total: int = 0
    bad: list[tuple[Job, Judgement]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.good}/{self.total}"


def count(jobs: Iterable[Job], results: Results) -> dict[str, Count]:
    """Count by step, in the order of the steps; a job without outcome counts as not good."""
    noise, counts = noise_of(results), dict[str, Count]()
    compared = any(job.step == BASELINE and outcome.ended == JUDGED for job, outcome in results.items())
    for job in jobs:
        if job.step == BASELINE:
            continue
        outcome = results.get(job)
        judgement = judge(job, outcome, noise) if outcome else Judgement(False, "not measured")
        if job.step == STOCK and not compared:
            judgement = Judgement(False, "there is no clean run to compare with")
        counted = counts.setdefault(job.step, Count())
        counted.total += 1
        counted.good += judgement.good
        if not judgement.good:
            counted.bad.append((job, judgement))
    return counts


WORDS = {
    CAUGHT: "faults caught",
    LOCALISED: "localised",
    VARIANTS: "variants clean",
    SEEDS: "seeds clean",
    STOCK: "stock schemathesis",
}


def line(counts: Mapping[str, Count]) -> str:
    """Return the figures in one line; steps that were not asked for are left out."""
    return ", ".join(f"{words} {counts[step]}" for step, words in WORDS.items() if step in counts)


def suffices(counts: Mapping[str, Count]) -> bool:
    """Tell whether all that was asked for is good: nearly all of the localised, any number for stock schemathesis."""
    least = {LOCALISED: LEAST_LOCALISED, STOCK: 0.0}
    return all(counted.good >= least.get(step, 1.0) * counted.total for step, counted in counts.items())
