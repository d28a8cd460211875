"""Ready plans: used where they fit, made where they do not, and never trusted for standing on a disk."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from contract import operations, plans
from contract.cases import BUDGETS, POSITIVE, Nothing, PlannedCase, slice_of, slices_of
from contract.errors import SuiteError
from contract.plans import CACHE_VARIABLE, Key, Plans, Shelf

KEY = Key(seed=5, profile="standard", description="d", code="c", versions={"hypothesis": "1"})
CASES = [PlannedCase("exams_show", POSITIVE, {"id": "1"}, {}, Nothing.BODY, None)]
PLAIN = plans.to_plain(CASES)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "plans", KEY)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what had to be made; making is done without schemathesis."""
    names: list[str] = []

    def make(missing: list[str], shelf: Shelf, processes: int) -> None:
        names.extend(missing)
        for name in missing:
            shelf.put(name, PLAIN)

    monkeypatch.setattr(plans, "_make", make)
    return names


# -- shipped ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("profile", "seed"), [(name, seed) for name, seeds in plans.SHIPPED.items() for seed in seeds])
def test_what_is_shipped_is_fresh(profile: str, seed: int) -> None:
    """When this fails, `make plans` makes them anew."""
    shipped = plans.shipped(profile, seed)

    assert shipped is not None
    assert shipped["key"] == asdict(Key.of(seed, profile))
    assert shipped["plans"].keys() == {*operations.table(), plans.SEQUENCES}


@pytest.mark.parametrize("ci", ["", "true"])
def test_what_is_shipped_is_what_would_be_made(ci: str, tmp_path: Path) -> None:
    names = ["institutes_create", "exams_show", "users_create"]
    options = ["--profile", "standard", "--seed", str(plans.SHIPPED_SEED), "--folder", str(tmp_path)]
    environment = {**{name: value for name, value in os.environ.items() if name != "CI"}, **({"CI": ci} if ci else {})}
    command = [sys.executable, "-m", "contract.planning", *options, *names]
    subprocess.run(command, check=True, timeout=300, env=environment)

    shelf, shipped = Shelf(tmp_path, Key.of(plans.SHIPPED_SEED, "standard")), plans.shipped("standard", 1)

    assert shipped is not None
    assert {name: shelf.get(name) for name in names} == {name: shipped["plans"][name] for name in names}


def test_a_ready_plan_needs_neither_schemathesis_nor_a_process(made: list[str]) -> None:
    ready = Plans(plans.SHIPPED_SEED, "standard")

    assert ready.prepare(operations.table(), 2) == [] == made
    assert sum(len(ready.cases(name)) for name in operations.table()) > 65 * 5
    assert len(ready.sequences()) >= BUDGETS["standard"].sequences
    assert any(step.makes for steps in ready.sequences() for step in steps)


def test_the_code_that_sends_plans_does_not_import_what_invents_them() -> None:
    program = (
        "import sys; import contract.generatedcases, contract.stateful, contract.preparation; "
        "sys.exit(', '.join({'schemathesis', 'pytest'} & sys.modules.keys()) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


# -- the key ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [{"seed": 6}, {"profile": "deep"}, {"description": "e"}, {"code": "e"}, {"versions": {"hypothesis": "2"}}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_plan_is_not_used_for_another_key(shelf: Shelf, changed: dict[str, object]) -> None:
    shelf.put("exams_show", PLAIN)

    assert shelf.get("exams_show") == PLAIN
    assert Shelf(shelf.folder, replace(KEY, **changed)).get("exams_show") is None


def test_shipped_plans_serve_with_other_versions_but_not_with_another_description() -> None:
    assert KEY.fits(asdict(replace(KEY, versions={"hypothesis": "2"})))
    assert not KEY.fits(asdict(replace(KEY, description="e")))
    assert not KEY.fits({})


# -- the disk ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: whole[:20] + bytes([whole[20] ^ 255]) + whole[21:],
        lambda whole: b"not gzip at all",
        lambda whole: gzip.compress(b"[]"),
        lambda whole: gzip.compress(b"{}"),
        lambda whole: gzip.compress(b"\xff"),
    ],
    ids=["empty", "half", "cut off", "a bit", "no gzip", "a list", "no members", "no text"],
)
def test_a_damaged_file_counts_as_missing_and_is_made_again(shelf: Shelf, damage, made, monkeypatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(shelf.folder.parent))
    run = Plans(5, "standard")
    run.key = KEY
    shelf.put("exams_show", PLAIN)
    file = shelf.own / "exams_show.json.gz"
    file.write_bytes(damage(file.read_bytes()))

    assert shelf.get("exams_show") is None
    assert run.cases("exams_show") == tuple(CASES)
    assert made == ["exams_show"]
    assert shelf.get("exams_show") == PLAIN


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, made, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file"))

    run = Plans(5, "standard", tmp_path / "spare")
    run.prepare(["exams_show"], 1)

    assert Plans(5, "standard", tmp_path / "spare").cases("exams_show") == tuple(CASES)
    assert made == ["exams_show"]


def test_several_writers_leave_one_whole_file(shelf: Shelf) -> None:
    plan = PLAIN * 200
    seen = []
    writers = [threading.Thread(target=shelf.put, args=("exams_show", plan)) for _ in range(8)]
    for writer in writers:
        writer.start()
        seen.append(shelf.get("exams_show"))
    for writer in writers:
        writer.join()

    assert all(each in (None, plan) for each in seen)
    assert shelf.get("exams_show") == plan
    assert [path.name for path in shelf.own.iterdir()] == ["exams_show.json.gz"]


def test_plans_that_were_not_used_for_longest_go_first(shelf: Shelf) -> None:
    others = [Shelf(shelf.folder, replace(KEY, seed=seed)) for seed in range(10, 14)]
    for age, other in enumerate(others):
        other.put("exams_show", PLAIN)
        os.utime(other.own, (1000 + age, 1000 + age))
    shelf.put("exams_show", PLAIN)

    shelf.forget_old(most_plans=3)

    assert {path.name for path in shelf.folder.iterdir()} == {each.own.name for each in (shelf, *others[2:])}
    shelf.forget_old(most_bytes=1)
    assert [path.name for path in shelf.folder.iterdir()] == [shelf.own.name]


def test_a_plan_that_cannot_be_made_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"cannot be made: .*exams_shw") as raised:
        plans._make(["exams_shw"], Shelf(tmp_path, Key.of(3, "standard")), 2)

    assert "\n" not in str(raised.value)


# -- slices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 12, 13, 20, 600])
def test_slices_are_of_like_size_and_hold_every_case_once(count: int) -> None:
    cases = list(range(count))
    slices = [slice_of(cases, number) for number in range(slices_of(count))]

    assert sorted(each for part in slices for each in part) == cases
    assert max(map(len, slices)) - min(map(len, slices)) <= 1
