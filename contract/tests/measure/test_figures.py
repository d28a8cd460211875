"""What an outcome means."""

from __future__ import annotations

import pytest

from contract.measure import figures
from contract.measure.figures import Count
from contract.measure.jobs import BASELINE, CAUGHT, LOCALISED, SEEDS, STOCK, VARIANTS, WHOLE, Job
from contract.measure.outcome import ERROR, JUDGED, TIMEOUT, Outcome
from contract.tests.measure.factory import fault, job, outcome, variant

BROKEN = fault("broken", "EXAM-001", "EXAM-002", also=("EXAM-009",))


def test_a_fault_is_caught_when_all_that_it_names_turn_red() -> None:
    of = job(BROKEN)

    assert figures.judge(of, outcome(of, EXAM_001="fail", EXAM_002="warn/should")).good


@pytest.mark.parametrize("verdict", ["pass", "inconclusive", "not-tested"])
def test_a_fault_is_missed_when_one_that_it_names_does_not_turn_red(verdict: str) -> None:
    of = job(BROKEN)

    judgement = figures.judge(of, outcome(of, EXAM_001="fail", EXAM_002=verdict))

    assert not judgement.good
    assert judgement.missing == ("EXAM-002",)
    assert judgement.reason == f"EXAM-002 {verdict} (why {verdict})"


def test_an_open_requirement_cannot_turn_red() -> None:
    of = job(fault("f", "EXAM-003"))

    assert figures.judge(of, outcome(of, EXAM_003="pass/open")).reason == "EXAM-003 is open and cannot turn red"


def test_a_requirement_that_does_not_exist_cannot_turn_red() -> None:
    of = job(fault("f", "EXAM-999"))

    assert figures.judge(of, outcome(of)).reason == "EXAM-999 is not in the register"


def test_a_requirement_without_a_test_cannot_turn_red() -> None:
    of = job(fault("f", "EXAM-004"))

    assert figures.judge(of, outcome(of, "EXAM-004", EXAM_004="not-tested")).reason == "no test decides EXAM-004"


@pytest.mark.parametrize("step", [CAUGHT, LOCALISED])
def test_a_fault_that_names_nothing_is_neither_caught_nor_localised(step: str) -> None:
    of = job(fault("f"), step)

    judgement = figures.judge(of, outcome(of))

    assert not judgement.good
    assert judgement.reason == "it names no requirement that must turn red"


@pytest.mark.parametrize("step", [CAUGHT, LOCALISED, WHOLE, VARIANTS, SEEDS, STOCK])
@pytest.mark.parametrize("ended", [TIMEOUT, ERROR])
def test_what_did_not_come_to_a_verdict_is_not_good(step: str, ended: str) -> None:
    of = job(BROKEN, step)

    judgement = figures.judge(of, outcome(of, ended=ended, message="so it was", EXAM_001="fail", EXAM_002="fail"))

    assert not judgement.good
    assert "so it was" in judgement.reason


@pytest.mark.parametrize("step", [LOCALISED, WHOLE])
def test_localised_is_what_turns_exactly_the_named_ones_red(step: str) -> None:
    of = job(BROKEN, step)

    assert figures.judge(of, outcome(of, EXAM_001="fail", EXAM_002="fail")).good
    assert figures.judge(of, outcome(of, EXAM_001="fail", EXAM_002="fail", EXAM_009="fail")).good


@pytest.mark.parametrize(("step", "good"), [(WHOLE, True), (LOCALISED, False)])
def test_what_generated_cases_decide_of_every_operation_may_turn_red_with_any_fault(step: str, good: bool) -> None:
    of = job(BROKEN, step)

    assert figures.judge(of, outcome(of, EXAM_001="fail", EXAM_002="fail", ROBUST_103="fail")).good is good


def test_what_else_turned_red_or_not_is_told() -> None:
    of = job(BROKEN, LOCALISED)

    judgement = figures.judge(of, outcome(of, EXAM_001="fail", EXAM_005="warn/should", EXAM_006="inconclusive"))

    assert not judgement.good
    assert judgement.reason == "not red: EXAM-002; red too: EXAM-005"
    assert judgement.besides == ("EXAM-005",)
    assert judgement.uncertain == ("EXAM-006",)


def test_what_only_generated_tests_decide_is_not_expected_of_explicit_ones() -> None:
    of = job(BROKEN, LOCALISED)

    assert figures.judge(of, outcome(of, "EXAM-002", EXAM_001="fail", EXAM_002="not-tested")).good


