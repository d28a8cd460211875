"""The bodies of refusals: where the documented texts of errors stand in them."""

import pytest

from contract.checks.texts import says
from contract.judgement import observe, require


def strings_in(body, place=()):
    """Yield every text of a JSON body with its place: keys joined by dots, the elements of a list as []."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from strings_in(value, (*place, key))
            yield str(key), ".".join((*place, "(key)"))
    elif isinstance(body, list):
        for value in body:
            yield from strings_in(value, (*place, "[]"))
    elif isinstance(body, str):
        yield body, ".".join(place) or "(top)"


@pytest.mark.requirement("ROBUST-050")
def test_place_of_the_text_in_a_refusal(operation_id, administrator, world, shared):
    send, text = {
        "exams_show": (lambda: administrator("exams_show", id=world.absent_id("exam")), "find Exam with"),
        "exams_create": (lambda: administrator("exams_create", **without_name(world.exam_params())), "missing or"),
        "student_sessions_create": (
            lambda: administrator(
                "student_sessions_create", exam_id=shared.exam_id, **without_name(world.student_params())
            ),
            "missing or",
        ),
    }[operation_id]

    refused = send()

    require(refused.refused, f"it was not refused: {refused.line}")
    places = sorted({place for found, place in strings_in(refused.json) if text.lower() in found.lower()})
    elsewhere = "elsewhere in the body" if says(refused, text) else "not in the body"
    observe(refused, place=places or elsewhere)


def without_name(params):
    return {name: value for name, value in params.items() if name != "name"}
