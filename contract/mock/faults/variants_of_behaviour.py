"""
Conforming variants of behaviour: other choices of what is accepted, kept, listed and done where nothing is said.

None of them may turn a requirement red. Each flips an entry of ``answers`` or one decision of a policy.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import override, succeeded, wrap
from contract.mock.faults.kit.grammar import grammar_method
from contract.mock.faults.kit.policies import in_policy
from contract.mock.faults.registry import Change
from contract.mock.faults.variants import add, answers, status
from contract.mock.operations import Handler
from contract.mock.paging import Page
from contract.mock.rules import Handle, Rules
from contract.mock.wire import WireRequest

FILTERED = ("exams_index", "exams_index_students", "student_sessions_index", "student_sessions_index_all")
DAY_MS = 24 * 60 * 60 * 1000


# token, Accept, signature, nonce -------------------------------------------------------------------------------------


def _any_media_type(inner: Callable[[Call], None], call: Call) -> None:
    if call.headers.get("accept", "").split(";")[0].strip() not in ("*/*", "application/*", "application/json"):
        inner(call)


def _to_the_letter(inner: Callable[[Call], None], call: Call) -> None:
    if call.headers.get("accept", "").strip() != "application/vnd.procwise.v3":
        raise Refusal("accept_not_supported")


def _token_pattern(pattern: str) -> Change:
    def token(inner: Any, call: Call) -> str | None:
        found = re.fullmatch(pattern, call.headers.get("authorization", ""))
        return found[1] if found else None

    return in_policy("token", "token", token)


add(
    "accept-anything-general",
    "*/* and application/json are taken for the newest version",
    in_policy("accept", "check", _any_media_type),
)
add(
    "accept-to-the-letter",
    "the Accept header has to be the documented text and nothing else",
    in_policy("accept", "check", _to_the_letter),
)
add(
    "token-to-the-letter",
    "the Authorization header has to be the documented text and nothing else",
    _token_pattern(r"Token token=([^\",;\s]+)"),
)
add(
    "bearer-token",
    "the scheme Bearer is taken as well as Token",
    _token_pattern(r'\s*(?:Token\s+token=|Bearer\s+)"?([^",;\s]+)"?\s*'),
)
add("signature-letter-case", "upper-case hex digits are accepted", answers(signature_ignores_case=True))
add(
    "signature-compared-in-path-only",
    "where query and path name different ids that of the path counts",
    answers(path_id_conflict_refused=False),
)
add("nonce-per-user", "a nonce is unique among the requests of one user", answers(nonce_per_user=True))
add(
    "nonce-of-refused-request-used-up",
    "a nonce is used up by a request with a wrong signature too",
    answers(record_nonce_of_refused=True),
)
add("clock-skew-of-five-minutes", "a timestamp may be five minutes off", answers(clock_skew_ms=5 * 60 * 1000))
add("clock-skew-of-a-day", "a timestamp may be a day off", answers(clock_skew_ms=DAY_MS))

# lists ---------------------------------------------------------------------------------------------------------------


def _refuse_beyond(inner: Any, call: Call, page: Page, count: int) -> Any:
    if page.number > 1 and page.offset >= count:
        raise Refusal("invalid", param="page", rule="is beyond the last page")
    return inner(call, page, count)


def _one_page_of_nothing(rules: Rules) -> None:
    inner = rules.paging.page_count
    override(rules.paging, page_count=lambda page, count: max(1, inner(page, count)))


def _newest_first(rules: Rules) -> None:
    """Where no sort is asked for, the newest row comes first."""

    def around(call: Call, inner: Handler) -> Reply:
        call.params.setdefault("sort", [{"id": "desc"}])
        return inner(call)

    for operation in rules.operations.values():
        if "sort" in operation.params:
            wrap(around)(rules, operation)


def _not_filtered_elsewhere(rules: Rules) -> None:
    """Lists whose pages say nothing of filter and sort take no notice of them."""

    def around(call: Call, inner: Handler) -> Reply:
        call.params.pop("filter", None)
        call.params.pop("sort", None)
        return inner(call)

    for operation in rules.operations.values():
        if "sort" in operation.params and operation.id not in FILTERED:
            wrap(around)(rules, operation)


def _refuses_elsewhere(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        for name in ("filter", "sort"):
            if name in call.sent:
                raise Refusal("invalid", param=name, rule="is not known here")
        return inner(call)

    for operation in rules.operations.values():
        if "sort" in operation.params and operation.id not in FILTERED:
            wrap(around)(rules, operation)


def _only_columns(*columns: str) -> Change:
    """Exams are filtered and sorted by these columns only."""

    def column(inner: Any, shape: Any, name: str, param: str) -> Any:
        if shape.key == "exam" and name not in columns:
            raise Refusal("invalid", param=param, rule=f"does not know the column {name!r}")
        return inner(shape, name, param)

    def change(rules: Rules) -> None:
        grammar_method("column", column)(rules, rules.operations["exams_index"])

    return change


def _without_lte(rules: Rules) -> None:
    del rules.grammar.operators["lte"]


add("limit-above-300-refused", "a limit above 300 is refused", answers(limit_above_maximum_refused=True))
add("page-beyond-end-refused", "a page beyond the last is refused", in_policy("paging", "headers", _refuse_beyond))
add("empty-list-has-one-page", "the page count of an empty list is 1", _one_page_of_nothing)
add("newest-first", "where no sort is asked for the newest row comes first", _newest_first)
add("nulls-first", "an ascending sort begins with the rows without a value", answers(nulls_last=False))
add("filter-takes-no-lte", "the operator lte is refused", _without_lte)
add(
    "filter-takes-documented-columns-only",
    "exams are filtered and sorted by start_time and name only",
    _only_columns("start_time", "name"),
)
add(
    "filter-ignored-elsewhere",
    "users, institutes, attachments and LTI resources take no notice of filter and sort",
    _not_filtered_elsewhere,
)
add(
    "filter-refused-elsewhere",
    "users, institutes, attachments and LTI resources refuse filter and sort",
    _refuses_elsewhere,
)
add(
    "bare-dates-in-central-europe",
    "a bare date or a time without zone is one of UTC+1",
    answers(naive_time_offset_minutes=60),
)

# resources -----------------------------------------------------------------------------------------------------------


def _no_json_booleans(rules: Rules) -> None:
    """Booleans of a JSON body are not signed by every client alike: only 1 and 0 are taken."""

    def clean(inner: Any, params: Any, sent: Any) -> Any:
        for name, value in sent.items():
            if isinstance(value, bool) and name in params:
                raise Refusal("invalid", param=name, rule="Must be one of: 1, 0.")
        return inner(params, sent)

    original = rules.parameters.clean
    override(rules.parameters, clean=lambda params, sent: clean(original, params, sent))


def _trimmed(rules: Rules) -> None:
    """White space around e-mail addresses is stripped, and their letters are made small."""

    def around(call: Call, inner: Handler) -> Reply:
        if isinstance(call.params.get("email"), str):
            call.params["email"] = call.params["email"].strip().lower()
        return inner(call)

    for operation in rules.operations.values():
        if "email" in operation.params:
            wrap(around)(rules, operation)


def _case_counts(rules: Rules) -> None:
    """Addresses that differ in letter case are two."""
    in_policy("unique", "session_key", lambda inner, call, email: email)(rules)


def _only_plural_path(rules: Rules) -> None:
    show = rules.operations["tool_providers_show"]
    show.paths = show.paths[:1]


def _redirected_zip(rules: Rules) -> None:
    """The zip is fetched from another address, without credentials."""
    waiting: dict[str, Reply] = {}
    download = rules.operations["exams_download_exam_documents_zip"]

    def finisher(call: Call | None, reply: Reply) -> Reply:
        if call is None or call.operation is not download or not succeeded(reply):
            return reply
        token = secrets.token_urlsafe(16)
        waiting[token] = reply
        return Reply(302, None, {"Location": f"{call.base_url}/api/downloads/{token}"})

    async def around(request: WireRequest, handle: Handle) -> Reply:
        if request.segments[:2] == ["api", "downloads"]:
            return waiting.get(request.segments[-1], Reply(404, {"errors": "Gone."}))
        return await handle(request)

    rules.finishers.append(finisher)
    rules.around = around


def _photo_form(rules: Rules) -> None:
    rules.answers.face_photo_key = "face_photo_url"


def _end_once(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        if call.found["session"]["status"] == "exam_finished":
            raise Refusal("invalid", param="status", rule="is finished already")
        return inner(call)

    wrap(around)(rules, rules.operations["student_sessions_end_exam"])


def _no_second_document(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        sql = "SELECT 1 FROM documents WHERE exam_id = ?"
        if call.store.value(sql, (call.found["exam"]["id"],)) is not None:
            raise Refusal("invalid", param="exam_content", rule="is there already")
        return inner(call)

    wrap(around)(rules, rules.operations["documents_create"])


def _document_refused(rules: Rules) -> None:
    """The list of an exam without document is a 404."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        if reply.body.get("document") is None:
            raise Refusal("document_not_found", id="")
        return reply

    wrap(around)(rules, rules.operations["documents_index"])


