"""
Faults of what nobody means to send: crashes, stack traces, pages in place of JSON, and what comes after.

Source: follows from the documented errors, none of which is a 5xx (https://docs.proctorexam.com/v3/apidoc.html), and
from public clients, which parse every answer as JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import When, always, finish, succeeded
from contract.mock.faults.kit.policies import all_of, by_method, catalogue, has_body, is_multipart, on
from contract.mock.faults.registry import Change
from contract.mock.rules import Handle, Rules
from contract.mock.wire import WireRequest

add = catalogue(__name__)

GENERATED = ("ROBUST-101", "ROBUST-102")
LONG = 60_000

Edit = Callable[[Call, Reply], Reply]
Body = Callable[[bytes], bool]


def finishing(edit: Edit, when: When = always) -> Change:
    """Edit every answer to an operation, also where nobody knows yet who asks."""

    def change(rules: Rules) -> None:
        def finisher(call: Call | None, reply: Reply) -> Reply:
            return edit(call, reply) if call is not None and when(call) else reply

        rules.finishers.append(finisher)

    return change


def crash(call: Call, reply: Reply) -> Reply:
    return call.rules.refusal(call.operation, Refusal("internal"))


def crashes(when: When) -> Change:
    """A 500 in place of whatever would be answered."""
    return finishing(crash, when)


def body(test: Body) -> When:
    """The request has a body that meets *test*."""
    return lambda call: bool(call.request.body) and test(call.request.body)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _is_json(call: Call) -> bool:
    return "json" in call.headers.get("content-type", "json")


def _cut_off(raw: bytes) -> bool:
    return raw.lstrip()[:1] == b"{" and not raw.rstrip().endswith(b"}")


def _no_object(raw: bytes) -> bool:
    return raw.lstrip()[:1] not in (b"{", b"-") and _json(raw) is not None


def _no_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return True
    return False


def _deep(raw: bytes) -> bool:
    return raw.count(b"[") + raw.count(b"{") > 5000


def _member_twice(raw: bytes) -> bool:
    twice: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> None:
        twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)

    try:
        json.loads(raw, object_pairs_hook=members)
    except (ValueError, RecursionError):
        return False
    return bool(twice)


def _texts(call: Call) -> str:
    return " ".join(value for value in call.sent.values() if isinstance(value, str))


def _holds(pattern: str) -> When:
    """One of the texts that were sent holds *pattern*."""
    return lambda call: re.search(pattern, _texts(call)) is not None


def _numbers(call: Call) -> list[int]:
    values = [value for value in call.sent.values() if isinstance(value, int | str) and not isinstance(value, bool)]
    return [int(text) for text in map(str, values) if re.fullmatch(r"-?\d{1,400}", text)]


# bodies --------------------------------------------------------------------------------------------------------------

_BODIES: tuple[tuple[str, str, When, str], ...] = (
    ("cut-off-json", "a body that ends in the middle of its JSON", body(_cut_off), "ROBUST-001"),
    ("json-that-is-no-object", "a body that is JSON but no object", all_of(body(_no_object), _is_json), "ROBUST-002"),
    ("body-that-is-not-utf-8", "a body that is not UTF-8", all_of(body(_no_utf8), _is_json), "ROBUST-003"),
    ("deep-body", "a body that is nested deep", body(_deep), "ROBUST-004"),
    ("member-twice", "a body with a member twice", all_of(body(_member_twice), _is_json), "ROBUST-007"),
)
for _name, _words, _when, _breaks in _BODIES:
    add(
        f"{_name}-crashes",
        f"{_words} is answered with 500",
        crashes(_when),
        _breaks,
        also=(*GENERATED, "ROBUST-020", "ROBUST-021", "ROBUST-022"),
    )
for _name, _words, _when, _breaks, _method in (
    ("cut-off-json", "a PATCH whose body ends in the middle of its JSON", body(_cut_off), "ROBUST-001", "PATCH"),
    ("deep-body", "a PUT whose body is nested deep", body(_deep), "ROBUST-004", "PUT"),
    ("json-that-is-no-object", "a POST whose body is no object", body(_no_object), "ROBUST-002", "POST"),
):
    add(
        f"{_name}-crashes-on-{_method.lower()}",
        f"{_words} is answered with 500",
        crashes(all_of(_when, by_method(_method), _is_json)),
        _breaks,
        also=(*GENERATED, "ROBUST-020", "ROBUST-021", "ROBUST-022"),
    )


def _no_body(call: Call) -> bool:
    return call.request.method in ("POST", "PATCH", "PUT") and not call.request.body


def _nothing_to_sign(rules: Rules) -> None:
    """A request without any parameter is answered as if it were a visit of a page."""

    def edit(call: Call, reply: Reply) -> Reply:
        return Reply(200, {}) if reply.status in (401, 403, 422) and not call.sent else reply

    finishing(edit, _no_body)(rules)


add(
    "empty-body-crashes",
    "a POST, PATCH or PUT without body is answered with 500",
    crashes(lambda call: _no_body(call) and not call.sent),
    "ROBUST-005",
    also=(*GENERATED, "ROBUST-020", "ROBUST-021", "ROBUST-022"),
)
add(
    "empty-body-answered-with-200",
    "a POST, PATCH or PUT without body is answered with 200",
    _nothing_to_sign,
    "ROBUST-005",
)
add(
    "other-content-type-crashes",
    "a JSON body under text/plain is answered with 500",
    crashes(lambda call: has_body(call) and call.headers.get("content-type", "").startswith("text/plain")),
    "ROBUST-006",
    also=("ROBUST-101",),
)
add(
    "missing-content-type-crashes",
    "a body without content type is answered with 500",
    crashes(lambda call: has_body(call) and not call.headers.get("content-type")),
    "ROBUST-006",
    also=("ROBUST-101",),
)
add(
    "xml-content-type-crashes",
    "a body that is called XML and is none is answered with 500",
    crashes(lambda call: has_body(call) and "xml" in call.headers.get("content-type", "")),
    "ROBUST-006",
    also=("ROBUST-101",),
)

# values --------------------------------------------------------------------------------------------------------------

add(
    "nul-in-text-crashes",
    "a NUL character in a text is answered with 500, as the database does not take it",
    crashes(_holds("\x00")),
    "ROBUST-008",
    also=("ROBUST-101", "FILTER-088"),
)
add(
    "nul-in-text-crashes-on-one-operation",
    "a NUL character in a text is answered with 500 where a document is changed",
    crashes(all_of(_holds("\x00"), on("documents_update"))),
    "ROBUST-008",
    also=("ROBUST-101",),
    operation="documents_update",
)
add(
    "control-character-crashes",
    "a control character other than NUL in a text is answered with 500",
    crashes(_holds("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")),
    "ROBUST-008",
    also=("ROBUST-101",),
)
add(
    "half-of-surrogate-pair-crashes",
    "half of a surrogate pair, escaped in JSON, is answered with 500",
    crashes(body(lambda raw: _half_pair(raw))),
    "ROBUST-009",
    also=("ROBUST-101",),
)


def _half_pair(raw: bytes) -> bool:
    without_pairs = re.sub(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..", b"", raw)
    return re.search(rb"\\u[dD][89a-fA-F]..", without_pairs) is not None


add(
    "number-beyond-64-bits-crashes",
    "a number beyond 64 bits is answered with 500",
    crashes(lambda call: any(abs(number) >= 2**63 for number in _numbers(call))),
    "ROBUST-010",
    also=("ROBUST-101", "PAGE-032", "ROBUST-014", "SIGN-068"),
)
add(
    "number-beyond-32-bits-crashes",
    "a duration beyond 32 bits is answered with 500",
    crashes(all_of(on("exams_update"), lambda call: _too_long(call.sent.get("duration_minutes")))),
    "ROBUST-010",
    also=("ROBUST-101",),
    operation="exams_update",
)


def _too_long(value: Any) -> bool:
    text = str(value)
    return re.fullmatch(r"-?\d{1,400}", text) is not None and abs(int(text)) >= 2**31


add(
    "negative-number-crashes",
    "a negative duration is answered with 500",
    crashes(all_of(on("exams_update"), lambda call: str(call.sent.get("duration_minutes", "")).startswith("-"))),
    "ROBUST-010",
    also=("ROBUST-101",),
    operation="exams_update",
)
add(
    "text-of-a-megabyte-crashes",
    "a text of more than a million bytes is answered with 500",
    crashes(body(lambda raw: len(raw) > 1_000_000 and not _deep(raw))),
    "ROBUST-011",
    also=("ROBUST-101",),
)

# multipart, queries, paths, headers ----------------------------------------------------------------------------------


def _bad_multipart(call: Call) -> bool:
    boundary = re.search(r'boundary="?([^";]+)', call.headers.get("content-type", ""))
    return boundary is None or f"--{boundary[1]}--".encode() not in call.request.body


add(
    "malformed-multipart-crashes",
    "a multipart body with a wrong boundary, or without end, is answered with 500",
    crashes(all_of(is_multipart, _bad_multipart)),
    "ROBUST-012",
    also=GENERATED,
)
add(
    "multipart-part-without-name-crashes",
    "a part of a multipart body without a name is answered with 500",
    crashes(all_of(is_multipart, body(lambda raw: re.search(rb"form-data(?!; name=)", raw) is not None))),
    "ROBUST-012",
    also=GENERATED,
)
add(
    "badly-encoded-query-crashes",
    "a per cent sign in a query that no two digits follow is answered with 500",
    crashes(lambda call: re.search(rb"%(?![0-9A-Fa-f]{2})", call.request.query) is not None),
    "ROBUST-013",
    also=GENERATED,
)
add(
    "query-that-is-not-utf-8-crashes",
    "a query whose escapes are not UTF-8 is answered with 500",
    crashes(lambda call: re.search(rb"(?i)%(ff|fe|c0|c1|80)", call.request.query) is not None),
    "ROBUST-013",
    also=(*GENERATED, "FILTER-015"),
)


WORD_AS_ID = tuple(
    f"{prefix}-{number:03}"
    for prefix, numbers in {
        "ATTACH": (6, 25, 26, 49, 79),
        "DOC": (5, 27, 45, 46, 70, 89),
        "EXAM": (25, 115, 167, 189, 209, 252, 288, 305, 326, 346),
        "INST": (26, 119, 151),
        "LTI": (25, 104, 130),
        "SESSION": (9, 45, 78, 132, 166, 191, 215, 235, 257, 280, 314),
        "TOOL": (26, 96, 137),
        "USER": (209, 210),
    }.items()
    for number in numbers
)
"""What the pages say of a word in place of an id, by operation."""


def _odd_id(pattern: str) -> When:
    return lambda call: any(re.search(pattern, text) for text in call.path_ids.values())


for _name, _words, _pattern in (
    ("word", "a word", r"\A[A-Za-z]"),
    ("negative-number", "a negative number", r"\A-\d"),
    ("huge-number", "a number of thirty digits", r"\A\d{20,}\Z"),
    ("nul", "a NUL character", "\x00"),
):
    add(
        f"{_name}-as-id-crashes",
        f"{_words} as id in the path is answered with 500",
        crashes(_odd_id(_pattern)),
        "ROBUST-014",
        also=(*GENERATED, "ROBUST-023", *(WORD_AS_ID if _name == "word" else ())),
    )


def _digits_of_id(when: When) -> Change:
    """Of an id in the path the digits that it begins with are read, as Ruby's ``to_i`` does, and 1 where none do."""

    def change(rules: Rules) -> None:
        for operation in rules.operations.values():
            if operation.method != "GET" or not operation.loads:
                continue
            kind, name = operation.loads[0]
            _reads_id(rules, operation.id, kind, name, when)

    return change


