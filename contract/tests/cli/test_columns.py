"""What is printed for people is no wider than their terminal, and nothing of it is left out."""

from __future__ import annotations

import importlib
import re

import click
import pytest
from click.testing import CliRunner

from contract import cli
from contract.cli import COMMANDS, columns, faults, requirements

HELPS = [*COMMANDS, "faults measure"]


def printed(command: click.Command, *arguments: str) -> str:
    return CliRunner().invoke(command, arguments, standalone_mode=False, catch_exceptions=False).output


@pytest.mark.parametrize("name", HELPS)
def test_help_is_no_wider_than_a_terminal(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    shown = printed(cli.cli, *name.split(), "--help")

    assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("arguments", [["requirements"], ["faults"], ["faults", "--variants"]], ids=" ".join)
@pytest.mark.parametrize("width", [80, 60])
def test_lists_are_wrapped_to_the_terminal_and_whole(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], width: int
) -> None:
    command = importlib.import_module(f"contract.cli.{arguments[0]}").command
    monkeypatch.delenv("COLUMNS", raising=False)
    whole = printed(command, *arguments[1:])
    monkeypatch.setenv("COLUMNS", str(width))
    wrapped = printed(command, *arguments[1:])

    assert max(map(len, wrapped.splitlines())) <= width
    assert re.sub(r"\s", "", wrapped) == re.sub(r"\s", "", whole)


def test_lists_that_a_program_reads_have_a_line_for_each_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)

    lines = printed(requirements.command, "NONCE-*").splitlines()

    assert len(lines) % 3 == 0
    assert all(line.startswith("NONCE-") for line in lines[::3])
    assert len(printed(faults.command).splitlines()) % 2 == 0


def test_the_name_of_a_test_breaks_between_file_and_function() -> None:
    assert columns.lines("tests: test_some_file.py::test_that_has_a_long_name", 2, 40) == [
        "tests: test_some_file.py::",
        "  test_that_has_a_long_name",
    ]
