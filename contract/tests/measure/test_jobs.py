"""Which jobs there are: steps, samples, shards."""

from __future__ import annotations

import pytest

from contract.measure.jobs import (
    BASELINE,
    BASELINE_COUNT,
    CAUGHT,
    LOCALISED,
    SEED_COUNT,
    SEEDS,
    STEPS,
    STOCK,
    VARIANTS,
    WHOLE,
    WHOLE_COUNT,
    Choice,
    Job,
    plan,
)
from contract.tests.measure.factory import catalogue, fault, variant

KNOWN = catalogue(*(fault(f"f{number:02}", f"EXAM-{number:03}") for number in range(40)), variant("v1"), variant("v2"))


def subjects(jobs: list[Job], step: str) -> list[str]:
    return [job.subject for job in jobs if job.step == step]


def test_everything_is_planned_unless_chosen() -> None:
    jobs = plan(KNOWN, Choice())

    counts = {step: len(subjects(jobs, step)) for step in (*STEPS, BASELINE)}

    assert counts == {
        CAUGHT: 40,
        LOCALISED: 40,
        WHOLE: WHOLE_COUNT,
        VARIANTS: 2,
        SEEDS: SEED_COUNT,
        STOCK: 40,
        BASELINE: BASELINE_COUNT,
    }


def test_seeds_differ_and_begin_with_the_chosen_one() -> None:
    jobs = plan(KNOWN, Choice(steps=(SEEDS,), seed=7))

    assert [job.seed for job in jobs] == list(range(7, 27))
    assert {job.deviation for job in jobs} == {None}


def test_a_sample_follows_from_its_seed() -> None:
    first, again, other = (
        subjects(plan(KNOWN, Choice(steps=(CAUGHT,), samples={CAUGHT: 5}, seed=seed)), CAUGHT) for seed in (1, 1, 2)
    )

    assert first == again != other
    assert len(first) == 5
    assert first == sorted(first)


def test_all_steps_sample_the_same_faults() -> None:
    jobs = plan(KNOWN, Choice(samples=dict.fromkeys(STEPS, 5)))

    assert subjects(jobs, CAUGHT) == subjects(jobs, LOCALISED) == subjects(jobs, WHOLE) == subjects(jobs, STOCK)
    assert len(subjects(jobs, SEEDS)) == 5


def test_only_the_core_is_localised_unless_every_fault_is_asked_for() -> None:
    known = catalogue(fault("f1", "EXAM-001"), fault("f2", "EXAM-001"), fault("f3", "EXAM-001", "EXAM-002"))

    core, every = plan(known, Choice()), plan(known, Choice(every=True))

    assert subjects(core, CAUGHT) == subjects(every, CAUGHT) == subjects(every, LOCALISED) == ["f1", "f2", "f3"]
    assert subjects(core, LOCALISED) == subjects(core, WHOLE) == subjects(core, STOCK) == ["f3"]


def test_a_step_can_have_a_smaller_sample_of_its_own() -> None:
    jobs = plan(KNOWN, Choice(samples={LOCALISED: 9, STOCK: 4}))

    assert len(subjects(jobs, CAUGHT)) == 40
    assert len(subjects(jobs, LOCALISED)) == 9
    assert len(subjects(jobs, STOCK)) == 4
    assert set(subjects(jobs, STOCK)) < set(subjects(jobs, LOCALISED))


def test_ids_choose_faults_and_variants() -> None:
    jobs = plan(KNOWN, Choice(steps=(CAUGHT, VARIANTS), ids=frozenset({"f03", "v2"})))

    assert [job.subject for job in jobs] == ["f03", "v2"]


@pytest.mark.parametrize("parts", [2, 3, 7])
def test_shards_are_the_whole_without_overlap(parts: int) -> None:
    whole = [job for job in plan(KNOWN, Choice()) if job.step != BASELINE]

    shards = [plan(KNOWN, Choice(shard=(part, parts))) for part in range(1, parts + 1)]

    joined = [job for shard in shards for job in shard if job.step != BASELINE]
    assert sorted(map(repr, joined)) == sorted(map(repr, whole))


def test_every_shard_with_stock_runs_has_clean_ones_to_compare_with() -> None:
    jobs = plan(KNOWN, Choice(steps=(STOCK,), shard=(2, 3)))

    assert [job.step for job in jobs[:BASELINE_COUNT]] == [BASELINE] * BASELINE_COUNT
