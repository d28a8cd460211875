"""The smallest case that still finds something: what it does not need is left out, within so many requests."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from contract import shrinking
from contract.cases import NEGATIVE, POSITIVE, Nothing, PlannedCase, Step
from contract.shrinking import TRIES, smallest

BODY = {
    "name": "a long name with ü in it",
    "type": "live",
    "duration": 60,
    "tools": [1, 2, {"deep": True}],
    "more": "x" * 40,
}
CASE = PlannedCase("exams_create", POSITIVE, {"exam_id": 1}, {"page": 1}, BODY, "application/json")


class Target:
    """Fails where a function of the body says so; counts what it is asked."""

    def __init__(self, fails) -> None:
        self.fails = fails
        self.asked = 0

    def __call__(self, case: PlannedCase) -> bool:
        self.asked += 1
        return bool(self.fails(case))


@pytest.mark.parametrize(
    ("fails", "expected"),
    [
        (lambda case: "duration" in case.body, {"duration": 60}),
        (lambda case: len(case.body.get("more", "")) >= 20, {"more": "x" * 20}),
        (lambda case: {"name", "type"} <= case.body.keys(), {"name": "", "type": ""}),
        (lambda case: True, {}),
    ],
    ids=["a member", "a length", "two members", "anything"],
)
def test_what_is_not_needed_is_left_out(fails, expected) -> None:
    target = Target(fails)

    found = smallest(CASE, target)

    assert found.body == expected
    assert found.query == {}
    assert found.path == CASE.path
    assert target.asked <= TRIES


def test_a_target_that_fails_no_more_leaves_the_case_as_it_was() -> None:
    target = Target(lambda case: False)

    assert smallest(CASE, target) == CASE
    assert 0 < target.asked <= TRIES


def test_no_more_is_sent_than_allowed() -> None:
    target = Target(lambda case: len(case.body) >= 3)

    assert len(smallest(CASE, target, 5).body) >= 3
    assert target.asked <= 5


def test_the_same_case_ends_in_the_same_smallest_one() -> None:
    def fails(case: PlannedCase) -> bool:
        return "type" in case.body

    assert smallest(CASE, fails) == smallest(CASE, fails)


def test_a_case_is_described_in_some_lines_and_what_is_cut_is_marked() -> None:
    case = PlannedCase("exams_update", NEGATIVE, {"id": 1}, {}, {"name": "x" * 2000}, "application/json")
    lines = shrinking.described(case).splitlines()

    assert lines[0] == "minimal failing case, negative: PATCH /exams/{id}"
    assert lines[1] == "path {'id': 1}"
    assert lines[2].startswith("body {'name': 'xxx")
    assert lines[2].endswith("… (2012 characters)")
    assert "body" not in shrinking.described(PlannedCase("exams_index", POSITIVE, {}, {"page": 1}, Nothing.BODY, None))


def test_a_sequence_loses_every_step_that_is_not_needed() -> None:
    steps = [Step(PlannedCase(name, POSITIVE, {}, {}, Nothing.BODY, None), makes)
             for name, makes in (("exams_create", 900), ("exams_show", None), ("exams_update", None),
                                 ("exams_index", None))]  # fmt: skip
    asked: list[int] = []

    def fails(fewer: Sequence[Step]) -> bool:
        asked.append(len(fewer))
        return {"exams_create", "exams_update"} <= {step.case.operation_id for step in fewer}

    shortest = shrinking.shortest(steps, fails)

    assert shortest == [steps[0], steps[2]]
    assert len(asked) <= len(steps)
    assert shrinking.sequence_described(shortest).splitlines()[:3] == [
        "minimal failing sequence, 2 requests:", "1. POST /exams (makes 900)", "2. PATCH /exams/{id}",
    ]  # fmt: skip


def test_a_sequence_is_tried_only_so_often() -> None:
    steps = [Step(PlannedCase("exams_index", POSITIVE, {}, {}, Nothing.BODY, None))] * 9
    asked: list[int] = []

    def fails(fewer: Sequence[Step]) -> bool:
        asked.append(len(fewer))
        return True

    assert len(shrinking.shortest(steps, fails, tries=3)) == 6
    assert len(asked) == 3
