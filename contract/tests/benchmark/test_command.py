"""``make bench`` from made-up figures: the table, the document, what is missing, what failed."""

from __future__ import annotations

import importlib
import json
import types
from pathlib import Path

import pytest
from click.testing import CliRunner

from contract import benchmark
from contract.benchmark import GROUPS, CannotMeasure, Row, __main__
from contract.benchmark.table import document, markdown, summary

OTHER = Row("cases", "stock", 100.0, "cases/s/core", "rounds: 2")
MET = Row("cases", "ours", 1234.5, "cases/s/core", "", 12.3, "against stock", at_least=5)
MISSED = Row("latency", "100 ms", 90.0, "s", "", 3.0, "times as long as 0 ms", at_most=2)
MISSING = Row("mock", "Prism", None, "requests/s", "npm is not installed")


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Stand-ins for the modules of the groups; each yields nothing until a test says otherwise."""
    said: dict[str, object] = {}

    def load(name: str) -> object:
        return types.SimpleNamespace(measure=said.get(name.rpartition(".")[2], lambda quick: iter(())))

    monkeypatch.setattr(importlib, "import_module", load)
    return said


def run(folder: Path, *arguments: str):
    return CliRunner().invoke(__main__.main, ["--output", str(folder / "bench.json"), *arguments])


def yielding(*rows: Row):
    return lambda quick: iter(rows)


def raising(error: Exception, *rows: Row):
    def measure(quick: bool):
        yield from rows
        raise error

    return measure


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (MET, True),
        (MISSED, False),
        (MISSING, None),
        (OTHER, None),
        (Row("rows", "exactly", 1.0, "ms", "", 3.0, "against 10^3", at_most=3), True),
        (Row("workers", "stopped", 300.0, "s", "", None, "times as fast as one", at_least=1.7), None),
        (Row("report_page", "paint", 900.0, "ms", at_most=1000), True),
    ],
)
def test_a_goal_is_of_the_ratio_where_there_is_an_other_side(row: Row, met: bool | None) -> None:
    assert row.met is met


def test_every_row_says_figure_unit_ratio_other_side_goal_and_whether_it_is_met() -> None:
    written = document([MET], {}, quick=False)["rows"][0]

    assert written == {
        "group": "cases", "name": "ours", "value": 1234.5, "unit": "cases/s/core", "note": "",
        "ratio": 12.3, "against": "against stock", "at_least": 5, "at_most": None, "met": True,
    }  # fmt: skip


def test_figures_go_to_the_file_and_the_table(tmp_path: Path, groups) -> None:
    groups.update(cases=yielding(OTHER, MET), latency=yielding(MISSED))

    done = run(tmp_path)

    assert done.exit_code == 0
    written = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in written["rows"]] == ["stock", "ours", "100 ms"]
    assert written["failed"] == {}
    for part in ("1\u202f234 cases/s/core", "12.30", "≥ 5", "yes", "3.00", "≤ 2", "no", "1 of 2 goals met"):
        assert part in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "cases: ours: 1\u202f234 cases/s/core" in done.stderr


def test_what_could_not_be_measured_is_told_and_no_failure(tmp_path: Path, groups) -> None:
    groups.update(mock=yielding(MISSING), rows=raising(CannotMeasure("wrk is not installed")))

    done = run(tmp_path)

    assert done.exit_code == 0
    assert "not measured: mock, Prism: npm is not installed" in done.stdout
    assert "not measured: rows, all figures: wrk is not installed" in done.stdout


def test_a_group_that_fails_is_told_and_takes_no_other_down(tmp_path: Path, groups) -> None:
    groups.update(cases=raising(RuntimeError("nothing was measured"), OTHER), latency=yielding(MISSED))

    done = run(tmp_path)

    assert done.exit_code == 1
    assert "failed: cases: RuntimeError: nothing was measured" in done.stdout
    written = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert written["failed"] == {"cases": "RuntimeError: nothing was measured"}
    assert [row["name"] for row in written["rows"]] == ["stock", "100 ms"]


def test_what_was_measured_before_an_interruption_is_kept(tmp_path: Path, groups) -> None:
    groups.update(cases=raising(KeyboardInterrupt(), OTHER))

    assert run(tmp_path).exit_code != 0
    written = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in written["rows"]] == ["stock"]


def test_only_the_groups_asked_for_are_measured(tmp_path: Path, groups) -> None:
    groups.update(cases=yielding(OTHER), latency=yielding(MISSED))

    done = run(tmp_path, "--only", "latency", "--markdown", str(tmp_path / "table.md"))

    assert "stock" not in done.stdout
    page = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "| latency | 100 ms | 90 s | 3.00 times as long as 0 ms | ≤ 2 | no |" in page


def test_help_lists_every_group_with_what_it_is() -> None:
    said = CliRunner().invoke(__main__.main, ["--help"]).stdout

    for group in GROUPS:
        assert f"  {group} " in said
        assert __main__._first_line(group) in said
    assert max(map(len, said.splitlines())) <= 80
    assert "--quick" in said


def test_every_group_is_a_module_and_every_module_that_measures_is_a_group() -> None:
    folder = Path(benchmark.__file__).parent
    measuring = {path.stem for path in folder.glob("*.py") if "def measure(quick: bool)" in path.read_text("utf-8")}

    assert measuring == set(GROUPS)


def test_the_summary_counts() -> None:
    said = summary([MET, MISSED, MISSING], {"rows": "…"})

    assert said == "1 of 2 goals met; 1 figures not measured; failed: rows"
    assert markdown([MISSING]).endswith("| mock | Prism | not measured |  |  |  |\n")
