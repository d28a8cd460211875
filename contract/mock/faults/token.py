"""
Faults of the api_token in the Authorization header.

Source: https://docs.proctorexam.com/v3/apidoc.html ("Authentication required") and .../users/create.html.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import Edit, When, always, wrap
from contract.mock.faults.kit.policies import all_of, by_method, catalogue, has_body, in_policy, on
from contract.mock.faults.kit.refused import carried_out
from contract.mock.faults.registry import Change
from contract.mock.operations import Handler
from contract.mock.rules import Rules
from contract.mock.signing import sign
from contract.mock.tables import USERS

add = catalogue(__name__)

User = Any
FindUser = Callable[[Call], User]

# What shows wherever a request is let in that should not be.
LET_IN = ("TOKEN-012", "TOKEN-030", "TOKEN-031")


def found_otherwise(find: FindUser, when: When = always) -> Change:
    """Where the token names nobody, *find* names the user."""

    def user(inner: Callable[[Call], User], call: Call) -> User:
        try:
            return inner(call)
        except Refusal:
            found = find(call)
            if found is None:
                raise
            return found

    return in_policy("token", "user", user, when)


def by_token(sql: str) -> FindUser:
    """The user that *sql* (a condition with the token as only value) finds, where there is a token."""

    def find(call: Call) -> User:
        token = call.rules.token.token(call)
        return call.store.one(f"SELECT * FROM users WHERE {sql} ORDER BY id", (token,)) if token else None

    return find


def by_signature(call: Call) -> User:
    """The user whose key signed the request."""
    for user in call.store.all("SELECT * FROM users ORDER BY id"):
        if sign(call.signed, user["secret_key"]) == call.signed.get("signature"):
            return user
    return None


def _header(call: Call) -> str:
    return call.headers.get("authorization", "").strip()


def _no_header(call: Call) -> bool:
    return "authorization" not in call.headers


def _no_token_in_header(call: Call) -> bool:
    return not _no_header(call) and call.rules.token.token(call) is None


def _unknown_token(call: Call) -> bool:
    return call.rules.token.token(call) is not None


def token_refused(when: When) -> Change:
    """A valid token counts as unknown."""

    def user(inner: Callable[[Call], User], call: Call) -> User:
        inner(call)
        raise Refusal("token_unknown")

    return in_policy("token", "user", user, when)


# right tokens --------------------------------------------------------------------------------------------------------

add(
    "token-refused-on-identity-providers",
    "no token is known to the list of identity providers",
    token_refused(on("identity_providers_index")),
    "TOKEN-001",
    also=("ACCEPT-001", "SIGN-001", "SIGN-050"),
    operation="identity_providers_index",
)
add(
    "token-refused-on-face-photo",
    "no token is known to the operation that shows a face photo",
    token_refused(on("student_sessions_show_face_photo")),
    "TOKEN-001",
    also=("ACCEPT-001", "SIGN-001", "SIGN-050", "SIGN-052"),
    operation="student_sessions_show_face_photo",
)

# missing tokens ------------------------------------------------------------------------------------------------------

add(
    "missing-token-found-by-signature",
    "without an Authorization header the user is the one whose key signed the request",
    found_otherwise(by_signature, _no_header),
    "TOKEN-002",
    also=LET_IN,
)
add(
    "missing-token-accepted-on-get",
    "a GET needs no Authorization header where its signature is somebody's",
    found_otherwise(by_signature, all_of(_no_header, by_method("GET"))),
    "TOKEN-002",
    also=LET_IN,
)
add(
    "missing-token-accepted-on-one-operation",
    "the list of the attachments of an exam needs no Authorization header",
    found_otherwise(by_signature, all_of(_no_header, on("attachments_index"))),
    "TOKEN-002",
    operation="attachments_index",
)
add(
    "unknown-token-found-by-signature",
    "with a token of nobody the user is the one whose key signed the request",
    found_otherwise(by_signature, _unknown_token),
    "TOKEN-003",
    also=(*LET_IN, "TOKEN-005", "TOKEN-011"),
)
add(
    "unknown-token-accepted-on-delete",
    "a DELETE is carried out with the token of nobody where its signature is somebody's",
    found_otherwise(by_signature, all_of(_unknown_token, by_method("DELETE"))),
    "TOKEN-003",
    also=LET_IN,
)
add(
    "unknown-token-accepted-on-one-operation",
    "the status of a zip is told with the token of nobody",
    found_otherwise(by_signature, all_of(_unknown_token, on("exams_status_exam_documents_zip"))),
    "TOKEN-003",
    operation="exams_status_exam_documents_zip",
)
add(
    "empty-token-accepted",
    "an Authorization header without a token in it is not looked at",
    found_otherwise(by_signature, _no_token_in_header),
    "TOKEN-004",
    also=LET_IN,
)
add(
    "empty-token-accepted-on-put",
    "on a PUT an Authorization header without a token in it is not looked at",
    found_otherwise(by_signature, all_of(_no_token_in_header, by_method("PUT"))),
    "TOKEN-004",
    also=LET_IN,
)

# tokens that are nearly right ----------------------------------------------------------------------------------------

add(
    "token-compared-by-its-beginning",
    "a token need only begin like one of the tokens known",
    found_otherwise(by_token("substr(api_token, 1, length(?1)) = ?1 AND length(?1) >= 8")),
    "TOKEN-005",
    also=LET_IN,
)
add(
    "token-last-character-not-compared",
    "the last character of a token may be missing",
    found_otherwise(by_token("substr(api_token, 1, length(api_token) - 1) = ?1")),
    "TOKEN-005",
    also=LET_IN,
)
add(
    "token-cut-at-its-length",
    "what follows the characters of a token is not looked at",
    found_otherwise(by_token("substr(?1, 1, length(api_token)) = api_token")),
    "TOKEN-005",
    also=LET_IN,
)
add(
    "token-compared-without-letter-case",
    "the letter case of a token does not matter",
    found_otherwise(by_token("api_token = ?1 COLLATE NOCASE")),
    "TOKEN-005",
    also=LET_IN,
)

# tokens elsewhere ----------------------------------------------------------------------------------------------------

_TOKEN_NAMES = ("api_token", "token", "access_token", "auth_token", "authorization", "Authorization")


def by_parameter(call: Call) -> User:
    given = next((call.sent[name] for name in _TOKEN_NAMES if isinstance(call.sent.get(name), str)), None)
    return call.store.one("SELECT * FROM users WHERE api_token = ?", (given,)) if given else None


add(
    "token-as-parameter-accepted",
    "the token may come as a parameter api_token or token in place of the header, as in version 2",
    found_otherwise(by_parameter),
    "TOKEN-006",
)
add(
    "token-in-query-accepted",
    "on a GET the token may come in the query in place of the header",
    found_otherwise(by_parameter, by_method("GET")),
    "TOKEN-006",
)
add(
    "token-in-body-accepted",
    "the token may come in the body in place of the header",
    found_otherwise(by_parameter, has_body),
    "TOKEN-006",
)

# tokens that come and go ---------------------------------------------------------------------------------------------


def _other_credential(name: str) -> Callable[[Call, Handler], Reply]:
    """The answer to a creation shows another credential than the one that was stored."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        reply.body["user"][name] = secrets.token_urlsafe(32 if name == "secret_key" else 16)
        return reply

    return around


