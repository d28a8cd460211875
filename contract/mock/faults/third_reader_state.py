"""
Subtle faults of a third reader that lie in the state: some status, some value, the second time, or two at once.

Each was thought up from the documents, without a look at what is tested.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.clock import read_time
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, sends, wrap
from contract.mock.faults.kit.sessions import same_email_twice
from contract.mock.operations import Handler, Operation
from contract.mock.resources.zips import pack
from contract.mock.rules import Handle, Rules
from contract.mock.wire import WireRequest

add = area(__name__)


# exams and what belongs to them ---------------------------------------------------------------------------------------


def half_hours_dropped(sent: Any) -> int | None:
    """Of an offset like +05:30 only the hours count."""
    part = re.search(r"[+-]\d\d:[1-9]\d\Z", sent) if isinstance(sent, str) else None
    return read_time(f"{sent[:-2]}00") if part else None


def kept_as(name: str, length: int) -> Deviation:
    """A change answers the text that was sent, but keeps only its beginning."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        table, row_id = call.rules.tables[call.operation.resource].name, next(iter(reply.body.values()))["id"]
        call.store.execute(f'UPDATE {table} SET "{name}" = substr("{name}", 1, ?) WHERE id = ?', (length, row_id))
        return reply

    return wrap(around)


def namesakes_destroyed() -> Deviation:
    """Other attachments of the exam with the same file name go as well."""
    sql = "DELETE FROM attachments WHERE exam_id = ? AND document_file_name = ?"

    def statement(call: Call) -> tuple[str, tuple[Any, ...]]:
        found = call.found["attachment"]
        return sql, (found["exam_id"], found["document_file_name"])

    return s.afterwards(statement)


def empty_from_the_second_time_on() -> Deviation:
    """A zip can be fetched once; then it is a zip of nothing."""
    fetched: set[tuple[int, int]] = set()

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        exam_id = int(call.found["exam"]["id"])
        job = (exam_id, call.store.value("SELECT queued_ms FROM zip_jobs WHERE exam_id = ?", (exam_id,)))
        again = job in fetched
        fetched.add(job)
        return replace(reply, body=pack([])) if again else reply

    return wrap(around)


add(
    "third-attachment-namesakes-destroyed",
    "attachments_destroy",
    "attachments_destroy removes every attachment of the exam with the same file name.",
    namesakes_destroyed(),
    "ATTACH-073",
)
add(
    "third-document-put-cut-at-1000",
    "documents_update_put",
    "documents_update_put keeps the first 1000 characters of exam_content, and answers all of them.",
    kept_as("exam_content", 1000),
    "DOC-038",
)
add(
    "third-exam-half-hours-dropped",
    "exams_update",
    "exams_update reads +05:30 in start_time or end_time as +05:00.",
    both(raw.stored_as("start_time", half_hours_dropped), raw.stored_as("end_time", half_hours_dropped)),
    "EXAM-104",
)
add(
    "third-comanager-removed-everywhere",
    "exams_remove_comanager",
    "exams_remove_comanager takes the user from every exam that they co-manage.",
    s.afterwards(lambda call: ("DELETE FROM comanagers WHERE user_id = ?", (call.params["comanager_id"],))),
    "EXAM-352",
)
add(
    "third-zip-empty-the-second-time",
    "exams_download_exam_documents_zip",
    "exams_download_exam_documents_zip answers an empty zip to the second download of the same job.",
    empty_from_the_second_time_on(),
    "ZIP-024",
    also=("ZIP-022", "ZIP-042"),
)


# student sessions -----------------------------------------------------------------------------------------------------

RACED: ContextVar[bool] = ContextVar("raced", default=False)


def same_email_at_once() -> Deviation:
    """Of two that add the same address at the same moment both succeed."""
    under_way: defaultdict[str, int] = defaultdict(int)

    async def around(request: WireRequest, handle: Handle) -> Reply:
        if request.method != "POST" or request.segments[-1] != "student_sessions":
            return await handle(request)
        under_way[request.path] += 1
        crowded = under_way[request.path] > 1
        try:
            await asyncio.sleep(0.01)
            RACED.set(crowded or under_way[request.path] > 1)
            return await handle(request)
        finally:
            under_way[request.path] -= 1

    def deviation(rules: Rules, operation: Operation) -> None:
        rules.around = around
        only_when(same_email_twice(), lambda call: RACED.get())(rules, operation)

    return deviation


