"""Outcomes are found again under their key, and under no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.measure.cache import Cache
from contract.measure.jobs import CAUGHT, LOCALISED
from contract.measure.outcome import JUDGED, Outcome, Shown
from contract.tests.measure.factory import fault, job, outcome

OF = job(fault("broken", "EXAM-001"))
FULL = Outcome(
    step=CAUGHT,
    subject="broken",
    ended=JUDGED,
    message="m",
    duration_s=1.5,
    tests=3,
    requests=9,
    shown={"EXAM-001": Shown("fail", "must", "reason")},
    undecided=("EXAM-002",),
    failures=(("Check", "GET /exams"),),
    reach={"test_x.py::t": ["exams_show"]},
)


def test_an_outcome_comes_back_whole(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(OF, "key", FULL)

    assert cache.get(OF, "key") == FULL


def test_another_key_finds_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(OF, "key", FULL)

    assert cache.get(OF, "other") is None


def test_jobs_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(OF, "key", FULL)
    cache.put(job(fault("broken"), LOCALISED), "key", outcome(OF, EXAM_001="pass"))
    cache.put(job(fault("other")), "key", outcome(OF, EXAM_001="pass"))

    assert cache.get(OF, "key") == FULL


@pytest.mark.parametrize("text", ["", "{", "{}", '{"key": "key", "outcome": {"step": 1}}', "[]"])
def test_what_cannot_be_read_is_measured_again(tmp_path: Path, text: str) -> None:
    cache = Cache(tmp_path)
    cache.put(OF, "key", FULL)
    (tmp_path / CAUGHT / "broken.json").write_text(text, encoding="utf-8")

    assert cache.get(OF, "key") is None
