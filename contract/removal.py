"""How what a run created is removed again: the plain way, and what the API offers where that one is broken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract import operations
from contract.operations import Operation

DESTROY = {
    "exam": "exams_destroy",
    "document": "documents_destroy",
    "attachment": "attachments_destroy",
    "institute": "institutes_destroy",
    "user": "users_destroy",
    "student_session": "student_sessions_destroy",
    "lti_resource": "lti_resources_destroy",
    "tool_provider": "tool_providers_destroy",
}
SHOW = {kind: operation_id.replace("_destroy", "_show") for kind, operation_id in DESTROY.items()}
INSIDE_AN_EXAM = ("document", "attachment", "student_session", "lti_resource")
AFTER_ALL_OTHERS = ("tool_provider", "institute")
"""A tool provider is locked while an open exam uses it; an institute holds what else was made."""
_PARENTS = {"exam_id": "exam", "tool_provider_id": "tool_provider", "institute_id": "institute"}


@dataclass(frozen=True)
class Made:
    """A resource that the run created and has to remove; ``parents`` are ids by parameter name."""

    kind: str
    id: int
    user: str
    parents: Mapping[str, Any] = field(default_factory=dict)


def parents_of(operation: Operation, params: Mapping[str, Any]) -> dict[str, int]:
    """Return the ids under which a request of *operation* creates something: of its path, and those it names."""
    named = {"exam_id": params.get("id"), **params} if operation.id == "exams_add_student" else params
    return {name: id for name in _PARENTS if (id := number_in(named.get(name))) is not None}


def path_of(operation_id: str, made: Made) -> dict[str, Any] | None:
    """Return the ids that the path of an operation on *made* wants, None where one is not known."""
    known = {**made.parents, "id": made.id}
    names = operations.get(operation_id).path_names
    return {name: known[name] for name in names} if all(known.get(name) is not None for name in names) else None


def ways(made: Made, created: Collection[tuple[str, int]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Yield the requests that may remove *made*, the plain one first.

    What is inside an exam, a tool provider or an institute may go with it; only those in *created* are considered.
    """
    if (ids := path_of(DESTROY[made.kind], made)) is not None:
        yield DESTROY[made.kind], ids
    exam_id = made.parents.get("exam_id")
    if made.kind == "student_session" and exam_id is not None:
        yield "exams_delete_student", {"id": exam_id, "student_session_id": made.id}
    for name, kind in _PARENTS.items():
        if (id := number_in(made.parents.get(name))) is not None and (kind, id) in created:
            yield DESTROY[kind], {"id": id}


def in_order(made: list[Made]) -> list[Made]:
    """Return the resources, listed as they were created, in the order of their removal: the last first."""
    last = ("", *AFTER_ALL_OTHERS)
    newest_first = list(reversed(made))
    newest_first.sort(key=lambda each: last.index(each.kind) if each.kind in last else 0)
    return newest_first


def number_in(value: Any) -> int | None:
    """Return an id as a number, None where *value* is none."""
    return int(value) if str(value).isdecimal() and str(value).isascii() else None
