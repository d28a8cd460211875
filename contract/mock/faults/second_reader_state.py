"""
Faults that a second reader of the documentation thought up without knowing a test: what is stored and answered.

Those of requests and lists are in ``second_reader``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contract.mock.answers import OpenAnswers
from contract.mock.call import Call, Reply
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, override, wrap
from contract.mock.faults.kit.policies import catalogue, in_policy
from contract.mock.operations import Handler, Operation
from contract.mock.parameters import Param
from contract.mock.rules import Rules
from contract.mock.tables import EXAMS

add = area(__name__)
add_change = catalogue(__name__)

# exams and their documents --------------------------------------------------------------------------------------------

HOUR_MS = 3_600_000
LAG_MS = 250
EXAM_ATTRIBUTES = frozenset(
    {"name", "duration_minutes", "use_duration", "start_time", "for_reviewing", "upload_answers", "global_proctoring"}
)


def without_summer_time(moment_ms: int) -> int:
    """From April to September an hour less, as where the zone of the server is added by hand."""
    return moment_ms - HOUR_MS if 4 <= datetime.fromtimestamp(moment_ms / 1000, UTC).month <= 9 else moment_ms


add(
    "second-reader-summer-time-forgotten",
    "exams_create",
    "A start time from April to September is stored an hour early.",
    p.altered("start_time", without_summer_time),
    "EXAM-045",
    also=(
        "EXAM-049",
        "EXAM-064",
    ),
)


def saved_whole(rules: Rules, operation: Operation) -> None:
    """An update reads a replica that lags, and saves every attribute that it read there."""
    before: dict[str, tuple[int, dict[str, Any]]] = {}

    def around(call: Call, inner: Handler) -> Reply:
        exam = dict(call.found["exam"])
        inner(call)
        changed_ms, old = before.get(exam["token"], (0, exam))
        if 0 <= call.now_ms - changed_ms < LAG_MS:
            kept = {name: old[name] for name in EXAM_ATTRIBUTES if name not in call.params}
            call.store.update(EXAMS, exam["id"], kept)
        before[exam["token"]] = call.now_ms, exam
        return call.stored("exam", exam["id"])

    wrap(around)(rules, operation)


add(
    "second-reader-exam-update-lost",
    "exams_update",
    f"An update within {LAG_MS} ms of another one takes back what the first one changed.",
    saved_whole,
    "EXAM-108",
)
add(
    "second-reader-exam-without-start-stays-draft",
    "documents_create",
    "A document opens only exams that have a start time.",
    s.afterwards(
        lambda call: (
            "UPDATE exams SET status = ? WHERE id = ?",
            (call.found["exam"]["status"], call.path_ids["exam_id"]),
        ),
        lambda call: call.found["exam"]["start_time"] is None,
    ),
    "DOC-030",
)


def cached_but_for_put(rules: Rules, index: Operation) -> None:
    """A cache of the index that create, PATCH and destroy empty, and PUT does not."""
    cached: dict[str, Any] = {}

    def listing(call: Call, inner: Handler) -> Reply:
        token = call.found["exam"]["token"]
        if token not in cached:
            cached[token] = inner(call).body
        return call.reply(cached[token])

    def changing(call: Call, inner: Handler) -> Reply:
        cached.pop(call.found["exam"]["token"], None)
        return inner(call)

    wrap(listing)(rules, index)
    for name in ("documents_create", "documents_update", "documents_destroy"):
        wrap(changing)(rules, rules.operations[name])


add(
    "second-reader-document-index-cached-over-put",
    "documents_index",
    "The index shows what the document held before a PUT, once it was asked for.",
    cached_but_for_put,
    "DOC-064",
)


def second_download_empty(rules: Rules, download: Operation) -> None:
    """The stream of the file is read to its end by the first who asks."""
    read: set[str] = set()

    def downloading(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        token = call.found["exam"]["token"]
        if token in read:
            return replace(reply, body=b"")
        read.add(token)
        return reply

    def generating(call: Call, inner: Handler) -> Reply:
        read.discard(call.found["exam"]["token"])
        return inner(call)

    wrap(downloading)(rules, download)
    wrap(generating)(rules, rules.operations["exams_generate_exam_documents_zip"])


add(
    "second-reader-second-download-empty",
    "exams_download_exam_documents_zip",
    "Only the first download of a zip holds anything.",
    second_download_empty,
    "ZIP-024",
)


def foreign_allowed(call: Call, inner: Handler) -> Reply:
    original = call.rules.access.may_use_institute
    override(call.rules.access, may_use_institute=lambda asking, institute_id: True)
    try:
        return inner(call)
    finally:
        override(call.rules.access, may_use_institute=original)


add(
    "second-reader-removal-shows-foreign-credentials",
    "exams_remove_comanager",
    "To remove a user of another institute as co-manager is answered with that user's token and key.",
    wrap(foreign_allowed),
    "ISO-014",
)

# student sessions -----------------------------------------------------------------------------------------------------


def old_key_kept(call: Call, inner: Handler) -> Reply:
    session = call.found["session"]
    reply = inner(call)
    call.store.execute("UPDATE student_sessions SET email_key = ? WHERE id = ?", (session["email_key"], session["id"]))
    return reply


add(
    "second-reader-email-unique-by-its-first-value",
    "student_sessions_update_put",
    "An address set by PUT is not entered where addresses are looked up: it can be taken again.",
    wrap(old_key_kept),
    "SESSION-093",
)
add(
    "second-reader-end-leaves-status-of-mailed",
    "student_sessions_end_exam",
    "The end of a session that was sent its mail leaves the status email_sent.",
    s.afterwards(
        lambda call: ("UPDATE student_sessions SET status = 'email_sent' WHERE id = ?", (call.found["session"]["id"],)),
        lambda call: call.found["session"]["status"] == "email_sent",
    ),
    "SESSION-185",
)


def last_of_several_forgotten(call: Call, inner: Handler) -> Reply:
    sql = "SELECT id, status, is_email_sent FROM student_sessions WHERE exam_id = ? ORDER BY id"
    sessions = call.store.all(sql, (call.found["exam"]["id"],))
    reply = inner(call)
    if len(sessions) > 2:
        last = sessions[-1]
        sql = "UPDATE student_sessions SET status = ?, is_email_sent = ? WHERE id = ?"
        call.store.execute(sql, (last["status"], last["is_email_sent"], last["id"]))
        call.store.execute("DELETE FROM emails WHERE student_session_id = ?", (last["id"],))
    return reply


add(
    "second-reader-last-of-several-gets-no-mail",
    "exams_send_emails",
    "The last of three or more students is answered as email_sent, but gets no mail and keeps the status.",
    wrap(last_of_several_forgotten),
    "EXAM-307",
    also=("EXAM-302",),
)


def counts_up_only(rules: Rules, operation: Operation) -> None:
    counts: dict[int, int] = {}

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        proctor_id, found = reply.body["proctor_id"], reply.body["active_proctoring_sessions"]
        counts[proctor_id] = counts[proctor_id] + 1 if proctor_id in counts else found
        return replace(reply, body={**reply.body, "active_proctoring_sessions": counts[proctor_id]})

    wrap(around)(rules, operation)


add(
    "second-reader-proctor-counter-only-goes-up",
    "student_sessions_assign_proctor",
    "The sessions of a proctor are counted up with each assignment and never down.",
    counts_up_only,
    "SESSION-292",
)

LINK_KEPT_MS = 240_000


def link_cached(rules: Rules) -> None:
    cached: dict[int, tuple[int, str]] = {}

    def issue(inner: Callable[[Call, int], str], call: Call, session_id: int) -> str:
        issued_ms, url = cached.get(session_id, (0, ""))
        if not (url.startswith(call.base_url) and 0 <= call.now_ms - issued_ms < LINK_KEPT_MS):
            url = inner(call, session_id)
            cached[session_id] = call.now_ms, url
        return url

    in_policy("photo_links", "issue", issue)(rules)


add_change(
    "second-reader-photo-link-from-cache",
    "For four minutes everyone gets the URL of the first who asked, which is then valid for a minute only.",
    link_cached,
    "SESSION-253",
    operation="student_sessions_show_face_photo",
)


def cut_at_emoji(text: str) -> str:
    """As a MySQL table in its three-byte ``utf8`` does when it is not strict."""
    return next((text[:at] for at, character in enumerate(text) if ord(character) > 0xFFFF), text)


add(
    "second-reader-individual-info-cut-at-emoji",
    "student_sessions_create",
    "individual_info ends before the first character that takes four bytes.",
    p.altered("individual_info", cut_at_emoji),
    "SESSION-091",
)

# users ----------------------------------------------------------------------------------------------------------------

add(
    "second-reader-update-renews-secret-key",
    "users_update",
    "A change of the settings of another user gives that user a new secret_key, and answers the old one.",
    s.afterwards(
        lambda call: (
            "UPDATE users SET secret_key = ? WHERE id = ?",
            (secrets.token_urlsafe(32), call.found["user"]["id"]),
        ),
        lambda call: bool(call.found["user"]["id"] != call.user["id"]),
    ),
    "USER-116",
)
add(
    "second-reader-month-stored-as-week",
    "users_update_put",
    "report_frequency month is answered, and week is stored.",
    s.afterwards(
        lambda call: ("UPDATE users SET report_frequency = 'week' WHERE id = ?", (call.found["user"]["id"],)),
        lambda call: call.params.get("report_frequency") == "month",
    ),
    "USER-105",
)


def password_in_bytes(rules: Rules, operation: Operation) -> None:
    strict = rules.parameters.kinds["password"]

    def check(param: Param, value: Any, given: OpenAnswers) -> Any:
        if isinstance(value, str) and value:
            # Repeating a character adds length, and no other kind of character.
            strict(param, value + value[-1] * (len(value.encode()) - len(value)), given)
            return value
        return strict(param, value, given)

    rules.parameters.kinds["password in bytes"] = check
    operation.params["password"] = replace(operation.params["password"], kind="password in bytes")


add(
    "second-reader-password-counted-in-bytes",
    "users_create",
    "The length of a password is counted in bytes: seven characters with an accent are enough.",
    password_in_bytes,
    "USER-050",
)

# LTI ------------------------------------------------------------------------------------------------------------------


def default_of_creation(create_provider: str) -> Deviation:
    """Tool providers are cached when they are created, and never again."""

    def deviation(rules: Rules, operation: Operation) -> None:
        urls: dict[int, str] = {}

        def creating_provider(call: Call, inner: Handler) -> Reply:
            reply = inner(call)
            provider = next(iter(reply.body.values()))
            urls[provider["id"]] = provider["tool_url"]
            return reply

        def creating_resource(call: Call, inner: Handler) -> Reply:
            if call.params.get("tool_provider_id") in urls:
                call.params.setdefault("lti_resource_launch_url", urls[call.params["tool_provider_id"]])
            return inner(call)

        wrap(creating_provider)(rules, rules.operations[create_provider])
        wrap(creating_resource)(rules, operation)

    return deviation


add(
    "second-reader-launch-url-of-old-provider",
    "lti_resources_create",
    "The launch URL of a resource defaults to the tool_url that its provider was created with, not to the one it has.",
    default_of_creation("tool_providers_create"),
    "LTI-047",
)


def only_first_resource_locks(call: Call, inner: Handler) -> Reply:
    sql = "SELECT exam_id FROM lti_resources WHERE tool_provider_id = ? ORDER BY id"
    first = call.store.value(sql, (call.found["tool_provider"]["id"],))
    original = call.rules.effects.exam_locks_tool_provider
    override(call.rules.effects, exam_locks_tool_provider=lambda exam: original(exam) and exam["id"] == first)
    try:
        return inner(call)
    finally:
        override(call.rules.effects, exam_locks_tool_provider=original)


add(
    "second-reader-only-first-resource-locks-provider",
    "tool_providers_destroy",
    "A tool provider is locked only if its first LTI resource is in use.",
    wrap(only_first_resource_locks),
    "TOOL-134",
    also=("TOOL-135",),
)