def _reads_id(rules: Rules, operation_id: str, kind: str, name: str, when: When) -> None:
    shown = rules.operations[operation_id]

    def edit(call: Call, reply: Reply) -> Reply:
        text = call.path_ids[name]
        if reply.status != 404 or text.isdigit() or not when(call) or call.user is None:
            return reply
        return Reply(200, {shown.resource: []})

    finish(edit)(rules, shown)


add(
    "word-as-id-answered-with-200",
    "an id in the path that is no number is answered with an empty object and 200",
    _digits_of_id(_odd_id(r"\D")),
    "ROBUST-014",
    also=("ROBUST-023", "ROBUST-103"),
)


def _long_header(call: Call) -> bool:
    return any(len(value) > 7000 for value in call.headers.values())


def _binary_header(call: Call) -> bool:
    return any(re.search(r"[^\x20-\x7e\t]", value) for value in call.headers.values())


add(
    "long-header-crashes",
    "a header of more than 7 000 bytes is answered with 500",
    crashes(_long_header),
    "ROBUST-015",
    also=("ROBUST-101",),
)
add(
    "binary-header-crashes",
    "a header that is not ASCII is answered with 500",
    crashes(_binary_header),
    "ROBUST-015",
    also=("ROBUST-101",),
)


def answered(kind: str, status: int, text: str) -> Change:
    """A refusal has another status; *kind*: key of ``ERRORS``."""

    def change(rules: Rules) -> None:
        rules.errors[kind] = replace(rules.errors[kind], status=status, text=text)

    return change


