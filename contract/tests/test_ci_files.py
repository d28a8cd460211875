"""Workflows, action and container file: they agree with GitHub's schemas and name what there is."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

from contract import data
from contract.cli import COMMANDS

FOLDER = data.root() / ".ci"
WORKFLOWS = sorted((FOLDER / "workflows").glob("*.yml"))
FILES = [*WORKFLOWS, FOLDER / "action" / "action.yml", FOLDER / "Containerfile"]


@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.github-actions", [FOLDER / "action" / "action.yml"])],
    ids=["workflows", "action"],
)
def test_they_agree_with_the_schema_of_github(schema: str, files: list) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert files
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_they_call_exists(path) -> None:
    text = path.read_text(encoding="utf-8")
    called = re.findall(r'bin/conformance"? ([a-z-]+)((?:[^\n]|\\\n)*)', text)

    for command, options in called:
        module = importlib.import_module(f"contract.cli.{COMMANDS[command]}")
        known = {name for param in module.command.params for name in param.opts}
        assert set(re.findall(r"--[a-z-]+", options)) <= known, (command, options)
    assert called or path.name == "Containerfile"


def test_the_docs_name_them() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (data.root() / "docs").glob("*.md"))

    for path in FILES:
        assert str(path.relative_to(data.root())) in pages


def test_the_config_that_the_night_reads_is_said_to_be_committed_and_can_be() -> None:
    guide = (data.root() / "docs" / "staging.md").read_text(encoding="utf-8")
    ignored = (data.root() / ".gitignore").read_text(encoding="utf-8").split()

    assert "Commit `conformance.toml`" in guide.partition("## 5. Nightly")[2]
    assert "commit conformance.toml" in (FOLDER / "workflows" / "nightly.yml").read_text(encoding="utf-8")
    assert not {"conformance.toml", "*.toml"} & set(ignored)
