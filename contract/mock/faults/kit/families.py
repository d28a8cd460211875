"""Faults that fit many operations: each function adds some for the operation that it is given."""

from __future__ import annotations

from typing import Any

from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit.core import Add


def slug(operation: str) -> str:
    return operation.replace("_", "-")


def fails(add: Add, operation: str, requirement: str, *also: str) -> None:
    """The operation is broken."""
    add(
        f"{slug(operation)}-fails",
        operation,
        f"{operation} answers 500 to a right request, and does nothing.",
        a.refused_as("internal"),
        requirement,
        also=also,
    )


def forbidden(add: Add, operation: str, requirement: str, *also: str) -> None:
    """The operation is closed to whom it is documented for."""
    add(
        f"{slug(operation)}-forbidden",
        operation,
        f"{operation} answers 403 to those who may.",
        a.refused_as("not_authorized"),
        requirement,
        also=also,
    )


def envelope(add: Add, operation: str, key: str, *requirements: str, also: tuple[str, ...] = ()) -> None:
    """The object stands under another *key*."""
    add(
        f"{slug(operation)}-under-{key.replace('_', '-')}",
        operation,
        f"{operation} answers its object or list under the key {key}.",
        a.under(key),
        *requirements,
        also=also,
    )


def bare(add: Add, operation: str, *requirements: str, also: tuple[str, ...] = ()) -> None:
    add(
        f"{slug(operation)}-without-envelope",
        operation,
        f"{operation} answers its object or list without an envelope.",
        a.unwrapped(),
        *requirements,
        also=also,
    )


def not_demanded(
    add: Add, operation: str, name: str, default: Any, *requirements: str, also: tuple[str, ...] = ()
) -> None:
    """A required parameter may be left out; an empty one is refused."""
    add(
        f"{slug(operation)}-{slug(name)}-not-demanded",
        operation,
        f"{operation} does without {name}, which is required.",
        p.optional(name, default),
        *requirements,
        also=also,
    )


def may_be_empty(
    add: Add, operation: str, name: str, *requirements: str, default: Any = "", also: tuple[str, ...] = ()
) -> None:
    """A required parameter may be empty; one that is left out is refused."""
    add(
        f"{slug(operation)}-{slug(name)}-may-be-empty",
        operation,
        f"{operation} demands {name}, but takes an empty one.",
        p.may_be_empty(name, default),
        *requirements,
        also=also,
    )


def missing_answered_with(add: Add, operation: str, code: int, *requirements: str, also: tuple[str, ...] = ()) -> None:
    """The refusal of a missing parameter has another status than the documented 422."""
    add(
        f"{slug(operation)}-missing-parameter-{code}",
        operation,
        f"{operation} answers a missing parameter with {code} instead of 422.",
        a.status("missing", code),
        *requirements,
        also=also,
    )


def refused_too_late(
    add: Add, operation: str, name: str, default: Any, *requirements: str, also: tuple[str, ...] = ()
) -> None:
    """A missing parameter is refused, but the work was done."""
    add(
        f"{slug(operation)}-without-{slug(name)}-refused-too-late",
        operation,
        f"{operation} without {name} is refused, but only after everything was stored.",
        p.refused_too_late(name, default),
        *requirements,
        also=also,
    )


def texts(add: Add, operation: str, kind: str, words: str, *requirements: str, also: tuple[str, ...] = ()) -> None:
    """The documented text of a refusal is another one."""
    add(
        f"{slug(operation)}-{slug(kind)}-other-text",
        operation,
        f"{operation} says of {kind.replace('_', ' ')}: {words}",
        a.text(kind, words),
        *requirements,
        also=also,
    )


def absent_answered_with(
    add: Add, operation: str, kind: str, code: int, *requirements: str, also: tuple[str, ...] = ()
) -> None:
    """An id that does not exist has another status than the documented 404."""
    add(
        f"{slug(operation)}-{slug(kind)}-{code}",
        operation,
        f"{operation} answers {kind.replace('_', ' ')} with {code} instead of 404.",
        a.status(kind, code),
        *requirements,
        also=also,
    )


def never_given_accepted(add: Add, operation: str, body: Any, *requirements: str, also: tuple[str, ...] = ()) -> None:
    """An id that nothing ever had is found."""
    add(
        f"{slug(operation)}-never-given-id-accepted",
        operation,
        f"{operation} answers an id that nothing ever had with 200.",
        a.never_given_accepted(body),
        *requirements,
        also=also,
    )


def absent_accepted(
    add: Add, operation: str, body: Any, *requirements: str, also: tuple[str, ...] = (), id_name: str | None = None
) -> None:
    """An id that does not exist is answered as if it did."""
    add(
        f"{slug(operation)}-unknown-{slug(id_name or 'id')}-accepted",
        operation,
        f"{operation} answers an {id_name or 'id'} that does not exist with 200.",
        a.unknown_accepted(body, id_name),
        *requirements,
        also=also,
    )


def word_accepted(
    add: Add, operation: str, body: Any, *requirements: str, also: tuple[str, ...] = (), id_name: str | None = None
) -> None:
    """A word in place of a number in the path is answered as if it were one."""
    add(
        f"{slug(operation)}-word-as-{slug(id_name or 'id')}-accepted",
        operation,
        f"{operation} answers a word in place of its {id_name or 'id'} with 200.",
        a.word_accepted(body, id_name),
        *requirements,
        also=("ROBUST-014", "ROBUST-023", *also),
    )


def word_crashes(
    add: Add, operation: str, *requirements: str, also: tuple[str, ...] = (), id_name: str | None = None
) -> None:
    """A word in place of a number in the path is too much."""
    add(
        f"{slug(operation)}-word-as-{slug(id_name or 'id')}-crashes",
        operation,
        f"{operation} answers a word in place of its {id_name or 'id'} with 500.",
        a.word_crashes(id_name),
        *requirements,
        also=(*also, "ROBUST-101"),
    )
