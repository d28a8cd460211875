"""Bodies of what failed are kept whole, those of what passed within a budget."""

from __future__ import annotations

import json
from pathlib import Path

from contract.reporting import har, kept
from contract.results import RunResult, Verdict
from contract.tests.reporting.factory import make_case, make_exchange, make_requirement, make_result


def result() -> RunResult:
    """Return a run of one case that fails and two that pass, each with an answer of a thousand characters."""
    failed = make_case("SIGN-001", verdict=Verdict.FAIL, exchanges=["f"])
    passed = [make_case("SIGN-002", number, exchanges=[name]) for number, name in enumerate("pq")]
    exchanges = [make_exchange(name, body=name * 1000, after_ms=at) for at, name in enumerate("pqf")]
    return make_result(
        [make_requirement("SIGN-001", cases=[failed]), make_requirement("SIGN-002", cases=passed)], exchanges
    )


def test_beyond_the_budget_only_what_failed_keeps_its_bodies() -> None:
    run = result()
    found = {
        each["id"]: (each["response"]["body"][:1], left_out)
        for each, left_out in kept.within_budget(run.exchanges, kept.telling(run), budget=1500)
    }

    assert found == {"p": ("p", False), "q": ("", True), "f": ("f", False)}


def test_a_body_that_was_left_out_is_marked_in_the_har(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(kept.within_budget, "__defaults__", (1500,))

    har.write(result(), tmp_path / "x.har")

    entries = {each["_id"]: each for each in json.loads((tmp_path / "x.har").read_text())["log"]["entries"]}
    assert "_answer" not in entries["f"]
    assert entries["q"]["_answer"] == kept.LEFT_OUT
    assert entries["q"]["response"]["content"]["size"] == 1000
