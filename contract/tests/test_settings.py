"""What a run is asked for, and which requirements that makes it about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contract.cli import run
from contract.errors import ConfigurationError, UnknownName
from contract.requirements import load
from contract.settings import Settings

REGISTER = load()


def test_without_options_a_run_is_about_everything() -> None:
    assert Settings().selected(REGISTER) == {each.id for each in REGISTER}


def test_a_requirement_is_chosen_by_id_or_glob_in_any_letter_case() -> None:
    assert Settings(requirements=("nonce-001",)).selected(REGISTER) == {"NONCE-001"}
    chosen = Settings(requirements=("NONCE-*", "SIGN-001")).selected(REGISTER)
    assert chosen == {each.id for each in REGISTER if each.area == "nonce"} | {"SIGN-001"}


def test_areas_and_requirements_add_up() -> None:
    chosen = Settings(requirements=("SIGN-001",), areas=("zip", "tok*")).selected(REGISTER)

    assert chosen == {each.id for each in REGISTER if each.area in ("zip", "token")} | {"SIGN-001"}
    helps = {option.name: getattr(option, "help", "") for option in run.command.params}
    assert "with --area they add up" in helps["requirements"]
    assert "with --requirement they add up" in helps["areas"]


def test_operations_narrow_what_was_chosen() -> None:
    chosen = Settings(areas=("exams",), operations=("exams_create",)).selected(REGISTER)

    assert chosen == {each.id for each in REGISTER if each.area == "exams" and "exams_create" in each.operations}
    assert 0 < len(chosen) < len(Settings(areas=("exams",)).selected(REGISTER))


@pytest.mark.parametrize("options", [{"requirements": ("NOSUCH-*",)}, {"areas": ("nowhere",)}])
def test_a_pattern_that_fits_nothing_is_an_error(options: dict[str, Any]) -> None:
    with pytest.raises(UnknownName) as raised:
        Settings(**options).selected(REGISTER)

    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"profile": "quick"}, "no profile 'quick'; there are: smoke, standard, deep"),
        ({"max_duration_s": float("nan")}, "--max-duration has to be a number of seconds above 0"),
        ({"max_duration_s": float("inf")}, "--max-duration has to be a number of seconds above 0"),
        ({"max_duration_s": 0.0}, "--max-duration has to be a number of seconds above 0"),
        ({"target": "staging", "faults": ("any",)}, "--fault works with the embedded mock only"),
    ],
)
def test_options_that_make_no_sense_are_configuration_errors(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as raised:
        Settings(**options)

    assert raised.value.exit_code == 2


def test_a_seed_is_drawn_where_none_is_given() -> None:
    assert len({Settings().seed for _ in range(20)}) > 1
    assert Settings(seed=7).seed == 7


def test_two_reports_of_one_second_do_not_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    folders = []
    for _ in range(3):
        folders.append(Settings(target="staging").new_report_folder(now))
        folders[-1].mkdir(parents=True, exist_ok=True)

    assert folders[0] == Path("reports/runs/20260102T030405Z-staging")
    assert len(set(folders)) == 3


def test_a_history_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").symlink_to(tmp_path / "unmounted" / "volume")

    with pytest.raises(ConfigurationError, match="cannot write the report"):
        Settings(history=tmp_path / "reports").new_report_folder()


def test_a_folder_with_something_else_is_no_report_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(ConfigurationError, match="is not empty and holds no report"):
        Settings(report_dir=tmp_path)


def test_a_report_goes_where_it_was_asked_for(tmp_path: Path) -> None:
    assert Settings(report_dir=tmp_path).new_report_folder() == tmp_path