def only_when(lenient: Deviation, when: Any) -> Deviation:
    """Handle as *lenient* where *when* holds, and as before otherwise."""

    def deviation(rules: Rules, operation: Operation) -> None:
        strict = operation.handler
        lenient(rules, operation)
        loose = operation.handler
        operation.handler = lambda call: loose(call) if when(call) else strict(call)

    return deviation


def finished_namesake(call: Call) -> bool:
    """Who has the address has finished the exam."""
    sql = "SELECT status FROM student_sessions WHERE exam_id = ? AND email = ?"
    return bool(call.store.value(sql, (call.found["exam"]["id"], call.params.get("email"))) == "exam_finished")


def was_emailed(call: Call) -> bool:
    return bool(call.found["session"]["status"] == "email_sent")


add(
    "third-same-student-twice-at-once",
    "student_sessions_create",
    "student_sessions_create adds the same address twice if both requests come at the same moment.",
    same_email_at_once(),
    "SESSION-065",
)
add(
    "third-email-of-finished-student-taken",
    "exams_add_student",
    "exams_add_student takes the address of a student who has finished.",
    only_when(same_email_twice(), finished_namesake),
    "EXAM-244",
)
add(
    "third-emailed-student-not-ended",
    "student_sessions_end_exam",
    "student_sessions_end_exam leaves the status of a student to whom an e-mail was sent.",
    s.afterwards(
        lambda call: ("UPDATE student_sessions SET status = 'email_sent' WHERE id = ?", (call.found["session"]["id"],)),
        when=was_emailed,
    ),
    "SESSION-185",
)


def earlier_links_end(call: Call, inner: Handler) -> Reply:
    call.store.execute("DELETE FROM photo_links WHERE student_session_id = ?", (call.found["session"]["id"],))
    return inner(call)


add(
    "third-newest-photo-url-only",
    "student_sessions_show_face_photo",
    "A URL of a face photo serves until the next one is asked for.",
    wrap(earlier_links_end),
    "SESSION-252",
)


# institutes, tool providers, LTI resources ----------------------------------------------------------------------------


def newest_resource_locks(call: Call, inner: Handler) -> Reply:
    """Only the exam of the newest LTI resource is looked at."""
    provider_id = call.found["tool_provider"]["id"]
    sql = (
        "SELECT exams.status FROM lti_resources JOIN exams ON exams.id = lti_resources.exam_id"
        " WHERE tool_provider_id = ? ORDER BY lti_resources.id DESC"
    )
    if call.store.value(sql, (provider_id,)) != "open":
        call.store.execute("DELETE FROM lti_resources WHERE tool_provider_id = ?", (provider_id,))
    return inner(call)


def no_default_beside_custom_data(call: Call, inner: Handler) -> Reply:
    if "lti_custom_data" in call.params:
        call.params.setdefault("lti_resource_launch_url", "")
    return inner(call)


add(
    "third-tool-provider-locked-by-newest-only",
    "tool_providers_destroy",
    "tool_providers_destroy is locked only if the newest LTI resource is linked to an open exam.",
    wrap(newest_resource_locks),
    "TOOL-134",
)
add(
    "third-lti-defaults-all-or-none",
    "lti_resources_create",
    "lti_resources_create does not take the launch URL from the provider where lti_custom_data was sent.",
    wrap(no_default_beside_custom_data),
    "LTI-047",
)
add(
    "third-institute-logo-alone",
    "institutes_create",
    "institutes_create with a logo forgets the optional parameters beside it.",
    p.dropped(
        *[
            "callback_url",
            "tawk_url",
            "global_proctor",
            "global_reviewer",
            "default_language",
            "session_retention_period",
        ],
        when=sends("logo_image"),
    ),
    "INST-067",
)
