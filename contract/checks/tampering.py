"""The tamper matrix: ways to spoil a signature, as data.

A column is one way. It belongs to one requirement, and the requirement's operations are its rows. In each column the
request on the wire is the valid one, as far as the way allows it: what is wrong is what was signed, or how. So a server
that answers 2xx did not verify, and a 4xx has no other reason than the signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from contract import operations, signing
from contract.auth import Wrongly
from contract.checks import wire
from contract.client import File
from contract.operations import Operation
from contract.requirements import load
from contract.samples import Sample

Params = dict[str, Any]
UNKNOWN_KEY = "k3y-of-nobody-0000000000000000000000000000000"
FOREIGN_PARAMETER = {"context_id": "course-v1"}
"""A parameter that no page lists and that one public client sends: without effect wherever it arrives."""
SIGNED_TOO = ("timestamp", "nonce")


@dataclass(frozen=True)
class Row:
    """One operation of the matrix: its valid request, the keys at hand, and a signature that was accepted before."""

    request: Sample
    own_key: str
    own_token: str
    other_key: str | None
    earlier_signature: str

    @property
    def operation(self) -> Operation:
        """Return the operation."""
        return operations.get(self.request.operation_id)

    @property
    def path_names(self) -> tuple[str, ...]:
        """Return the names of the ids in the path."""
        return self.operation.path_names

    @property
    def own_names(self) -> list[str]:
        """Return the names of the parameters of query or body, files and signing parameters apart."""
        params = self.request.params
        return [name for name in params if name not in self.path_names and not isinstance(params[name], File)]


def signed_as(change: Callable[[Params], Params]) -> Callable[[Mapping[str, Any]], bytes]:
    """Return what to sign instead: the message of changed parameters."""
    return lambda params: signing.message(change(dict(params)))


def text_as(change: Callable[[str], str]) -> Callable[[Mapping[str, Any]], bytes]:
    """Return what to sign instead: a changed message."""
    return lambda params: change(signing.message(params).decode()).encode()


def _another(value: Any) -> Any:
    text = str(value)
    return str(int(text) + 1) if text.isdecimal() else text + "x"


def _replaced(name: str) -> Wrongly:
    message = signed_as(lambda params: {**params, name: _another(params[name])})
    return Wrongly(f"signed with another {name}", message=message)


def _left_out(name: str) -> Wrongly:
    def without(params: Params) -> Params:
        return {each: value for each, value in params.items() if each != name}

    return Wrongly(f"signed without {name}", message=signed_as(without))


def _path_values(row: Row) -> list[Wrongly]:
    return [_replaced(name) for name in row.path_names]


def _path_left_out(row: Row) -> list[Wrongly]:
    return [_left_out(name) for name in row.path_names]


def _own_value(row: Row) -> list[Wrongly]:
    return [_replaced(name) for name in _chosen(row)]


def _own_left_out(row: Row) -> list[Wrongly]:
    forms = [_left_out(name) for name in _chosen(row)]
    if len(row.own_names) > 1:
        forms.append(Wrongly("signed without query and body", message=signed_as(_only((*row.path_names, *SIGNED_TOO)))))
    return forms


def _chosen(row: Row) -> list[str]:
    """Return every query parameter, but one text and one number of a body, which has many."""
    if row.operation.parameters_go_in_query:
        return row.own_names
    params = row.request.params
    numbers = [name for name in row.own_names if isinstance(params[name], int)]
    texts = [name for name in row.own_names if name not in numbers]
    return texts[-1:] + numbers[-1:]


def _only(names: Sequence[str]) -> Callable[[Params], Params]:
    return lambda params: {name: value for name, value in params.items() if name in names}


OTHER_ROUTES_NAME = {"id": "exam_id", "exam_id": "id", "institute_id": "exam_id"}


def _other_route_name(row: Row) -> list[Wrongly]:
    # Where the path holds two ids, the first is renamed: the other routes with two have another parent.
    name = row.path_names[0]
    other = OTHER_ROUTES_NAME[name] if len(row.path_names) == 1 else {"exam_id": "institute_id"}.get(name, "exam_id")

    def renamed(params: Params) -> Params:
        return {(other if each == name else each): value for each, value in params.items()}

    return [Wrongly(f"{name} signed as {other}", message=signed_as(renamed))]


def _not_sent(row: Row) -> list[Wrongly]:
    forms = [Wrongly("signed with a parameter more", message=signed_as(lambda params: {**params, **FOREIGN_PARAMETER}))]
    if not row.path_names:
        # So the version before signed.
        with_token = signed_as(lambda params: {**params, "api_token": row.own_token})
        forms.append(Wrongly("signed with the token", message=with_token))
    return forms


def _added(row: Row) -> list[Wrongly]:
    return [Wrongly("a parameter added after signing", wire=wire.with_members(FOREIGN_PARAMETER))]


def _added_to_query(row: Row) -> list[Wrongly]:
    return [Wrongly("a query parameter added after signing", wire=wire.with_query(**FOREIGN_PARAMETER))]


def _swapped(row: Row) -> list[Wrongly]:
    def swap(params: Params) -> Params:
        names = [name for name in (*row.path_names, *row.own_names) if name in params]
        first, second = next(
            ((a, b) for a in names for b in names if str(params[a]) != str(params[b])), ("timestamp", "nonce")
        )
        return {**params, first: params[second], second: params[first]}

    return [Wrongly("signed with two values swapped", message=signed_as(swap))]


def _encoded(row: Row) -> list[Wrongly]:
    def encode(params: Params) -> Params:
        return {name: quote(signing.value_text(value), safe="") for name, value in params.items()}

    return [Wrongly("signed with percent-encoded values", message=signed_as(encode))]


def _reversed(text: str) -> str:
    return "?".join(reversed(text.split("?")))


def _unkeyed(row: Row) -> list[Wrongly]:
    def digest(params: Mapping[str, Any]) -> str:
        return hashlib.sha256(row.own_key.encode() + signing.message(params)).hexdigest()

    return [_with_own_digest("SHA-256 over key and message, no HMAC", digest)]


def _base64(row: Row) -> list[Wrongly]:
    def digest(params: Mapping[str, Any]) -> str:
        mac = hmac.new(row.own_key.encode(), signing.message(params), hashlib.sha256).digest()
        return base64.b64encode(mac).decode()

    return [_with_own_digest("the right HMAC in Base64", digest)]


def _with_own_digest(label: str, digest: Callable[[Mapping[str, Any]], str]) -> Wrongly:
    """Return a form whose signature is computed here: the message passes by first, then the signature is replaced."""
    signed: dict[str, str] = {}

    def message(params: Mapping[str, Any]) -> bytes:
        signed["as"] = digest(params)
        return signing.message(params)

    return Wrongly(label, message=message, signature=lambda right: signed["as"])


def _other_last_digit(right: str) -> str:
    return right[:-1] + f"{int(right[-1], 16) ^ 1:x}"


def _other_first_digit(right: str) -> str:
    return f"{int(right[0], 16) ^ 1:x}" + right[1:]


def _other_user(row: Row) -> list[Wrongly]:
    return [Wrongly("signed with another user's key", secret_key=row.other_key)] if row.other_key else []


def _always(*forms: Wrongly) -> Callable[[Row], list[Wrongly]]:
    return lambda row: list(forms)


@dataclass(frozen=True)
class Column:
    """One way to spoil the signature; ``forms`` gives its forms for an operation, none where it makes no sense."""

    requirement: str
    forms: Callable[[Row], list[Wrongly]]


ONE_DIGIT = (
    Wrongly("the first digit changed", signature=_other_first_digit),
    Wrongly("the last digit changed", signature=_other_last_digit),
)
COLUMNS: Sequence[Column] = (
    Column("SIGN-002", _always(Wrongly("signature of zeros", signature=lambda right: "0" * 64))),
    Column("SIGN-003", _always(Wrongly("no signature", signature=None))),
    Column("SIGN-004", _always(Wrongly("an empty signature", signature=lambda right: ""))),
    Column("SIGN-005", _always(Wrongly("signed with a key of nobody", secret_key=UNKNOWN_KEY))),
    Column("SIGN-006", _other_user),
    Column("SIGN-010", _path_values),
    Column("SIGN-011", _own_value),
    Column("SIGN-012", _own_value),
    Column("SIGN-014", _path_left_out),
    Column("SIGN-015", _own_left_out),
    Column("SIGN-016", _own_left_out),
    Column("SIGN-018", _not_sent),
    Column("SIGN-019", _added),
    Column("SIGN-020", _added),
    Column("SIGN-021", _added_to_query),
    Column("SIGN-022", _always(_replaced("timestamp"))),
    Column("SIGN-023", _always(_replaced("nonce"))),
    Column("SIGN-024", _swapped),
    Column("SIGN-025", _other_route_name),
    Column("SIGN-026", _always(Wrongly("signed in reverse order", message=text_as(_reversed)))),
    Column("SIGN-027", _always(Wrongly("joined by &", message=text_as(lambda text: text.replace("?", "&"))))),
    Column("SIGN-028", _always(Wrongly("HMAC-SHA1", digest="sha1"))),
    Column("SIGN-029", _unkeyed),
    Column("SIGN-030", _always(Wrongly("the last digit cut off", signature=lambda right: right[:-1]))),
    Column("SIGN-031", _always(Wrongly("a digit appended", signature=lambda right: right + "0"))),
    Column("SIGN-032", lambda row: [Wrongly("an earlier signature", signature=lambda right: row.earlier_signature)]),
    Column("SIGN-033", _encoded),
    Column("SIGN-034", _always(Wrongly("a leading ? signed", message=text_as(lambda text: "?" + text)))),
    Column("SIGN-035", _base64),
    Column("SIGN-036", _always(*ONE_DIGIT)),
)
"""The columns that are refused; each applies to the operations of its requirement."""


def ways(row: Row) -> dict[str, list[Wrongly]]:
    """Return the spoiled forms of the columns whose requirement speaks of the row's operation, by requirement."""
    register, operation_id = load(), row.request.operation_id
    wanted = [column for column in COLUMNS if operation_id in register.get(column.requirement).operations]
    return {column.requirement: column.forms(row) for column in wanted}


def similar_keys(row: Row) -> list[Wrongly]:
    """Return forms that are signed with something near the key."""
    keys = {
        "the token": row.own_token,
        "an empty key": "",
        "half of the key": row.own_key[: len(row.own_key) // 2],
        "the first 32 characters of the key": row.own_key[:32],
        "the key in other letter case": row.own_key.swapcase(),
        "the key in lower case": row.own_key.lower(),
    }
    return [Wrongly(f"signed with {what}", secret_key=key) for what, key in keys.items() if key != row.own_key]


def multipart_ways() -> dict[str, list[Wrongly]]:
    """Return the spoiled forms of the text fields of a multipart body with a field ``name``."""
    return {
        "SIGN-013": [_replaced("name")],
        "SIGN-017": [_left_out("name")],
        "SIGN-037": [Wrongly("a field added after signing", wire=wire.with_members(FOREIGN_PARAMETER))],
    }
