"""
Plain faults of a third reader: what a release breaks by the way, one or two in every area.

The areas were taken in order and each was given a kind of regression by lot, and the operation or the field by lot as
well; where the lot made no sense for the area, the next one was drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import grammar as g
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, finish, override, wrap
from contract.mock.faults.kit.policies import catalogue, in_policy, on
from contract.mock.faults.kit.signatures import never_looked_at
from contract.mock.operations import Handler, Operation
from contract.mock.resources.lti import destroy_tool_provider, exams_in_use
from contract.mock.rules import Rules

add = area(__name__)
change = catalogue(__name__)

GUEST = "SELECT * FROM users WHERE role = 'administrator' ORDER BY id LIMIT 1"


# answers --------------------------------------------------------------------------------------------------------------


def renamed(old: str, new: str) -> Deviation:
    """A field has another name."""

    def edit(call: Call, found: a.Data) -> None:
        if old in found:
            found[new] = found.pop(old)

    return a.each(edit)


def without_header(name: str) -> Deviation:
    """A list lacks one of its headers."""

    def edit(call: Call, reply: Reply) -> Reply:
        reply.headers.pop(name, None)
        return reply

    return finish(edit)


add(
    "third-attachment-created-on",
    "attachments_create",
    "attachments_create answers created_at under the name created_on.",
    renamed("created_at", "created_on"),
    "ATTACH-100",
    also=("ATTACH-061", "ROBUST-103"),
)
add(
    "third-lti-student-without-reviewed",
    "exams_show_lti_student",
    "exams_show_lti_student leaves out reviewed.",
    a.without("reviewed"),
    "EXAM-228",
    also=("ROBUST-103",),
)
add(
    "third-listed-students-updated-at-null",
    "student_sessions_index",
    "student_sessions_index has updated_at null.",
    a.constant("updated_at", None),
    "SESSION-401",
)
add(
    "third-student-put-times-without-milliseconds",
    "student_sessions_update_put",
    "student_sessions_update_put writes updated_at without milliseconds.",
    a.field("updated_at", a.no_milliseconds),
    "SESSION-402",
    also=("ROBUST-103",),
)
add(
    "third-institutes-closed-answered-with-404",
    "institutes_index",
    "institutes_index answers 404 instead of 403 to those who are no superusers.",
    a.status("not_authorized", 404),
    "INST-004",
)
add(
    "third-lti-list-without-page-count",
    "lti_resources_index",
    "lti_resources_index does not send X-Pagination-Page-Count.",
    without_header("X-Pagination-Page-Count"),
    "PAGE-003",
)


# parameters -----------------------------------------------------------------------------------------------------------


def crashes_with(name: str, bad: Callable[[Any], bool]) -> Deviation:
    """A value is too much: 500."""

    def around(call: Call, inner: Handler) -> Reply:
        if name in call.sent and bad(call.sent[name]):
            raise Refusal("internal")
        return inner(call)

    return wrap(around)


def word_crashes(name: str) -> Deviation:
    """A word where a number belongs is too much: 500."""

    def crash(call: Call, reply: Reply) -> Reply:
        sent = call.sent.get(name)
        worded = isinstance(sent, str) and sent != "" and not sent.lstrip("+-").isdigit()
        return Reply(500, {"errors": "Internal server error."}) if worded and reply.status == 422 else reply

    return finish(crash)


add(
    "third-closed-exams-crash",
    "exams_index",
    "exams_index answers 500 to status=closed.",
    crashes_with("status", lambda sent: sent == "closed"),
    "EXAM-005",
    also=("FILTER-045", "ROBUST-101"),
)
add(
    "third-comanager-as-text-refused",
    "exams_add_comanager",
    "exams_add_comanager refuses a comanager_id that is the text of a number, as the page prints it.",
    p.refused_value("comanager_id", lambda sent: isinstance(sent, str)),
    "EXAM-331",
)
add(
    "third-lti-link-name-not-demanded",
    "lti_resources_create",
    "lti_resources_create takes a request without lti_resource_link_name.",
    p.optional("lti_resource_link_name", "LTI resource"),
    "LTI-042",
    also=("LTI-043", "LTI-044"),
)
add(
    "third-user-role-ignored",
    "users_create",
    "users_create makes a teacher of everybody, whatever the role that was sent.",
    p.altered("role", lambda role: "teacher"),
    "USER-056",
    also=("USER-061",),
)
add(
    "third-exam-put-word-as-duration-crashes",
    "exams_update_put",
    "exams_update_put answers 500 to a word as duration_minutes.",
    word_crashes("duration_minutes"),
    "ROBUST-101",
)
add(
    "third-institutes-sorted-upwards-only",
    "institutes_index",
    "institutes_index sorts upwards where desc was asked for.",
    g.key_read_as(lambda number, column, order: (column, "asc" if order == "desc" else order)),
    "FILTER-063",
)


# state ----------------------------------------------------------------------------------------------------------------


def document_leaves_draft() -> Deviation:
    """The exam of a new document stays what it was."""

    def around(call: Call, inner: Handler) -> Reply:
        before = call.found["exam"]
        reply = inner(call)
        call.store.execute("UPDATE exams SET status = ? WHERE id = ?", (before["status"], before["id"]))
        return reply

    return wrap(around)


def unlocked_provider(call: Call) -> int:
    """The provider that the path names; one in use is refused as it should be."""
    provider_id = int(call.found["tool_provider"]["id"])
    if exams_in_use(call, provider_id):
        destroy_tool_provider(call)
    return provider_id


add(
    "third-document-leaves-exam-draft",
    "documents_create",
    "documents_create does not open the exam.",
    document_leaves_draft(),
    "DOC-030",
)
add(
    "third-tool-provider-destroyed-in-list-only",
    "tool_providers_destroy",
    "tool_providers_destroy takes the provider out of the list, but it is still shown.",
    s.hides_only(unlocked_provider, "tool_providers_index"),
    "TOOL-122",
    also=("TOOL-124",),
    elsewhere=True,
)


# who may --------------------------------------------------------------------------------------------------------------


def open_to_guests(operation: str, header: bool) -> Callable[[Rules], None]:
    """Nobody in particular is let in as an administrator, unsigned. *header*: with a token of nobody, or without."""

    def let_in(rules: Rules) -> None:
        known, signed = rules.token.user, rules.signature.check

        def user(call: Call) -> Any:
            if call.operation.id != operation or (rules.token.token(call) is not None) != header:
                return known(call)
            found = call.store.one("SELECT * FROM users WHERE api_token = ?", (rules.token.token(call),))
            return found or call.store.one(GUEST)

        def check(call: Call) -> None:
            guest = call.operation.id == operation and call.user["api_token"] != rules.token.token(call)
            if not guest:
                signed(call)

        override(rules.token, user=user)
        override(rules.signature, check=check)

    return let_in


def anyone(rules: Rules, operation: Operation) -> None:
    """Every user may."""
    operation.access = "manager"


change(
    "third-identity-providers-public",
    "identity_providers_index is answered to a request without an Authorization header.",
    open_to_guests("identity_providers_index", header=False),
    "TOKEN-002",
    also=("TOKEN-004", "TOKEN-030", "TOKEN-031"),
    operation="identity_providers_index",
)
change(
    "third-attachments-listed-to-strangers",
    "attachments_index is answered to a request with the token of nobody.",
    open_to_guests("attachments_index", header=True),
    "TOKEN-003",
    also=("TOKEN-030", "TOKEN-031"),
    operation="attachments_index",
)
change(
    "third-documents-any-accept",
    "documents_index does not look at the Accept header.",
    in_policy("accept", "check", lambda inner, call: None, on("documents_index")),
    "ACCEPT-002",
    "ACCEPT-003",
    "ACCEPT-004",
    also=("ACCEPT-020",),
    operation="documents_index",
)
change(
    "third-delete-student-unsigned",
    "exams_delete_student does not look at the signature.",
    never_looked_at(on("exams_delete_student")),
    "SIGN-002",
    also=(
        "SIGN-005",
        "SIGN-006",
        "SIGN-010",
        "SIGN-011",
        "SIGN-014",
        "SIGN-015",
        "SIGN-018",
        "SIGN-019",
        "SIGN-022",
        "SIGN-023",
        "SIGN-024",
        "SIGN-025",
        "SIGN-026",
        "SIGN-027",
        "SIGN-028",
        "SIGN-029",
        "SIGN-030",
        "SIGN-031",
        "SIGN-032",
        "SIGN-034",
        "SIGN-035",
        "SIGN-036",
        "SIGN-080",
    ),
    operation="exams_delete_student",
)
change(
    "third-download-nonce-again",
    "exams_download_exam_documents_zip takes a nonce that was used before.",
    in_policy("nonce", "use", lambda inner, call: None, on("exams_download_exam_documents_zip")),
    "NONCE-001",
    "NONCE-003",
    also=("NONCE-002",),
    operation="exams_download_exam_documents_zip",
)
add(
    "third-tool-provider-put-by-anyone",
    "tool_providers_update_put",
    "tool_providers_update_put changes the provider of another institute.",
    anyone,
    "ISO-002",
)
