"""The views of a run's results: each format is a module that turns a ``RunResult`` into one file or some lines."""

from __future__ import annotations

from pathlib import Path

from contract.reporting import har, junit, page, summary
from contract.results import RunResult

__all__ = ["write"]


def write(result: RunResult, folder: Path) -> None:
    """
    Write the report of a run into an existing *folder*.

    Writes:   ``index.html``, ``report.json``, ``junit.xml``, ``exchanges.har``; ``pytest.html`` comes from pytest-html.
    """
    summary.write(result, folder / "report.json")
    junit.write(result, folder / "junit.xml")
    har.write(result, folder / "exchanges.har")
    page.write(result, folder / "index.html")
