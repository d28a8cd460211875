"""The benchmark rows about plans and workers: medians of what was measured, nothing without a measurement."""

from __future__ import annotations

import sys

import pytest

from contract import planbench, plans


def test_rows_are_medians_of_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {1: iter([10.0, 12.0, 50.0]), 2: iter([5.0, 6.0, 7.0])}
    workers: list[int] = []

    def measured(work):
        work()
        return (next(times[workers[-1]]) if workers else 1.0), 2.0

    monkeypatch.setattr(planbench, "_measured", measured)
    monkeypatch.setattr(planbench, "_run", lambda count, areas, folder: workers.append(count))
    monkeypatch.setattr(planbench, "_read_all", lambda: None)
    monkeypatch.setattr(plans.Plans, "prepare", lambda self, names, processes: [])
    monkeypatch.setenv(plans.CACHE_VARIABLE, "restored")

    rows = {row["name"]: row for row in planbench.rows(3)}

    assert workers == [1, 2, 1, 2, 1, 2]
    assert rows["run, one worker"]["seconds"] == 12.0
    assert (rows["run, one worker"]["lowest"], rows["run, one worker"]["highest"]) == (10.0, 50.0)
    assert rows["two workers against one"]["ratio"] == 2.0


def test_a_run_that_did_not_conform_is_no_measurement(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")

    with pytest.raises(RuntimeError, match="nothing was measured"):
        planbench._run(1, ("token",), tmp_path)
