"""
Faults of the Accept header, which names the version of the API.

Source: https://docs.proctorexam.com/v3/apidoc.html ("Versioning").
"""

from __future__ import annotations

import re
from collections.abc import Callable

from contract.mock.authentication import MEDIA_TYPE
from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import When, always
from contract.mock.faults.kit.policies import all_of, by_method, catalogue, in_policy, on, skipped
from contract.mock.faults.kit.refused import carried_out
from contract.mock.faults.registry import Change
from contract.mock.rules import Rules

add = catalogue(__name__)

OTHER_VERSIONS = ("ACCEPT-003", "ACCEPT-004")
# What shows wherever a request is let in that should not be.
LET_IN = ("ACCEPT-005", "ACCEPT-006", "ACCEPT-020")


def taken_too(pattern: str, when: When = always) -> Change:
    """Media types that match *pattern* are accepted beside the right one."""

    def check(inner: Callable[[Call], None], call: Call) -> None:
        if not re.fullmatch(pattern, call.headers.get("accept", "").strip()):
            inner(call)

    return in_policy("accept", "check", check, when)


def turned_down(when: When) -> Change:
    """The right media type is refused."""

    def check(inner: Callable[[Call], None], call: Call) -> None:
        raise Refusal("accept_not_supported")

    return in_policy("accept", "check", check, when)


def _by_superuser(call: Call) -> bool:
    sql = "SELECT role FROM users WHERE api_token = ?"
    return bool(call.store.value(sql, (call.rules.token.token(call),)) == "superuser")


def _missing(call: Call) -> bool:
    return "accept" not in call.headers


add(
    "ignore-accept",
    "the Accept header is not looked at",
    skipped("accept", "check"),
    "ACCEPT-002",
    *OTHER_VERSIONS,
    "ACCEPT-005",
    also=LET_IN,
)
add(
    "missing-accept-taken-for-the-newest-version",
    "a request without an Accept header is answered by the newest version",
    skipped("accept", "check", _missing),
    "ACCEPT-002",
    also=LET_IN,
)
add(
    "missing-accept-accepted-on-get",
    "a GET needs no Accept header",
    skipped("accept", "check", all_of(_missing, by_method("GET"))),
    "ACCEPT-002",
)
add(
    "missing-accept-accepted-on-uploads",
    "the upload of an attachment needs no Accept header",
    skipped("accept", "check", all_of(_missing, on("attachments_create"))),
    "ACCEPT-002",
    also=LET_IN,
    operation="attachments_create",
)
add(
    "accept-v2-accepted",
    "a client of version 2 is answered by version 3",
    taken_too(r"application/vnd\.procwise\.v2"),
    "ACCEPT-003",
    also=LET_IN,
)
add(
    "accept-v2-accepted-on-deprecated-operations",
    "the deprecated list of the students of an exam still answers clients of version 2",
    taken_too(r"application/vnd\.procwise\.v2", on("exams_index_students")),
    "ACCEPT-003",
    also=("ACCEPT-020",),
    operation="exams_index_students",
)
add(
    "accept-v4-accepted",
    "a version that does not exist yet is taken for version 3",
    taken_too(r"application/vnd\.procwise\.v([4-9]|\d\d+)"),
    "ACCEPT-004",
    also=LET_IN,
)
add(
    "accept-v4-accepted-on-delete",
    "a DELETE takes a version that does not exist yet for version 3",
    taken_too(r"application/vnd\.procwise\.v4", by_method("DELETE")),
    "ACCEPT-004",
    also=LET_IN,
)
add(
    "accept-compared-by-its-beginning",
    "what follows v3 in the Accept header is not looked at",
    taken_too(re.escape(MEDIA_TYPE) + ".*"),
    "ACCEPT-005",
    also=LET_IN,
)
add(
    "accept-minor-version-ignored",
    "a minor version, v3.1, is taken for version 3",
    taken_too(re.escape(MEDIA_TYPE) + r"\.\d+"),
    "ACCEPT-005",
    also=LET_IN,
)
add(
    "accept-version-without-number",
    "a version without number, v, is taken for version 3",
    taken_too(r"application/vnd\.procwise\.v?"),
    "ACCEPT-005",
    also=LET_IN,
)

for _operation in (
    "exams_download_exam_documents_zip",
    "exams_add_comanager",
    "exams_show_lti_student",
    "identity_providers_index",
    "institutes_show",
    "lti_resources_destroy",
    "student_sessions_end_exam",
    "tool_providers_index",
    "users_create",
):
    add(
        f"accept-not-checked-on-{_operation.replace('_', '-')}",
        f"{_operation} does not look at the Accept header",
        skipped("accept", "check", on(_operation)),
        "ACCEPT-002",
        *OTHER_VERSIONS,
        also=LET_IN,
        operation=_operation,
    )
add(
    "accept-not-checked-of-superusers",
    "the Accept header of a superuser is not looked at",
    skipped("accept", "check", _by_superuser),
    "ACCEPT-002",
    *OTHER_VERSIONS,
    also=LET_IN,
)

# Where a client may think of another media type: the answer is a file, or the request a form.
for _operation, _why in (
    ("exams_download_exam_documents_zip", "as it answers a zip"),
    ("attachments_create", "as it takes a file"),
    ("student_sessions_unassign_proctor", "as it answers nothing"),
):
    add(
        f"accept-refused-on-{_operation.replace('_', '-')}",
        f"{_operation} refuses the documented Accept header, {_why}",
        turned_down(on(_operation)),
        "ACCEPT-001",
        also=("TOKEN-001", "SIGN-001", "SIGN-050", "SIGN-052", "ZIP-020", "ZIP-021"),
        operation=_operation,
    )

for _operation in ("exams_update", "documents_create", "student_sessions_destroy", "users_create"):

    def _carry_out(rules: Rules, name: str = _operation) -> None:
        carried_out("accept_not_supported")(rules, rules.operations[name])

    add(
        f"carried-out-in-another-version-on-{_operation.replace('_', '-')}",
        f"{_operation} is carried out before the Accept header is looked at, and then refused",
        _carry_out,
        "ACCEPT-006",
        operation=_operation,
    )


def refusals_become(reply: Reply, when: When = always) -> Change:
    def change(rules: Rules) -> None:
        def finisher(call: Call | None, given: Reply) -> Reply:
            return reply if given.status == 406 and call is not None and when(call) else given

        rules.finishers.append(finisher)

    return change


add(
    "accept-refusal-is-a-page",
    "the refusal of another version is a web page",
    refusals_become(Reply(406, b"<h1>Not Acceptable</h1>", {"Content-Type": "text/html"})),
    "ACCEPT-020",
    also=("ROBUST-102",),
)
add(
    "accept-refusal-is-empty",
    "the refusal of another version has no body",
    refusals_become(Reply(406), by_method("POST", "PATCH", "PUT", "DELETE")),
    "ACCEPT-020",
    also=("ROBUST-102",),
)
