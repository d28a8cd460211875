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
    exchanges = multiprocessing.get_context("fork").Process(target=_write_exchanges, args=(result, folder / HAR))
    with warnings.catch_warnings():
        # Threads of this process are of no concern to one that only writes a file.
        warnings.simplefilter("ignore", DeprecationWarning)
        exchanges.start()
    summary.write(result, folder / "report.json")
    junit.write(result, folder / "junit.xml")
    page.write(result, folder / "index.html")
    exchanges.join()
    gc.unfreeze()
    if exchanges.exitcode:
        har.write(result, folder / HAR)  # it failed, or was killed: here it says why


def _write_exchanges(result: RunResult, path: Path) -> None:
    try:
        har.write(result, path)
    except Exception:
        raise SystemExit(1) from None  # who waits for this process tries again, and says what is wrong
