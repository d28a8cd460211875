"""Starts pytest over the suite, or some tests of it, for the commands that judge."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

from contract import data
from contract.session import Session


def run(prepared: Session, display: Any, tests: Sequence[str] = ()) -> None:
    """
    Carry out a prepared run; what it found is then in ``prepared.outcome``.

    Args:     display: a context manager and pytest plugin that shows how far it is. tests: names below
              ``conformance_tests``, none for all.
    """
    # pytest is imported only now: bad options and credentials are told at once.
    import pytest

    from contract import pytest_plugin

    # What a run makes mostly stays until its report: to look for garbage in it as often as usual finds little.
    gc.set_threshold(50_000, 20, 100)
    pytest_plugin.prepared = prepared
    with display:
        pytest.main(_arguments(tests), plugins=[display])


def _arguments(tests: Sequence[str]) -> list[str]:
    folder = data.root()
    chosen = [str(data.tests_folder() / test) for test in tests] or [str(data.tests_folder())]
    arguments = [*chosen, "--rootdir", str(folder), "--confcutdir", str(folder), "-p", "no:cacheprovider"]
    # Findings are judged by our own words, not by rewritten assertions: leaving those out saves seconds.
    arguments += ["-p", "no:terminal", "-p", "no:schemathesis", "--assert=plain", "--continue-on-collection-errors"]
    # Files that capture what is printed would be shared by forked workers.
    arguments += ["--capture=sys", "-p", "no:xdist"]
    # At its end pytest would look for garbage five times in all that a run holds.
    arguments += ["-p", "no:unraisableexception"]
    return [*arguments, "-W", "ignore::pytest.PytestAssertRewriteWarning"]
