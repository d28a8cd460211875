"""The smallest case that still finds something: what it does not need is left out, within so many requests."""

from __future__ import annotations

import pytest

from contract import shrinking
from contract.cases import NEGATIVE, POSITIVE, Nothing, PlannedCase
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
