"""What a state-changing request would change, read back by another request: for refusals that must change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from contract.checks.values import documented
from contract.client import Client
from contract.judgement import Inconclusive, control
from contract.samples import Sample

_SHOW = {
    "attachments": "attachments_show",
    "documents": "documents_show",
    "exams": "exams_show",
    "institutes": "institutes_show",
    "lti_resources": "lti_resources_show",
    "student_sessions": "student_sessions_show",
    "tool_providers": "tool_providers_show",
    "users": "users_show",
}


@dataclass(frozen=True)
class _List:
    """Where a created resource would be listed; ``marks`` name the parameters whose values tell it from others."""

    operation_id: str
    key: str
    marks: tuple[str, ...] = ()
    filter_by: str | None = None


_LISTS = {
    "attachments_create": _List("attachments_index", "attachments"),
    "documents_create": _List("documents_index", "document"),
    "exams_create": _List("exams_index", "exams", ("name",), filter_by="name"),
    "exams_add_student": _List("student_sessions_index", "students", ("email",)),
    "institutes_create": _List("institutes_index", "institutes", ("name",)),
    "lti_resources_create": _List("lti_resources_index", "lti_resources", ("lti_resource_link_name",)),
    "student_sessions_create": _List("student_sessions_index", "students", ("email",)),
    "tool_providers_create": _List("tool_providers_index", "tool_providers", ("tool_name",)),
    "users_create": _List("users_index", "users", ("email",)),
}
MOST_PAGES = 50
State = Callable[[], Hashable]


def state_behind(client: Client, request: Sample) -> State:
    """
    Return a function that reads what *request* would change, as a value to compare.

    Args:     client: of a user who may read it.
    Raises:   Inconclusive, when called: the reading request is refused.
    """
    if (listing := _LISTS.get(request.operation_id)) is not None:
        return lambda: _listed(client, listing, request)
    return lambda: _shown(client, request)


def read_or_gone(state: State) -> Hashable:
    """Return what *state* reads, or that it cannot be read, any more perhaps."""
    try:
        return state()
    except Inconclusive:
        return "cannot be read"


def _shown(client: Client, request: Sample) -> str:
    """Return the resource as it is shown under the ids of the request."""
    operation_id, params = request.operation_id, request.params
    if operation_id == "exams_delete_student":
        shown = client("student_sessions_show", purpose="control", id=params["student_session_id"])
    else:
        resource = next(name for name in _SHOW if operation_id.startswith(name))
        names = [name for name in ("exam_id", "institute_id", "id") if name in _path_of(resource)]
        shown = client(_SHOW[resource], purpose="control", **{name: params[name] for name in names})
    return _written(control(shown).accepted().json)


def _path_of(resource: str) -> tuple[str, ...]:
    parents = {"attachments": ("exam_id",), "documents": ("exam_id",), "users": ("institute_id",)}
    return (*parents.get(resource, ()), "id")


def _listed(client: Client, listing: _List, request: Sample) -> Hashable:
    """Return the rows of the list that bear a mark of the request, over all pages."""
    params = _params_of(listing, request)
    marks = [str(request.params[name]) for name in listing.marks]
    found: list[str] = []
    for number in range(1, MOST_PAGES + 1):
        page: dict[str, Any] = {"page": number} if number > 1 else {}
        listed = client(listing.operation_id, purpose="control", **params, **page)
        if listing.key == "document":
            # An exam without a document may be answered with any status.
            return _written(listed.json) if listed.accepted else str(listed.status)
        rows: list[Any] = (control(listed).accepted().json or {}).get(listing.key, [])
        found += [_written(row) for row in rows]
        if number >= int(listed.header("X-Pagination-Page-Count") or 1):
            break
    return tuple(sorted(row for row in found if all(json.dumps(mark)[1:-1] in row for mark in marks)))


def _written(answer: Any) -> str:
    return json.dumps(documented(answer), sort_keys=True)


def _params_of(listing: _List, request: Sample) -> dict[str, Any]:
    params = request.params
    if listing.filter_by:
        return {"filter": json.dumps({listing.filter_by: {"eq": params[listing.filter_by]}})}
    if listing.key == "users":
        return {"institute_id": params["institute_id"]}
    if listing.key in ("attachments", "document", "students"):
        return {"exam_id": params["id"] if request.operation_id == "exams_add_student" else params["exam_id"]}
    return {}
