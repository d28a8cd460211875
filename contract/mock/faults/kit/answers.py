"""Deviations of answers: envelope, fields of objects, status and text of refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import ErrorAnswer, Refusal
from contract.mock.faults.kit.core import Deviation, When, always, finish, succeeded, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

Data = dict[str, Any]
EditObject = Callable[[Call, Data], None]


# whole answers --------------------------------------------------------------------------------------------------------


def refused_as(kind: str, when: When = always) -> Deviation:
    """Refuse what is allowed; nothing happens. *kind*: key of ``ERRORS``; "internal" is a 500."""

    def around(call: Call, inner: Handler) -> Reply:
        raise Refusal(kind, id="0", param="id", rule="is invalid")

    return wrap(around, when)


def answers(status: int, body: Any, when: When = always) -> Deviation:
    """What is answered instead of a success; what was stored stays."""
    return finish(lambda call, reply: Reply(status, body) if succeeded(reply) else reply, when)


def with_body(edit: Callable[[Any], Any], when: When = always) -> Deviation:
    """Edit the JSON of a success."""

    def edited(call: Call, reply: Reply) -> Reply:
        return replace(reply, body=edit(reply.body)) if succeeded(reply) else reply

    return finish(edited, when)


def under(key: str) -> Deviation:
    """The object or list stands under another key."""
    return with_body(lambda body: {key: next(iter(body.values()))})


def unwrapped() -> Deviation:
    """The object or list comes without its envelope."""
    return with_body(lambda body: next(iter(body.values())))


def in_list() -> Deviation:
    """The one object comes as a list of one."""
    return with_body(lambda body: {key: [value] for key, value in body.items()})


def out_of_list() -> Deviation:
    """The list comes as an object by id."""
    return with_body(lambda body: {key: {str(row["id"]): row for row in rows} for key, rows in body.items()})


# objects --------------------------------------------------------------------------------------------------------------


def objects(body: Any) -> Iterator[Data]:
    """Every object of an answer: the one in the envelope, or those of the list."""
    for value in body.values() if isinstance(body, dict) else ():
        found = value if isinstance(value, list) else [value]
        yield from (each for each in found if isinstance(each, dict))


def each(edit: EditObject, when: When = always) -> Deviation:
    """Edit every object of a success in place."""

    def edited(call: Call, reply: Reply) -> Reply:
        if succeeded(reply):
            for found in objects(reply.body):
                edit(call, found)
        return reply

    return finish(edited, when)


def without(*names: str, when: When = always) -> Deviation:
    """Fields that are left out."""

    def edit(call: Call, found: Data) -> None:
        for name in names:
            found.pop(name, None)

    return each(edit, when)


def without_last(*names: str) -> Deviation:
    """Fields that the last object of a list leaves out."""

    def edited(call: Call, reply: Reply) -> Reply:
        if succeeded(reply):
            for found in list(objects(reply.body))[-1:]:
                for name in names:
                    found.pop(name, None)
        return reply

    return finish(edited)


def without_null(*names: str) -> Deviation:
    """Fields that are left out where they are null."""

    def edit(call: Call, found: Data) -> None:
        for name in names:
            if found.get(name, "") is None:
                del found[name]

    return each(edit)


def field(name: str, convert: Callable[[Any], Any], when: When = always) -> Deviation:
    """A field that is written otherwise, where it is there and not null."""

    def edit(call: Call, found: Data) -> None:
        if found.get(name) is not None:
            found[name] = convert(found[name])

    return each(edit, when)


def fields(names: str, convert: Callable[[Any], Any], when: When = always) -> Deviation:
    """Several fields (blanks between) that are written otherwise."""

    def edit(call: Call, found: Data) -> None:
        for name in names.split():
            if found.get(name) is not None:
                found[name] = convert(found[name])

    return each(edit, when)


def constant(name: str, value: Any, when: When = always) -> Deviation:
    """A field that is always the same."""
    return each(lambda call, found: found.update({name: value}) if name in found else None, when)


# times, as other servers write them -----------------------------------------------------------------------------------


def no_milliseconds(text: str) -> str:
    return text[:19] + text[23:]


def no_zero_milliseconds(text: str) -> str:
    """Whole seconds lose their fraction."""
    return text[:19] + text[23:] if text[19:23] == ".000" else text


def no_offset(text: str) -> str:
    return text[:23]


def offset_without_colon(text: str) -> str:
    return text[:-3] + text[-2:]


def blank_for_t(text: str) -> str:
    """As a database prints it: ``2026-01-01 09:00:00 UTC``."""
    return text[:10] + " " + text[11:19] + " UTC"


def microseconds(text: str) -> str:
    return text[:23] + "000" + text[23:]


# refusals -------------------------------------------------------------------------------------------------------------


def status(kind: str, code: int) -> Deviation:
    """The refusal *kind* has another status, in this operation only."""
    return _error(kind, lambda answer: replace(answer, status=code))


def text(kind: str, words: str, field: str | None = None) -> Deviation:
    """The refusal *kind* has other words, in this operation only."""
    return _error(kind, lambda answer: replace(answer, text=words, field=field))


def _error(kind: str, change: Callable[[ErrorAnswer], ErrorAnswer]) -> Deviation:
    def deviation(rules: Rules, operation: Operation) -> None:
        operation.errors[kind] = change(operation.errors.get(kind) or rules.errors[kind])

    return deviation


def unknown_accepted(body: Any, id_name: str | None = None, code: int = 200) -> Deviation:
    """An id that does not exist (of the last path id, or *id_name*) is answered as if all were well."""
    return finish(
        lambda call, reply: Reply(code, body) if reply.status == 404 and _id(call, id_name).isdigit() else reply
    )


def never_given_accepted(body: Any) -> Deviation:
    """An id that no row ever had is answered as if all were well; of what was destroyed, or is elsewhere, it is not."""

    def edit(call: Call, reply: Reply) -> Reply:
        id = _id(call, None)
        if reply.status != 404 or not id.isdigit():
            return reply
        newest = call.store.value(f"SELECT max(id) FROM {call.rules.tables[call.operation.resource].name}")
        return Reply(200, body) if (newest or 0) + 10_000 < int(id) < 2**63 else reply

    return finish(edit)


def word_accepted(body: Any, id_name: str | None = None) -> Deviation:
    """A word as id in the path is answered as if all were well."""
    return finish(
        lambda call, reply: Reply(200, body) if reply.status == 404 and not _id(call, id_name)[:1].isdigit() else reply
    )


def word_crashes(id_name: str | None = None) -> Deviation:
    """A word as id in the path is answered with 500."""
    return finish(
        lambda call, reply: (
            Reply(500, {"errors": "Internal server error."})
            if reply.status == 404 and not _id(call, id_name)[:1].isdigit()
            else reply
        )
    )


def _id(call: Call, name: str | None) -> str:
    return call.path_ids[name] if name else list(call.path_ids.values())[-1]
