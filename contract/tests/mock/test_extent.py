"""How far a deviation reaches is read off the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from contract.mock.authentication import AcceptPolicy
from contract.mock.extent import changed_operations
from contract.mock.faults import FAULTS
from contract.mock.paging import Paging
from contract.mock.resources.zips import ZipPolicy
from contract.mock.rules import Rules


def replaces_handler(rules: Rules) -> None:
    rules.operations["exams_show"].handler = lambda call: call.reply({})


def replaces_operation(rules: Rules) -> None:
    rules.operations["exams_show"] = replace(rules.operations["exams_show"])


def drops_parameter(rules: Rules) -> None:
    del rules.operations["exams_create"].params["name"]


def replaces_loader(rules: Rules) -> None:
    rules.loaders["document"] = lambda call, row_id: None


def replaces_zips(rules: Rules) -> None:
    rules.zips = ZipPolicy()


def replaces_paging(rules: Rules) -> None:
    rules.paging = Paging(rules.answers)


def replaces_accept(rules: Rules) -> None:
    rules.accept = AcceptPolicy()


def changes_an_answer(rules: Rules) -> None:
    rules.answers.exam_types.clear()


def changes_two_things(rules: Rules) -> None:
    replaces_handler(rules)
    replaces_accept(rules)


def changes_nothing(rules: Rules) -> None:
    pass


ZIP_OPERATIONS = {
    "exams_generate_exam_documents_zip",
    "exams_status_exam_documents_zip",
    "exams_download_exam_documents_zip",
}


@pytest.mark.parametrize(
    ("change", "operations"),
    [
        (replaces_handler, {"exams_show"}),
        (replaces_operation, {"exams_show"}),
        (drops_parameter, {"exams_create"}),
        (replaces_loader, {"documents_show", "documents_update", "documents_update_put", "documents_destroy"}),
        (replaces_zips, ZIP_OPERATIONS),
    ],
)
def test_a_change_of_some_operations_names_them(change: Callable[[Rules], None], operations: set[str]) -> None:
    assert set(changed_operations(change) or ()) == operations


def test_paging_shows_on_lists() -> None:
    found = changed_operations(replaces_paging) or ()

    assert {"exams_index", "exams_index_students", "student_sessions_index_all"} <= set(found)
    assert all("_index" in name for name in found)


@pytest.mark.parametrize("change", [replaces_accept, changes_an_answer, changes_two_things, changes_nothing])
def test_what_all_operations_share_can_show_everywhere(change: Callable[[Rules], None]) -> None:
    assert changed_operations(change) is None


def test_faults_that_name_their_operation_are_believed() -> None:
    fault = next(each for each in FAULTS.values() if each.operation)

    assert fault.operations == (fault.operation,)
