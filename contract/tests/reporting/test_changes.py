"""A comparison in the terminal, as data, and as a command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from contract.cli.diff import command
from contract.errors import ConfigurationError
from contract.history.comparison import TITLES, Comparison, compare
from contract.reporting import changes, diff_page, summary
from contract.tests.history.reports import report, write

OLD = {"SIGN-001": "pass", "SIGN-002": "fail", "SIGN-003": "pass", "SIGN-004": "pass", "SIGN-005": "fail",
       "SIGN-006": "not-tested", "SIGN-007": "pass", "SIGN-008": "pass", "SIGN-010": "not-tested"}  # fmt: skip
NEW = {"SIGN-001": "fail", "SIGN-002": "pass", "SIGN-003": "inconclusive", "SIGN-004": "not-tested",
       "SIGN-005": "fail", "SIGN-006": "pass", "SIGN-007": "pass", "SIGN-009": "pass", "SIGN-010": "fail"}  # fmt: skip
SPEED = {f"op{number}": (10.0 + number, 12.0 + number, 60) for number in range(10)}


def everything() -> Comparison:
    """Return a comparison that has something of each kind."""
    answer: dict[str, Any] = {"SIGN-007": {"level": "open", "observed": {"status": 401}}}
    changed: dict[str, Any] = {"SIGN-007": {"level": "open", "observed": {"status": 403}}}
    return compare(
        report(OLD, 1, requirements=answer, latency=SPEED),
        report(NEW, 2, requirements=changed, latency={**SPEED, "op3": (90.0, 95.0, 60)}, profile="deep"),
    )


def test_every_kind_is_told_in_the_terminal() -> None:
    lines = changes.lines(everything())

    for title in TITLES.values():
        assert f"{title} (1)" in lines
    assert "FAIL  SIGN-001    pass -> fail: SIGN-001 holds." in lines
    assert "ok    SIGN-002    fail -> pass: SIGN-002 holds." in lines
    assert "open  SIGN-007    status: 401 -> 403" in lines
    assert "new   SIGN-010    not-tested -> fail: SIGN-010 holds." in lines
    assert "note different profiles: standard and deep; compared is what both judged" in lines
    assert any(line.startswith("slower op3 ") for line in lines)
    assert " ".join(lines[lines.index("", len(lines) - 4) :]).strip().startswith("2 worse: 1 newly failing, ")


def test_terminal_lines_fit_and_what_does_not_is_counted() -> None:
    many = {f"SIGN-{number:03}": "pass" for number in range(1, 200)}
    old = report(many)
    new = report(dict.fromkeys(many, "fail"), 2, version="v" * 90,
                 requirements={id: {"reason": "試験\n\x1b[31m " * 40} for id in many})  # fmt: skip

    lines = changes.lines(compare(old, new))

    assert max(map(cell_len, lines)) <= 80
    assert not any(character in line for line in lines for character in "\n\x1b")
    assert "and 179 more; --json and --html have all" in lines


def test_the_data_keeps_to_the_schema_of_the_report() -> None:
    schema = json.loads(summary.SCHEMA_FILE.read_text(encoding="utf-8"))
    written = json.loads(json.dumps(changes.data(everything())))

    jsonschema.Draft202012Validator({**schema, "$ref": "#/$defs/comparison", "type": "object", "required": [],
                                     "properties": {}}).validate(written)  # fmt: skip

    assert written["worse"] == ["SIGN-001", "SIGN-003"]
    assert [each["operation"] for each in written["latency"]["moved"]] == ["op3"]


def test_the_page_tells_the_same() -> None:
    text = diff_page.html(everything())

    for part in (*(title.capitalize() for title in TITLES.values()), "different profiles", "op3", "401", "403"):
        assert part in text
    assert "<script" not in text
    assert "default-src 'none'" in text


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    return str(write(tmp_path, OLD, 1)), str(write(tmp_path, NEW, 2))


def test_the_command_exits_with_1_for_something_worse_and_0_for_none(folders: tuple[str, str]) -> None:
    old, new = folders

    worse = CliRunner().invoke(command, [old, f"{new}/report.json"], standalone_mode=False)
    none = CliRunner().invoke(command, [old, old], standalone_mode=False)

    assert worse.return_value == 1
    assert "newly failing (1)" in worse.output
    assert none.return_value == 0
    assert none.output.endswith("none worse: 2 still failing\n")


def test_json_is_nothing_but_json_and_a_page_is_written_beside(folders: tuple[str, str], tmp_path: Path) -> None:
    page = tmp_path / "changes.html"

    done = CliRunner().invoke(command, [*folders, "--json", "--html", str(page)], standalone_mode=False)

    assert json.loads(done.output)["worse"] == ["SIGN-001", "SIGN-003", "SIGN-004"]
    assert "Newly failing" in page.read_text(encoding="utf-8")


def test_what_cannot_be_read_or_written_is_told(folders: tuple[str, str], tmp_path: Path) -> None:
    for arguments in ([folders[0], str(tmp_path / "none")], [*folders, "--html", str(tmp_path / "no" / "page.html")]):
        done = CliRunner().invoke(command, arguments, standalone_mode=False)
        assert isinstance(done.exception, ConfigurationError)
        assert "\n" not in str(done.exception)


def test_help_fits_80_columns() -> None:
    assert max(map(len, CliRunner().invoke(command, ["--help"]).output.splitlines())) <= 80
