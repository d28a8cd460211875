"""
Faults of the signature: checks that are left out, other signatures that serve too.

Source: the signature row of every endpoint page, e.g. https://docs.proctorexam.com/v3/apidoc/exams/index.html.
"""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call
from contract.mock.faults.kit.core import When, always
from contract.mock.faults.kit.policies import (
    by_method,
    catalogue,
    in_policy,
    is_multipart,
    on,
)
from contract.mock.faults.kit.refused import carried_out
from contract.mock.faults.kit.signatures import (
    key_of,
    never_looked_at,
    serves_too,
)
from contract.mock.faults.registry import Change
from contract.mock.rules import Rules
from contract.mock.signing import sign

add = catalogue(__name__)


def _ids(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"SIGN-{number:03}" for number in range(first, last + 1))


# Everything that is to be refused for its signature, on every operation and in every kind of value.
ON_EVERY = ("SIGN-002", "SIGN-005", "SIGN-006", "SIGN-018", *_ids(22, 24), *_ids(26, 32), *_ids(34, 36))
IN_PATH = ("SIGN-010", "SIGN-014", "SIGN-025")
IN_QUERY = ("SIGN-011", "SIGN-015", "SIGN-019")
IN_BODY = ("SIGN-012", "SIGN-016", "SIGN-020", "SIGN-021")
IN_MULTIPART = ("SIGN-013", "SIGN-017", "SIGN-037")
IN_VALUES = ("SIGN-033", *_ids(60, 75))
# What shows wherever a request is let in that should not be.
LET_IN = ("SIGN-080",)


# not checked at all --------------------------------------------------------------------------------------------------

add(
    "accept-any-signature",
    "any text serves as the signature of any request",
    never_looked_at(),
    *ON_EVERY,
    *IN_PATH,
    *IN_QUERY,
    *IN_BODY,
    *IN_MULTIPART,
    *IN_VALUES,
    also=LET_IN,
)
add(
    "signature-not-checked-on-get",
    "the signature of a GET is not looked at",
    never_looked_at(by_method("GET")),
    *ON_EVERY,
    *IN_PATH,
    *IN_QUERY,
    also=(*IN_VALUES, *LET_IN),
)
add(
    "signature-not-checked-on-delete",
    "the signature of a DELETE is not looked at",
    never_looked_at(by_method("DELETE")),
    *ON_EVERY,
    *IN_PATH,
    also=(*IN_QUERY, *IN_BODY, *IN_VALUES, *LET_IN),
)
add(
    "signature-not-checked-of-multipart",
    "the signature of a multipart request is not looked at",
    never_looked_at(is_multipart),
    *IN_MULTIPART,
    "SIGN-002",
    also=(*ON_EVERY, *IN_PATH, *IN_BODY, *IN_VALUES, *LET_IN),
)
add(
    "signature-not-checked-of-superusers",
    "the signature of a superuser's request is not looked at",
    never_looked_at(lambda call: call.user["role"] == "superuser"),
    "SIGN-002",
    *IN_MULTIPART,
    also=(*ON_EVERY, *IN_PATH, *IN_QUERY, *IN_BODY, *IN_VALUES, *LET_IN),
)

# One operation whose route was left out of the check, and what shows there beside SIGN-002.
_UNCHECKED = {
    "attachments_show": IN_PATH,
    "attachments_destroy": IN_PATH,
    "documents_update": (*IN_BODY, *IN_PATH),
    "documents_update_put": (*IN_BODY, *IN_PATH),
    "exams_add_comanager": (*IN_BODY, *IN_PATH),
    "exams_create": IN_BODY,
    "exams_destroy": IN_PATH,
    "exams_generate_exam_documents_zip": IN_PATH,
    "exams_download_exam_documents_zip": IN_PATH,
    "exams_index": IN_QUERY,
    "exams_remove_comanager": IN_PATH,
    "exams_send_emails": IN_PATH,
    "identity_providers_index": (),
    "institutes_show": IN_PATH,
    "lti_resources_index": IN_QUERY,
    "student_sessions_end_exam": (*IN_BODY, *IN_PATH),
    "student_sessions_index_all": IN_QUERY,
    "student_sessions_show_face_photo": IN_PATH,
    "tool_providers_index": (),
    "users_index": (*IN_QUERY, *IN_PATH),
    "users_show": IN_PATH,
    "users_destroy": IN_PATH,
}
for _operation, _places in _UNCHECKED.items():
    add(
        f"signature-not-checked-on-{_operation.replace('_', '-')}",
        f"the signature of {_operation} is not looked at",
        never_looked_at(on(_operation)),
        "SIGN-002",
        "SIGN-005",
        also=(*ON_EVERY, *_places, *IN_QUERY, *IN_BODY, *IN_VALUES, *LET_IN),
        operation=_operation,
    )


