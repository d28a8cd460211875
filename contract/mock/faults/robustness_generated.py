"""
Faults that only some values bring out, or only some order of requests: what generated requests are for.

Source: the example answers and the show and destroy operations of https://docs.proctorexam.com/v3/apidoc.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.answers import each
from contract.mock.faults.kit.core import Deviation, When, always, area, finish, sends, succeeded, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

add = area(__name__)


def texts(*names: str, test: Callable[[str], bool]) -> When:
    """One of the parameters *names* is a text that meets *test*."""
    return lambda call: any(isinstance(call.sent.get(name), str) and test(call.sent[name]) for name in names)


def crashes(when: When) -> Deviation:
    def around(call: Call, inner: Handler) -> Reply:
        raise Refusal("internal")

    return wrap(around, when)


def _no_latin(text: str) -> bool:
    return any(ord(character) > 0xFF for character in text)


# 5xx -----------------------------------------------------------------------------------------------------------------

add(
    "text-beyond-latin-1-crashes",
    ("exams_create", "exams_update", "exams_update_put"),
    "a name of an exam beyond Latin-1 is answered with 500",
    crashes(texts("name", test=_no_latin)),
    "ROBUST-101",
    also=("EXAM-062", "FILTER-015", "ROBUST-008"),
)
add(
    "zero-duration-crashes",
    ("exams_create", "exams_update", "exams_update_put"),
    "a duration of 0 minutes is answered with 500",
    crashes(lambda call: call.params.get("duration_minutes") == 0),
    "ROBUST-101",
    also=("ROBUST-010",),
)
add(
    "blank-name-of-student-crashes",
    ("student_sessions_create", "exams_add_student"),
    "a name of a student that is one character long is answered with 500",
    crashes(texts("name", test=lambda text: len(text) == 1)),
    "ROBUST-101",
)
add(
    "late-time-crashes",
    ("exams_create", "exams_update"),
    "a time after 2100 is answered with 500",
    crashes(lambda call: any((call.params.get(name) or 0) > 4_102_444_800_000 for name in ("start_time", "end_time"))),
    "ROBUST-101",
)
add(
    "empty-exam-content-crashes",
    ("documents_create", "documents_update"),
    "a document whose content is one character long is answered with 500",
    crashes(texts("exam_content", test=lambda text: len(text) == 1)),
    "ROBUST-101",
)

# refusals ------------------------------------------------------------------------------------------------------------


def _refusals_become(content: bytes, kind: str, *statuses: int) -> Deviation:
    def edit(call: Call, reply: Reply) -> Reply:
        return Reply(reply.status, content, {"Content-Type": kind}) if reply.status in statuses else reply

    return finish(edit)


add(
    "invalid-parameter-answered-with-page",
    ("exams_create", "exams_update", "student_sessions_create", "users_create", "institutes_create"),
    "a 422 is a web page",
    _refusals_become(b"<h1>422 Unprocessable Entity</h1>", "text/html", 422),
    "ROBUST-102",
)
add(
    "not-found-answered-with-text",
    ("exams_show", "student_sessions_show", "documents_show", "users_show"),
    "a 404 is a plain text",
    _refusals_become(b"Not Found", "text/plain", 404),
    "ROBUST-102",
    also=("ROBUST-023",),
)

# answers that depend on what was sent --------------------------------------------------------------------------------


def _written(name: str, convert: Callable[[Any], Any], when: When) -> Deviation:
    def edit(call: Call, found: dict[str, Any]) -> None:
        if name in found:
            found[name] = convert(found[name])

    return each(edit, when)


def _dropped(name: str, when: When) -> Deviation:
    return each(lambda call, found: found.pop(name, None), when)


def _unwrapped_when(when: When) -> Deviation:
    def edit(call: Call, reply: Reply) -> Reply:
        return replace(reply, body=next(iter(reply.body.values()))) if succeeded(reply) else reply

    return finish(edit, when)


add(
    "exam-without-envelope-where-mobile-cam-is-sent",
    ("exams_create", "exams_update", "exams_update_put"),
    "an exam comes without its envelope where mobile_cam was sent",
    _unwrapped_when(sends("mobile_cam")),
    "ROBUST-103",
)
add(
    "updated-at-without-milliseconds-after-put",
    ("exams_update_put", "student_sessions_update_put"),
    "after a PUT with a name updated_at comes without milliseconds",
    _written("updated_at", lambda text: re.sub(r"\.\d{3}", "", text), sends("name")),
    "ROBUST-103",
)
add(
    "exam-without-restrictions-where-calculator-is-allowed",
    ("exams_create", "exams_update", "exams_update_put"),
    "an exam comes without its restrictions where allow_calculator was sent",
    _dropped("restrictions", sends("allow_calculator")),
    "ROBUST-103",
)
add(
    "id-as-text-on-short-pages",
    ("exams_index", "users_index", "student_sessions_index_all"),
    "with a limit the ids of a list are texts",
    _written("id", str, sends("limit")),
    "ROBUST-103",
    also=("PAGE-007", "PAGE-008", "FILTER-125", "FILTER-044"),
)
add(
    "duration-as-text-where-it-was-sent",
    ("exams_create", "exams_update", "exams_update_put"),
    "duration_minutes is answered as text where it was sent",
    _written("duration_minutes", str, sends("duration_minutes")),
    "ROBUST-104",
)
add(
    "is-individual-info-html-as-number",
    ("student_sessions_create", "student_sessions_update", "exams_add_student"),
    "is_individual_info_html is answered as 0 or 1 where it was sent",
    _written("is_individual_info_html", int, sends("is_individual_info_html")),
    "ROBUST-104",
)

# one request after the other -----------------------------------------------------------------------------------------


def _lost(kind: str, when: When = always) -> Deviation:
    """The row of the path counts as unknown, where *when* holds."""

    def around(call: Call, inner: Handler) -> Reply:
        raise Refusal(f"{kind}_not_found", id=call.path_ids.get("id", "0"))

    return wrap(around, when)


def _changed(kind: str) -> When:
    """The row of the path was changed since it was created."""
    return lambda call: bool(call.found[kind]["updated_at"] > call.found[kind]["created_at"] + 1)


add(
    "exam-lost-after-change",
    "exams_show",
    "an exam that was changed is not found any more",
    _lost("exam", lambda call: _changed("exam")(call) and call.found["exam"]["status"] == "draft"),
    "ROBUST-110",
    also=("ISO-005", "ISO-050"),
)
add(
    "document-lost-after-change",
    "documents_show",
    "a document that was changed is not found any more",
    _lost("document", _changed("document")),
    "ROBUST-110",
)
add(
    "student-lost-after-end",
    "student_sessions_show",
    "a student session that has ended is not found any more",
    _lost("session", lambda call: bool(call.found["session"]["status"] == "exam_finished")),
    "ROBUST-110",
)


def _other_id() -> Deviation:
    """A creation answers an id far from its own."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        for found in reply.body.values():
            found["id"] += 1000
        return reply

    return wrap(around)


add(
    "creation-of-attachment-answers-another-id",
    "attachments_create",
    "the creation of an attachment answers an id under which nothing is found",
    _other_id(),
    "ROBUST-110",
)


def _still_shown() -> Deviation:
    """What was destroyed is still shown, from a cache."""

    def deviation(rules: Rules, operation: Operation) -> None:
        kept: dict[str, Any] = {}

        def remember(call: Call, reply: Reply) -> Reply:
            key = "/".join(call.request.segments)
            if succeeded(reply):
                kept[key] = reply.body
            elif reply.status == 404 and key in kept:
                return Reply(200, kept[key])
            return reply

        finish(remember)(rules, operation)

    return deviation


for _show, _kind in (
    ("exams_show", "exam"),
    ("documents_show", "document"),
    ("attachments_show", "attachment"),
    ("student_sessions_show", "session"),
    ("users_show", "user"),
    ("lti_resources_show", "lti_resource"),
    ("tool_providers_show", "tool_provider"),
    ("institutes_show", "institute"),
):
    add(
        f"destroyed-{_kind.replace('_', '-')}-still-shown",
        _show,
        f"what {_show} has shown once it shows again, destroyed or not",
        _still_shown(),
        "ROBUST-111",
    )
