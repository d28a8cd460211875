"""
Conforming variants of statuses, errors and the form of answers: other choices where the documentation is silent.

None of them may turn a requirement red. Each flips an entry of ``answers`` or of the table of errors, or wraps every
answer in another form that HTTP and JSON allow.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import NOT_AUTHORIZED, ErrorAnswer
from contract.mock.faults.kit.answers import objects
from contract.mock.faults.kit.core import succeeded, wrap
from contract.mock.faults.registry import Change, variant
from contract.mock.operations import Handler
from contract.mock.rules import Handle, Rules
from contract.mock.wire import WireRequest

Edit = Callable[[Call | None, Reply], Reply]

SIGNING_REFUSALS = (
    "signing_param_missing",
    "signing_param_invalid",
    "signature_wrong",
    "nonce_used",
    "path_id_conflict",
)
# Neither their status nor their text is documented.
UNDOCUMENTED = (
    "invalid",
    "document_not_found",
    "attachment_not_found",
    "identity_provider_not_found",
    "photo_not_found",
    "zip_not_ready",
    "accept_not_supported",
    "token_missing",
    "token_unknown",
    "signing_param_missing",
    "signing_param_invalid",
    "signature_wrong",
    "nonce_used",
    "timestamp_skewed",
    "path_id_conflict",
    "route_not_found",
    "method_not_allowed",
    "body_malformed",
    "body_too_large",
    "content_type_not_supported",
)


def add(variant_id: str, description: str, change: Change) -> None:
    """Register a variant."""
    variant(variant_id, description)(change)


def answers(**values: Any) -> Change:
    """Other open answers."""

    def change(rules: Rules) -> None:
        for name, value in values.items():
            setattr(rules.answers, name, value)

    return change


def both(*changes: Change) -> Change:
    """Several changes."""

    def change(rules: Rules) -> None:
        for each in changes:
            each(rules)

    return change


def status(code: int, *kinds: str) -> Change:
    """Another status of some refusals."""

    def change(rules: Rules) -> None:
        for kind in kinds:
            rules.errors[kind] = replace(rules.errors[kind], status=code)

    return change


def every(edit: Edit) -> Change:
    """Edit every answer."""
    return lambda rules: rules.finishers.append(edit)


def json_as(write: Callable[[Any], bytes]) -> Change:
    """Write the JSON of every answer otherwise."""

    def edit(call: Call | None, reply: Reply) -> Reply:
        if reply.body is None or isinstance(reply.body, bytes):
            return reply
        headers = {"Content-Type": "application/json; charset=utf-8", **reply.headers}
        return replace(reply, body=write(reply.body), headers=headers)

    return every(edit)


def headers(**added: str) -> Change:
    """Headers that every answer has too; underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in added.items()}
    return every(lambda call, reply: replace(reply, headers={**named, **reply.headers}))


# statuses ------------------------------------------------------------------------------------------------------------

add(
    "token-refused-with-403",
    "a missing or unknown token is refused with 403",
    status(403, "token_missing", "token_unknown"),
)
add(
    "token-refused-with-400",
    "a missing token is refused with 400, an unknown one with 404",
    both(status(400, "token_missing"), status(404, "token_unknown")),
)
add(
    "accept-refused-with-404",
    "another version is refused as a route that does not exist",
    status(404, "accept_not_supported"),
)
add("accept-refused-with-415", "another version is refused with 415", status(415, "accept_not_supported"))
add(
    "signature-refused-with-401",
    "whatever is wrong with timestamp, nonce or signature is refused with 401",
    status(401, *SIGNING_REFUSALS),
)
add(
    "signature-refused-with-400",
    "whatever is wrong with timestamp, nonce or signature is refused with 400",
    status(400, *SIGNING_REFUSALS),
)
add("nonce-refused-with-409", "a used nonce is refused with 409", status(409, "nonce_used"))
add(
    "invalid-parameter-refused-with-400", "a parameter that breaks its rule is refused with 400", status(400, "invalid")
)
add(
    "malformed-body-refused-with-422",
    "a body that cannot be read is refused with 422",
    status(422, "body_malformed", "content_type_not_supported"),
)
add(
    "unknown-method-refused-with-404",
    "a method that a path does not have is refused with 404",
    status(404, "method_not_allowed"),
)
add("created-with-200", "a creation is answered with 200", answers(status_created=200))
add(
    "generate-accepted-with-202", "generate is answered with 202 and no body", answers(status_accepted_without_body=202)
)
add(
    "generate-accepted-with-200", "generate is answered with 200 and no body", answers(status_accepted_without_body=200)
)
add("zip-not-ready-is-409", "a download before success is refused with 409", status(409, "zip_not_ready"))
add("zip-not-ready-is-204", "a download before success is answered with 204", status(204, "zip_not_ready"))


