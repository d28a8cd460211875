"""The command lines that a report hands out, quoted for a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from contract.results import RunResult


def again(result: RunResult, requirements: Iterable[str] = ()) -> str:
    """Return the command that runs the same cases again, or only those of *requirements*."""
    run = result.run
    words = ["conformance", "run", "--target", str(result.target.get("name", "mock"))]
    words += ["--profile", run.profile, "--seed", str(run.seed)]
    for requirement in requirements:
        words += ["--requirement", requirement]
    return shlex.join(words)


def explain(requirement: str) -> str:
    """Return the command that tells all about one requirement."""
    return shlex.join(["conformance", "explain", requirement])