add(
    "unknown-path-crashes",
    "a path that is not part of the API is answered with 500",
    answered("route_not_found", 500, "Internal server error."),
    "ROBUST-016",
    also=GENERATED,
)
add(
    "unknown-path-answered-with-200",
    "a path that is not part of the API is answered with 200",
    answered("route_not_found", 200, "Welcome."),
    "ROBUST-016",
)
add(
    "unknown-method-crashes",
    "a method that a path does not have is answered with 500",
    answered("method_not_allowed", 500, "Internal server error."),
    "ROBUST-017",
    also=GENERATED,
)
add(
    "unknown-method-answered-with-200",
    "a method that a path does not have is answered with 200",
    answered("method_not_allowed", 200, "Nothing to do."),
    "ROBUST-017",
)
add(
    "long-query-crashes",
    "a query of more than 60 000 bytes is answered with 500",
    crashes(lambda call: len(call.request.query) > LONG),
    "ROBUST-018",
    also=("FILTER-089", "ROBUST-101"),
)

# what comes after, and what is shown ---------------------------------------------------------------------------------

MALFORMED = (400, 413, 415)


def after_malformed(when: When = always) -> Change:
    """A malformed body leaves the worker in a state in which the next request crashes."""

    def change(rules: Rules) -> None:
        broken: list[bool] = []

        def edit(call: Call, reply: Reply) -> Reply:
            if reply.status in MALFORMED and has_body(call) and when(call):
                broken.append(True)
                return reply
            if broken:
                broken.clear()
                return crash(call, reply)
            return reply

        finishing(edit)(rules)

    return change


