"""Two runs: what is told, and what counts as worse."""

from __future__ import annotations

from typing import Any

import pytest

from contract.errors import ReadOnlyRun
from contract.history.comparison import TITLES, compare
from contract.history.report import NOT_REACHED
from contract.tests.history.reports import report
from contract.verdict import LEFT_OUT

HOLDS = {"known": {"state": "holds", "reason": "r", "link": None, "expires": None}}
EXPIRED = {"known": {"state": "expired", "reason": "r", "link": None, "expires": "2026-01-01"}}


def turned(before: str, after: str, old: Any = None, new: Any = None, **changed: Any) -> tuple[list[str], bool]:
    """Return the kinds of change that one requirement shows, and whether it became worse."""
    found = compare(
        report({"SIGN-001": before}, requirements={"SIGN-001": old or {}}),
        report({"SIGN-001": after}, 2, requirements={"SIGN-001": new or {}}, **changed),
    )
    return [kind for kind, changes in found.changes.items() if changes], bool(found.worse)


@pytest.mark.parametrize(
    ("before", "after", "kind", "worse"),
    [
        ("pass", "fail", "failing", True),
        ("pass", "warn", "failing", True),
        ("warn", "fail", "failing", True),
        ("inconclusive", "fail", "failing", True),
        ("not-tested", "fail", "found", False),
        ("fail", "fail", "still", False),
        ("fail", "warn", "still", False),
        ("fail", "pass", "mended", False),
        ("warn", "pass", "mended", False),
        ("inconclusive", "pass", "judged", False),
        ("not-tested", "pass", "judged", False),
        ("pass", "inconclusive", "inconclusive", True),
        ("fail", "inconclusive", "inconclusive", False),
        ("pass", "not-tested", "not_tested", True),
        ("fail", "not-tested", "not_tested", False),
    ],
)
def test_every_turn_of_a_verdict_is_of_one_kind(before: str, after: str, kind: str, worse: bool) -> None:
    assert turned(before, after) == ([kind], worse)


@pytest.mark.parametrize("verdict", ["pass", "inconclusive", "not-tested"])
def test_what_stays_is_not_told(verdict: str) -> None:
    assert turned(verdict, verdict) == ([], False)


def test_what_the_new_run_was_not_asked_for_is_no_loss() -> None:
    assert turned("pass", "not-tested", new={"in_scope": False}) == ([], False)


def test_what_another_profile_leaves_out_is_told_and_not_worse() -> None:
    assert turned("pass", "not-tested", profile="smoke") == (["not_tested"], False)


LEFT_BY_OPTIONS = [
    f"{NOT_REACHED}: the run was interrupted",
    f"{LEFT_OUT}: the budget of 60 requests is spent on other tests",
    "none of its cases is in the profile smoke",
    str(ReadOnlyRun("POST /exams")),
]


@pytest.mark.parametrize("reason", LEFT_BY_OPTIONS)
def test_what_a_run_left_by_its_own_options_is_neither_lost_nor_won(reason: str) -> None:
    left = {"reason": reason}

    assert turned("pass", "not-tested", new=left) == ([], False)
    assert turned("not-tested", "pass", old=left) == ([], False)
    assert turned("not-tested", "fail", old=left) == (["found"], False)
    assert turned("pass", "not-tested", new={"reason": "the config names no superuser"}) == (["not_tested"], True)


MUCH = {"tests": ["a", "b"], "evidence": {"exams_index": {}, "exams_create": {}}}
LITTLE = {"tests": ["a", "b"], "evidence": {"exams_index": {}}}


def test_of_runs_of_different_scope_only_what_both_tried_is_compared() -> None:
    assert turned("fail", "pass", MUCH, LITTLE, read_only="--read-only") == ([], False)
    assert turned("fail", "pass", LITTLE, MUCH, read_only="--read-only") == (["mended"], False)
    assert turned("pass", "fail", MUCH, LITTLE, read_only="--read-only") == (["failing"], True)
    assert turned("pass", "fail", LITTLE, MUCH, read_only="--read-only") == (["found"], False)
    assert turned("fail", "pass", MUCH, LITTLE) == (["mended"], False)

    for more, told in ((LITTLE, 0), (MUCH, 1)):
        old = report(requirements={"SIGN-001": {**MUCH, "observed": {"status": 401}}})
        new = report(number=2, requirements={"SIGN-001": {**more, "observed": {"status": 403}}}, profile="smoke")
        assert len(compare(old, new).answers) == told


def test_the_scopes_are_told_in_one_line() -> None:
    new = report(number=2, profile="smoke", read_only="production = true", shard="1/2")

    assert compare(report(), new).notes == (
        "different profiles: standard and smoke; the new run was read-only; different parts: the whole and 1/2; "
        "compared is what both judged",
    )


def test_a_new_failure_that_is_known_is_not_worse_and_one_that_expired_is() -> None:
    assert turned("pass", "fail", new=HOLDS) == (["failing"], False)
    assert turned("fail", "fail", old=HOLDS, new=HOLDS) == (["still"], False)
    assert turned("fail", "fail", old=HOLDS, new=EXPIRED) == (["failing"], True)
    assert turned("fail", "fail", old=EXPIRED, new=EXPIRED) == (["still"], False)


def test_requirements_of_one_catalogue_only_are_told_and_not_worse() -> None:
    found = compare(report({"SIGN-001": "fail"}), report({"SIGN-002": "fail"}, 2))

    assert [(each.id, each.before, each.after) for each in found.changes["new_requirements"]] == [
        ("SIGN-002", None, "fail")
    ]
    assert [each.id for each in found.changes["gone_requirements"]] == ["SIGN-001"]
    assert not found.worse
    assert not found.nothing


def test_observed_answers_that_differ_are_told() -> None:
    def asked(**observed: Any) -> dict[str, Any]:
        return {"SIGN-001": {"observed": observed, "level": "open"}}

    old = report(requirements=asked(status=401, by={"403": ["a", "b"]}, only_old=1))
    new = report(number=2, requirements=asked(status=403, by={"403": ["b", "a"]}, only_new=1))

    (answer,) = compare(old, new).answers
    assert (answer.name, answer.before, answer.after) == ("status", 401, 403)


def test_how_often_something_was_tried_is_no_answer() -> None:
    def asked(tried: int) -> dict[str, Any]:
        return {"SIGN-001": {"observed": {"exams_index": [{"operator": "eq", "tried": tried}]}, "level": "open"}}

    assert compare(report(requirements=asked(1)), report(number=2, requirements=asked(5))).answers == ()


def test_runs_that_are_not_alike_say_so() -> None:
    new = report({"SIGN-001": "pass"}, 0, target="production", profile="smoke", suite_version="0.2.0",
                 interrupted=True, requirements={"SIGN-001": {"in_scope": False}})  # fmt: skip

    notes = " | ".join(compare(report(), new).notes)

    for part in (
        "different targets: staging and production",
        "different profiles: standard and smoke",
        "different versions of the suite: 0.1.0 and 0.2.0",
        "different selections: 1 only asked of the old",
        "began before",
        "the new run was interrupted",
    ):
        assert part in notes
    assert compare(report(), report(number=2)).notes == ()


def test_every_kind_has_a_title_and_a_place() -> None:
    assert set(compare(report(), report(number=2)).changes) == set(TITLES)
    assert compare(report(), report(number=2)).nothing