# missing or empty ----------------------------------------------------------------------------------------------------


def unsigned_accepted(*, missing: bool, empty: bool, when: When = always) -> Change:
    """A request without signature, or with an empty one, is let in."""

    def absent(call: Call) -> bool:
        if "signature" in call.signed:
            return empty and call.signed["signature"] in ("", None) and when(call)
        return missing and when(call)

    def demand(inner: Any, call: Call, name: str) -> None:
        if name != "signature" or not absent(call):
            inner(call, name)

    def change(rules: Rules) -> None:
        in_policy("signature", "demand", demand)(rules)
        in_policy("signature", "matches", lambda inner, call: True, absent)(rules)

    return change


add(
    "missing-signature-accepted",
    "a request without signature is not checked",
    unsigned_accepted(missing=True, empty=False),
    "SIGN-003",
    also=LET_IN,
)
add(
    "missing-signature-accepted-on-get",
    "a GET without signature is not checked",
    unsigned_accepted(missing=True, empty=False, when=by_method("GET")),
    "SIGN-003",
)
add(
    "missing-signature-accepted-on-one-operation",
    "the removal of a co-manager needs no signature",
    unsigned_accepted(missing=True, empty=False, when=on("exams_remove_comanager")),
    "SIGN-003",
    also=LET_IN,
    operation="exams_remove_comanager",
)
add(
    "empty-signature-accepted",
    "a request with an empty signature is not checked",
    unsigned_accepted(missing=False, empty=True),
    "SIGN-004",
    also=LET_IN,
)
add(
    "empty-signature-accepted-on-put",
    "a PUT with an empty signature is not checked",
    unsigned_accepted(missing=False, empty=True, when=by_method("PUT")),
    "SIGN-004",
    also=LET_IN,
)


# other keys ----------------------------------------------------------------------------------------------------------


def of_keys(select: str, when: When = always) -> Change:
    """Keys that *select* (SQL of one column) finds serve too."""
    return serves_too(
        lambda call: [sign(call.signed, row[0]) for row in call.store.all(select.format(**dict(call.user)))], when
    )


def of_key(key: Any) -> Change:
    return serves_too(lambda call: [sign(call.signed, key(call))])


add(
    "signature-of-any-user",
    "the secret_key of any user serves for any other",
    of_keys("SELECT secret_key FROM users"),
    "SIGN-006",
    also=LET_IN,
)
add(
    "signature-of-any-superuser",
    "a superuser's secret_key serves for every user",
    of_keys("SELECT secret_key FROM users WHERE role = 'superuser'"),
    "SIGN-006",
    also=LET_IN,
)
add(
    "signature-of-colleagues-on-lists",
    "on the list of exams any secret_key of the institute serves",
    of_keys("SELECT secret_key FROM users WHERE institute_id = {institute_id}", on("exams_index")),
    "SIGN-006",
    operation="exams_index",
)
add(
    "signature-of-any-user-on-show-lti-student",
    "the look-up of LTI students accepts the secret_key of any user",
    of_keys("SELECT secret_key FROM users", on("exams_show_lti_student")),
    "SIGN-006",
    operation="exams_show_lti_student",
)
add(
    "signature-with-token-as-key",
    "the api_token serves as key of the signature too",
    of_key(lambda call: call.user["api_token"]),
    "SIGN-005",
    also=LET_IN,
)
add(
    "signature-with-empty-key",
    "an empty key serves for every user",
    of_key(lambda call: ""),
    "SIGN-005",
    also=LET_IN,
)
add(
    "signature-key-first-half",
    "the first 32 characters of the secret_key serve as key too",
    of_key(lambda call: key_of(call)[:32]),
    "SIGN-005",
    also=LET_IN,
)
add(
    "signature-key-case",
    "the letter case of the secret_key does not matter",
    of_key(lambda call: key_of(call).swapcase()),
    "SIGN-005",
    also=LET_IN,
)


# refusals that change something --------------------------------------------------------------------------------------

_REFUSALS = ("signature_wrong", "signing_param_missing")

for _operation in ("exams_create", "exams_update", "exams_destroy", "documents_create", "student_sessions_create",
                   "student_sessions_destroy", "users_create", "tool_providers_update"):  # fmt: skip

    def _carry_out(rules: Rules, name: str = _operation) -> None:
        carried_out(*_REFUSALS)(rules, rules.operations[name])

    add(
        f"carried-out-with-wrong-signature-on-{_operation.replace('_', '-')}",
        f"{_operation} is carried out before the signature is looked at, and then refused",
        _carry_out,
        "SIGN-080",
        operation=_operation,
    )
