"""Which ids a run may name in a request that changes something: created, handed over, or shown not to exist."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.errors import UnsafeRequest
from contract.operations import Operation
from contract.target import Target

ABSENT_FROM = 1_000_000_000
"""Ids from here on are tried as ones that do not exist; a lower one may be hidden rather than absent."""
ABSENT_TO = 2_000_000_000

_KIND_OF_SEGMENT = {
    "exams": "exam",
    "documents": "document",
    "attachments": "attachment",
    "institutes": "institute",
    "users": "user",
    "student_sessions": "student_session",
    "lti_resources": "lti_resource",
    "tool_providers": "tool_provider",
    "tool_provider": "tool_provider",
}
_KIND_OF_NAME = {
    "exam_id": "exam",
    "institute_id": "home_institute",
    "student_session_id": "student_session",
    "proctor_id": "user",
    "comanager_id": "user",
    "user_id": "user",
    "tool_provider_id": "tool_provider",
    "omniauth_config_id": "identity_provider",
}
_LEADING_NUMBER = re.compile(r"\s*\+?0*(\d[\d_]*)")
_HEXADECIMAL = re.compile(r"\s*\+?0[xX]([0-9a-fA-F]+)")
_WORDS_OF_A_NAME = re.compile(r"\w+")
_RESERVED_DOMAIN = re.compile(r"(^|\.)(example\.(com|net|org)|invalid|test|example|localhost)$")
_PHOTO_REMOVAL = frozenset({"student_sessions_destroy_id_card", "student_sessions_destroy_face_photo"})
_ZIP_GENERATION = frozenset({"exams_generate_exam_documents_zip"})


def kind_of(operation: Operation, name: str) -> str | None:
    """Return what the parameter *name* of *operation* identifies, None where it is no id."""
    if name == "id" and "id" in operation.path_names:
        segment = operation.path.split("/{id}")[0].rsplit("/", 1)[-1]
        return _KIND_OF_SEGMENT[segment]
    return _KIND_OF_NAME.get(name)


def named_in(params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield names with values as a lenient server could read them: ``a[exam_id]``, ``exam_id[]``, nested objects."""
    for name, value in params.items():
        words = _WORDS_OF_A_NAME.findall(name)
        yield (words[-1] if words else name), value
        for inner in value if isinstance(value, list | tuple) else [value]:
            if isinstance(inner, Mapping):
                yield from named_in(inner)


def numbers_in(value: Any) -> Iterator[int]:
    """
    Yield every id that a lenient server could read from *value*.

    ``"7abc"`` may be taken for 7, ``"1_0"`` for 10 or 1, ``"1e3"`` for 1000 or 1, ``"0x10"`` for 16, true for 1.
    """
    if isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from numbers_in(item)
    elif isinstance(value, int | float):
        yield from _numbers_in_number(value)
    elif value is not None:
        yield from _numbers_in_text(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def _numbers_in_number(value: float) -> Iterator[int]:
    """Yield the id that a number is; no id is false, and none is not finite."""
    if value is not False and math.isfinite(value):
        yield int(value)


def _numbers_in_text(text: str) -> Iterator[int]:
    if found := _LEADING_NUMBER.match(text):
        yield int(found.group(1).split("_")[0])
        yield int(found.group(1).replace("_", ""))
    if found := _HEXADECIMAL.match(text):
        yield int(found.group(1), 16)
    with contextlib.suppress(ValueError, OverflowError):
        yield int(float(text))


def receives_mail(value: Any) -> bool:
    """Tell whether a text could be an e-mail address outside the domains that are reserved for examples and tests."""
    _, at, domain = str(value).strip().rpartition("@")
    domain = domain.strip(" >\"'").lower().rstrip(".")
    return bool(at) and "." in domain and not _RESERVED_DOMAIN.search(domain)


@dataclass
class Ownership:
    """The ids of one run, by kind."""

    created: dict[str, set[int]] = field(default_factory=dict)
    absent: dict[str, set[int]] = field(default_factory=dict)
    handed: dict[str, dict[int, frozenset[str] | None]] = field(default_factory=dict)
    """Ids of the config; with the operations they are handed over for, None for all that take the kind as parameter."""

    @classmethod
    def of(cls, target: Target) -> Ownership:
        """Return what a run may name before it has created anything: what the config hands over."""
        ownership, fixtures = cls(), target.fixtures
        homes = {user.institute_id for user in target.users.values()}
        ownership.handed = {
            "home_institute": dict.fromkeys(homes),
            "user": dict.fromkeys(fixtures.proctors, frozenset({"student_sessions_assign_proctor"})),
            "student_session": dict.fromkeys(fixtures.photo_sessions, _PHOTO_REMOVAL),
            "exam": {id: _ZIP_GENERATION for id in (fixtures.upload_exam, fixtures.empty_exam) if id},
        }
        if fixtures.identity_provider:
            ownership.handed["identity_provider"] = {fixtures.identity_provider: None}
        return ownership

    def add(self, kind: str, id: int) -> None:
        """Remember that the run created *id*."""
        self.created.setdefault(kind, set()).add(id)
        self.absent.get(kind, set()).discard(id)

    def add_absent(self, kind: str, id: int) -> None:
        """Remember that *id* was shown not to exist; ids outside the range tried for that never count as absent."""
        if ABSENT_FROM <= id < ABSENT_TO:
            self.absent.setdefault(kind, set()).add(id)

    def may_change(self, operation: Operation, kind: str, id: int) -> bool:
        """Tell whether a state-changing request of *operation* may name this id."""
        owned = self.created.get(kind, ())
        if kind == "home_institute":
            owned = self.created.get("institute", ())
        if id in owned or id in self.absent.get("institute" if kind == "home_institute" else kind, ()):
            return True
        handed = self.handed.get(kind, {})
        return id in handed and ((for_what := handed[id]) is None or operation.id in for_what)

    def check(self, operation: Operation, params: Mapping[str, Any]) -> None:
        """
        Refuse a state-changing request that names an id which is not the run's, or an address that receives mail.

        Args:     params: everything as sent: path ids, query and body.
        Raises:   UnsafeRequest: before anything leaves the process.
        """
        if not operation.changes_state:
            return
        for name, value in named_in(params):
            if name == "email" and receives_mail(value):
                raise UnsafeRequest(f"{operation.id} would have named an e-mail address outside the reserved domains")
            if (kind := kind_of(operation, name)) is None:
                continue
            for id in numbers_in(value):
                if id > 0 and not self.may_change(operation, kind, id):
                    raise UnsafeRequest(
                        f"{operation.id} would have named {name}={id}, which this run neither created nor was handed "
                        "nor showed not to exist; nothing was sent"
                    )
