"""A row is looked for on every page, and on no more than there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from contract.checks.lists import column, find
from contract.client import Client
from contract.exchange import Exchange
from contract.judgement import Inconclusive, Ledger, judging
from contract.requirements import load
from contract.tests.exchanges import exchange


@pytest.fixture(autouse=True)
def ledger() -> Iterator[Ledger]:
    with judging(Ledger(load().get("EXAM-003"), "case")) as ledger:
        yield ledger


class Pages:
    """Answers with one of the given pages, and says how many there are."""

    def __init__(self, *pages: list[dict[str, Any]], says: str | None = None, status: int = 200) -> None:
        self.pages, self.says, self.status = pages, says or str(len(pages)), status
        self.asked: list[dict[str, Any]] = []

    def __call__(self, operation_id: str, **params: Any) -> Exchange:
        self.asked.append(params)
        page = self.pages[params.get("page", 1) - 1]
        return exchange(operation_id, self.status, {"exams": page}, headers={"X-Pagination-Page-Count": self.says})


def client(pages: Pages) -> Client:
    return cast("Client", pages)


def test_a_row_is_found_on_a_later_page() -> None:
    pages = Pages([{"id": 1}], [{"id": 2}], [{"id": 3}])

    _, row = find(client(pages), "exams_index", "exams", 2, status="open")

    assert row == {"id": 2}
    assert pages.asked == [{"status": "open"}, {"status": "open", "page": 2}]


def test_a_row_that_is_not_there_ends_with_the_last_page() -> None:
    pages = Pages([{"id": 1}], [{"id": 2}])

    listed, row = find(client(pages), "exams_index", "exams", 7)

    assert row is None
    assert listed.json == {"exams": [{"id": 2}]}


def test_an_id_in_the_path_is_no_row() -> None:
    _, row = find(client(Pages([{"id": "5"}])), "exams_index", "exams", 5, id=9)

    assert row == {"id": "5"}


def test_a_column_goes_over_all_pages() -> None:
    assert column(client(Pages([{"id": 1, "name": "A"}], [{"id": 2}])), "exams_index", "exams", "name") == ["A", None]


@pytest.mark.parametrize("says", ["many", "1"])
def test_one_page_is_read_where_the_target_does_not_count(says: str) -> None:
    pages = Pages([{"id": 1}], [{"id": 2}], says=says)

    assert column(client(pages), "exams_index", "exams") == [1]


def test_a_page_that_is_refused_leaves_a_judgement_open() -> None:
    with pytest.raises(Inconclusive, match="cannot be read: GET /exams -> 403"):
        column(client(Pages([], status=403)), "exams_index", "exams")
