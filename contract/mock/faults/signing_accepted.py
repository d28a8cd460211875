"""
Faults by which right requests are refused: one operation, one place or spelling, one habit of public clients.

Source: the signature row of every endpoint page, e.g. https://docs.proctorexam.com/v3/apidoc/exams/index.html, and
public clients (https://github.com/gbaelen/ProctorExam-python-api-wrapper and others).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import When
from contract.mock.faults.kit.policies import all_of, by_method, catalogue, has_body, in_policy, on
from contract.mock.faults.registry import Change
from contract.mock.rules import Handle, Rules
from contract.mock.wire import WireRequest

add = catalogue(__name__)


def refused(when: When) -> Change:
    """A right signature counts as wrong."""
    return in_policy("signature", "matches", lambda inner, call: False, when)


def reads(change: Callable[[WireRequest], WireRequest]) -> Change:
    """Every request is changed before it is read."""

    def around_all(rules: Rules) -> None:
        async def around(request: WireRequest, handle: Handle) -> Reply:
            return await handle(change(request))

        rules.around = around

    return around_all


def turned_down(kind: str, when: When) -> Change:
    """Refuse a request before its signature is looked at; *kind*: key of ``ERRORS``."""

    def check(inner: Any, call: Call) -> None:
        raise Refusal(kind, reason="it is not understood", param="id", rule="is invalid")

    return in_policy("signature", "check", check, when)


# one operation -------------------------------------------------------------------------------------------------------

add(
    "right-signature-refused-on-identity-providers",
    "no signature is right for the list of identity providers",
    refused(on("identity_providers_index")),
    "SIGN-001",
    also=("TOKEN-001", "ACCEPT-001", "SIGN-050"),
    operation="identity_providers_index",
)
add(
    "right-signature-refused-on-documents-put",
    "no signature is right for a PUT of a document",
    refused(on("documents_update_put")),
    "SIGN-001",
    also=("TOKEN-001", "ACCEPT-001", "SIGN-050", "SIGN-052"),
    operation="documents_update_put",
)
add(
    "right-signature-refused-on-unassign-proctor",
    "no signature is right for taking a proctor from a student",
    refused(on("student_sessions_unassign_proctor")),
    "SIGN-001",
    also=("TOKEN-001", "ACCEPT-001", "SIGN-050", "SIGN-052"),
    operation="student_sessions_unassign_proctor",
)

# order and spelling on the wire --------------------------------------------------------------------------------------


def _signature_stands_first(call: Call) -> bool:
    names = list(call.sent)
    return len(names) > 1 and names[0] == "signature"


def _nonce_stands_before_timestamp(call: Call) -> bool:
    names = list(call.sent)
    return {"nonce", "timestamp"} <= set(names) and names.index("nonce") < names.index("timestamp")


add(
    "signature-refused-where-it-stands-first",
    "a signature that stands before the other parameters is not found right",
    refused(_signature_stands_first),
    "SIGN-050",
)
add(
    "nonce-before-timestamp-refused",
    "a nonce that stands before the timestamp is not found right",
    refused(_nonce_stands_before_timestamp),
    "SIGN-050",
)
add(
    "order-on-wire-matters-in-bodies",
    "a body in which the signature stands before what it signs is not found right",
    refused(all_of(has_body, _signature_stands_first)),
    "SIGN-050",
)


def _keep_lower_case_escapes(request: WireRequest) -> WireRequest:
    """``%c3`` stays as it is, as only ``%C3`` is known."""
    escapes = re.compile(rb"%(?=[0-9a-f]{2})(?:[a-f][0-9a-fA-F]|[0-9A-F][a-f])")
    return replace(request, query=escapes.sub(lambda found: b"%25" + found[0][1:], request.query))


def _keep_needless_escapes(request: WireRequest) -> WireRequest:
    """``%61`` stays as it is, as no letter needs an escape."""
    escapes = re.compile(rb"%(?=[46][1-9A-F]|[57][0-9A])(..)", re.IGNORECASE)
    return replace(request, query=escapes.sub(rb"%25\1", request.query))


def _keep_escapes_in_json(request: WireRequest) -> WireRequest:
    """``\\u0041`` stays as it is, as no ASCII letter needs an escape."""
    body = re.sub(rb"\\u00([46][1-9a-f]|[57][0-9a])", rb"\\\\u00\1", request.body)
    return replace(request, body=body)


add(
    "lower-case-escapes-not-decoded",
    "percent escapes with lower-case digits are not decoded in a query",
    reads(_keep_lower_case_escapes),
    "SIGN-051",
)
add(
    "needless-escapes-not-decoded",
    "percent escapes of letters are not decoded in a query",
    reads(_keep_needless_escapes),
    "SIGN-051",
)
add(
    "json-escapes-of-letters-not-decoded",
    "escapes of ASCII letters are not decoded in a JSON body",
    reads(_keep_escapes_in_json),
    "SIGN-051",
)


def _id_repeated(call: Call) -> bool:
    return any(name in call.sent for name in call.path_ids)


def _id_repeated_as_number(call: Call) -> bool:
    return any(isinstance(call.sent.get(name), int) for name in call.path_ids)


add(
    "repeated-path-id-counts-twice",
    "an id of the path that is repeated elsewhere stands twice in the message that the server signs",
    refused(_id_repeated),
    "SIGN-052",
    also=("SIGN-093", "SIGN-094"),
)
add(
    "path-id-repeated-as-number-refused",
    "an id of the path that a JSON body repeats as a number is not the same as its text",
    refused(_id_repeated_as_number),
    "SIGN-052",
)
add(
    "path-id-repeated-in-query-refused",
    "an id of the path that a query repeats makes the request refused",
    refused(all_of(_id_repeated, lambda call: not has_body(call))),
    "SIGN-052",
)

# habits of public clients --------------------------------------------------------------------------------------------

add(
    "body-on-delete-refused",
    "a DELETE with a body is refused",
    turned_down("body_malformed", all_of(by_method("DELETE"), has_body)),
    "SIGN-090",
)
add(
    "body-on-get-refused",
    "a GET with a body is refused",
    turned_down("body_malformed", all_of(by_method("GET"), has_body)),
    "SIGN-091",
)
add(
    "body-on-get-refused-on-show-lti-student",
    "the look-up of LTI students reads its parameters from the query only",
    turned_down("body_malformed", all_of(on("exams_show_lti_student"), has_body)),
    "SIGN-091",
    operation="exams_show_lti_student",
)


def _is_form(call: Call) -> bool:
    return call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


add(
    "form-body-refused",
    "a form body is refused as an unknown content type",
    turned_down("content_type_not_supported", _is_form),
    "SIGN-092",
)
add(
    "form-body-refused-on-documents",
    "a form body is refused where a document is created",
    turned_down("content_type_not_supported", all_of(on("documents_create"), _is_form)),
    "SIGN-092",
    operation="documents_create",
)


def no_route(unknown: Callable[[str], bool]) -> Change:
    """Paths as they were sent that *unknown* knows are no routes."""

    def change(rules: Rules) -> None:
        async def around(request: WireRequest, handle: Handle) -> Reply:
            return rules.refusal(None, Refusal("route_not_found")) if unknown(request.path) else await handle(request)

        rules.around = around

    return change


add(
    "slash-at-end-of-path-refused",
    "a path that ends in a slash is unknown",
    no_route(lambda path: path.endswith("/")),
    "SIGN-093",
)
add(
    "slash-at-end-of-lists-refused",
    "the list of exams is unknown under a path that ends in a slash",
    no_route(lambda path: path.endswith("/exams/")),
    "SIGN-093",
)
add(
    "doubled-slash-refused",
    "a path with two slashes one after the other is unknown",
    no_route(lambda path: "//" in path),
    "SIGN-094",
)


def _unknown_parameter(call: Call) -> bool:
    known = {"timestamp", "nonce", "signature", *call.operation.params, *call.path_ids}
    return bool(set(call.sent) - known)


add(
    "undocumented-parameter-refused-on-show-lti-student",
    "the look-up of LTI students refuses parameters that its page does not list",
    turned_down("invalid", all_of(on("exams_show_lti_student"), _unknown_parameter)),
    "SIGN-095",
    operation="exams_show_lti_student",
)


def _duration_as_text(call: Call) -> bool:
    return has_body(call) and isinstance(call.sent.get("duration_minutes"), str) and not _is_form(call)


add(
    "integers-as-text-refused",
    "numbers of a JSON body are refused where they come as text",
    turned_down("invalid", _duration_as_text),
    "SIGN-096",
    also=("SIGN-092",),
)
add(
    "integers-as-text-signed-otherwise",
    "a number that comes as text is not signed as that text where an exam is created",
    refused(all_of(on("exams_create"), _duration_as_text)),
    "SIGN-096",
    operation="exams_create",
)
