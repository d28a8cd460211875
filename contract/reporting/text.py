"""Small work on texts that several formats share: what XML cannot hold, one line out of many, cutting with a mark."""

from __future__ import annotations

import json
import re
from typing import Any

# XML 1.0 has no way to write these, not even as a reference; U+FFFE and U+FFFF and lone surrogates belong to them.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "\ufffd"


def for_xml(text: str) -> str:
    """Return *text* with every character that XML 1.0 cannot hold replaced by U+FFFD."""
    return _NOT_XML.sub(REPLACEMENT, text)


def encodable(text: str) -> str:
    """Return *text* with lone surrogates, which UTF-8 cannot hold, replaced by U+FFFD."""
    return re.sub("[\ud800-\udfff]", REPLACEMENT, text)


def one_line(text: str, longest: int | None = None) -> str:
    """Return *text* on one line without control characters, cut to *longest* characters with a mark."""
    line = " ".join(for_xml(text).replace("\x85", " ").split())
    return line if longest is None else shortened(line, longest)


def shortened(text: str, longest: int) -> str:
    """Return *text* of at most *longest* characters; where it was cut, it ends in an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def compact(value: Any) -> str:
    """Return an observed *value* as a person would write it: text bare, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun: ``1 operation``, ``65 operations``."""
    return f"{grouped(number)} {singular if number == 1 else plural or singular + 's'}"


def grouped(number: float) -> str:
    """Return *number* with narrow spaces between groups of three digits."""
    return f"{number:,}".replace(",", "\u202f")
