"""
Faults of what is signed: ids of the path, parameters, timestamp and nonce that need not be.

Source: the signature row of every endpoint page, e.g. https://docs.proctorexam.com/v3/apidoc/exams/index.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract.mock.call import Call
from contract.mock.faults.kit.core import When, always
from contract.mock.faults.kit.policies import by_method, catalogue, has_body, in_policy, is_multipart, on
from contract.mock.faults.kit.signatures import key_of, of_params, serves_too, without
from contract.mock.faults.registry import Change
from contract.mock.rules import Rules
from contract.mock.signing import sign

add = catalogue(__name__)

# What shows wherever a request is let in that should not be.
LET_IN = ("SIGN-080",)


# the path ------------------------------------------------------------------------------------------------------------

_OTHER_IDS = 1500


def other_ids(call: Call) -> Iterator[str]:
    """The signatures of the same request to neighbours of the row that the path names."""
    for name, text in call.path_ids.items():
        if text.isdigit():
            first = max(0, int(text) - _OTHER_IDS)
            for other in range(first, first + 2 * _OTHER_IDS):
                yield sign({**call.signed, name: str(other)}, key_of(call))


def ids_named(call: Call, *names: str) -> Iterator[dict[str, Any]]:
    """The parameters with one path id under another of *names*."""
    for old in call.path_ids:
        for new in names:
            if new not in call.signed:
                yield {(new if name == old else name): value for name, value in call.signed.items()}


_ID_NAMES = (
    "id", "exam_id", "institute_id", "user_id", "document_id", "attachment_id", "student_session_id", "session_id",
    "tool_provider_id", "lti_resource_id", "student_id",
)  # fmt: skip


def renamed(*names: str, when: When = always) -> Change:
    return serves_too(lambda call: (sign(params, key_of(call)) for params in ids_named(call, *names)), when)


add(
    "signature-of-another-id-serves",
    "the signature of a request to one row serves for its neighbours too",
    serves_too(other_ids),
    "SIGN-010",
    also=LET_IN,
)
add(
    "signature-of-another-exam-serves-on-destroy",
    "a signed removal of one exam serves for its neighbours too",
    serves_too(other_ids, on("exams_destroy")),
    "SIGN-010",
    operation="exams_destroy",
)
add(
    "path-ids-need-not-be-signed",
    "a signature without the ids of the path is accepted too",
    of_params(lambda call: without(call.signed, call.path_ids)),
    "SIGN-014",
    also=LET_IN,
)
add(
    "second-path-id-need-not-be-signed",
    "where the path holds two ids, a signature without the second is accepted too",
    of_params(lambda call: without(call.signed, list(call.path_ids)[1:])),
    "SIGN-014",
    also=LET_IN,
)
add(
    "first-path-id-need-not-be-signed",
    "where the path holds two ids, a signature without the first is accepted too",
    of_params(lambda call: without(call.signed, list(call.path_ids)[:-1])),
    "SIGN-014",
    also=LET_IN,
)
add(
    "path-id-need-not-be-signed-on-photos",
    "the photo operations accept a signature without the id of the path too",
    of_params(
        lambda call: without(call.signed, call.path_ids),
        on(
            "student_sessions_show_face_photo",
            "student_sessions_destroy_face_photo",
            "student_sessions_destroy_id_card",
        ),
    ),
    "SIGN-014",
)
add(
    "path-id-under-another-name",
    "an id of the path may be signed under the name of another route",
    renamed(*_ID_NAMES),
    "SIGN-025",
    also=LET_IN,
)
add(
    "exam-id-signed-as-id",
    "the exam_id of a nested path may be signed as id",
    renamed("id"),
    "SIGN-025",
    also=LET_IN,
)


# parameters that are not signed --------------------------------------------------------------------------------------


def _body_names(call: Call) -> set[str]:
    return set(call.sent) - _query_names(call) if has_body(call) else set()


def _query_names(call: Call) -> set[str]:
    query = call.request.query.decode("latin-1")
    return {pair.partition("=")[0] for pair in query.split("&")}


def _undocumented(call: Call) -> set[str]:
    return set(call.sent) - set(call.operation.params) - set(call.path_ids)


def _one_field_less(call: Call) -> Iterator[str]:
    return (sign(without(call.signed, [name]), key_of(call)) for name in _body_names(call))


def partly(names: Any, when: When = always) -> Change:
    """A signature that leaves out what *names* finds is accepted too."""
    return of_params(lambda call: without(call.signed, names(call)), when)


add(
    "query-need-not-be-signed",
    "a signature that leaves the query out is accepted too",
    partly(_query_names, by_method("GET")),
    "SIGN-015",
    "SIGN-019",
)
add(
    "status-need-not-be-signed",
    "a signature that leaves the parameter status of a list out is accepted too",
    partly(lambda call: {"status"}, by_method("GET")),
    "SIGN-015",
)
add(
    "body-need-not-be-signed",
    "a signature that leaves the JSON body out is accepted too",
    partly(_body_names, lambda call: not is_multipart(call)),
    "SIGN-016",
    "SIGN-020",
    also=LET_IN,
)
add(
    "body-of-patch-need-not-be-signed",
    "a signature that leaves the body of a PATCH out is accepted too",
    partly(_body_names, by_method("PATCH")),
    "SIGN-016",
    also=("SIGN-020", *LET_IN),
)
add(
    "numbers-need-not-be-signed",
    "a signature that leaves the numbers of a JSON body out is accepted too",
    partly(lambda call: {name for name in _body_names(call) if isinstance(call.sent[name], int | float)}),
    "SIGN-016",
    also=("SIGN-020", *LET_IN),
)
add(
    "multipart-fields-need-not-be-signed",
    "a signature that leaves a text field of a multipart body out is accepted too",
    serves_too(_one_field_less, is_multipart),
    "SIGN-017",
    "SIGN-037",
)
add(
    "undocumented-parameters-need-not-be-signed",
    "parameters that the operation does not know are dropped before the signature is checked",
    partly(_undocumented),
    "SIGN-019",
    "SIGN-020",
    "SIGN-037",
    also=("SIGN-021", *LET_IN),
)
add(
    "query-beside-body-need-not-be-signed",
    "the query of a request with a body is not part of what is signed",
    partly(lambda call: _query_names(call) - set(call.path_ids), has_body),
    "SIGN-021",
    also=LET_IN,
)
add(
    "empty-values-need-not-be-signed",
    "a signature that leaves empty parameters out is accepted too",
    partly(lambda call: {name for name, value in call.sent.items() if value in ("", None)}),
    "SIGN-075",
)


def _with_leftovers(call: Call) -> Iterator[str]:
    """The message with one more parameter, which was not sent: what earlier versions of the API signed, and noise."""
    token = call.user["api_token"]
    leftovers = {"api_token": token, "token": token, "user_id": call.user["id"], "extra": "1", "page": "1"}
    for name, value in leftovers.items():
        if name not in call.signed:
            yield sign({**call.signed, name: value}, key_of(call))


add(
    "signature-of-version-2-serves",
    "a message that holds the api_token as one more parameter is accepted too",
    serves_too(_with_leftovers),
    "SIGN-018",
    also=LET_IN,
)


# timestamp and nonce -------------------------------------------------------------------------------------------------

_NEAR_MS = 1500


def near_timestamps(call: Call) -> Iterator[str]:
    """The signatures of the request with the timestamps around the one that was sent, the likeliest first."""
    sent = int(float(call.signed["timestamp"]))
    for far in (60_000, 3_600_000, 86_400_000):
        yield from (sign({**call.signed, "timestamp": sent + step}, key_of(call)) for step in (far, -far))
    for near in range(1, _NEAR_MS):
        yield sign({**call.signed, "timestamp": sent + near}, key_of(call))
        yield sign({**call.signed, "timestamp": sent - near}, key_of(call))


def near_nonces(call: Call) -> Iterator[str]:
    sent = int(float(call.signed["nonce"]))
    for near in range(1, _NEAR_MS):
        yield sign({**call.signed, "nonce": sent + near}, key_of(call))
        yield sign({**call.signed, "nonce": sent - near}, key_of(call))


add(
    "signature-of-a-near-timestamp-serves",
    "the timestamp that was signed need only be near the one that is sent",
    serves_too(near_timestamps),
    "SIGN-022",
    also=LET_IN,
)
add(
    "signature-of-a-near-nonce-serves",
    "the nonce that was signed need only be near the one that is sent",
    serves_too(near_nonces),
    "SIGN-023",
    also=LET_IN,
)


def remembered(when: When = always) -> Change:
    """A signature that was right once is not worked out again."""

    def change(rules: Rules) -> None:
        right: set[str] = set()

        def matches(inner: Any, call: Call) -> bool:
            given = call.signed["signature"]
            if given in right:
                return True
            if inner(call):
                right.add(given)
                return True
            return False

        in_policy("signature", "matches", matches, when)(rules)

    return change


add(
    "signature-that-was-right-once-serves",
    "a signature that was right once is right for every request",
    remembered(),
    "SIGN-032",
    also=("SIGN-022", "SIGN-023", *LET_IN),
)
add(
    "signature-that-was-right-once-serves-on-show",
    "a signature that was right once on exams_show is right for every later exams_show",
    remembered(on("exams_show")),
    "SIGN-032",
    also=("SIGN-010", "SIGN-022", "SIGN-023"),
    operation="exams_show",
)
