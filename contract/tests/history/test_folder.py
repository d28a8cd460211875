"""A folder of reports, and whatever else lies there."""

from __future__ import annotations

import json
from pathlib import Path

from contract.history import folder
from contract.tests.history.reports import document, write


def names(paths: list[Path]) -> list[str]:
    return sorted(path.name for path in paths)


def test_runs_are_listed_newest_first_by_target(tmp_path: Path) -> None:
    for number, target in [(1, "staging"), (3, "staging"), (2, "local")]:
        write(tmp_path, number=number, target=target)

    found = folder.scan(tmp_path)

    assert [run.head.run.id for run in found.runs] == ["run-3", "run-2", "run-1"]
    assert list(found.targets) == ["staging", "local"]
    assert [run.head.run.id for run in found.of("staging")] == ["run-3", "run-1"]


def test_what_is_no_report_is_left_out_with_the_reason_and_left_alone(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "running").mkdir()
    for name, content in [("half", '{"format": "conf'), ("newer", json.dumps(document(format="conformance-report/2")))]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(content)

    found = folder.scan(tmp_path)
    folder.prune(found, 1)

    assert len(found.runs) == 1
    reasons = dict(found.left_out)
    assert set(reasons) == {"half", "newer"}
    assert "not valid JSON" in reasons["half"]
    assert "conformance-report/2" in reasons["newer"]
    assert {"half", "newer", "running", "notes.txt"} <= {path.name for path in tmp_path.iterdir()}


def test_no_folder_holds_no_runs(tmp_path: Path) -> None:
    assert folder.scan(tmp_path / "nowhere").runs == ()


def test_old_runs_leave_by_count_and_the_last_of_a_target_stays(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path, number=number)
    only = write(tmp_path, number=0, target="old-target")

    removed = folder.prune(folder.scan(tmp_path), 2)

    assert names(removed) == [f"20261121T0{number}1500Z-staging" for number in (0, 1, 2)]
    assert only.is_dir()
    assert [run.head.run.id for run in folder.scan(tmp_path).of("staging")] == ["run-4", "run-3"]
    folder.prune(folder.scan(tmp_path), 0)
    assert len(folder.scan(tmp_path).runs) == 2


def test_folders_that_a_person_named_are_not_removed(tmp_path: Path) -> None:
    before_release = write(tmp_path, number=1).rename(tmp_path / "before-release")
    write(tmp_path, number=2)

    assert folder.prune(folder.scan(tmp_path), 1) == []
    assert before_release.is_dir()


def test_heads_are_remembered_until_the_report_changes(tmp_path: Path) -> None:
    path = write(tmp_path, {"SIGN-001": "pass"}) / "report.json"
    first = folder.scan(tmp_path)

    assert (tmp_path / folder.HEADS).is_file()
    assert folder.scan(tmp_path) == first

    path.write_text(json.dumps(document({"SIGN-001": "fail", "SIGN-002": "fail"})))
    assert folder.scan(tmp_path).runs[0].head.summary.fail == 2

    (tmp_path / folder.HEADS).write_text("rubbish")
    assert folder.scan(tmp_path).runs[0].head.summary.fail == 2
