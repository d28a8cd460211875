"""What `check-target` says of what cannot be tested: all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.cli import check_target
from contract.requirements import load
from contract.target import Target, User

TARGET = Target("staging", "https://staging.example.com", {"administrator": User("administrator", "t", "s", 1)})


def test_all_that_is_lacking_and_not_tested_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    check_target._say_capabilities(TARGET)

    printed = capsys.readouterr().out
    untested = [each.id for each in load() if each.needs]
    assert len(untested) > 200
    assert f"{len(untested)} requirements: {', '.join(untested)}" in " ".join(printed.split())
    assert "control (how the mock of this suite is told to turn its clock" in " ".join(printed.split())
    assert max(map(len, printed.splitlines())) <= 80


def test_what_the_config_says_it_has_is_not_lacking(capsys: pytest.CaptureFixture[str]) -> None:
    check_target._say_capabilities(replace(TARGET, control=True))

    assert "control" not in capsys.readouterr().out
