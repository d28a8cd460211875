"""The views of a run's results: each format is a module that turns a ``RunResult`` into one file or some lines."""

from __future__ import annotations

import gc
import multiprocessing
import warnings
from pathlib import Path

from contract.reporting import har, junit, page, summary
from contract.results import RunResult

__all__ = ["write"]

HAR = "exchanges.har"


def write(result: RunResult, folder: Path) -> None:
    """
    Write the report of a run into an existing *folder*.

    Writes:   ``index.html``, ``report.json``, ``junit.xml``, ``exchanges.har``; ``pytest.html`` comes from pytest-html.
    """
    # All of it stays until the end: nothing is gained by looking through it for garbage.
    gc.freeze()
    beside = multiprocessing.get_context("fork").Process(target=_write_beside, args=(result, folder / HAR))
    with warnings.catch_warnings():
        # Threads of this process are of no concern to one that only writes files.
        warnings.simplefilter("ignore", DeprecationWarning)
        beside.start()
    page.write(result, folder / "index.html")
    summary.write(result, folder / "report.json")
    junit.write(result, folder / "junit.xml")
    beside.join()
    gc.unfreeze()
    if beside.exitcode:
        har.write(result, folder / HAR)  # it failed, or was killed: here it says why


def _write_beside(result: RunResult, path: Path) -> None:
    """Write the exchanges, which takes about as long as all the rest."""
    # Whatever went wrong, `write` does the same again in its own process, where the error is shown as any other:
    # a stack trace from here would only stand before it.
    try:
        har.write(result, path)
    except Exception:
        raise SystemExit(1) from None
