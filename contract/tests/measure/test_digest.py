"""A key changes with what the outcome rests on, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract import data
from contract.measure import digest
from contract.measure.catalogue import Catalogue
from contract.measure.digest import Keys
from contract.measure.jobs import CAUGHT, LOCALISED, SEEDS, WHOLE, Job
from contract.tests.measure.factory import fault, job

OF_ACCEPT = fault("a", "ACCEPT-002")
OF_TOKEN = replace(fault("t", "TOKEN-001"), module="contract.mock.faults.token")
KNOWN = Catalogue((OF_ACCEPT, OF_TOKEN))
TESTS = data.tests_folder()


def key(of: Job) -> str:
    return Keys(KNOWN)(of, [TESTS / "test_accept.py"])


def key_after_change_of(path: Path, of: Job, monkeypatch: pytest.MonkeyPatch) -> str:
    assert path.exists()
    right = digest._of_file
    with monkeypatch.context() as patch:
        patch.setattr(digest, "_of_file", lambda each: "changed" if each == path else right(each))
        return key(of)


PACKAGE = data.PACKAGE
ALWAYS = [
    PACKAGE / "client.py",
    PACKAGE / "checks" / "wire.py",
    PACKAGE / "measure" / "child.py",
    PACKAGE / "mock" / "service.py",
    PACKAGE / "mock" / "faults" / "registry.py",
    PACKAGE / "mock" / "faults" / "accept.py",
    TESTS / "test_accept.py",
    TESTS / "conftest.py",
]
NEVER = [
    PACKAGE / "mock" / "faults" / "token.py",
    PACKAGE / "cli" / "run.py",
    PACKAGE / "reporting" / "page.py",
    PACKAGE / "tests" / "test_nonce.py",
    PACKAGE / "measure" / "matrix.py",
]


def test_a_key_is_the_same_every_time() -> None:
    assert key(job(OF_ACCEPT)) == key(job(OF_ACCEPT))


@pytest.mark.parametrize("path", ALWAYS, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize("step", [CAUGHT, LOCALISED])
def test_what_matters_changes_the_key(path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = job(OF_ACCEPT, step)

    assert key_after_change_of(path, of, monkeypatch) != key(of)


@pytest.mark.parametrize("path", NEVER, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize("step", [CAUGHT, LOCALISED])
def test_what_does_not_matter_leaves_the_key(path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = job(OF_ACCEPT, step)

    assert key_after_change_of(path, of, monkeypatch) == key(of)


def test_tests_that_a_job_does_not_run_matter_only_where_all_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    other, caught, localised = TESTS / "test_token.py", job(OF_ACCEPT), job(OF_ACCEPT, LOCALISED)
    whole = job(OF_ACCEPT, WHOLE)

    assert key_after_change_of(other, caught, monkeypatch) == key(caught)
    assert key_after_change_of(other, localised, monkeypatch) == key(localised)
    assert key_after_change_of(other, whole, monkeypatch) != key(whole)


def test_the_clean_mock_does_not_depend_on_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    of = Job(SEEDS, "seed-1", 1)

    assert key_after_change_of(PACKAGE / "mock" / "faults" / "accept.py", of, monkeypatch) == key(of)
    assert key_after_change_of(PACKAGE / "mock" / "service.py", of, monkeypatch) != key(of)


def test_jobs_have_keys_of_their_own() -> None:
    of = job(OF_ACCEPT)
    others = [
        job(OF_ACCEPT, LOCALISED),
        job(replace(OF_ACCEPT, id="b")),
        job(replace(OF_ACCEPT, requirements=("ACCEPT-003",))),
        replace(of, seed=2),
        replace(of, profile="smoke"),
    ]

    assert len({key(each) for each in [of, *others]}) == 1 + len(others)
