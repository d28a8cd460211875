"""The generated cases of one test: which ones, in which order, judged; and what is kept of one that found something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from contract import generated, judgement, operations
from contract.cases import PlannedCase, slice_of
from contract.examples import Examples
from contract.exchange import Exchange
from contract.judgement import FindingRaised
from contract.plans import Plans
from contract.samples import Sample
from contract.world import World

Judge = Callable[[Exchange], None]
MOST_SHRUNK = 10
"""Findings of one worker that are made smaller: a target on which everything fails must not multiply the requests."""


@dataclass
class Memory:
    """What a worker knows of cases that found something: stored ones, and the smallest it found itself."""

    stored: dict[str, list[PlannedCase]] = field(default_factory=dict)
    """By operation, as they were when the run began: the plan is fixed before it is spread."""
    examples: Examples | None = None
    explained: dict[str, str] = field(default_factory=dict)


@dataclass
class GeneratedCases:
    """Sends and judges the planned cases of an operation, or a slice of them."""

    plans: Plans
    memory: Memory
    world: World
    sample: Callable[[str], Sample]
    chosen: dict[str, list[int]] = field(default_factory=dict)
    """Where a budget cuts the plan: the positions that are left, by operation and slice."""

    def of(self, operation_id: str, part: int | None) -> list[PlannedCase]:
        """Return the cases of slice *part*, all without one; stored ones come first, with the first slice."""
        planned = self.plans.cases(operation_id)
        if part is not None:
            planned = tuple(slice_of(planned, part))
        if (left := self.chosen.get(f"{operation_id} {part or 0}")) is not None:
            planned = tuple(planned[number] for number in left)
        stored = self.memory.stored.get(operation_id, []) if not part else []
        return [*stored, *(case for case in planned if case not in stored)]

    def judged(self, operation_id: str, cases: Sequence[PlannedCase], judge: Judge) -> list[Exchange]:
        """
        Send *cases* and judge every exchange.

        Raises:   FindingRaised: what *judge* raised first, with the minimal failing case.
        """
        operation = operations.get(operation_id)
        sent = list(generated.exchanges(operation, cases, self.world, self.sample))
        by_exchange = {exchange.id: case for case, exchange in sent}
        found: list[FindingRaised] = []
        for _, exchange in sent:
            try:
                judge(exchange)
            except FindingRaised as raised:
                # The others are judged too: they may say something about other requirements.
                found.append(raised)
        parts = judgement.current().parts.values()
        for finding in [*found[:1], *(part.ended for part in parts if isinstance(part.ended, FindingRaised))]:
            if (case := by_exchange.get(finding.finding.exchange or "")) is not None:
                self._explain(finding, case, judge)
        if found:
            raise found[0]
        if not any(isinstance(part.ended, FindingRaised) for part in parts):
            self._forget([case for case, _ in sent])
        return [exchange for _, exchange in sent]

    def _explain(self, finding: FindingRaised, case: PlannedCase, judge: Judge) -> None:
        """Add the minimal failing case to *finding* and keep it for the next run."""
        from contract import shrinking  # needs Hypothesis, which takes its time: only when something was found

        requirement = finding.requirement or judgement.current().requirement.id
        key = f"{requirement} {case.operation_id}"
        explained = self.memory.explained
        if key not in explained:
            smaller, note = case, f"(not made smaller: {MOST_SHRUNK} others were)"
            if len(explained) < MOST_SHRUNK:
                smaller, note = shrinking.smallest(case, lambda each: self._fails(each, judge, requirement)), ""
            explained[key] = "\n".join(filter(None, [shrinking.described(smaller), note]))
            if self.memory.examples is not None:
                self.memory.examples.save(smaller)
        finding.finding = replace(finding.finding, detail=explained[key])

    def _fails(self, case: PlannedCase, judge: Judge, requirement: str) -> bool:
        """Send one case and tell whether it breaks the same requirement."""

        def attempt() -> None:
            for _, exchange in generated.exchanges(operations.get(case.operation_id), [case], self.world, self.sample):
                judge(exchange)

        return judgement.finds(requirement, attempt)

    def _forget(self, cases: Sequence[PlannedCase]) -> None:
        """Drop the stored cases that were sent and found nothing any more."""
        if self.memory.examples is not None:
            for case in cases:
                if case in self.memory.stored.get(case.operation_id, ()):
                    self.memory.examples.forget(case)
