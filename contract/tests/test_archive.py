"""A run and its history: what is said of earlier runs, what is added, what leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contract import reporting
from contract.archive import Archive
from contract.results import RunResult, Verdict
from contract.settings import Settings
from contract.tests.history.reports import write
from contract.tests.reporting.factory import make_case, make_requirement, make_result
from contract.tests.reporting.test_summary import SCHEMA, closed


def archive(folder: Path, keep: int = 50, adds: bool = True) -> Archive:
    return Archive(folder, folder / "index.html", keep, adds)


def run(verdict: Verdict = Verdict.FAIL) -> RunResult:
    """Return a run on 2026-11-22 at 03:15, the latest of all here."""
    return make_result([make_requirement("SIGN-001", cases=[make_case("SIGN-001", verdict=verdict)])])


def finished(result: RunResult, history: Archive, folder: Path) -> dict[str, Any]:
    """Write a run's report into *folder*, add it, and return its report.json."""
    result.past = history.past(result, folder)
    folder.mkdir(parents=True, exist_ok=True)
    reporting.write(result, folder)
    assert history.add(folder) == []
    document: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return document


def test_the_first_run_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    folder = tmp_path / "20261122T031500Z-staging"

    document = finished(run(), archive(tmp_path), folder)

    assert document["previous"] is None
    assert document["findings"][0]["since"]["first_on_record"] is True
    assert "nothing to compare it with" in (folder / "index.html").read_text(encoding="utf-8")


def test_a_run_says_what_changed_and_since_when(tmp_path: Path) -> None:
    write(tmp_path, {"SIGN-001": "pass", "SIGN-002": "pass"}, 1)
    write(tmp_path, {"SIGN-001": "fail"}, 2)
    write(tmp_path, {"SIGN-001": "fail"}, 3, target="another")
    folder = tmp_path / "20261122T031500Z-staging"

    document = finished(run(), archive(tmp_path), folder)

    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(document)
    assert document["previous"]["old"]["run"] == "run-2"
    assert document["findings"][0]["since"] == {
        "run": "run-2",
        "started_at": "2026-11-21T02:15:00.000Z",
        "version": "build 2",
        "first_on_record": False,
    }
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert '<a href="../20261121T021500Z-staging/index.html">' in page
    assert '<dd class="past-since">2026-11-21 02:15 UTC, build build 2</dd>' in page
    assert page.count("<rect") == 2


def test_a_later_run_is_no_earlier_one(tmp_path: Path) -> None:
    write(tmp_path, number=100)

    assert archive(tmp_path).past(run(), tmp_path / "new").comparison is None


def test_the_report_that_is_replaced_was_an_earlier_run(tmp_path: Path) -> None:
    folder = write(tmp_path / "elsewhere", {"SIGN-001": "pass"}, 1)

    past = archive(tmp_path / "history").past(run(), folder)

    assert past.comparison is not None
    assert [each.id for each in past.comparison.changes["failing"]] == ["SIGN-001"]
    assert past.previous_page is None


def test_a_history_elsewhere_gets_a_copy_and_the_list(tmp_path: Path) -> None:
    history, folder = tmp_path / "ci" / "history", tmp_path / "report"
    (folder / ".parts").mkdir(parents=True)

    finished(run(), archive(history), folder)
    finished(run(), archive(history), folder)

    copies = ["20261122T031500Z-staging", "20261122T031500Z-staging-2"]
    assert sorted(path.name for path in history.iterdir()) == [".heads.json", *copies, "index.html"]
    assert not (history / copies[0] / ".parts").exists()
    assert f'href="{copies[0]}/index.html"' in (history / "index.html").read_text(encoding="utf-8")


def test_old_runs_are_pruned_and_not_listed(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path, number=number)

    finished(run(), archive(tmp_path, keep=2), tmp_path / "20261122T031500Z-staging")

    assert sorted(path.name for path in tmp_path.glob("2026*")) == [
        "20261121T031500Z-staging", "20261122T031500Z-staging",
    ]  # fmt: skip
    assert "20261121T021500Z" not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_run_whose_report_was_sent_elsewhere_leaves_the_history_alone(tmp_path: Path) -> None:
    finished(run(), archive(tmp_path / "history", adds=False), tmp_path / "report")

    assert not (tmp_path / "history").exists()


def test_a_history_that_cannot_be_written_is_told_and_does_not_stop_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    history = archive(tmp_path / "file" / "history")
    result = run()
    result.past = history.past(result, tmp_path / "report")
    (tmp_path / "report").mkdir()
    reporting.write(result, tmp_path / "report")

    (note,) = history.add(tmp_path / "report")

    assert "was not added to the history" in note


@pytest.mark.parametrize(
    ("settings", "folder", "page", "adds"),
    [
        (Settings(), "reports/runs", "reports/index.html", True),
        (Settings(report_dir=Path("r")), "reports/runs", "reports/index.html", False),
        (Settings(history=Path("h")), "h", "h/index.html", True),
        (Settings(history=Path("h"), report_dir=Path("r")), "h", "h/index.html", True),
    ],
)
def test_where_the_history_is(settings: Settings, folder: str, page: str, adds: bool) -> None:
    found = Archive.of(settings)

    assert (found.folder, found.page, found.adds) == (Path(folder), Path(page), adds)