def _foreign(code: int, text: str) -> Change:
    """What belongs to another institute is refused otherwise; what is for superusers only is refused as ever."""

    def change(rules: Rules) -> None:
        for operation in rules.operations.values():
            if operation.loads and operation.access != "superuser":
                for kind in ("not_authorized", "not_authorized_read", "not_authorized_endpoint"):
                    operation.errors[kind] = ErrorAnswer(code, text)

    return change


add(
    "foreign-resource-refused-with-401",
    "a resource of another institute is refused with 401",
    _foreign(401, NOT_AUTHORIZED),
)


def _destroyed_with_nothing(rules: Rules) -> None:
    def edit(call: Call | None, reply: Reply) -> Reply:
        silent = call is not None and call.operation.id.endswith("_destroy") and call.operation.id not in _PRINTED
        return Reply(204) if silent and succeeded(reply) else reply

    rules.finishers.append(edit)


# Their pages print {} as the answer.
_PRINTED = ("institutes_destroy", "tool_providers_destroy", "users_destroy")

add(
    "destroyed-with-204",
    "what is destroyed is answered with 204 where the page prints no answer",
    _destroyed_with_nothing,
)


def _destroyed_with_object(rules: Rules) -> None:
    for name, kind in (("exams_destroy", "exam"), ("student_sessions_destroy", "session")):
        operation = rules.operations[name]
        shape = "student" if kind == "session" else kind

        def around(call: Call, inner: Handler, kind: str = kind, shape: str = shape) -> Reply:
            found = call.object(shape, call.found[kind]).body
            return replace(inner(call), body=found)

        wrap(around)(rules, operation)


add("destroyed-with-object", "a destroyed exam or student session is answered with itself", _destroyed_with_object)

# errors --------------------------------------------------------------------------------------------------------------


def errors_as(write: Callable[[Any, int], Any]) -> Change:
    """Wrap every error otherwise; *write* sees what would be answered, and the status."""

    def edit(call: Call | None, reply: Reply) -> Reply:
        plain = reply.status >= 400 and isinstance(reply.body, dict)
        return replace(reply, body=write(reply.body, reply.status)) if plain else reply

    return every(edit)


def _renamed(name: str) -> Callable[[Any, int], Any]:
    return lambda body, code: {(name if key == "errors" else key): value for key, value in body.items()}


add(
    "errors-under-error",
    "errors stand under error",
    errors_as(lambda body, code: body if "error" in body else _renamed("error")(body, code)),
)
add(
    "errors-under-message",
    "errors stand under message, beside the status",
    errors_as(lambda body, code: {"status": code, **_renamed("message")(body, code)}),
)
add(
    "errors-in-a-list",
    "errors are a list of objects, as JSON:API has them",
    errors_as(lambda body, code: {**body, "errors": [{"status": str(code), "detail": body["errors"]}]}),
)
add(
    "errors-without-wrapping",
    "errors of one parameter stand at the top, without errors around them",
    errors_as(lambda body, code: _bare(body, code)),
)


def _bare(body: Any, code: int) -> dict[str, Any]:
    errors = body["errors"]
    rest = {name: value for name, value in body.items() if name != "errors"}
    return {**rest, **(errors if isinstance(errors, dict) else {"base": [errors]})}


def _other_words(rules: Rules) -> None:
    for number, kind in enumerate(UNDOCUMENTED):
        rules.errors[kind] = replace(rules.errors[kind], text=f"Anfrage abgelehnt (E{number:02}).")


add("undocumented-errors-in-other-words", "errors whose text no page prints have another one", _other_words)

# the form of answers -------------------------------------------------------------------------------------------------


def _further_fields(call: Call | None, reply: Reply) -> Reply:
    if succeeded(reply) and isinstance(reply.body, dict):
        for found in objects(reply.body):
            found |= {"links": {"self": "/somewhere"}, "lock_version": 3, "tags": [], "x_internal": None}
    return reply


def _in_reverse(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_reverse(value[name]) for name in reversed(value)}
    return [_in_reverse(item) for item in value] if isinstance(value, list) else value


