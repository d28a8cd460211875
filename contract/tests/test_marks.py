"""A test over several operations runs once for each, and each run decides its own requirement."""

from __future__ import annotations

from contract.marks import per_operation
from contract.printed import documented_example


def test_every_operation_gets_a_case_with_its_requirement() -> None:
    mark = per_operation(exams_show="EXAM-021", exams_create="EXAM-041").mark

    assert mark.args[0] == "operation_id"
    assert [(case.id, case.values, case.marks[0].args) for case in mark.args[1]] == [
        ("exams_show", ("exams_show",), ("EXAM-021",)),
        ("exams_create", ("exams_create",), ("EXAM-041",)),
    ]


def test_the_printed_example_is_unsigned_and_has_no_json_booleans() -> None:
    example = documented_example("student_sessions_update")

    assert example["name"] == "Student 1"
    assert example["skip_requirements"] == 1
    assert not {"timestamp", "nonce", "signature"} & example.keys()
    assert not any(isinstance(value, bool) for value in example.values())