_ALL_BODIES = tuple(f"ROBUST-{number:03}" for number in range(1, 10))
add(
    "request-after-malformed-one-crashes",
    "the request after a malformed one is answered with 500",
    after_malformed(),
    "ROBUST-020",
    also=(*_ALL_BODIES, "ROBUST-012", "ROBUST-013", "ROBUST-021", "ROBUST-022", *GENERATED),
)
add(
    "request-after-deep-body-crashes",
    "the request after one with a deeply nested body is answered with 500",
    after_malformed(body(_deep)),
    "ROBUST-020",
    also=(*_ALL_BODIES, *GENERATED),
)

_TRACE = 'Traceback (most recent call last):\n  File "/srv/app/releases/42/app/controllers/api/base.py", line 17\n'


def malformed_answer(edit: Edit, when: When = always) -> Change:
    """Edit the refusals of malformed requests."""
    return finishing(lambda call, reply: edit(call, reply) if reply.status in MALFORMED else reply, when)


def _trace(call: Call, reply: Reply) -> Reply:
    return replace(reply, body={"errors": "The request could not be read.", "trace": _TRACE})


def _ruby_trace(call: Call, reply: Reply) -> Reply:
    line = "/usr/local/bundle/gems/actionpack-5.2.3/lib/action_dispatch/http/parameters.rb:117:in `parse'"
    return replace(reply, body={"errors": "Bad Request", "backtrace": [line]})


