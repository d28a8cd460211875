"""Which tests a job runs."""

from __future__ import annotations

from typing import Any

from contract.measure.jobs import CAUGHT, LOCALISED, REACH, SEEDS, STOCK, VARIANTS, Job
from contract.measure.selection import Suite, Test
from contract.tests.measure.factory import fault, job


def a_test(name: str, *requirements: str, operation: str | None = None, **marks: bool) -> Test:
    item: Any = None
    return Test(item, frozenset(requirements), operation, name, **marks)


def names(suite: Suite, of: Job) -> list[str]:
    return [test.name for test in suite.select(of).tests]


SUITE = Suite(
    [
        a_test("clock", "EXAM-001", exclusive=True),
        a_test("made up", "EXAM-001", "EXAM-009", generated=True),
        a_test("shown", "EXAM-001", operation="exams_show", smoke=True),
        a_test("listed", "EXAM-001", operation="exams_index"),
        a_test("long", "EXAM-001", "EXAM-002", deep=True),
        a_test("other", "EXAM-003"),
        a_test("of pytest"),
    ]
)


def test_caught_runs_the_tests_of_the_named_requirements_the_likeliest_first() -> None:
    chosen = names(SUITE, job(fault("f", "EXAM-001", operation="exams_index")))

    assert chosen[0] == "listed"
    assert set(chosen) == {"clock", "made up", "shown", "listed"}


def test_caught_begins_with_what_is_quick() -> None:
    assert names(SUITE, job(fault("f", "EXAM-001"))) == ["shown", "listed", "clock", "made up"]


def test_caught_runs_deep_tests_where_there_are_no_others() -> None:
    selection = SUITE.select(job(fault("f", "EXAM-002")))

    assert [test.name for test in selection.tests] == ["long"]
    assert selection.profile == "deep"
    assert SUITE.select(job(fault("f", "EXAM-001"))).profile == "standard"


def test_localised_runs_all_explicit_tests() -> None:
    assert names(SUITE, job(fault("f", "EXAM-001"), LOCALISED)) == ["shown", "listed", "other", "clock"]


def test_localised_leaves_out_what_never_calls_the_operation() -> None:
    suite = Suite([a_test("a", "EXAM-001"), a_test("b", "EXAM-002"), a_test("unknown", "EXAM-003")])
    suite.reach = {"a": ["exams_show", "exams_create"], "b": ["exams_create"]}

    of_one = suite.select(job(fault("f", "EXAM-001", operation="exams_show"), LOCALISED))

    assert [test.name for test in of_one.tests] == ["a", "unknown"]
    assert names(suite, job(fault("f", "EXAM-001"), LOCALISED)) == ["a", "b", "unknown"]
    assert of_one.decided == {"EXAM-001", "EXAM-002", "EXAM-003"}


def test_profiles_are_run_whole() -> None:
    standard = names(SUITE, job(fault("v"), VARIANTS))

    assert standard == ["made up", "shown", "listed", "other", "clock"]
    assert names(SUITE, Job(SEEDS, "seed-1", 1, None, "smoke")) == ["shown"]
    assert SUITE.select(Job(SEEDS, "seed-1", 1, None, "smoke")).profile == "smoke"


def test_other_jobs() -> None:
    assert names(SUITE, Job(REACH, "clean", 1)) == names(SUITE, job(fault("f"), LOCALISED))
    assert names(SUITE, job(fault("f"), STOCK)) == []
    assert names(SUITE, job(fault("f", "EXAM-777"), CAUGHT)) == []