@pytest.mark.parametrize(
    ("verdict", "clean"),
    [
        ("pass", True),
        ("inconclusive/should", True),
        ("inconclusive/must", False),
        ("warn/should", False),
        ("fail/must", False),
    ],
)
@pytest.mark.parametrize("step", [VARIANTS, SEEDS])
def test_clean_is_what_raises_nothing(step: str, verdict: str, clean: bool) -> None:
    of = job(variant("v"), step)

    judgement = figures.judge(of, outcome(of, EXAM_001=verdict))

    assert judgement.good is clean
    assert ("EXAM-001" in judgement.reason) is not clean


def test_trouble_of_the_suite_is_not_clean() -> None:
    of = job(variant("v"), VARIANTS)

    assert figures.judge(of, outcome(of, message="a worker fell over")).reason == "a worker fell over"


def stock_results(*clean: tuple[str, str], found: tuple[tuple[str, str], ...]) -> dict[Job, Outcome]:
    without, with_fault = Job(BASELINE, "clean-1", 1), job(BROKEN, STOCK)
    return {
        without: Outcome(BASELINE, "clean-1", JUDGED, failures=clean),
        with_fault: Outcome(STOCK, "broken", JUDGED, failures=found),
    }


def test_stock_schemathesis_catches_by_what_it_does_not_say_of_the_clean_mock() -> None:
    noise, news = ("A", "GET /exams"), ("A", "PUT /exams")

    same = figures.count([job(BROKEN, STOCK)], stock_results(noise, found=(noise,)))
    more = figures.count([job(BROKEN, STOCK)], stock_results(noise, found=(noise, news)))

    assert str(same[STOCK]) == "0/1"
    assert str(more[STOCK]) == "1/1"


def test_what_stock_schemathesis_says_of_an_operation_without_the_fault_is_chance_wherever_it_says_it() -> None:
    here, elsewhere = ("A", "GET /exams"), ("A", "GET /institutes")
    of_exams, of_institutes = (
        job(fault(id, "EXAM-001", operation=operation), STOCK)
        for id, operation in (("exams", "exams_index"), ("institutes", "institutes_index"))
    )
    clean = {Job(BASELINE, "clean-1", 1): Outcome(BASELINE, "clean-1", JUDGED)}

    def caught(**found: tuple[tuple[str, str], ...]) -> list[str]:
        results = {
            of: Outcome(STOCK, of.subject, JUDGED, failures=found[of.subject]) for of in (of_exams, of_institutes)
        }
        bad = figures.count([of_exams, of_institutes], {**clean, **results})[STOCK].bad
        return [of.subject for of in (of_exams, of_institutes) if of not in [of for of, _ in bad]]

    assert caught(exams=(here,), institutes=()) == ["exams"]
    assert caught(exams=(elsewhere,), institutes=()) == []
    assert caught(exams=(), institutes=(elsewhere,)) == ["institutes"]
    assert caught(exams=(here, elsewhere), institutes=(elsewhere,)) == ["exams"]


def test_stock_schemathesis_catches_nothing_without_a_clean_run_to_compare_with() -> None:
    results = stock_results(found=(("A", "GET /exams"),))
    only_faulty = {of: shown for of, shown in results.items() if of.step == STOCK}

    assert str(figures.count(list(only_faulty), only_faulty)[STOCK]) == "0/1"


def test_what_was_not_measured_does_not_count_as_good() -> None:
    counts = figures.count([job(BROKEN)], {})

    assert str(counts[CAUGHT]) == "0/1"
    assert counts[CAUGHT].bad[0][1].reason == "not measured"


def test_the_line_leaves_out_what_was_not_asked_for() -> None:
    counts = {
        CAUGHT: Count(3, 3),
        LOCALISED: Count(2, 3),
        VARIANTS: Count(4, 4),
        SEEDS: Count(20, 20),
        STOCK: Count(1, 3),
    }

    assert figures.line(counts) == (
        "faults caught 3/3, localised 2/3, variants clean 4/4, seeds clean 20/20, stock schemathesis 1/3"
    )
    assert figures.line({CAUGHT: Count(3, 3), WHOLE: Count(1, 1)}) == "faults caught 3/3"


@pytest.mark.parametrize(
    ("counts", "enough"),
    [
        ({CAUGHT: Count(100, 100), LOCALISED: Count(95, 100), STOCK: Count(0, 100)}, True),
        ({LOCALISED: Count(94, 100)}, False),
        ({CAUGHT: Count(99, 100)}, False),
        ({SEEDS: Count(19, 20)}, False),
        ({VARIANTS: Count(39, 40)}, False),
        ({WHOLE: Count(29, 30)}, False),
    ],
)
def test_what_suffices(counts: dict[str, Count], enough: bool) -> None:
    assert figures.suffices(counts) is enough
