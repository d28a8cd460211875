"""``conformance faults`` and ``conformance faults measure``: what is printed, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contract.cli import faults
from contract.errors import ConformanceError
from contract.measure import catalogue as listing
from contract.measure import runner
from contract.measure.catalogue import Catalogue
from contract.measure.jobs import CAUGHT, LOCALISED, STOCK
from contract.measure.runner import Measurement
from contract.tests.measure.factory import catalogue, fault, outcome, variant

KNOWN = catalogue(fault("one", "EXAM-001"), fault("two", "EXAM-002"), variant("other"))


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Catalogue:
    monkeypatch.setattr(listing, "load", lambda with_extent=False: KNOWN)
    monkeypatch.chdir(tmp_path)
    return KNOWN


def call(*arguments: str) -> Result:
    return CliRunner().invoke(faults.command, arguments, standalone_mode=False, catch_exceptions=False)


def measuring(monkeypatch: pytest.MonkeyPatch, interrupted: bool = False, **verdicts: str) -> list[Measurement]:
    """Let every job end with *verdicts* at once; return what was to be measured."""
    asked: list[Measurement] = []

    def run(self: Measurement) -> None:
        asked.append(self)
        self.interrupted = interrupted
        for job in self.jobs[: 1 if interrupted else None]:
            self.results[job] = outcome(job, **verdicts)

    monkeypatch.setattr(runner.Measurement, "run", run)
    return asked


def test_faults_are_listed_with_their_requirements() -> None:
    assert call().output.split("\n")[:2] == [f"{'one':44} EXAM-001", "    what one does"]


def test_variants_are_listed() -> None:
    assert call("--variants").output == "other\n    what other does\n"


def test_the_list_as_json() -> None:
    assert [each["id"] for each in json.loads(call("--json").output)] == ["one", "two"]
    assert [each["id"] for each in json.loads(call("--json", "--variants").output)] == ["other"]


def test_all_good_is_exit_0_and_the_figures_are_the_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    measuring(monkeypatch, EXAM_001="fail")

    result = call("measure", "--fault", "one")

    assert result.return_value == 0
    assert result.output.splitlines()[-1] == "faults caught 1/1, localised 1/1"


def test_a_miss_is_exit_1_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    measuring(monkeypatch, EXAM_001="fail", EXAM_002="pass")

    result = call("measure", "--only", "caught", "--only", "localised")

    assert result.return_value == 1
    lines = result.output.splitlines()
    assert lines[:2] == ["missed:", "  two: EXAM-002 pass (why pass)"]
    assert lines[2:4] == ["not localised:", "  two: not red: EXAM-002; red too: EXAM-001"]
    assert lines[-1] == "faults caught 1/2, localised 1/2"


def test_interrupted_is_exit_3(monkeypatch: pytest.MonkeyPatch) -> None:
    measuring(monkeypatch, interrupted=True, EXAM_001="fail")

    result = call("measure", "--only", "caught")

    assert result.return_value == 3
    assert result.output.splitlines()[-1] == "interrupted; faults caught 1/2"


def test_both_files_are_written_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    measuring(monkeypatch, EXAM_001="fail")

    call("measure", "--fault", "one", "--report-dir", "here")

    assert {path.name for path in (tmp_path / "here").iterdir()} == {"matrix.json", "matrix.html"}


def test_what_was_chosen_is_measured_and_the_rest_is_told_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = measuring(monkeypatch, EXAM_001="fail")

    call("measure", "--fault", "o*", "--workers", "3", "--fresh")

    measurement = asked[0]
    assert {(job.step, job.subject) for job in measurement.jobs} == {
        (step, id) for step in (CAUGHT, LOCALISED) for id in ("one",)
    }
    assert {job.subject for job in measurement.others if job.step == STOCK} == {"one", "two"}
    assert (measurement.workers, measurement.fresh) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fault", "nine"], "unknown fault 'nine'"),
        (["--fault", "other", "--only", "caught"], "nothing to measure"),
    ],
)
def test_what_cannot_be_measured_is_exit_2(arguments: list[str], message: str) -> None:
    with pytest.raises(ConformanceError, match=message) as raised:
        call("measure", *arguments)

    assert raised.value.exit_code == 2


@pytest.mark.parametrize("arguments", [["--shard", "3/2"], ["--shard", "x"], ["--workers", "0"], ["--only", "some"]])
def test_options_that_mean_nothing_are_refused(arguments: list[str]) -> None:
    result = CliRunner().invoke(faults.command, ["measure", *arguments])

    assert result.exit_code == 2
    assert arguments[0] in result.output
