"""
Jobs: one step for one fault, variant or seed.

The steps::

    caught      a fault against the tests of the requirements that it names
    localised   a fault of the core against all explicit tests: nothing else may turn red
    whole       a few faults against the whole standard profile, generated cases included
    variants    a conforming variant against the standard profile: nothing may turn red
    seeds       the mock as it is against the standard profile, with many seeds
    stock       a few faults under ``schemathesis run`` with our signing; a few clean runs to compare with
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from contract.measure.catalogue import Catalogue, Deviation
from contract.measure.core import core

CAUGHT, LOCALISED, WHOLE, VARIANTS, SEEDS, STOCK = "caught", "localised", "whole", "variants", "seeds", "stock"
STEPS = (CAUGHT, LOCALISED, WHOLE, VARIANTS, SEEDS, STOCK)
BASELINE = "baseline"
"""The step of stock runs against the clean mock; its subjects are ``clean-1`` and so on."""
REACH = "reach"
"""The step that finds out, against the clean mock, which operations each explicit test sends requests to."""
LIMITS_S = {
    REACH: 900.0,
    CAUGHT: 300.0,
    LOCALISED: 300.0,
    WHOLE: 600.0,
    VARIANTS: 900.0,
    SEEDS: 600.0,
    STOCK: 150.0,
    BASELINE: 180.0,
}
USUAL_S = {CAUGHT: 3.0, LOCALISED: 45.0, WHOLE: 90.0, VARIANTS: 90.0, SEEDS: 90.0, STOCK: 25.0, BASELINE: 65.0}
"""What a job takes, as long as none of its step has ended."""
RUN_SEED = 1
"""The seed of all runs but those that compare seeds."""
WHOLE_COUNT, STOCK_COUNT, SEED_COUNT, BASELINE_COUNT = 30, 60, 20, 3


@dataclass(frozen=True)
class Job:
    """One thing to find out; *deviation* is None for the clean mock."""

    step: str
    subject: str
    seed: int
    deviation: Deviation | None = None
    profile: str = "standard"
    """Of the steps that run a whole profile."""

    @property
    def limit_s(self) -> float:
        """Return after how many seconds it is given up."""
        return LIMITS_S[self.step]


@dataclass(frozen=True)
class Choice:
    """What was asked for: which steps, ids, how many of each, and which part of it all."""

    steps: tuple[str, ...] = STEPS
    ids: frozenset[str] | None = None
    samples: Mapping[str, int] = field(default_factory=dict)
    """By step, how many of its faults, variants or seeds at most."""
    every: bool = False
    """Let all faults be localised, not just those of the core."""
    seed: int = 1
    shard: tuple[int, int] = (1, 1)
    profile: str = "standard"


def plan(catalogue: Catalogue, choice: Choice) -> list[Job]:
    """Return the jobs in the order in which they are done."""
    faults = _chosen(catalogue.faults, choice)
    pool = faults if choice.every or choice.ids is not None else core(faults)

    def drawn(step: str, most: int | None = None) -> list[Deviation]:
        """Return the faults of a step; of two steps, the smaller sample is part of the larger one."""
        wanted = min((each for each in (choice.samples.get(step), most) if each is not None), default=None)
        return _sampled(faults if step == CAUGHT else pool, wanted, choice.seed)

    variants = _sampled(_chosen(catalogue.variants, choice), choice.samples.get(VARIANTS), choice.seed)
    seeds = range(choice.seed, choice.seed + min(SEED_COUNT, choice.samples.get(SEEDS, SEED_COUNT)))
    jobs = {
        CAUGHT: [Job(CAUGHT, each.id, RUN_SEED, each) for each in drawn(CAUGHT)],
        LOCALISED: [Job(LOCALISED, each.id, RUN_SEED, each) for each in drawn(LOCALISED)],
        WHOLE: [Job(WHOLE, each.id, RUN_SEED, each, choice.profile) for each in drawn(WHOLE, WHOLE_COUNT)],
        VARIANTS: [Job(VARIANTS, each.id, RUN_SEED, each, choice.profile) for each in variants],
        SEEDS: [Job(SEEDS, f"seed-{seed}", seed, None, choice.profile) for seed in seeds],
        STOCK: [Job(STOCK, each.id, RUN_SEED, each) for each in drawn(STOCK, STOCK_COUNT)],
    }
    part, parts = choice.shard
    chosen = [job for step in STEPS if step in choice.steps for job in jobs[step]][part - 1 :: parts]
    return _baselines() + chosen if any(job.step == STOCK for job in chosen) else chosen


def _baselines() -> list[Job]:
    return [Job(BASELINE, f"clean-{number}", RUN_SEED) for number in range(1, BASELINE_COUNT + 1)]


def _chosen(deviations: Iterable[Deviation], choice: Choice) -> list[Deviation]:
    return [each for each in deviations if choice.ids is None or each.id in choice.ids]


def _sampled(deviations: Sequence[Deviation], most: int | None, seed: int) -> list[Deviation]:
    """Return at most *most* of them, drawn by *seed*, in their own order."""
    if most is None or most >= len(deviations):
        return list(deviations)
    shuffled = [each.id for each in deviations]
    random.Random(seed).shuffle(shuffled)
    drawn = set(shuffled[:most])
    return [each for each in deviations if each.id in drawn]
