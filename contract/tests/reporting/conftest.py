"""Results that several tests of the report share."""

from __future__ import annotations

import pytest

from contract.results import RunResult
from contract.tests.reporting import factory


@pytest.fixture
def failing() -> RunResult:
    return factory.failing()


@pytest.fixture
def passing() -> RunResult:
    return factory.passing()
