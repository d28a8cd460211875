"""The same value in another spelling is the same value; another value is a finding that names the field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from contract.checks.values import agrees, answered_at, comes_back, is_now, same
from contract.judgement import FindingRaised, Ledger, judging
from contract.requirements import load
from contract.tests.exchanges import exchange

START = "2035-11-21T00:54:00.000+01:00"


@pytest.fixture(autouse=True)
def ledger() -> Iterator[Ledger]:
    with judging(Ledger(load().get("EXAM-045"), "case")) as ledger:
        yield ledger


@pytest.mark.parametrize(
    ("name", "sent", "answered"),
    [
        ("use_duration", 1, True),
        ("use_duration", "false", False),
        ("use_duration", "0", False),
        ("duration_minutes", 90, "90"),
        ("duration_minutes", "90", 90.0),
        ("start_time", START, "2035-11-20T23:54:00.000Z"),
        ("email", " Anna@Example.com", "anna@example.com"),
        ("external_id", None, None),
    ],
)
def test_another_spelling_is_the_same(name: str, sent: Any, answered: Any) -> None:
    assert same(name, sent, answered)


@pytest.mark.parametrize(
    ("name", "sent", "answered"),
    [
        ("use_duration", 1, False),
        ("use_duration", 0, None),
        ("duration_minutes", 90, 91),
        ("start_time", START, "2035-11-21T00:54:00.000Z"),
        ("start_time", START, None),
        ("name", "Anna", "anna"),
        ("name", "Anna", " Anna"),
        ("name", "a", ["a"]),
    ],
)
def test_another_value_is_not(name: str, sent: Any, answered: Any) -> None:
    assert not same(name, sent, answered)


def test_what_is_not_answered_need_not_come_back() -> None:
    comes_back(exchange(), {"name": "A"}, {"name": "A", "type": "record_review"})


def test_an_answer_without_any_of_the_parameters_is_a_finding() -> None:
    with pytest.raises(FindingRaised, match="an answer with type"):
        comes_back(exchange(), {"id": 1}, {"type": "record_review"})


def test_every_field_that_does_not_come_back_is_named() -> None:
    with pytest.raises(FindingRaised, match=r"name = 'B', sent 'A'; mobile_cam = False, sent 1"):
        comes_back(exchange(), {"name": "B", "mobile_cam": False}, {"name": "A", "mobile_cam": 1})


def test_answers_agree_on_documented_fields() -> None:
    agrees(
        exchange(),
        {"id": 1, "name": "A", "request_number": 5},
        {"id": 1, "name": "A", "request_number": 6, "mode": "0"},
    )


def test_a_difference_between_answers_is_named_unless_ignored() -> None:
    with pytest.raises(FindingRaised, match="name = 'B', elsewhere 'A'"):
        agrees(exchange(), {"id": 1, "name": "B"}, {"id": 1, "name": "A"})
    agrees(exchange(), {"id": 1, "name": "B"}, {"id": 1, "name": "A"}, "name")


def test_answers_without_a_common_field_do_not_agree() -> None:
    with pytest.raises(FindingRaised, match="the fields of the other answer"):
        agrees(exchange(), {}, {"id": 1})


def test_now_is_what_the_target_says() -> None:
    said = exchange(headers={"Date": "Sun, 22 Nov 2026 04:20:00 GMT"})

    assert answered_at(said) == datetime(2026, 11, 22, 4, 20, tzinfo=UTC)
    is_now(said, "created_at", "2026-11-22T05:24:59.000+01:00")
    with pytest.raises(FindingRaised, match="created_at near"):
        is_now(said, "created_at", "2026-11-22T05:20:00.000Z")
    with pytest.raises(FindingRaised, match="created_at near"):
        is_now(said, "created_at", None)


@pytest.mark.parametrize("date", [None, "soon"])
def test_now_is_our_clock_where_the_target_says_nothing(date: str | None) -> None:
    said = exchange(headers={"Date": date} if date else {})

    assert answered_at(said) == datetime.fromtimestamp(said.started_ms / 1000, UTC)
