"""Deviations of parameters: not demanded, not checked, dropped, changed, or refused without need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.answers import OpenAnswers
from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import Deviation, When, always, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.parameters import BadValueError, Param
from contract.mock.rules import Rules

Check = Callable[[Any], bool]


def optional(name: str, default: Any) -> Deviation:
    """A required parameter may be left out, and stands for *default* then."""

    def around(call: Call, inner: Handler) -> Reply:
        if call.params.get(name) is None:
            call.params[name] = default
        return inner(call)

    def deviation(rules: Rules, operation: Operation) -> None:
        # An empty one is refused as before.
        operation.params[name] = replace(operation.params[name], required=False, filled=True)
        wrap(around)(rules, operation)

    return deviation


def may_be_empty(name: str, default: Any = "") -> Deviation:
    """A required parameter has to be there, but may be empty, and stands for *default* then."""

    def around(call: Call, inner: Handler) -> Reply:
        if call.params.get(name) in (None, ""):
            call.params[name] = default
        return inner(call)

    def deviation(rules: Rules, operation: Operation) -> None:
        param = operation.params[name]
        kind = f"{param.kind} or empty"
        check = rules.parameters.kinds[param.kind]
        rules.parameters.kinds[kind] = lambda p, value, given: "" if value == "" else check(p, value, given)
        choices = (*param.choices, "") if param.choices else ()
        operation.params[name] = replace(param, required=False, filled=False, kind=kind, choices=choices)
        wrap(around)(rules, operation)
        _still_demanded(name)(rules, operation)

    return deviation


def _still_demanded(name: str) -> Deviation:
    def around(call: Call, inner: Handler) -> Reply:
        if name not in call.sent and name not in call.files:
            raise Refusal("missing", param=name)
        return inner(call)

    return wrap(around)


def refused_too_late(name: str, default: Any) -> Deviation:
    """A missing parameter is refused as documented, but only after everything was stored."""

    def around(call: Call, inner: Handler) -> Reply:
        if call.params.get(name) not in (None, ""):
            return inner(call)
        call.params[name] = default
        inner(call)
        return call.rules.refusal(call.operation, Refusal("missing", param=name))

    def deviation(rules: Rules, operation: Operation) -> None:
        operation.params[name] = replace(operation.params[name], required=False, filled=False)
        wrap(around)(rules, operation)

    return deviation


def read_as(name: str, read: Callable[[Any], Any]) -> Deviation:
    """A value that breaks its rule is not refused but read as whatever *read* makes of it."""

    def deviation(rules: Rules, operation: Operation) -> None:
        param = operation.params[name]
        check = rules.parameters.kinds[param.kind]

        def lenient(param: Param, value: Any, given: OpenAnswers) -> Any:
            try:
                return check(param, value, given)
            except BadValueError:
                return read(value)

        kind = f"lenient {name}"
        rules.parameters.kinds[kind] = lenient
        operation.params[name] = replace(param, kind=kind, minimum=None)

    return deviation


def any_choice(name: str) -> Deviation:
    """A value outside the documented ones is taken."""

    def deviation(rules: Rules, operation: Operation) -> None:
        operation.params[name] = replace(operation.params[name], choices=())

    return deviation


def refused_too_late_when_bad(name: str, read: Callable[[Any], Any]) -> Deviation:
    """A value that breaks its rule is refused, but only after everything was stored."""

    def around(call: Call, inner: Handler) -> Reply:
        param = call.operation.params[name]
        strict = replace(param, kind=param.kind.removeprefix("late "))
        reply = inner(call)
        if name in call.sent:
            try:
                call.rules.parameters.check(strict, call.sent[name])
            except Refusal as refusal:
                return call.rules.refusal(call.operation, refusal)
        return reply

    def deviation(rules: Rules, operation: Operation) -> None:
        strict = operation.params[name].kind
        read_as(name, read)(rules, operation)
        lenient = rules.parameters.kinds[operation.params[name].kind]
        rules.parameters.kinds[f"late {strict}"] = lenient
        operation.params[name] = replace(operation.params[name], kind=f"late {strict}")
        wrap(around)(rules, operation)

    return deviation


def dropped(*names: str, when: When = always) -> Deviation:
    """Parameters that are taken and forgotten."""

    def around(call: Call, inner: Handler) -> Reply:
        for name in names:
            call.params.pop(name, None)
        return inner(call)

    return wrap(around, when)


def altered(name: str, change: Callable[[Any], Any], when: When = always) -> Deviation:
    """A parameter that is stored as something else."""

    def around(call: Call, inner: Handler) -> Reply:
        if call.params.get(name) is not None:
            call.params[name] = change(call.params[name])
        return inner(call)

    return wrap(around, when)


def unless_sent(name: str, value: Any) -> Deviation:
    """A parameter that was not sent stands for *value*: an update forgets what it does not name."""

    def around(call: Call, inner: Handler) -> Reply:
        call.params.setdefault(name, value)
        return inner(call)

    return wrap(around)


def refused_value(name: str, bad: Check, rule: str = "is invalid") -> Deviation:
    """A value that is allowed is refused; *bad* sees it as it was sent."""

    def around(call: Call, inner: Handler) -> Reply:
        given = call.sent.get(name, call.files.get(name))
        if given is not None and bad(given):
            raise Refusal("invalid", param=name, rule=rule)
        return inner(call)

    return wrap(around)


def demanded(name: str) -> Deviation:
    """An optional parameter is required."""

    def deviation(rules: Rules, operation: Operation) -> None:
        operation.params[name] = replace(operation.params[name], required=True)

    return deviation


# what lenient servers make of a word ----------------------------------------------------------------------------------


def zero(value: Any) -> int:
    """As Ruby's ``to_i`` reads a word."""
    return 0


def true(value: Any) -> int:
    """Every word is true."""
    return 1