add("json-booleans-refused", "a boolean parameter takes 1 and 0 only", _no_json_booleans)
add("addresses-made-small", "e-mail addresses are stripped and written small", _trimmed)
add("letter-case-of-addresses-counts", "addresses of students that differ in letter case are two", _case_counts)
add("only-plural-path-of-tool-provider", "a tool provider is shown under the plural path only", _only_plural_path)
add("zip-behind-redirect", "the download of a zip is a redirect to an address without credentials", _redirected_zip)
add("zip-nested", "the status of a zip stands under exam", answers(zip_nested=True))
add("zip-at-once", "a zip job ends as soon as it is asked for", answers(zip_queued_ms=0, zip_running_ms=0))
add(
    "zip-slow",
    "a zip job waits for half a second and runs for a second",
    answers(zip_queued_ms=500, zip_running_ms=1000),
)
add(
    "zip-of-nothing-fails",
    "the zip job of an exam without uploads ends in failure",
    answers(zip_of_exam_without_uploads="failure"),
)
add("photo-behind-redirect", "the face photo is a redirect", answers(face_photo_redirect=True))
add("photo-under-another-key", "the address of the face photo stands under face_photo_url", _photo_form)
add("exams-begin-open", "a new exam is open", answers(initial_exam_status="open"))
add("users-begin-as-reviewers", "a user without role is a reviewer", answers(default_user_role="reviewer"))
add(
    "teachers-may-proctor",
    "teachers can be assigned as proctors",
    answers(proctor_roles=("proctor", "global_proctor", "teacher")),
)
add(
    "fourteen-students-a-proctor",
    "a proctor has at most fourteen students of one exam",
    answers(proctor_session_limit=14),
)
add(
    "no-document-is-an-empty-object",
    "the list of an exam without document has an empty object",
    answers(documents_index_none={}),
)
add("no-document-is-404", "the list of an exam without document is answered with 404", _document_refused)
add("oldest-document-first", "of several documents the oldest is listed", answers(newest_document_first=False))
add("second-document-refused", "a second document of an exam is refused", _no_second_document)
add("exam-ended-once-only", "ending a student session a second time is refused", _end_once)
add("photo-missing-is-422", "a face photo that is not there is answered with 422", status(422, "photo_not_found"))
add("large-bodies-refused", "a body of JSON of more than 500 kB is refused", answers(maximum_json_bytes=500_000))
