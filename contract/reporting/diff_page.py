"""The comparison of two runs as a page: one file without a network."""

from __future__ import annotations

from pathlib import Path

from contract.history.comparison import Comparison
from contract.reporting import changes, page, text


def write(comparison: Comparison, path: Path) -> None:
    """Write the page."""
    path.write_text(text.encodable(html(comparison)), encoding="utf-8")


def html(comparison: Comparison) -> str:
    """Return the page."""
    return page.render("diff.html.j2", comparison=comparison, **changes.words(comparison))
