"""The key of a job: 16 hex digits that change with everything its outcome rests on, and with nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from contract import data, description, requirements
from contract.measure.catalogue import Catalogue
from contract.measure.jobs import CAUGHT, LOCALISED, Job

LIBRARIES = ("pytest", "schemathesis", "hypothesis", "requests", "starlette", "uvicorn")
_VERDICTS_DO_NOT_REST_ON = {"tests", "cli", "reporting", "history", "measure", "benchmark", "mock", "_data"}
_OF_MEASURE = ("child.py", "reach.py", "selection.py", "stock.py", "stock_hooks.py")


class Keys:
    """Makes keys; files are read once, so one object serves one state of the sources."""

    def __init__(self, catalogue: Catalogue) -> None:
        # A fault's neighbours in other modules do not matter to it, but what they have in common does.
        self._others = {each.module for each in catalogue.deviations} - {"contract.mock.faults"}
        self._mocks: dict[str, str] = {}
        self._suite = _digest([description.digest(), *_files(_suite_files()), *map(version, LIBRARIES)])
        self._register = _digest(map(repr, requirements.load()))
        self._tests = _digest(_files(sorted(data.tests_folder().glob("*.py"))))

    def __call__(self, job: Job, files: Iterable[Path] = ()) -> str:
        """Return the key of *job*, whose tests stand in *files*."""
        parts = [self._suite, job.step, job.subject, str(job.seed), job.profile, self._mock(job)]
        if job.step == CAUGHT:
            assert job.deviation is not None
            register = requirements.load()
            parts += [repr(register.get(id)) if id in register else id for id in job.deviation.requirements]
        else:
            parts.append(self._register)
        return _digest([*parts, *(self._of_tests(files) if job.step in (CAUGHT, LOCALISED) else [self._tests])])

    def _of_tests(self, files: Iterable[Path]) -> list[str]:
        return _files(sorted({*files, *data.tests_folder().glob("conftest.py")}))

    def _mock(self, job: Job) -> str:
        own = job.deviation.module if job.deviation else ""
        if own not in self._mocks:
            self._mocks[own] = self._mock_with(own)
        return self._mocks[own]

    def _mock_with(self, own: str) -> str:
        others = {_path(module) for module in self._others if module != own}
        return _digest(_files(path for path in _sources("mock") if path not in others))


def _suite_files() -> list[Path]:
    files = [path for path in _sources() if path.relative_to(data.PACKAGE).parts[0] not in _VERDICTS_DO_NOT_REST_ON]
    return files + [data.PACKAGE / "measure" / name for name in _OF_MEASURE]


def _sources(package: str = "") -> list[Path]:
    return sorted((data.PACKAGE / package).rglob("*.py"))


def _path(module: str) -> Path:
    path = data.PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _files(paths: Iterable[Path]) -> list[str]:
    return [f"{path.name} {_of_file(path)}" for path in paths]


def _of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
