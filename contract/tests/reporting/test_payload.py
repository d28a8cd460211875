"""The page's data: examples whole, the rest within a budget."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from contract.reporting import payload
from contract.results import RunResult
from contract.tests.reporting.factory import make_case, make_exchange, make_requirement, make_result


def test_embedded_is_the_data_compressed(failing: RunResult) -> None:
    text = payload.embedded(failing)

    assert json.loads(gzip.decompress(base64.b64decode(text))) == json.loads(json.dumps(payload.data(failing)))


def test_examples_of_findings_are_whole_and_passing_ones_are_trimmed(failing: RunResult) -> None:
    long = "z" * 16_000
    failing.exchanges.append(make_exchange("p-1", body=long, after_ms=900))
    next(each for each in failing.exchanges if each["id"] == "n-2")["response"]["body"] = long
    failing.requirements.append(make_requirement("SIGN-009", cases=[make_case("SIGN-009", exchanges=["p-1"])]))

    kept = payload.data(failing)["exchanges"]

    assert kept["n-2"]["response"]["body"] == long
    assert len(kept["p-1"]["response"]["body"]) == payload.SHOWN_BODY
    assert kept["p-1"]["response"]["cut"]


def test_finding_and_control_are_both_there(failing: RunResult) -> None:
    assert {"n-1", "n-2"} <= payload.data(failing)["exchanges"].keys()


def test_the_rest_stays_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [make_case("SIGN-001", number, exchanges=[f"x-{number}"]) for number in range(100)]
    exchanges = [make_exchange(f"x-{number}", body="y" * 2000) for number in range(100)]
    monkeypatch.setattr(payload, "BUDGET", 50_000)

    kept = payload.data(make_result([make_requirement("SIGN-001", cases=cases)], exchanges))["exchanges"]

    assert 10 <= len(kept) <= 25


def test_what_belongs_to_no_case_is_left_to_the_har(passing: RunResult) -> None:
    passing.exchanges.append(make_exchange("setup-1"))

    assert "setup-1" not in payload.data(passing)["exchanges"]
