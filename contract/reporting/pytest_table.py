"""Columns of ``pytest.html``: the requirements that a test decides, and their levels."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

_HEADS = ("Requirement", "Level")
_AT = 1
"""Behind the result, before the name of the test."""


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_header(cells: list[str]) -> None:
    """Add the heads of the columns."""
    heads = [f'<th class="sortable" data-column-type="{name.lower()}">{name}</th>' for name in _HEADS]
    cells[_AT:_AT] = heads


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_row(report: Any, cells: list[str]) -> None:
    """Add the cells; empty for what decides no requirement, such as a file that could not be read."""
    values = [getattr(report, "requirement", ""), getattr(report, "level", "")]
    cells[_AT:_AT] = [
        f'<td class="col-{name.lower()}">{escape(value)}</td>' for name, value in zip(_HEADS, values, strict=True)
    ]
