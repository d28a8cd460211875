"""The requests that the documentation prints as examples."""

from __future__ import annotations

from typing import Any

from contract import operations, signing


def documented_example(operation_id: str) -> dict[str, Any]:
    """Return the printed example request of an operation, unsigned; booleans as 1 and 0, signed one way only."""
    body = operations.get(operation_id).document["requestBody"]["content"]["application/json"]
    example = body["schema"]["examples"][0]
    return {
        name: int(value) if isinstance(value, bool) else value
        for name, value in example.items()
        if name not in signing.SIGNING_NAMES
    }
