"""Filter, sort and pages of lists, against the same worked out in Python."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from contract.tests.mock.client import Answer, Client, MockProcess

EXAMS = 40
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "gt": lambda a, b: bool(a > b),
    "gte": lambda a, b: bool(a >= b),
    "lt": lambda a, b: bool(a < b),
    "lte": lambda a, b: bool(a <= b),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A mock with exams that have ties, quotes and nulls."""
    mock = MockProcess(tmp_path_factory.mktemp("lists"))
    admin = mock.client()
    for number in range(EXAMS):
        values: dict[str, Any] = {"name": f"{'Zé' if number % 3 else 'b'} \"'%{number % 7}", "type": "record_review"}
        values |= {"duration_minutes": number % 5, "use_duration": number % 2}
        if number % 4:
            values["start_time"] = f"2025-02-0{1 + number % 6}T0{number % 3}:00:00.000+0{number % 2}:00"
        assert admin.call("POST", "/exams", values).status == 201
    yield mock
    mock.stop()


@pytest.fixture
def client(filled: MockProcess) -> Client:
    return filled.client()


def listed(client: Client, **params: Any) -> Answer:
    """GET /exams; filter and sort as data."""
    texts = {name: json.dumps(value) if name in ("filter", "sort") else value for name, value in params.items()}
    return client.call("GET", "/exams", texts)


def moment(text: Any) -> Any:
    return text if text is None else datetime.fromisoformat(text)


@pytest.mark.parametrize("operator", COMPARE)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "Zé \"'%3"),
        ("duration_minutes", 2),
        ("duration_minutes", "2"),
        ("use_duration", True),
        ("start_time", "2025-02-03T01:00:00.000+01:00"),
        ("start_time", "2025-02-03"),
        ("created_at", "2026-01-01"),
        ("status", "draft"),
    ],
)
def test_each_operator_on_each_kind(client: Client, operator: str, column: str, value: Any) -> None:
    everything = listed(client).json["exams"]
    answer = listed(client, filter={column: {operator: value}})

    def read(found: Any) -> Any:
        return found if found is None or not column.endswith(("_time", "_at")) else moment(found)

    wanted: Any = int(value) if column == "duration_minutes" else value
    if column.endswith(("_time", "_at")):
        wanted = moment(value if "T" in value else f"{value}T00:00:00+00:00")
    expected = [
        row["id"]
        for row in everything
        if read(row[column]) is not None and COMPARE[operator](read(row[column]), wanted)
    ]
    assert [row["id"] for row in answer.json["exams"]] == expected
    assert answer.headers["x-pagination-item-count"] == str(len(expected))


def test_conditions_are_joined_with_and(client: Client) -> None:
    everything = listed(client).json["exams"]
    answer = listed(client, filter={"duration_minutes": {"gte": 1, "lt": 4}, "use_duration": {"eq": 1}})

    expected = [row["id"] for row in everything if 1 <= (row["duration_minutes"] or 0) < 4 and row["use_duration"]]
    assert [row["id"] for row in answer.json["exams"]] == expected
    assert expected


def test_null_is_found_with_eq(client: Client) -> None:
    found = listed(client, filter={"start_time": {"eq": None}}).json["exams"]

    assert len(found) == EXAMS // 4
    assert all(row["start_time"] is None for row in found)


def test_sort_by_several_keys_with_ties(client: Client) -> None:
    keys = [{"duration_minutes": "desc"}, {"name": "asc"}]
    answer = listed(client, filter={"duration_minutes": {"lte": 5}}, sort=keys)
    rows = answer.json["exams"]

    assert rows == sorted(rows, key=lambda row: (-row["duration_minutes"], row["name"].encode(), row["id"]))
    assert len({row["duration_minutes"] for row in rows}) > 1


