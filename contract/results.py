"""What a run found, as data: the report's formats are views of it, and the parts of a sharded run add up to it."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contract import operations
from contract.coverage import Coverage, by_operation
from contract.history.past import Past


class Verdict(StrEnum):
    """What is said about a requirement; the order of `WEIGHT` says which of several wins."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not-tested"


UNMET = (Verdict.FAIL, Verdict.WARN)
WEIGHT = [Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.NOT_TESTED]


def strongest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that wins: fail, then warn, inconclusive, pass, not-tested."""
    return min(verdicts, key=WEIGHT.index, default=Verdict.NOT_TESTED)


class RunVerdict(StrEnum):
    """What is said about the target as a whole."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does-not-conform"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_code(self) -> int:
        """Return the exit status that says the same."""
        return {"conforms": 0, "does-not-conform": 1, "inconclusive": 3}[self.value]


@dataclass(frozen=True)
class Finding:
    """What a check saw that the requirement forbids."""

    expected: str
    observed: str
    exchange: str | None = None
    """Id of the exchange that shows it."""
    control: str | None = None
    """Id of the exchange that was done right and accepted."""
    operation: str | None = None
    detail: str | None = None
    """More lines: a difference, the minimal failing case."""


@dataclass
class Evidence:
    """How many exchanges on one operation were accepted and refused as the requirement has it."""

    accepted: int = 0
    refused: int = 0


@dataclass
class CaseResult:
    """One judged test: a case of the explicit suite, or all generated cases of one operation and check."""

    id: str
    requirement: str
    test: str
    """The test's node id."""
    operation: str | None
    verdict: Verdict
    reason: str = ""
    finding: Finding | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)
    """By operation id."""
    observed: dict[str, Any] = field(default_factory=dict)
    exchanges: list[str] = field(default_factory=list)
    """Ids of everything that was sent for it."""
    cases: int = 1
    duration_s: float = 0.0
    flaky: bool = False
    shared: dict[str, list[int]] = field(default_factory=dict)
    """What it used of what cases share: how many requests made it here, and how many resources they created."""
    earlier: Finding | None = None
    """What the first try found, where the second did not find it again."""


class KnownState(StrEnum):
    """What has become of a known deviation in a run."""

    HOLDS = "holds"
    """It is still there and excused."""
    EXPIRED = "expired"
    """It is still there, and its time has passed."""
    MENDED = "mended"
    """It is no longer there."""
    NOT_JUDGED = "not-judged"
    """This run cannot tell."""


@dataclass(frozen=True)
class Known:
    """What the target's list of known deviations says about a requirement, and what has become of it."""

    state: KnownState
    reason: str
    link: str | None = None
    expires: str | None = None
    """The last day on which it is excused, ISO 8601."""


@dataclass
class RequirementResult:
    """The verdict on one requirement, over all its cases."""

    id: str
    level: str
    area: str
    statement: str
    source: str
    severity: str
    operations: list[str]
    verdict: Verdict
    reason: str
    tests: list[str]
    cases: list[CaseResult] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    observed: dict[str, Any] = field(default_factory=dict)
    pinned: bool = False
    flaky: bool = False
    in_scope: bool = True
    known: Known | None = None

    @property
    def excused(self) -> bool:
        """Tell whether it does not hold and that is a known deviation."""
        return self.known is not None and self.known.state is KnownState.HOLDS


@dataclass
class OperationResult:
    """What was sent to one operation and how it answered; latencies in ms."""

    operation_id: str
    method: str
    path: str
    area: str
    deprecated: bool
    requests: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Leak:
    """What a run created and is still on the target, or may be; ``id`` is None where nobody knows it."""

    kind: str
    id: int | None
    run_id: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.id or '(id unknown)'} of run {self.run_id}: {self.reason}"


@dataclass
class RunInfo:
    """The run itself."""

    id: str
    started_at: str
    duration_s: float
    seed: int
    profile: str
    suite_version: str
    workers: int
    arguments: list[str] = field(default_factory=list)
    interrupted: bool = False
    shard: str | None = None
    """``K/N`` where it is one of several parts."""
    read_only: str | None = None
    """Which option or key had it send nothing that changes state; None where none did."""


@dataclass
class RunResult:
    """Everything that a report says."""

    run: RunInfo
    target: dict[str, Any]
    """``name``, ``base_url`` and, where the config says, ``version``."""
    verdict: RunVerdict
    sentence: str
    requirements: list[RequirementResult]
    operations: list[OperationResult]
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    """As made by ``contract.exchange.record``."""
    leaks: list[Leak] = field(default_factory=list)
    """What could not be removed from the target."""
    past: Past = field(default_factory=Past)
    """What earlier runs of the target say about this one."""

    @functools.cached_property
    def coverage(self) -> dict[str, Coverage]:
        """Return what was tried of each operation; several formats show it, and counting takes a while."""
        return by_operation(self.exchanges)

    @property
    def requests(self) -> int:
        """Return how many requests were sent, over all operations."""
        return sum(operation.requests for operation in self.operations)

    @property
    def cases(self) -> int:
        """Return how many cases were judged."""
        tried: dict[str, int] = defaultdict(int)
        for case in (case for requirement in self.requirements for case in requirement.cases):
            if case.verdict is not Verdict.NOT_TESTED:
                # A test that decides several requirements judges the same exchanges for each.
                tried[case.test] = max(tried[case.test], case.cases)
        return sum(tried.values())

    def counts(self, level: str | None = None) -> dict[str, int]:
        """Return how many requirements, of *level* or of all, got each verdict."""
        chosen = [each.verdict for each in self.requirements if level in (None, each.level)]
        return {verdict.value: chosen.count(verdict) for verdict in Verdict}

    def known(self, state: KnownState) -> list[RequirementResult]:
        """Return the requirements whose known deviation is in this *state*."""
        return [each for each in self.requirements if each.known and each.known.state is state]


def case_from_plain(data: Mapping[str, Any]) -> CaseResult:
    """
    Return the case that ``dataclasses.asdict`` wrote.

    Raises:   KeyError, TypeError, ValueError: it is not as written there.
    """
    values = dict(data)
    values["verdict"] = Verdict(values["verdict"])
    values["evidence"] = {name: Evidence(**each) for name, each in values["evidence"].items()}
    for name in ("finding", "earlier"):
        values[name] = Finding(**values[name]) if values[name] else None
    return CaseResult(**values)


def operations_of(exchanges: Iterable[Mapping[str, Any]]) -> list[OperationResult]:
    """Return what was sent to every operation, from the recorded exchanges."""
    results = {
        operation.id: OperationResult(
            operation.id, operation.method, operation.path, operation.area, operation.deprecated
        )
        for operation in operations.table().values()
    }
    statuses: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for exchange in exchanges:
        if (result := results.get(exchange["operation"])) is None:
            continue
        result.requests += 1
        if exchange["response"]:
            statuses[result.operation_id][str(exchange["response"]["status"])] += 1
            result.latencies_ms.append(exchange["elapsed_ms"])
    for operation_id, counted in statuses.items():
        results[operation_id].statuses = dict(sorted(counted.items()))
    return list(results.values())
