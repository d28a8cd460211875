"""
Parameter rules: what each documented parameter must be, as data, and the functions that hold a value to its rule.

Rule texts are those printed on the pages (https://docs.proctorexam.com/v3/apidoc.html and below). A number and its
text are the same thing, as query and form bodies only carry text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contract.mock.answers import OpenAnswers
from contract.mock.clock import MAXIMUM_MS, MINIMUM_MS, read_time
from contract.mock.errors import Refusal
from contract.mock.wire import UploadedFile, read_json

MAXIMUM_INTEGER = 2**63 - 1
_INTEGER = re.compile(r"[+-]?\d{1,19}(\.0+)?\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?\Z", re.ASCII)
_PASSWORD = (r".{8,}", r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")

NUMBER_RULE = "Must be a number."
STRING_RULE = "Must be a String"
FILE_RULE = "Must be a File"
BOOLEAN_RULE = "Must be one of: true, false, 1, 0."


class BadValueError(Exception):
    """A value breaks its rule; the argument is the text of the rule."""


@dataclass(frozen=True)
class Param:
    """
    One documented parameter of one operation.

    Args:
        kind: key of ``KINDS``.
        required: it must be there and not be empty.
        filled: it may be left out, but not be empty (an update of what create requires).
        choices: the allowed texts. minimum: of a number.
        column: where it is stored; "" when the handler decides.
    """

    name: str
    kind: str = "string"
    required: bool = False
    filled: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    column: str | None = None

    @property
    def stored_in(self) -> str:
        return self.name if self.column is None else self.column


def read_integer(value: Any) -> int | None:
    """The integer that a JSON number or a text stands for; None when it is none that can be stored."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value.is_integer() else None
    if isinstance(value, str):
        value = int(value.partition(".")[0]) if _INTEGER.match(value) else None
    return value if isinstance(value, int) and abs(value) <= MAXIMUM_INTEGER else None


def is_number(value: Any) -> bool:
    """Whether a value is a number or the text of one, of any size."""
    if isinstance(value, str):
        return bool(_NUMBER.match(value))
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(param: Param, value: Any, answers: OpenAnswers) -> int:
    number = read_integer(value)
    if number is None:
        raise BadValueError(NUMBER_RULE)
    if param.minimum is not None and number < param.minimum:
        raise BadValueError(f"must be greater than or equal to {param.minimum}")
    return number


def _string(param: Param, value: Any, answers: OpenAnswers) -> str:
    """The documented rule: nothing but text."""
    if not isinstance(value, str):
        raise BadValueError(STRING_RULE)
    return value


def _text(param: Param, value: Any, answers: OpenAnswers) -> str:
    """No rule is printed: any single value, written as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return _string(param, value, answers)


def _boolean(param: Param, value: Any, answers: OpenAnswers) -> int:
    text = str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | str) else ""
    if text not in ("true", "false", "1", "0"):
        raise BadValueError(BOOLEAN_RULE)
    return int(text in ("true", "1"))


def _time(param: Param, value: Any, answers: OpenAnswers) -> int:
    """ISO 8601, or the epoch seconds that older clients send."""
    if isinstance(value, str) and not _INTEGER.match(value):
        moment = read_time(value, answers.naive_time_offset_minutes)
        if moment is None:
            raise BadValueError("is not a valid time")
        return moment
    return _epoch(param, value, answers)


def _epoch(param: Param, value: Any, answers: OpenAnswers) -> int:
    """Seconds since the epoch; large numbers are milliseconds."""
    number = read_integer(value)
    if number is None:
        raise BadValueError(NUMBER_RULE)
    moment = number if abs(number) >= answers.milliseconds_from else number * 1000
    if not MINIMUM_MS <= moment <= MAXIMUM_MS:
        raise BadValueError("is not a valid time")
    return moment


def _password(param: Param, value: Any, answers: OpenAnswers) -> str:
    text = _string(param, value, answers)
    if not all(re.search(pattern, text, re.DOTALL) for pattern in _PASSWORD):
        raise BadValueError(
            "must have at least 8 characters, with a lowercase letter, an uppercase letter, a number and"
            " a special character"
        )
    return text


def _file(param: Param, value: Any, answers: OpenAnswers) -> UploadedFile:
    if not isinstance(value, UploadedFile):
        raise BadValueError(FILE_RULE)
    return value


def _json_text(param: Param, value: Any, answers: OpenAnswers) -> Any:
    """Stringified JSON, decoded."""
    try:
        return read_json(_string(param, value, answers))
    except (ValueError, RecursionError):
        raise BadValueError("is not valid JSON") from None


Kind = Callable[[Param, Any, OpenAnswers], Any]

KINDS: dict[str, Kind] = {
    "number": _number,
    "string": _string,
    "text": _text,
    "boolean": _boolean,
    "time": _time,
    "epoch": _epoch,
    "password": _password,
    "file": _file,
    "json": _json_text,
}

# Kinds for which null (or an empty text) clears the attribute; for the others it counts as not sent.
_CLEARED_BY_NULL = ("string", "text", "time", "epoch")


class ParameterRules:
    """Holds the parameters of a request to the rules of its operation."""

    def __init__(self, answers: OpenAnswers) -> None:
        self.answers = answers
        self.kinds = dict(KINDS)

    def is_empty(self, value: Any) -> bool:
        return value is None or value == "" or value == [] or value == {}

    def clean(self, params: Mapping[str, Param], sent: Mapping[str, Any]) -> dict[str, Any]:
        """
        Check every parameter of *params* in *sent*.

        Returns: the values of those that were sent, by name, as they are stored; unknown names are dropped.
        Raises: Refusal: one is missing, empty or breaks its rule.
        """
        for param in params.values():
            self._demand(param, sent)
        cleaned: dict[str, Any] = {}
        for param in params.values():
            if param.name in sent:
                self._take(param, sent[param.name], cleaned)
        return cleaned

    def _demand(self, param: Param, sent: Mapping[str, Any]) -> None:
        present = param.name in sent
        if (param.required and not present) or (
            (param.required or param.filled) and present and self.is_empty(sent[param.name])
        ):
            raise Refusal("missing", param=param.name)

    def _take(self, param: Param, value: Any, cleaned: dict[str, Any]) -> None:
        if value is None:
            if param.kind in _CLEARED_BY_NULL and not param.choices:
                cleaned[param.name] = None
            return
        if value == "" and param.kind == "json":
            return
        cleaned[param.name] = self.check(param, value)

    def check(self, param: Param, value: Any) -> Any:
        """One value. Raises: Refusal: it breaks the rule of *param*."""
        try:
            checked = self.kinds[param.kind](param, value, self.answers)
            if param.choices and checked not in param.choices:
                raise BadValueError(f"Must be one of: {', '.join(param.choices)}.")
        except BadValueError as broken:
            raise Refusal("invalid", param=param.name, rule=str(broken)) from None
        return checked
