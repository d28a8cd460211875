"""Each departure of an answer from the description belongs to one aspect, and to no other."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from contract import operations
from contract.checks.shape import (
    ASPECTS,
    departures,
    has_resource,
    has_rows,
    has_shape,
    only_resource,
    resource,
    rows,
)
from contract.judgement import FindingRaised, Inconclusive, Ledger, judging
from contract.requirements import load
from contract.tests.exchanges import exchange

TIME = "2018-11-21T00:54:59.934+01:00"


@pytest.fixture(autouse=True)
def ledger() -> Iterator[Ledger]:
    with judging(Ledger(load().get("NONCE-001"), "case")) as ledger:
        yield ledger


def fitting(schema: Any, name: str = "") -> Any:
    """Return a value of *schema*: every property, as plain as it can be."""
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kinds = schema.get("type", "object" if "properties" in schema else "null")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return {each: fitting(inner, each) for each, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [fitting(schema.get("items", {}))]
    if kind == "string":
        return TIME if schema.get("format") == "date-time" or name.endswith(("_at", "_time")) else "text"
    return {"integer": 1, "number": 1, "boolean": True}.get(str(kind))


def exam() -> dict[str, Any]:
    return copy.deepcopy(fitting(operations.get("exams_show").response_schema(200)))  # type: ignore[no-any-return]


def found(body: Any, operation_id: str = "exams_show", status: int = 200) -> set[str]:
    return {departure.aspect for departure in departures(exchange(operation_id, status, body))}


def changed(**fields: Any) -> dict[str, Any]:
    body = exam()
    body["exam"].update(fields)
    return body


def test_an_answer_as_described_departs_in_nothing() -> None:
    assert found(exam()) == set()
    assert found(changed(added_by_the_vendor={"a": 1})) == set()
    has_shape(exchange("exams_show", 200, exam()))


@pytest.mark.parametrize(
    ("body", "aspect"),
    [
        ([1], "envelope"),
        ({}, "envelope"),
        ({"exam": []}, "envelope"),
        ({"exam": None}, "envelope"),
        (b"<html>", "envelope"),
        (b"", "envelope"),
        (changed(id="seven"), "identity"),
        (changed(id=None), "identity"),
        (changed(created_at=None), "identity"),
        (changed(created_at="2018-11-21T00:54:59+01:00"), "time"),
        (changed(updated_at="2018-11-21 00:54:59.934"), "time"),
        (changed(name={"a": 1}), "type"),
        (changed(mobile_cam=[1]), "type"),
    ],
    ids=repr,
)
def test_a_departure_belongs_to_one_aspect(body: Any, aspect: str) -> None:
    assert found(body) == {aspect}


def test_a_field_that_is_lacking_is_a_matter_of_presence() -> None:
    body = exam()
    del body["exam"]["id"]

    (departure,) = departures(exchange("exams_show", 200, body))
    assert departure.aspect == "presence"
    assert "id" in departure.problem


@pytest.mark.parametrize("value", [None, TIME, "2018-11-20T23:54:59.934Z"])
def test_a_time_may_be_null_or_end_in_z(value: Any) -> None:
    assert found(changed(start_time=value)) == set()


def test_rows_of_a_list_are_looked_at_one_by_one() -> None:
    body = copy.deepcopy(fitting(operations.get("exams_index").response_schema(200)))
    body["exams"].append({**body["exams"][0], "id": "seven"})

    (departure,) = departures(exchange("exams_index", 200, body))

    assert (departure.aspect, departure.path) == ("identity", "exams.1.id")


def test_only_the_named_aspects_are_judged() -> None:
    wrong = exchange("exams_show", 200, changed(id="seven"))

    has_shape(wrong, *(aspect for aspect in ASPECTS if aspect != "identity"))
    with pytest.raises(FindingRaised, match=r"as described \(identity\); observed exam.id: "):
        has_shape(wrong, "identity")


def test_an_aspect_that_there_is_not_is_an_error_of_the_test() -> None:
    with pytest.raises(ValueError, match="no aspects"):
        has_shape(exchange("exams_show", 200, exam()), "shape")


def test_a_resource_is_taken_from_its_envelope() -> None:
    whole = exchange("exams_show", 200, {"exam": {"id": 7}})
    assert resource(whole, "exam") == {"id": 7}
    has_resource(whole, "exam")
    for body in ({"exam": [1]}, {"id": 7}, [1], b"no"):
        answered = exchange("exams_show", 200, body)
        with pytest.raises(Inconclusive, match="no object under the key 'exam'"):
            resource(answered, "exam")
        with pytest.raises(FindingRaised, match="an object under the key 'exam'"):
            has_resource(answered, "exam")


def test_rows_are_taken_from_their_envelope() -> None:
    assert rows(exchange("exams_index", 200, {"exams": [{"id": 7}]}), "exams") == [{"id": 7}]
    for body in ({"exams": {"id": 7}}, {"exams": [1]}, [{"id": 7}], b"no"):
        answered = exchange("exams_index", 200, body)
        with pytest.raises(Inconclusive, match="no list of objects under the key 'exams'"):
            rows(answered, "exams")
        with pytest.raises(FindingRaised, match="a list of objects under the key 'exams'"):
            has_rows(answered, "exams")


def test_a_resource_without_documented_envelope_is_the_object_with_an_id() -> None:
    assert only_resource(exchange("exams_show", 200, {"id": 7})) == {"id": 7}
    assert only_resource(exchange("exams_show", 200, {"student": {"id": 7}, "ok": True})) == {"id": 7}
    with pytest.raises(FindingRaised, match="an object with an id"):
        only_resource(exchange("exams_show", 200, {"ok": True}))
