"""A pytest plugin that writes down which tests decide which requirements, where they are only collected."""

import json
import os
from pathlib import Path

import pytest

OUTPUT = "COLLECTED_TESTS"


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Write the tests to the file that the environment names."""
    tests = [
        {
            "id": item.nodeid.split("conformance_tests/")[-1],
            "requirements": list(marker.args) if (marker := item.get_closest_marker("requirement")) else [],
            "operation": getattr(getattr(item, "callspec", None), "params", {}).get("operation_id"),
            "marks": sorted({marker.name for marker in item.iter_markers()}),
            "line": item.location[1],
            "fixtures": list(getattr(item, "fixturenames", [])),
        }
        for item in session.items
    ]
    Path(os.environ[OUTPUT]).write_text(json.dumps(tests), encoding="utf-8")
