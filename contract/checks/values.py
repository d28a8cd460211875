"""What was sent against what is answered: the same value in another spelling is the same value."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contract import operations
from contract.exchange import Exchange
from contract.judgement import expect
from contract.transport import http_date

_WORDS = {"true": "1", "false": "0"}
_TIME_SUFFIXES = ("_at", "_time")
_ADDRESSES = frozenset({"email"})
NEAR = timedelta(minutes=5)
"""How far a time that is to be that of the request may be from it."""
_PAST_A_SECOND_S = 1.1


def instant(text: Any) -> datetime | None:
    """Return the moment that an ISO 8601 text names, in UTC where it has no offset; None where it is no such text."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def answered_at(exchange: Exchange) -> datetime:
    """Return when an exchange was, by the target's own clock where its answer has a date."""
    return http_date(exchange.header("Date")) or datetime.fromtimestamp(exchange.started_ms / 1000, UTC)


def is_now(exchange: Exchange, name: str, answered: Any) -> None:
    """
    Judge whether the time that an answer gives for *name* is that of the request.

    Raises:   FindingRaised: it is another, or no time.
    """
    now, moment = answered_at(exchange), instant(answered)
    close = moment is not None and abs(moment - now) < NEAR
    expect(exchange).holds(close, f"{name} near {now.isoformat()}", str(answered))


def same(name: str, sent: Any, answered: Any) -> bool:
    """
    Tell whether the field *name* is answered as it was sent.

    1 and true are the same, so are a number and its text, two spellings of one moment, and addresses that differ in
    letter case or outer white space only.
    """
    if name.endswith(_TIME_SUFFIXES) and instant(sent) is not None:
        return instant(sent) == instant(answered)
    if name in _ADDRESSES:
        return str(sent).strip().lower() == str(answered).strip().lower()
    if answered is None or isinstance(answered, dict | list):
        return bool(sent == answered)
    return _plain(sent) == _plain(answered)


def _alike(name: str, wanted: Any, actual: Any) -> bool:
    if name.endswith(_TIME_SUFFIXES) and (then := instant(wanted)) and (now := instant(actual)):
        # Where one of them gives no fraction of a second, there is none to compare.
        whole = not all("." in str(text) for text in (wanted, actual))
        return abs(then - now) < timedelta(seconds=1) if whole else then == now
    return bool(wanted == actual) or same(name, wanted, actual)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _WORDS.get(str(value), str(value))


def comes_back(exchange: Exchange, answered: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    """
    Judge whether every parameter that is answered under its own name is answered as it was sent.

    Raises:   FindingRaised: one is not, or none of them is answered at all; the finding names the fields.
    """
    judged = [name for name in sent if name in answered]
    expect(exchange).holds(judged, f"an answer with {', '.join(sent)}", f"fields {', '.join(answered) or 'none'}")
    wrong = [name for name in judged if not same(name, sent[name], answered[name])]
    listed = "; ".join(f"{name} = {answered[name]!r}, sent {sent[name]!r}" for name in wrong)
    expect(exchange).holds(not wrong, "every parameter to come back as sent", listed)


def agrees(exchange: Exchange, actual: Mapping[str, Any], wanted: Mapping[str, Any], *ignored: str) -> None:
    """
    Judge whether an answer shows a resource as another answer does, in the documented fields that both have.

    How a value is written is another question: the text of a number agrees with it, a time without milliseconds with
    the same second.

    Args:     actual: the resource of *exchange*; wanted: the same one as answered elsewhere; ignored: fields that
              may differ.
    Raises:   FindingRaised: a field differs, or the two share no field; the finding names up to five fields.
    """
    # What is not documented may change from answer to answer.
    common = [name for name in wanted if name in actual and name in _documented() and name not in ignored]
    expect(exchange).holds(common, "the fields of the other answer", f"fields {', '.join(actual) or 'none'}")
    different = [name for name in common if not _alike(name, wanted[name], actual[name])]
    listed = "; ".join(f"{name} = {actual[name]!r}, elsewhere {wanted[name]!r}" for name in different[:5])
    expect(exchange).holds(not different, "the same values as in the other answer", listed)


def lost(before: Mapping[str, Any], after: Mapping[str, Any], *changed: str) -> str:
    """Return the names of the documented fields that differ but for *changed*, or ``nothing``."""
    fields = [
        name for name in before if name in after and name in _documented() and name not in (*changed, "updated_at")
    ]
    return ", ".join(sorted(name for name in fields if not same(name, before[name], after[name]))) or "nothing"


def wait_past(moment: datetime | None) -> None:
    """Wait until what the target does now is later than *moment* in its answers, where it writes whole seconds."""
    if moment is not None and not moment.microsecond:
        time.sleep(_PAST_A_SECOND_S)


def documented(value: Any) -> Any:
    """Return what an answer shows, at any depth, without the fields that no description has: they may always change."""
    if isinstance(value, Mapping):
        known = _documented()
        return {name: documented(item) for name, item in value.items() if not isinstance(name, str) or name in known}
    return [documented(item) for item in value] if isinstance(value, list | tuple) else value


@functools.cache
def _documented() -> frozenset[str]:
    """Return the name of every field of every described answer."""
    return frozenset(
        name for operation in operations.table().values() for name in _names(operation.document["responses"])
    )


def _names(described: Any) -> Iterator[str]:
    if isinstance(described, Mapping):
        if isinstance(properties := described.get("properties"), Mapping):
            yield from properties
        for value in described.values():
            yield from _names(value)
    elif isinstance(described, list):
        for value in described:
            yield from _names(value)
