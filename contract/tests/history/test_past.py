"""Which run to compare with, and since when something is broken."""

from __future__ import annotations

from typing import Any

from contract.history.past import previous, since
from contract.history.report import Report
from contract.tests.history.reports import report

ID = "SIGN-001"


def row(*verdicts: str) -> list[Report]:
    """Return runs with these verdicts, the oldest given first, newest first."""
    return [report({ID: each}, number) for number, each in enumerate(verdicts, 1)][::-1]


def begun(*verdicts: str) -> tuple[str, bool]:
    """Return the run since which the last of a row is broken, and whether no earlier one judged it."""
    newest, *earlier = row(*verdicts)
    found = since(newest, earlier)[ID]
    return found.run, found.first_on_record


def test_the_row_goes_back_to_the_last_run_that_passed() -> None:
    assert begun("pass", "fail", "fail", "fail") == ("run-2", False)
    assert begun("fail", "pass", "fail") == ("run-3", False)
    assert begun("pass", "warn", "fail") == ("run-2", False)


def test_runs_that_did_not_judge_it_do_not_interrupt_the_row() -> None:
    assert begun("pass", "fail", "not-tested", "inconclusive", "fail") == ("run-2", False)


def test_where_the_record_begins_with_a_failure_it_says_so() -> None:
    assert begun("fail", "fail") == ("run-1", True)
    assert begun("fail") == ("run-1", True)
    assert begun("not-tested", "fail") == ("run-2", True)


def test_what_holds_has_no_since() -> None:
    newest, *earlier = row("fail", "pass")

    assert since(newest, earlier) == {}


def test_a_run_that_says_since_when_is_believed_though_the_first_is_gone() -> None:
    started = {"run": "run-0", "started_at": "2026-10-01T00:00:00.000Z", "version": "b", "first_on_record": True}
    earlier = report({ID: "fail"}, 2, requirements={ID: {"since": started}})

    found = since(report({ID: "fail"}, 3), [earlier])[ID]

    assert (found.run, found.version, found.first_on_record) == ("run-0", "b", True)


def test_no_more_is_read_than_needed() -> None:
    read = []

    def reading() -> Any:
        for each in row("fail", "fail", "pass", "fail"):
            read.append(each.run.id)
            yield each

    since(report({ID: "fail"}, 5), reading())

    assert read == ["run-4", "run-3"]


def test_the_same_profile_and_the_same_questions_are_preferred() -> None:
    run = report({ID: "pass", "SIGN-002": "pass"}, 9)
    smoke = report({ID: "pass", "SIGN-002": "pass"}, 8, profile="smoke")
    part = report({ID: "pass", "SIGN-002": "not-tested"}, 7, requirements={"SIGN-002": {"in_scope": False}})
    interrupted = report({ID: "pass", "SIGN-002": "pass"}, 6, interrupted=True)
    late = "not reached within 60 s (--max-duration)"
    stopped = report({ID: "pass", "SIGN-002": "not-tested"}, 6, requirements={"SIGN-002": {"reason": late}})
    whole = report({ID: "pass", "SIGN-002": "pass"}, 5)

    assert previous(run, [smoke, part, interrupted, stopped, whole]) is whole
    assert previous(run, [smoke, part]) is part
    assert previous(run, [smoke]) is smoke
    assert previous(run, []) is None


def test_a_run_that_changed_nothing_is_compared_with_its_like() -> None:
    writing, reading = report(number=2), report(number=1, read_only="--read-only")

    assert previous(report(number=3, read_only="--read-only"), [writing, reading]) is reading
    assert previous(report(number=3), [reading, writing]) is writing
    assert previous(report(number=3), [reading]) is reading


def test_a_requirement_that_the_older_catalogue_lacks_does_not_make_its_run_a_part() -> None:
    run = report({ID: "pass", "SIGN-002": "pass"}, 3)
    older = report({ID: "pass"}, 1)

    assert previous(run, [older]) is older
