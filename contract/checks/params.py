"""Parameters as a test leaves them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MISSING = ("absent", "empty")
"""The two ways in which a required parameter is missing; null is left out, as how to sign it is not documented."""


def lacking(params: Mapping[str, Any], name: str, how: str) -> dict[str, Any]:
    """Return *params* without the one called *name*: ``absent`` leaves it out, ``empty`` sends an empty text."""
    rest = {each: value for each, value in params.items() if each != name}
    return {"absent": rest, "empty": {**rest, name: ""}}[how]


def missing_text(name: str) -> str:
    """Return what the documentation prints for a required parameter *name* that is missing."""
    return f"Param is missing or the value is empty: {name}"
