"""The documented texts of errors, letter case, quotes and the final stop ignored, anywhere in the body."""

from __future__ import annotations

import re

from contract.exchange import Exchange
from contract.judgement import NotTested, expect

_QUOTES = re.compile(r"[\\'\"`‘’“”]")  # noqa: RUF001 - the documentation prints typographic quotes


def _plain(text: str) -> str:
    text = _QUOTES.sub("", text.lower())
    return re.sub(r"\s+", " ", re.sub(r"\s*([:=\[\]{},])\s*", r"\1", text)).strip().rstrip(".")


def says(exchange: Exchange, text: str) -> bool:
    """Tell whether the body of an answer holds a documented text."""
    body = exchange.text
    if exchange.json is not None:
        # Escapes of JSON (\\u0027 for a quote) are undone.
        import json

        body = json.dumps(exchange.json, ensure_ascii=False)
    return _plain(text) in _plain(body)


def has_text(exchange: Exchange, text: str, *, of: int | None = None) -> None:
    """
    Judge whether an answer says what the documentation prints for it.

    Args:     of: the status that the text belongs to, where others are as good.
    Raises:   FindingRaised: it does not. NotTested: it has another status.
    """
    if of is not None and exchange.status != of:
        raise NotTested(f"the text belongs to a {of}, and the answer is a {exchange.status}")
    expect(exchange).holds(
        says(exchange, text), f"the text {text!r} in the body", lambda: exchange.text[:200] or "no body"
    )
