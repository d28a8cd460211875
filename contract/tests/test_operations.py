"""Which operation a request addresses, and under which names its ids are signed."""

from __future__ import annotations

from collections import Counter

import pytest

from contract import operations
from contract.errors import UnknownName

EVERY = list(operations.table().values())


def test_there_are_65_operations() -> None:
    assert len(EVERY) == 65
    assert Counter(operation.method for operation in EVERY)["GET"] == sum(not each.changes_state for each in EVERY)


@pytest.mark.parametrize("operation", EVERY, ids=str)
@pytest.mark.parametrize("base", ["", "/api/v3", "/gate/api/v3"])
def test_every_operation_is_found_by_its_path(operation: operations.Operation, base: str) -> None:
    ids = {name: str(number) for number, name in enumerate(operation.path_names, 11)}
    path = operation.path.format(**ids)

    for spelled in (path, f"{path}/"):
        assert operations.match(operation.method, base + spelled) == (operation, ids)
    assert operations.match(operation.method.lower(), base + path) == (operation, ids)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"), ("BREW", "/exams"), ("DELETE", "/exams"), ("GET", "/exams/7/nothing"), ("GET", "/"),
        ("GET", ""), ("GET", "/exam"),
    ],
)  # fmt: skip
def test_other_requests_address_no_operation(method: str, path: str) -> None:
    assert operations.match(method, path) is None


def test_literal_paths_go_before_ids() -> None:
    literal = [each for each in EVERY if not each.path_names and each.path.count("/") > 1]

    for operation in literal:
        found = operations.match(operation.method, operation.path)
        assert found is not None
        assert found[0] is operation


def test_what_a_path_names_can_be_changed_by_some_method() -> None:
    assert [(each.id, ids) for each, ids in operations.changing("/api/v3/exams/7")] == [
        ("exams_update", {"id": "7"}),
        ("exams_update_put", {"id": "7"}),
        ("exams_destroy", {"id": "7"}),
    ]
    assert list(operations.changing("/api/v3/nothing")) == []


def test_an_unknown_name_is_told_with_what_is_near() -> None:
    with pytest.raises(UnknownName, match="unknown operation 'exam_index'; did you mean exams_index"):
        operations.get("exam_index")


def test_parameters_go_into_the_query_of_get_and_delete_alone() -> None:
    assert {each.method for each in EVERY if each.parameters_go_in_query} == {"GET", "DELETE"}
    assert {each.method for each in EVERY if not each.parameters_go_in_query} == {"POST", "PATCH", "PUT"}


def test_a_described_answer_has_a_schema_and_others_none() -> None:
    shown = operations.get("exams_show")

    assert "exam" in (shown.response_schema(200) or {})["properties"]
    assert shown.response_schema(299) is shown.response_schema(200)
    assert shown.response_schema(302) is None
