"""The catalogue is what the mock prints."""

from __future__ import annotations

import json

import pytest

from contract.errors import SuiteError, UnknownName
from contract.measure import catalogue
from contract.measure.catalogue import Deviation

ENTRIES = [
    {
        "id": "late",
        "description": "it is late",
        "kind": "fault",
        "requirements": ["EXAM-001"],
        "also": ["EXAM-002"],
        "operation": "exams_show",
        "module": "m",
    },
    {
        "id": "slow",
        "description": "it is slow",
        "kind": "variant",
        "requirements": [],
        "also": [],
        "operation": None,
        "module": "m",
    },
]


def test_faults_and_variants_are_told_apart() -> None:
    parsed = catalogue.parse(json.dumps(ENTRIES))

    assert parsed.faults == [Deviation("late", "it is late", "fault", ("EXAM-001",), ("EXAM-002",), "exams_show", "m")]
    assert [each.id for each in parsed.variants] == ["slow"]


def test_globs_choose_faults_and_variants() -> None:
    parsed = catalogue.parse(json.dumps(ENTRIES))

    assert parsed.matching(["l*", "slow"]) == {"late", "slow"}


def test_a_glob_that_fits_nothing_is_an_error() -> None:
    with pytest.raises(UnknownName, match="unknown fault 'lat'; did you mean late"):
        catalogue.parse(json.dumps(ENTRIES)).matching(["lat"])


def test_the_mock_is_asked() -> None:
    known = {each.id: each for each in catalogue.load().faults}

    assert known["ignore-accept"].requirements
    assert known["ignore-accept"].module.startswith("contract.mock.")


def test_a_mock_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "LIST", ("-c", "raise SystemExit('no mock here')"))
    catalogue.load.cache_clear()

    with pytest.raises(SuiteError, match="does not list its faults: no mock here"):
        catalogue.load()


def test_the_mock_says_where_a_fault_can_show() -> None:
    known = {each.id: each for each in catalogue.load(with_extent=True).faults}

    assert known["ignore-accept"].operations == ()
    assert known["exams-show-newest"].operations == ("exams_show",)
