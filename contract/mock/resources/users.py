"""Users of an institute. Source: https://docs.proctorexam.com/v3/apidoc/users/create.html and neighbours."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.effects import email_key
from contract.mock.errors import Refusal
from contract.mock.parameters import read_integer
from contract.mock.resources.listing import page_of
from contract.mock.tables import IDENTITY_PROVIDERS, USERS


def index(call: Call) -> Reply:
    return page_of(call, "user_short", call.rules.access.users_scope(call))


def show(call: Call) -> Reply:
    return call.object("user_short", call.found["user"])


def create(call: Call) -> Reply:
    params = call.params
    role = params.get("role") or call.rules.answers.default_user_role
    call.refuse_unless(call.rules.access.may_give_role(call, role))
    if params.get("password_confirmation") not in (None, params["password"]):
        raise Refusal("invalid", param="password_confirmation", rule="doesn't match Password")
    refuse_unknown_identity_provider(call)
    if call.rules.unique.user_email_taken(call, params["email"]):
        raise Refusal("email_taken")
    return call.stored("user_full", call.store.insert(USERS, _new_user(call, role)))


def _new_user(call: Call, role: str) -> dict[str, Any]:
    params = call.params
    salt = secrets.token_bytes(8)
    # A mock stores no password that anyone could use; the digest is there so that a change shows.
    digest = hashlib.sha256(salt + params["password"].encode()).hexdigest()
    return {
        **call.columns(),
        "role": role,
        "institute_id": call.found["institute"]["id"],
        "email_key": email_key(params["email"]),
        "api_token": secrets.token_urlsafe(16),
        "secret_key": secrets.token_urlsafe(32),
        "password_digest": digest,
    }


def update(call: Call) -> Reply:
    user = call.found["user"]
    refuse_above_caller(call)
    refuse_unknown_identity_provider(call)
    asked_role = call.sent.get("role")
    if isinstance(asked_role, str):
        # The role is no parameter of this operation; asking for more rights is refused all the same.
        call.refuse_unless(call.rules.access.may_give_role(call, asked_role))
    call.store.update(USERS, user["id"], call.columns())
    return call.stored("user_full", user["id"])


def destroy(call: Call) -> Reply:
    refuse_above_caller(call)
    user_id = call.found["user"]["id"]
    call.store.delete(USERS, user_id)
    call.store.execute("DELETE FROM comanagers WHERE user_id = ?", (user_id,))
    return call.reply({})


def refuse_above_caller(call: Call) -> None:
    """Nobody changes or removes someone with more rights; the answer would hold their credentials."""
    call.refuse_unless(call.rules.access.may_give_role(call, call.found["user"]["role"]))


def refuse_unknown_identity_provider(call: Call) -> None:
    """An empty id stands for signing in with the password."""
    wanted = call.params.get("omniauth_config_id")
    if wanted:
        call.find(IDENTITY_PROVIDERS, read_integer(wanted), "identity_provider_not_found")
