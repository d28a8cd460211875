"""What the user asked of a run."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from contract import plans
from contract.errors import ConfigurationError
from contract.requirements import Register

SEEDS = 2**32
MOST_SHARDS = 100
PROFILES = ("smoke", "standard", "deep")
REPORTS = Path("reports")
RUNS = REPORTS / "runs"
KEEP = 50
"""Runs of a target that stay in the history."""


def random_seed(profile: str | None = None) -> int:
    """
    Return a seed drawn at random.

    Making a plan takes longer than all that the profile smoke sends: there, it is one of those with a ready plan.
    """
    chance = random.SystemRandom()
    return chance.choice(plans.SHIPPED["smoke"]) if profile == "smoke" else chance.randrange(SEEDS)


def processors() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """The options of ``conformance run``; `seed` is drawn where none is given."""

    target: str = "mock"
    config: Path | None = None
    profile: str = "standard"
    seed: int = field(default_factory=lambda: random_seed())
    workers: str = "auto"
    requirements: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    read_only: bool = False
    strict: bool = False
    report_dir: Path | None = None
    history: Path | None = None
    keep: int = KEEP
    production_allowed: bool = False
    faults: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    """Which of how many parts of the plan."""
    last_failed: bool = False
    max_failures: int | None = None
    max_duration_s: float | None = None
    budget_requests: int | None = None

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ConfigurationError(f"no profile {self.profile!r}; there are: {', '.join(PROFILES)}")
        if self.keep < 1:
            raise ConfigurationError("--keep has to be 1 or more: the last run of a target always stays")
        if self.max_duration_s is not None and not (self.max_duration_s > 0 and math.isfinite(self.max_duration_s)):
            raise ConfigurationError("--max-duration has to be a number of seconds above 0")
        if self.faults and self.target != "mock":
            raise ConfigurationError("--fault works with the embedded mock only; leave --target out")
        if self.report_dir:
            _refuse_what_holds_something_else(self.report_dir)

    def process_count(self) -> int:
        """Return how many processes ``--workers`` means: one per core with ``auto``."""
        return processors() if self.workers == "auto" else int(self.workers)

    def selected(self, register: Register) -> set[str]:
        """
        Return the ids of the requirements that this run is about.

        Raises:   UnknownName: a pattern fits none.
        """
        chosen = {requirement.id for requirement in register}
        if self.requirements or self.areas:
            chosen = {each.id for pattern in self.requirements for each in register.matching(pattern)}
            chosen |= {each.id for pattern in self.areas for each in register.in_area(pattern)}
        if self.operations:
            wanted = set(self.operations)
            chosen = {id for id in chosen if wanted & set(register.get(id).operations)}
        return chosen

    def new_report_folder(self, now: datetime | None = None) -> Path:
        """
        Return the folder that the report of this run goes to: the one that was named, or a new one.

        A new one is made here, so that of two runs that start within a second each gets its own.

        Raises:   ConfigurationError: it cannot be made.
        """
        if self.report_dir:
            return self.report_dir
        stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        parent = self.history or RUNS
        try:
            parent.mkdir(parents=True, exist_ok=True)
            for number in itertools.count(1):
                folder = parent / (f"{stamp}-{self.target}" + (f"-{number}" if number > 1 else ""))
                with contextlib.suppress(FileExistsError):
                    folder.mkdir()
                    return folder
        except OSError as error:
            raise ConfigurationError(f"cannot write the report to {parent}: {error.strerror}") from None
        raise AssertionError("unreachable")


def _refuse_what_holds_something_else(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / "report.json").exists():
        raise ConfigurationError(f"{folder} is not empty and holds no report; choose a new folder for --report-dir")


def shard_of_text(text: str) -> tuple[int, int]:
    """
    Return which of how many parts ``K/N`` means.

    Raises:   ValueError: it means none; the text says what is allowed.
    """
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARDS):
        raise ValueError(f"give K/N with 1 <= K <= N <= {MOST_SHARDS}, such as 1/4")
    return int(number), int(of)
