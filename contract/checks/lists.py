"""Rows of a list, over all its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from contract.checks.shape import rows
from contract.client import Client
from contract.exchange import Exchange
from contract.judgement import NotTested, describe, require

MOST_PAGES = 100
Rows = list[dict[str, Any]]


def pages(client: Client, operation_id: str, key: str, **params: Any) -> Iterator[tuple[Exchange, Rows]]:
    """
    Yield every page of a list with its rows; one page where the answer does not say how many there are.

    Args:     key: what the rows stand under.
    Raises:   Inconclusive: a page is refused or holds no list under *key*. NotTested: there are too many pages.
    """
    number = 1
    while True:
        wanted: dict[str, Any] = {"page": number} if number > 1 else {}
        listed = client(operation_id, **params, **wanted)
        require(listed.accepted, f"the list cannot be read: {describe(listed)}")
        yield listed, rows(listed, key)
        count = listed.header("X-Pagination-Page-Count") or "1"
        number += 1
        if not count.isdecimal() or number > int(count):
            return
        if number > MOST_PAGES:
            raise NotTested(f"the list has {count} pages; at most {MOST_PAGES} are read")


def find(
    client: Client, operation_id: str, key: str, id: int, /, **params: Any
) -> tuple[Exchange, dict[str, Any] | None]:
    """
    Look for the row with *id*; *params* go with the request, which may have an ``id`` of its own.

    Returns:  the page that holds it and the row, or the last page and None.
    """
    for listed, found in pages(client, operation_id, key, **params):
        if row := next((row for row in found if str(row.get("id")) == str(id)), None):
            return listed, row
    return listed, None


def column(client: Client, operation_id: str, key: str, name: str = "id", /, **params: Any) -> list[Any]:
    """Return one field of all rows, in their order."""
    return [row.get(name) for _, found in pages(client, operation_id, key, **params) for row in found]


def only(found: Sequence[Any]) -> Any:
    """
    Return what a list holds that should hold one thing.

    Raises:   Inconclusive: it holds none, or several.
    """
    require(len(found) == 1, f"the list holds {len(found)} rows where one was made")
    return found[0]