def test_pages_are_the_whole_without_loss_or_repeat(client: Client) -> None:
    sort = [{"start_time": "desc"}]
    whole = [row["id"] for row in listed(client, sort=sort).json["exams"]]
    pages = [listed(client, sort=sort, page=number, limit=7) for number in range(1, math.ceil(len(whole) / 7) + 2)]

    assert [row["id"] for page in pages for row in page.json["exams"]] == whole
    assert pages[-1].json["exams"] == []
    assert pages[1].headers["x-pagination-page"] == "2"
    assert pages[1].headers["x-pagination-limit"] == "7"
    assert pages[1].headers["x-pagination-item-count"] == str(len(whole))
    assert pages[1].headers["x-pagination-page-count"] == str(math.ceil(len(whole) / 7))


def test_limit_is_300_by_default_and_at_most(filled: MockProcess) -> None:
    filled.control("POST", "seed", {"kind": "student_sessions", "count": 310, "exam_id": 1, "prefix": "Many"})
    client = filled.client()

    for asked, sent in (({}, 300), ({"limit": 500}, 300), ({"limit": 299}, 299)):
        answer = client.call("GET", "/student_sessions", asked)
        assert len(answer.json["students"]) == sent
        assert answer.headers["x-pagination-limit"] == str(sent)


def test_status_parameter(client: Client) -> None:
    for status in ("draft", "open", "closed", "deleted"):
        assert {row["status"] for row in listed(client, status=status).json["exams"]} <= {status}
    assert listed(client, status="draft").json["exams"]
    assert listed(client, status="unknown").status == 422


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter", "{"),
        ("filter", "[]"),
        ("filter", '"x"'),
        ("filter", "NaN"),
        ("filter", '{"nope":{"eq":1}}'),
        ("filter", '{"type":{"eq":"demo"}}'),
        ("filter", '{"name":{"like":"x"}}'),
        ("filter", '{"name":{"eq":1}}'),
        ("filter", '{"name":"x"}'),
        ("filter", '{"name":{"gt":null}}'),
        ("filter", '{"duration_minutes":{"eq":"two"}}'),
        ("filter", '{"start_time":{"gte":"yesterday"}}'),
        ("filter", '{"use_duration":{"eq":"maybe"}}'),
        ("filter", '{"name; DROP TABLE exams":{"eq":"x"}}'),
        ("filter", '{"name":{"eq":"\\ud800"}}'),
        ("filter", "[" * 20_000),
        ("sort", "{}"),
        ("sort", '["name"]'),
        ("sort", '[{"name":"up"}]'),
        ("sort", '[{"nope":"asc"}]'),
        ("page", "0"),
        ("page", "x"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "99999999999999999999"),
    ],
)
def test_what_is_not_in_the_grammar_is_refused(client: Client, name: str, value: str) -> None:
    answer = client.call("GET", "/exams", {name: value})

    assert answer.status == 422
    assert name in answer.json["errors"]


@pytest.mark.parametrize(
    ("path", "key", "column"),
    [
        ("/institutes", "institutes", "short_name"),
        ("/institutes/1/users", "users", "institute_name"),
        ("/exams/1/student_sessions", "students", "email"),
        ("/exams/1/index_students", "students", "email"),
        ("/student_sessions", "students", "email"),
        ("/lti_resources", "lti_resources", "placeholder"),
        ("/exams/1/attachments", "attachments", "placeholder"),
    ],
)
def test_every_paged_list_filters_and_sorts(filled: MockProcess, path: str, key: str, column: str) -> None:
    superuser = filled.client("superuser")
    parts = path.split("/")
    name = {"institutes": "institute_id", "exams": "id" if "index_students" in path else "exam_id"}.get(parts[1], "")
    ids = {name: int(parts[2])} if len(parts) > 2 else {}
    sort, narrow = json.dumps([{column: "desc"}, {"id": "asc"}]), json.dumps({column: {"gte": ""}})
    path = path.replace("/1/", f"/{{{name}}}/")

    answer = superuser.call("GET", path, {"sort": sort, "filter": narrow, "limit": 5}, ids=ids)

    values = [row[column] for row in answer.json[key]]
    assert values == sorted(values, reverse=True)
    assert answer.headers["x-pagination-page"] == "1"
