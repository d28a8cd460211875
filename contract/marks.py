"""Markers for tests that hold for several operations, where each operation has a requirement of its own."""

from __future__ import annotations

import pytest


def per_operation(**requirement_ids: str) -> pytest.MarkDecorator:
    """
    Run a test once per operation, as its argument ``operation_id``, and let each run decide its own requirement.

    Args:     requirement_ids: operation id = requirement id.
    """
    cases = [
        pytest.param(operation_id, marks=pytest.mark.requirement(requirement_id), id=operation_id)
        for operation_id, requirement_id in requirement_ids.items()
    ]
    return pytest.mark.parametrize("operation_id", cases)