def _page(call: Call, reply: Reply) -> Reply:
    return Reply(reply.status, b"<html><body>Bad Request</body></html>", {"Content-Type": "text/html"})


def _no_answer(call: Call, reply: Reply) -> Reply:
    return Reply(reply.status)


add(
    "malformed-request-shows-trace",
    "the refusal of a malformed request holds a stack trace",
    malformed_answer(_trace),
    "ROBUST-021",
)
add(
    "malformed-request-shows-backtrace",
    "the refusal of a body that is no object holds a backtrace",
    malformed_answer(_ruby_trace, body(_no_object)),
    "ROBUST-021",
)
add(
    "malformed-request-answered-with-page",
    "the refusal of a malformed request is a web page",
    malformed_answer(_page),
    "ROBUST-022",
    also=("ROBUST-102",),
)
add(
    "malformed-request-answered-with-nothing",
    "the refusal of a body that is not UTF-8 has no body",
    malformed_answer(_no_answer, body(_no_utf8)),
    "ROBUST-022",
    also=("ROBUST-102",),
)


def odd_id_answer(edit: Edit) -> Change:
    return finishing(lambda call, reply: edit(call, reply) if reply.status == 404 else reply, _odd_id(r"\D"))


add(
    "odd-id-answered-with-page",
    "the refusal of an id that is no number is a web page",
    odd_id_answer(_page),
    "ROBUST-023",
    also=("ROBUST-102",),
)
add(
    "odd-id-shows-trace",
    "the refusal of an id that is no number holds a stack trace",
    odd_id_answer(_trace),
    "ROBUST-023",
    also=("ROBUST-102",),
)

# at the same time ----------------------------------------------------------------------------------------------------


def one_at_a_time(when: Callable[[WireRequest], bool], most: int = 1) -> Change:
    """More than *most* requests under way at once are answered with 503, or as the first of them."""

    def change(rules: Rules) -> None:
        under_way: list[WireRequest] = []

        async def around(request: WireRequest, handle: Handle) -> Reply:
            if not when(request):
                return await handle(request)
            under_way.append(request)
            try:
                await asyncio.sleep(0.01)
                if len(under_way) > most:
                    return Reply(503, {"errors": "database is locked"})
                return await handle(request)
            finally:
                under_way.remove(request)

        rules.around = around

    return change


def _creates_exam(request: WireRequest) -> bool:
    return request.method == "POST" and request.segments[-1:] == ["exams"]


def _shows_exam(request: WireRequest) -> bool:
    return request.method == "GET" and request.segments[-2:-1] == ["exams"]


add(
    "creations-at-once-fail",
    "of two creations of an exam at once one is answered with 503",
    one_at_a_time(_creates_exam),
    "ROBUST-024",
    also=("NONCE-008", "ROBUST-101"),
    operation="exams_create",
)
add(
    "reads-at-once-fail",
    "of three reads of one exam at once one is answered with 503",
    one_at_a_time(_shows_exam, most=2),
    "ROBUST-024",
    also=("NONCE-008", "ROBUST-101"),
    operation="exams_show",
)

# content type of answers ---------------------------------------------------------------------------------------------


def called(content_type: str, when: When = always) -> Change:
    """Accepted answers have another content type."""

    def edit(call: Call, reply: Reply) -> Reply:
        plain = succeeded(reply) and reply.body is not None and "Content-Type" not in reply.headers
        return replace(reply, headers={**reply.headers, "Content-Type": content_type}) if plain else reply

    return finishing(edit, when)


add("answers-called-html", "accepted answers are called text/html", called("text/html; charset=utf-8"), "ROBUST-025")
add(
    "answers-to-put-called-text",
    "accepted answers to a PUT are called text/plain",
    called("text/plain", by_method("PUT")),
    "ROBUST-025",
)
add(
    "list-of-tool-providers-called-html",
    "the list of tool providers is called text/html",
    called("text/html", on("tool_providers_index")),
    "ROBUST-025",
    operation="tool_providers_index",
)
