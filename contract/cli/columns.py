"""Lines of lists: no wider than the terminal, and whole where a file or another program reads them."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator

import click

LEAST = 40
"""Below that, wrapped lines would be harder to read than those that the terminal breaks."""


def echo(text: str, indent: int) -> None:
    """Print *text*; where it needs several lines, all but the first are set in by *indent*."""
    for line in lines(text, indent, of_terminal()):
        click.echo(line)


def of_terminal() -> int | None:
    """Return how many columns lines may have, None for any number."""
    if "COLUMNS" not in os.environ and not sys.stdout.isatty():
        return None
    return max(LEAST, shutil.get_terminal_size().columns)


def lines(text: str, indent: int, width: int | None) -> list[str]:
    """Return *text* in lines of at most *width* columns; nothing of it is left out."""
    if width is None or len(text) <= width:
        return [text]
    breakable = "".join(_breakable(text, width - indent))
    return textwrap.wrap(breakable, width, subsequent_indent=" " * indent, break_on_hyphens=False)


def _breakable(text: str, room: int) -> Iterator[str]:
    """Yield *text* with a place to break in the names of tests that are longer than a line."""
    for position, word in enumerate(text.split(" ")):
        yield (" " if position else "") + (word.replace("::", ":: ") if len(word) > room else word)
