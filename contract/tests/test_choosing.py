"""What is left out before it is collected would not have been carried out anyway."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from contract import choosing, data
from contract.settings import Settings

OPERATIONS = ["exams_show", "exams_index"]


SMOKY = pytest.param(1, marks=pytest.mark.smoke)


def a_run(again=None, **chosen):
    return SimpleNamespace(settings=Settings(seed=1, **chosen), again=again)


def marks(*requirements, **others):
    made = [getattr(pytest.mark, name)(*arguments) for name, arguments in others.items()]
    return [each.mark for each in [*made, *([pytest.mark.requirement(*requirements)] if requirements else [])]]


@pytest.mark.parametrize(
    ("run", "found", "wanted"),
    [
        (a_run(), marks("EXAM-001"), True),
        (a_run(requirements=("EXAM-00*",)), marks("SIGN-002", "EXAM-001"), True),
        (a_run(requirements=("EXAM-00*",)), marks("SIGN-002"), False),
        (a_run(areas=("signing",)), marks("EXAM-001"), False),
        (a_run(operations=("users_show",)), marks("EXAM-001"), False),
        (a_run(again=frozenset({("EXAM-001", None)})), marks("EXAM-001"), True),
        (a_run(again=frozenset({("EXAM-001", None)})), marks("EXAM-002"), False),
        (a_run(profile="smoke"), marks("EXAM-001"), False),
        (a_run(profile="smoke"), marks("EXAM-001", smoke=()), True),
        (a_run(), marks("EXAM-001", deep=()), False),
        (a_run(profile="deep"), marks("EXAM-001", deep=()), True),
        # Cases may bear marks of their own, and a test with an unknown id has to be heard of.
        (a_run(areas=("signing",)), marks(parametrize=("n", [pytest.param(1, marks=pytest.mark.deep)])), True),
        (
            a_run(profile="smoke"),
            marks("EXAM-001", parametrize=("n", [pytest.param(1, marks=pytest.mark.smoke)])),
            True,
        ),
        (a_run(profile="smoke"), marks("EXAM-001", parametrize=("n", [1, 2])), False),
        (a_run(areas=("signing",)), marks("NOWHERE-001"), True),
    ],
)
def test_cases_are_made_of_what_may_be_wanted(run, found, wanted):
    assert choosing.may_be_wanted(run, found) is wanted


def test_files_without_what_was_asked_for_stay_unread():
    folder = data.tests_folder()

    assert choosing.may_hold_any(a_run(areas=("signing",)), folder / "test_signing.py")
    assert not choosing.may_hold_any(a_run(areas=("signing",)), folder / "test_users.py")
    assert choosing.may_hold_any(a_run(profile="smoke"), folder / "test_attachments.py")
    assert not choosing.may_hold_any(a_run(profile="smoke"), folder / "test_filtering_generated.py")


def test_only_operations_that_were_asked_for_get_cases():
    assert choosing.wanted_operations(a_run(), OPERATIONS) == OPERATIONS
    assert choosing.wanted_operations(a_run(operations=("exams_index", "users_show")), OPERATIONS) == ["exams_index"]
