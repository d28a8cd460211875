"""``report.json`` and its schema."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contract.reporting import latency, summary
from contract.results import RunResult
from contract.tests.reporting import factory

SCHEMA: dict[str, Any] = json.loads(summary.SCHEMA_FILE.read_text(encoding="utf-8"))
MAKERS = [
    factory.passing,
    factory.failing,
    factory.leaking,
    lambda: factory.huge(1000, 30),
    lambda: factory.make_result([], []),
]


def closed(schema: Any) -> Any:
    """Return *schema* with every object closed: what it does not name is refused."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copied = {name: closed(value) for name, value in schema.items()}
    if "properties" in schema and "type" in schema:
        copied.setdefault("additionalProperties", False)
    return copied


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["properties"]["format"]["const"] == summary.FORMAT


@pytest.mark.parametrize("make", MAKERS, ids=["passing", "failing", "leaking", "large", "empty"])
def test_the_document_keeps_to_the_schema_and_holds_nothing_that_it_does_not_name(
    make: Callable[[], RunResult],
) -> None:
    document = json.loads(json.dumps(summary.document(make())))

    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(document)

    assert document["format"] == "conformance-report/1"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("verdict",), "green"),
        (("summary", "pass"), -1),
        (("requirements", 0, "level"), "may"),
        (("requirements", 0, "verdict"), "skipped"),
        (("operations", 0, "statuses"), {"OK": 1}),
        (("findings", 0, "observed"), None),
    ],
)
def test_the_schema_refuses_what_is_not_a_report(failing: RunResult, place: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(summary.document(failing))
    part: Any = document
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_counts_are_over_requirements_and_by_level(failing: RunResult) -> None:
    counted = summary.document(failing)["summary"]

    assert counted["fail"] == 2
    assert counted["warn"] == 2
    assert counted["inconclusive"] == 2
    assert counted["not-tested"] == 1
    assert counted["by_level"]["must"]["fail"] == 2
    assert counted["by_level"]["should"] == {"pass": 1, "fail": 0, "warn": 2, "inconclusive": 0, "not-tested": 0}
    assert sum(counted[name] for name in ("pass", "fail", "warn", "inconclusive", "not-tested")) == 10
    assert counted["requests"] == 21


def test_a_finding_names_operations_cases_and_exchanges(failing: RunResult) -> None:
    found = {each["requirement"]: each for each in summary.document(failing)["findings"]}

    assert len(found["SIGN-003"]["operations"]) == 6
    assert found["NONCE-001"]["exchange"] == "n-2"
    assert found["NONCE-001"]["control"] == "n-1"
    assert found["NONCE-001"]["cases"] == ["NONCE-001:exams_create:1"]
    assert "replay" in found["NONCE-001"]["detail"]


def test_open_questions_keep_their_answer(passing: RunResult) -> None:
    (asked,) = (each for each in summary.document(passing)["requirements"] if each["level"] == "open")

    assert asked["observed"] == {"status": 403}


def test_the_file_is_json_whatever_the_target_answered(tmp_path: Path, passing: RunResult) -> None:
    passing.requirements[0].observed = {"body": "\ud800 \u2028 \x00"}

    summary.write(passing, tmp_path / "report.json")

    read = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert read["requirements"][0]["observed"] == {"body": "\ud800 \u2028 \x00"}


def test_percentiles_are_latencies_that_were_measured() -> None:
    assert latency.figures([]) is None
    assert latency.figures([5.0]) == {"p50": 5.0, "p90": 5.0, "p99": 5.0, "max": 5.0}
    assert latency.figures([float(each) for each in range(100, 0, -1)]) == {
        "p50": 50.0,
        "p90": 90.0,
        "p99": 99.0,
        "max": 100.0,
    }


def test_what_could_not_be_removed_is_listed_with_its_ids() -> None:
    leaks = summary.document(factory.leaking())["leaks"]

    assert [(each["kind"], each["id"]) for each in leaks] == [("exam", 7), ("lti_resource", None)]
    assert leaks[0]["reason"] == "DELETE /exams/7 -> 500"
