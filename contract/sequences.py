"""Judges generated sequences; of one that found something the shortest that still does is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from contract import judgement, shrinking, stateful
from contract.cases import Step
from contract.judgement import FindingRaised
from contract.samples import Sample
from contract.stateful import Judge
from contract.world import World


@dataclass(frozen=True)
class Sequences:
    """Sends planned sequences with the resources of a case."""

    world: World
    sample: Callable[[str], Sample]
    judge: Judge

    def judged(self, sequences: Sequence[Sequence[Step]]) -> int:
        """
        Send *sequences* and judge every exchange.

        Returns:  how many requests were sent.
        Raises:   FindingRaised: what the judge raised for the first sequence that showed it, with the shortest one.
        """
        return sum(self._judged(steps) for steps in sequences)

    def _judged(self, steps: Sequence[Step]) -> int:
        before = judgement.current().found_in_parts()
        try:
            return stateful.follow(steps, self.world, self.sample, self.judge)
        except FindingRaised as found:
            self._explain(found, steps)
            raise
        finally:
            # What was decided for a further requirement of the test has not stopped the sequence.
            for id, decided in judgement.current().found_in_parts().items():
                if id not in before:
                    self._explain(decided, steps)

    def _explain(self, found: FindingRaised, steps: Sequence[Step]) -> None:
        requirement = found.requirement or judgement.current().requirement.id
        shortest = shrinking.shortest(steps, lambda fewer: self._fails(fewer, requirement))
        found.finding = replace(found.finding, detail=shrinking.sequence_described(shortest))

    def _fails(self, steps: Sequence[Step], requirement: str) -> bool:
        return judgement.finds(requirement, lambda: stateful.follow(steps, self.world, self.sample, self.judge))