def _inactive_until_changed(call: Call) -> bool:
    """A user that was never changed, and was not there from the beginning."""
    return bool(call.user["created_at"] == call.user["updated_at"] and call.user["invited_by_type"] == "api")


def _marks_new_users(rules: Rules) -> None:
    create = rules.operations["users_create"]

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        call.store.execute("UPDATE users SET invited_by_type = 'api' WHERE id = ?", (reply.body["user"]["id"],))
        return reply

    wrap(around)(rules, create)

    def user(inner: Callable[[Call], User], call: Call) -> User:
        call.user = inner(call)
        if _inactive_until_changed(call):
            raise Refusal("token_unknown")
        return call.user

    in_policy("token", "user", user)(rules)


for _credential in ("api_token", "secret_key"):

    def _wrong_credential(rules: Rules, name: str = _credential) -> None:
        wrap(_other_credential(name))(rules, rules.operations["users_create"])

    add(
        f"new-user-is-told-another-{_credential.replace('_', '-')}",
        f"the {_credential} that the creation of a user answers is not the one that was stored",
        _wrong_credential,
        "TOKEN-010",
        also=("TOKEN-011",),
        operation="users_create",
    )
add(
    "new-user-not-active",
    "the credentials of a new user serve only once the user was changed",
    _marks_new_users,
    "TOKEN-010",
    also=("TOKEN-011",),
)


