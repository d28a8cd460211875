"""What counts as a latency that moved."""

from __future__ import annotations

import random

from contract.history.noise import moves
from contract.history.report import Answered, Latency

NAMES = [f"op{number}" for number in range(30)]


def answered(p50: float, p90: float | None = None, requests: int = 50) -> Answered:
    return Answered(operation_id="op", requests=requests,
                    latency_ms=Latency(p50=p50, p90=p90 or p50 * 1.5, p99=p50 * 3, max=p50 * 4))  # fmt: skip


def measured(seed: int, factor: float = 1.0, **changed: float) -> dict[str, Answered]:
    """Return a run of 30 operations whose medians scatter by a few per cent; *changed* are factors by operation."""
    drawn = random.Random(seed)
    return {
        name: answered((5 + number) * factor * changed.get(name, 1.0) * drawn.uniform(0.93, 1.07))
        for number, name in enumerate(NAMES)
    }


def test_two_runs_of_the_same_target_show_nothing() -> None:
    for seed in range(50):
        assert moves(measured(seed), measured(seed + 1000)).operations == ()


def test_an_operation_that_became_three_times_slower_is_found_alone() -> None:
    for seed in range(50):
        (move,) = moves(measured(seed), measured(seed + 1000, op20=3.0)).operations
        assert move.operation == "op20"
        assert move.slower
        assert 2.4 < move.factor < 3.6


def test_one_that_became_faster_is_told_as_faster() -> None:
    (move,) = moves(measured(1), measured(2, op20=0.25)).operations

    assert not move.slower


def test_a_slower_machine_is_said_once_and_blamed_on_no_operation() -> None:
    found = moves(measured(1), measured(2, factor=2.0))

    assert found.operations == ()
    assert found.shifted
    assert 1.8 < found.shift < 2.2


def test_few_answers_little_milliseconds_and_wide_scatter_count_as_noise() -> None:
    old = {name: answered(10.0) for name in NAMES}

    assert moves(old, old | {"op1": answered(90.0, requests=9)}).compared == 29
    assert moves(old, old | {"op1": answered(90.0, requests=9)}).operations == ()
    tiny = {name: answered(0.2) for name in NAMES}
    assert moves(tiny, tiny | {"op1": answered(1.0)}).operations == ()
    assert moves(old, old | {"op1": answered(14.0, p90=120.0, requests=12)}).operations == ()


def test_with_few_operations_a_scatter_is_assumed() -> None:
    old = {"op1": answered(10.0), "op2": answered(10.0)}

    assert moves(old, {name: answered(20.0) for name in old}).operations == ()
    assert len(moves(old, {name: answered(40.0) for name in old}).operations) == 2


def test_nothing_to_compare_is_no_error() -> None:
    assert moves({}, {}).compared == 0
    assert moves({"op": answered(0.0, 1.0)}, {"op": answered(0.0, 1.0)}).operations == ()
    assert moves({"op": Answered(operation_id="op", requests=40)}, {"op": answered(1.0)}).compared == 0
