"""Where secrets stand in answers: only where they are documented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract.exchange import Exchange
from contract.judgement import control, deciding, expect
from contract.target import User

CREDENTIALS = frozenset({"api_token", "secret_key"})
CONSUMER_SECRET = "oauth_consumer_secret"


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every name and value of a JSON document, at any depth."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name, member
            yield from members(member)
    elif isinstance(value, list):
        for item in value:
            yield from members(item)


def stand_where_they_are_documented(answered: Exchange, caller: User) -> None:
    """Judge an answer by the three requirements about secrets."""
    named = {name for name, value in members(answered.json) if value}
    with deciding("ISO-060"):
        control(answered).accepted()
        found = ", ".join(sorted(named & CREDENTIALS))
        expect(answered).holds(not found, "no credentials in the answer", f"the fields {found}")
    with deciding("ISO-061"):
        control(answered).accepted()
        expect(answered).holds(CONSUMER_SECRET not in named, "no consumer secret in the answer", CONSUMER_SECRET)
    with deciding("ISO-062"):
        control(answered).accepted()
        headers = answered.response.headers.values() if answered.response is not None else ()
        shown = "\n".join((answered.text, *headers))
        repeated = [what for what in ("token", "secret_key") if getattr(caller, what) in shown]
        found = " and ".join(repeated)
        expect(answered).holds(not repeated, "no credentials of the caller in the answer", f"the caller's {found}")
