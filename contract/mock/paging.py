"""
Lists: pages of at most 300 rows and the four headers that count them.

Source: the index pages, e.g. https://docs.proctorexam.com/v3/apidoc/exams/index.html (limit: 300 by default, 300 at
most). A larger limit, a page beyond the end and the page count of nothing are open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.mock.answers import OpenAnswers
from contract.mock.errors import Refusal

if TYPE_CHECKING:
    from contract.mock.call import Call


@dataclass(frozen=True)
class Page:
    """One page of a list; *number* begins at 1."""

    number: int
    limit: int

    @property
    def offset(self) -> int:
        # Beyond what SQLite can count there are no rows anyway.
        return min((self.number - 1) * self.limit, 2**62)


class Paging:
    """Reads page and limit, writes the headers."""

    default_page = 1
    default_limit = 300
    maximum_limit = 300

    def __init__(self, answers: OpenAnswers) -> None:
        self.answers = answers

    def page(self, call: Call) -> Page:
        asked = call.params
        return Page(asked.get("page", self.default_page), self.limit(call, asked.get("limit", self.default_limit)))

    def limit(self, call: Call, asked: int) -> int:
        if asked > self.maximum_limit and self.answers.limit_above_maximum_refused:
            raise Refusal("invalid", param="limit", rule=f"must be at most {self.maximum_limit}")
        return min(asked, self.maximum_limit)

    def headers(self, call: Call, page: Page, item_count: int) -> dict[str, str]:
        return {
            "X-Pagination-Item-Count": str(item_count),
            "X-Pagination-Page-Count": str(self.page_count(page, item_count)),
            "X-Pagination-Page": str(page.number),
            "X-Pagination-Limit": str(page.limit),
        }

    def page_count(self, page: Page, item_count: int) -> int:
        return -(-item_count // page.limit)