add("further-fields", "every object has fields that no page prints", every(_further_fields))
add(
    "further-keys-beside-envelope",
    "beside the envelope stands a key meta",
    every(
        lambda call, reply: (
            replace(reply, body={**reply.body, "meta": {"version": "3.7"}})
            if succeeded(reply) and reply.body and isinstance(reply.body, dict)
            else reply
        )
    ),
)
add(
    "keys-in-reverse-order",
    "the keys of every object stand in the reverse order",
    every(lambda call, reply: replace(reply, body=_in_reverse(reply.body)) if isinstance(reply.body, dict) else reply),
)
add("pretty-json", "JSON is written over many lines", json_as(lambda body: json.dumps(body, indent=4).encode() + b"\n"))
add("json-in-ascii", "letters beyond ASCII are escaped in JSON", json_as(lambda body: json.dumps(body).encode()))
add("json-without-charset", "the content type of JSON has no charset", headers(Content_Type="application/json"))
add(
    "vendor-media-type",
    "JSON is called application/vnd.procwise.v3+json",
    every(
        lambda call, reply: (
            replace(reply, headers={**reply.headers, "Content-Type": "application/vnd.procwise.v3+json; charset=utf-8"})
            if isinstance(reply.body, dict)
            else reply
        )
    ),
)
add("times-in-utc", "times are written in UTC, as +00:00", answers(utc_offset_minutes=0))
add("times-in-z", "times are written in UTC, as Z", answers(utc_offset_minutes=0, utc_written_as_z=True))
add("times-west-of-greenwich", "times are written with the offset -03:30", answers(utc_offset_minutes=-210))
add("ids-beyond-32-bits", "ids begin beyond 32 bits", answers(first_id=5_000_000_000))
add("ids-of-15-digits", "ids begin at 15 digits", answers(first_id=900_000_000_000_000))


def _chunked(call: Call | None, reply: Reply) -> Reply:
    return replace(reply, chunk_bytes=97)


def _compressed(call: Call | None, reply: Reply) -> Reply:
    if call is None or "gzip" not in call.headers.get("accept-encoding", "") or reply.body is None:
        return reply
    kind = {} if isinstance(reply.body, bytes) else {"Content-Type": "application/json; charset=utf-8"}
    packed = {**kind, **reply.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return replace(reply, body=gzip.compress(reply.content(), 1), headers=packed)


add("chunked", "answers are sent in chunks, without their length", every(_chunked))
add("compressed", "answers are compressed for whoever takes that", every(_compressed))
add(
    "usual-headers",
    "answers have an entity tag, cookies, caching and security headers",
    headers(
        ETag='W/"d41d8cd98f00b204e9800998ecf8427e"',
        Cache_Control="max-age=0, private, must-revalidate",
        Set_Cookie="_session=abc; path=/; HttpOnly",
        X_Request_Id="5f1e7c2a",
        X_Runtime="0.012",
        Strict_Transport_Security="max-age=31536000",
        X_Frame_Options="SAMEORIGIN",
    ),
)
add("connection-closed", "the connection is closed after every answer", headers(Connection="close"))


def _links(call: Call | None, reply: Reply) -> Reply:
    if "X-Pagination-Page" not in reply.headers:
        return reply
    return replace(reply, headers={**reply.headers, "Link": '<https://api.example.com/?page=2>; rel="next"'})


add("link-header", "lists name their other pages in a Link header", every(_links))

# how fast ------------------------------------------------------------------------------------------------------------


def _slow(milliseconds: int) -> Change:
    def change(rules: Rules) -> None:
        async def around(request: WireRequest, handle: Handle) -> Reply:
            await asyncio.sleep(milliseconds / 1000)
            return await handle(request)

        rules.around = around

    return change


def _rate_limited(every_so_many: int) -> Change:
    """Every so many requests one is turned down before it is read, and may come again at once."""

    def change(rules: Rules) -> None:
        seen: list[int] = [0]

        async def around(request: WireRequest, handle: Handle) -> Reply:
            seen[0] += 1
            if seen[0] % every_so_many == 0:
                return Reply(429, {"errors": "Too many requests."}, {"Retry-After": "0"})
            return await handle(request)

        rules.around = around

    return change


add("slow", "every answer takes 10 ms longer", _slow(10))
add("rate-limited", "one request of 250 is turned down with 429 and may come again at once", _rate_limited(250))