def _tokens_kept_in_memory(rules: Rules) -> None:
    """A cache of users by token that nobody clears."""
    known: dict[str, dict[str, Any]] = {}

    def user(inner: Callable[[Call], User], call: Call) -> User:
        token = call.rules.token.token(call) or ""
        try:
            found = inner(call)
        except Refusal:
            if token in known:
                return known[token]
            raise
        known[token] = dict(found)
        return found

    in_policy("token", "user", user)(rules)


def _users_disabled_only(rules: Rules) -> None:
    """A destroyed user is no longer listed, but the token serves on."""

    def around(call: Call, inner: Handler) -> Reply:
        row = dict(call.found["user"])
        reply = inner(call)
        values = {column.name: row[column.name] for column in USERS.stored}
        call.store.insert(USERS, {**values, "institute_id": -1, "email_key": f"gone {row['id']}"})
        return reply

    wrap(around)(rules, rules.operations["users_destroy"])


add(
    "destroyed-user-remembered",
    "the user of a token is looked up once and remembered, whether destroyed or not",
    _tokens_kept_in_memory,
    "TOKEN-011",
)
add(
    "destroyed-user-only-hidden",
    "a destroyed user is no longer listed, but may go on calling",
    _users_disabled_only,
    "TOKEN-011",
    operation="users_destroy",
)

# refusals ------------------------------------------------------------------------------------------------------------

_REFUSALS = ("token_missing", "token_unknown")

for _operation in ("exams_create", "exams_destroy", "documents_update", "student_sessions_create", "users_destroy"):

    def _carry_out(rules: Rules, name: str = _operation) -> None:
        carried_out(*_REFUSALS)(rules, rules.operations[name])

    add(
        f"carried-out-without-token-on-{_operation.replace('_', '-')}",
        f"{_operation} is carried out before the token is looked at, and then refused",
        _carry_out,
        "TOKEN-012",
        operation=_operation,
    )


def refusals_become(edit: Edit, *, missing: bool = True, when: When = always) -> Change:
    """Edit what is answered for an unknown token, and for a missing one."""

    def change(rules: Rules) -> None:
        def finisher(call: Call | None, reply: Reply) -> Reply:
            ours = call is not None and call.user is None and reply.status == 401 and when(call)
            return edit(call, reply) if ours and call is not None and (missing or not _no_header(call)) else reply

        rules.finishers.append(finisher)

    return change


def _page(call: Call, reply: Reply) -> Reply:
    return Reply(reply.status, b"HTTP Token: Access denied.\n", {"Content-Type": "text/plain"})


def _nothing(call: Call, reply: Reply) -> Reply:
    return Reply(reply.status)


def _with_token(call: Call, reply: Reply) -> Reply:
    return Reply(reply.status, {"errors": f"No user for the header {_header(call)!r}."})


def _with_signature(call: Call, reply: Reply) -> Reply:
    return Reply(reply.status, {**reply.body, "parameters": call.sent})


add(
    "token-refusal-is-text",
    "the refusal of a token is a plain text",
    refusals_become(_page),
    "TOKEN-030",
    also=("ROBUST-102",),
)
add(
    "token-refusal-is-empty-on-unknown-token",
    "the refusal of an unknown token has no body",
    refusals_become(_nothing, missing=False),
    "TOKEN-030",
    also=("ROBUST-102",),
)
add(
    "token-refusal-repeats-token",
    "the refusal of a token repeats the Authorization header",
    refusals_become(_with_token),
    "TOKEN-031",
)
add(
    "token-refusal-repeats-parameters",
    "the refusal of a token repeats the parameters of the request, signature and all",
    refusals_become(_with_signature),
    "TOKEN-031",
)
