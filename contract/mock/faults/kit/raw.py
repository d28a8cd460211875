"""Deviations that look at a value as it was sent: what is made of it depends on how it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.clock import read_time
from contract.mock.faults.kit.core import Deviation, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

Read = Callable[[Any], Any]  # sent -> stored; None: as it should be


def stored_as(name: str, read: Read) -> Deviation:
    """Store what *read* makes of the value that was sent, unless that is None."""

    def around(call: Call, inner: Handler) -> Reply:
        found = read(call.sent[name]) if call.sent.get(name) is not None else None
        if found is not None:
            call.params[name] = found
        return inner(call)

    return wrap(around)


def offset_dropped(sent: Any) -> int | None:
    """The time of day is taken as UTC, whatever offset stands behind it."""
    return read_time(f"{sent[:19]}Z") if isinstance(sent, str) and len(sent) > 19 else None


def utc_taken_as_local(sent: Any) -> int | None:
    """A time that ends in Z is taken for one of the server's zone, an hour ahead."""
    found = read_time(sent) if isinstance(sent, str) and sent.endswith("Z") else None
    return None if found is None else found - 3_600_000


def text_false_is_true(sent: Any) -> int | None:
    """Any text but an empty one is true, so ``"false"`` and ``"0"`` are."""
    return 1 if isinstance(sent, str) and sent else None


def zero_is_nothing(sent: Any) -> Any:
    """Seen by ``dropped_if``: values that count as not given."""
    return str(sent).lower() in ("0", "false")


def dropped_if(name: str, bad: Callable[[Any], bool]) -> Deviation:
    """A parameter with such a value counts as not sent."""

    def around(call: Call, inner: Handler) -> Reply:
        if name in call.sent and bad(call.sent[name]):
            call.params.pop(name, None)
        return inner(call)

    return wrap(around)


def also_taken(name: str, good: Callable[[Any], bool], stored: Any) -> Deviation:
    """Some values outside the rule are taken, and stored as *stored*; the others are refused."""

    def deviation(rules: Rules, operation: Operation) -> None:
        param = operation.params[name]
        check = rules.parameters.kinds[param.kind]
        kind = f"{param.kind} and more"
        rules.parameters.kinds[kind] = lambda p, value, given: stored if good(value) else check(p, value, given)
        operation.params[name] = replace(param, kind=kind)

    return deviation
