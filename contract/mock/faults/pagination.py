"""
Faults of pages: rows that are lost or repeated between them, headers that count otherwise, limits that do not hold.

Source: the index pages, e.g. https://docs.proctorexam.com/v3/apidoc/exams/index.html (page, limit: 300 by default, 300
at most, and the four X-Pagination headers).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import params
from contract.mock.faults.kit.answers import refused_as
from contract.mock.faults.kit.core import Deviation, When, always, area, finish, sends, succeeded, wrap
from contract.mock.faults.kit.policies import all_of, catalogue, in_policy, on
from contract.mock.faults.registry import Change
from contract.mock.operations import Handler, Operation
from contract.mock.paging import Page
from contract.mock.rules import Rules

add = catalogue(__name__)
add_to = area(__name__)

OF_EXAM = ("exams_index_students", "student_sessions_index", "attachments_index")
OF_INSTITUTE = (
    "exams_index",
    "institutes_index",
    "lti_resources_index",
    "student_sessions_index_all",
    "users_index",
)
LISTS = (*OF_EXAM, *OF_INSTITUTE)
COUNT, PAGES, NUMBER, LIMIT = (f"X-Pagination-{name}" for name in ("Item-Count", "Page-Count", "Page", "Limit"))

# Lists that are filtered and sorted page by page, and so show what goes wrong with pages.
FILTERED_PAGES = ("FILTER-044", "FILTER-125", "FILTER-043", "FILTER-120", "FILTER-121", "FILTER-122")


@dataclass(frozen=True)
class ShiftedPage(Page):
    """A page that begins some rows too late, or too early."""

    shift: int = 0

    @property
    def offset(self) -> int:
        return max(0, super().offset + self.shift)


def pages(change: Callable[[Call, Page], Page], when: When = always) -> Change:
    """Another page than the one that was asked for; its headers say what was asked for."""

    def change_both(rules: Rules) -> None:
        asked: dict[int, Page] = {}

        def page(inner: Callable[[Call], Page], call: Call) -> Page:
            asked[0] = inner(call)
            return change(call, asked[0])

        def headers(inner: Callable[..., Any], call: Call, page: Page, count: int) -> Any:
            return inner(call, asked.get(0, page), count)

        in_policy("paging", "page", page, when)(rules)
        in_policy("paging", "headers", headers, when)(rules)

    return change_both


def header(name: str, value: Callable[[Call, Page, int], Any], when: When = always) -> Change:
    """One header says something else; *value* sees the page and the number of items."""

    def headers(inner: Callable[..., dict[str, str]], call: Call, page: Page, count: int) -> dict[str, str]:
        return {**inner(call, page, count), name: str(value(call, page, count))}

    return in_policy("paging", "headers", headers, when)


def limits(limit: Callable[[Call, int], int], when: When = always) -> Change:
    """Which limit is used, for rows and header both; *limit* sees the one that was asked for."""
    return in_policy("paging", "limit", lambda inner, call, asked: limit(call, asked), when)


def asked_for(name: str) -> When:
    return lambda call: name in call.params


def page_number(at_least: int) -> When:
    return lambda call: int(call.params.get("page", 1)) >= at_least


def rows_of(reply: Reply) -> list[Any]:
    """The rows of a list, as they stand in the answer."""
    found = next(iter(reply.body.values()))
    assert isinstance(found, list)
    return found


def rows(edit: Callable[[Call, list[Any]], list[Any]], when: When = always) -> Deviation:
    """Other rows than those of the page, under headers that know nothing of it."""

    def edited(call: Call, reply: Reply) -> Reply:
        if not succeeded(reply):
            return reply
        return replace(reply, body={key: edit(call, value) for key, value in reply.body.items()})

    return finish(edited, when)


def header_of(name: str, value: Callable[[Call, Reply], Any], when: When = always) -> Deviation:
    """One header says something else; *value* sees the answer."""

    def edited(call: Call, reply: Reply) -> Reply:
        if not succeeded(reply):
            return reply
        return replace(reply, headers={**reply.headers, name: str(value(call, reply))})

    return finish(edited, when)


# page and limit are taken --------------------------------------------------------------------------------------------

for _operation in LISTS:
    add_to(
        f"page-refused-on-{_operation.replace('_', '-')}",
        _operation,
        f"{_operation} refuses the parameter page",
        refused_as("invalid", sends("page")),
        "PAGE-001",
        also=("PAGE-004", "PAGE-007", "PAGE-008", "PAGE-011", "PAGE-034", "PAGE-035", *FILTERED_PAGES),
    )
add_to(
    "limit-refused-where-it-is-1",
    "users_index",
    "users_index refuses a limit of 1",
    refused_as("invalid", lambda call: call.params.get("limit") == 1),
    "PAGE-001",
    also=("PAGE-002", "PAGE-003", "PAGE-004", "PAGE-005", "PAGE-006", "PAGE-008"),
)

# the headers ---------------------------------------------------------------------------------------------------------

for _operation in ("attachments_index", "student_sessions_index", "users_index", "exams_index"):
    add_to(
        f"item-count-of-page-on-{_operation.replace('_', '-')}",
        _operation,
        f"the item count of {_operation} is that of the page",
        header_of(COUNT, lambda call, reply: len(rows_of(reply))),
        *(("PAGE-002",) if _operation in OF_EXAM else ("PAGE-003",)),
        also=("PAGE-002", "PAGE-003", "PAGE-011", "PAGE-016", "PAGE-033", *FILTERED_PAGES),
    )
add(
    "item-count-off-by-one-on-page-two",
    "from page 2 on the item count is one too small",
    header(COUNT, lambda call, page, count: count - 1, all_of(on(*OF_EXAM), page_number(2))),
    "PAGE-002",
    also=("PAGE-003", "PAGE-011", *FILTERED_PAGES),
)
add(
    "item-count-is-that-of-all-exams",
    "the item count of the students of an exam is that of all students of the institute",
    header(
        COUNT,
        lambda call, page, count: call.store.value("SELECT count(*) FROM student_sessions"),
        on("exams_index_students"),
    ),
    "PAGE-002",
    "PAGE-033",
    also=("PAGE-003", "PAGE-011", "PAGE-016", *FILTERED_PAGES),
    operation="exams_index_students",
)
add(
    "item-count-at-most-300",
    "the item count never says more than 300",
    header(COUNT, lambda call, page, count: min(count, 300)),
    "PAGE-011",
    also=("PAGE-002", "PAGE-003"),
)


def _pages(count: int, limit: int) -> int:
    return -(-count // limit)


add(
    "page-count-rounded-down",
    "the page count is rounded down",
    header(PAGES, lambda call, page, count: count // page.limit),
    "PAGE-003",
    also=FILTERED_PAGES,
)
add(
    "page-count-one-more-for-full-pages",
    "the page count is one too large where the last page is full",
    header(PAGES, lambda call, page, count: count // page.limit + 1),
    "PAGE-003",
    also=FILTERED_PAGES,
)
add(
    "page-count-of-the-default-limit",
    "the page count is that of pages of 300, whatever the limit",
    header(PAGES, lambda call, page, count: _pages(count, 300)),
    "PAGE-003",
    also=("PAGE-011", *FILTERED_PAGES),
)
add(
    "page-count-missing-on-attachments",
    "the page count is not sent with the list of attachments",
    header(PAGES, lambda call, page, count: "", on("attachments_index")),
    "PAGE-003",
    operation="attachments_index",
)
add(
    "page-header-begins-at-zero",
    "X-Pagination-Page counts from zero",
    header(NUMBER, lambda call, page, count: page.number - 1),
    "PAGE-004",
    also=("PAGE-011", "PAGE-035", *FILTERED_PAGES),
)
add(
    "page-header-always-one",
    "X-Pagination-Page is 1 on every page of users and institutes",
    header(NUMBER, lambda call, page, count: 1, on("users_index", "institutes_index")),
    "PAGE-004",
    also=FILTERED_PAGES,
)
add_to(
    "limit-header-is-number-of-rows",
    LISTS,
    "X-Pagination-Limit is the number of rows on the page",
    header_of(LIMIT, lambda call, reply: len(rows_of(reply))),
    "PAGE-005",
    "PAGE-010",
    also=("PAGE-003", "PAGE-011", "PAGE-012", *FILTERED_PAGES),
)
add(
    "limit-header-always-300",
    "X-Pagination-Limit is 300, whatever was asked for",
    header(LIMIT, lambda call, page, count: 300),
    "PAGE-005",
    also=("PAGE-003", *FILTERED_PAGES),
)
add(
    "limit-header-wrong-on-lti-resources",
    "X-Pagination-Limit of LTI resources is one too large",
    header(LIMIT, lambda call, page, count: page.limit + 1, on("lti_resources_index")),
    "PAGE-005",
    "PAGE-010",
    also=("PAGE-003", "PAGE-012"),
    operation="lti_resources_index",
)

# the rows ------------------------------------------------------------------------------------------------------------

add(
    "page-holds-one-row-too-few",
    "a page holds one row less than its limit",
    pages(lambda call, page: replace(page, limit=page.limit - 1), lambda call: call.params.get("limit", 0) > 1),
    "PAGE-006",
    also=("PAGE-007", "PAGE-008", "PAGE-013", *FILTERED_PAGES),
)
add(
    "page-holds-one-row-too-many",
    "a page holds the first row of the next page too",
    pages(lambda call, page: ShiftedPage(page.number, page.limit + 1, 1 - page.number), asked_for("limit")),
    "PAGE-006",
    also=("PAGE-007", "PAGE-008", "PAGE-012", "PAGE-013", "PAGE-034", *FILTERED_PAGES),
)
add(
    "limit-rounded-to-tens-of-students",
    "the limit of the list of all students is rounded up to tens",
    pages(
        lambda call, page: replace(page, limit=_pages(page.limit, 10) * 10),
        all_of(on("student_sessions_index_all"), asked_for("limit")),
    ),
    "PAGE-006",
    also=("PAGE-008", *FILTERED_PAGES),
    operation="student_sessions_index_all",
)


def _shifted(rows: int) -> Callable[[Call, Page], Page]:
    return lambda call, page: ShiftedPage(page.number, page.limit, rows)


for _lists, _breaks, _where in ((OF_EXAM, "PAGE-007", "exam"), (OF_INSTITUTE, "PAGE-008", "institute")):
    add(
        f"second-page-begins-too-late-in-lists-of-an-{_where}",
        f"in the lists of an {_where} every page but the first begins one row too late",
        pages(_shifted(1), all_of(on(*_lists), page_number(2))),
        _breaks,
        also=("PAGE-011", *FILTERED_PAGES),
    )
    add(
        f"second-page-begins-too-early-in-lists-of-an-{_where}",
        f"in the lists of an {_where} every page but the first begins one row too early",
        pages(_shifted(-1), all_of(on(*_lists), page_number(2))),
        _breaks,
        also=("PAGE-011", "PAGE-034", *FILTERED_PAGES),
    )
    add(
        f"third-page-is-the-second-in-lists-of-an-{_where}",
        f"in the lists of an {_where} page 3 is page 2 again",
        pages(lambda call, page: replace(page, number=page.number - 1), all_of(on(*_lists), page_number(3))),
        _breaks,
        also=("PAGE-034", *FILTERED_PAGES),
    )
for _operation in LISTS:
    add(
        f"page-ignored-on-{_operation.replace('_', '-')}",
        f"{_operation} answers the first page whatever page is asked for",
        pages(lambda call, page: replace(page, number=1), on(_operation)),
        *(("PAGE-007",) if _operation in OF_EXAM else ("PAGE-008",)),
        also=("PAGE-011", "PAGE-034", *FILTERED_PAGES),
        operation=_operation,
    )
add_to(
    "last-page-dropped",
    OF_EXAM,
    "a last page that is not full is empty in the lists of an exam",
    rows(
        lambda call, found: (
            [] if call.params.get("page", 1) > 1 and len(found) < call.params.get("limit", 300) else found
        )
    ),
    "PAGE-007",
    also=("PAGE-011", *FILTERED_PAGES),
)


def _last_page_filled(call: Call, page: Page) -> Page:
    """The last page goes back until it is full."""
    count = call.store.value("SELECT count(*) FROM attachments WHERE exam_id = ?", (call.found["exam"]["id"],))
    too_far = page.offset + page.limit - count
    return ShiftedPage(page.number, page.limit, -max(0, too_far)) if too_far < page.limit else page


add(
    "last-page-filled-from-the-page-before",
    "the last page of attachments is filled up with rows of the page before",
    pages(_last_page_filled, all_of(on("attachments_index"), page_number(2))),
    "PAGE-007",
    operation="attachments_index",
)


def _in_any_order(rules: Rules, operation: Operation) -> None:
    """Pages are cut out of an order that changes from one page to the next."""

    def around(call: Call, inner: Handler) -> Reply:
        call.params["sort"] = [{"updated_at": "desc" if call.params.get("page", 1) % 2 else "asc"}]
        return inner(call)

    wrap(around, lambda call: "sort" not in call.params)(rules, operation)


add_to(
    "pages-without-fixed-order",
    ("student_sessions_index_all", "lti_resources_index"),
    "without a sort the pages of students and of LTI resources are cut out of an order that changes",
    _in_any_order,
    "PAGE-008",
)
add_to(
    "new-row-not-on-last-page",
    "users_index",
    "users_index leaves the newest user out where a page is asked for",
    rows(
        lambda call, found: [row for row in found if row["id"] != call.store.value("SELECT max(id) FROM users")],
        lambda call: call.params.get("page", 1) > 1,
    ),
    "PAGE-008",
)

# limits --------------------------------------------------------------------------------------------------------------


def _default(limit: int, when: When = always) -> Change:
    def page(inner: Callable[[Call], Page], call: Call) -> Page:
        return replace(inner(call), limit=limit)

    return in_policy("paging", "page", page, all_of(when, lambda call: "limit" not in call.params))


for _limit in (25, 100, 299):
    add(
        f"default-limit-{_limit}",
        f"without limit a page has {_limit} items",
        _default(_limit),
        "PAGE-010",
        "PAGE-011",
        also=("ROBUST-103",),
    )
add(
    "default-limit-100-on-attachments",
    "without limit a page of attachments has 100 items",
    _default(100, on("attachments_index")),
    "PAGE-010",
    operation="attachments_index",
)
add(
    "default-page-holds-299",
    "a page without limit holds 299 rows, and says 300",
    pages(lambda call, page: replace(page, limit=299), lambda call: "limit" not in call.params),
    "PAGE-011",
)
add(
    "second-default-page-empty",
    "page 2 without limit begins after 600 rows",
    pages(
        lambda call, page: ShiftedPage(page.number, page.limit, 300),
        all_of(page_number(2), lambda call: "limit" not in call.params),
    ),
    "PAGE-011",
    also=("PAGE-034",),
)
add(
    "limit-has-no-maximum",
    "a limit above 300 is taken as it is",
    limits(lambda call, asked: asked),
    "PAGE-012",
    "PAGE-013",
)
add(
    "limit-of-301-taken",
    "a limit may be 301",
    limits(lambda call, asked: min(asked, 301)),
    "PAGE-012",
    "PAGE-013",
)
add(
    "limit-has-no-maximum-on-users",
    "a limit above 300 is taken as it is for users",
    limits(lambda call, asked: asked, on("users_index")),
    "PAGE-012",
    also=("PAGE-013",),
    operation="users_index",
)


def _every_row_above_the_maximum(call: Call, page: Page) -> Page:
    return replace(page, limit=max(page.limit, int(call.params.get("limit", 0))))


add(
    "maximum-only-in-the-header",
    "a limit above 300 is said to be 300, but taken as it is",
    pages(_every_row_above_the_maximum),
    "PAGE-013",
)
add(
    "maximum-only-in-the-header-of-students",
    "a limit above 300 is said to be 300, but taken as it is for the students of an exam",
    pages(_every_row_above_the_maximum, on("exams_index_students", "student_sessions_index")),
    "PAGE-013",
)

# numbers -------------------------------------------------------------------------------------------------------------

_STRICT = (
    "exams_index",
    "exams_index_students",
    "attachments_index",
    "institutes_index",
    "users_index",
    "lti_resources_index",
)


def _one(value: Any) -> int:
    return 1


for _name, _must, _should in (("page", "PAGE-014", "PAGE-030"), ("limit", "PAGE-015", "PAGE-031")):
    _cases: tuple[tuple[tuple[str, ...], str, str], ...] = (
        (_STRICT, "lists-that-say-so", _must),
        (("attachments_index",), "attachments", _must),
        (tuple(name for name in LISTS if name not in _STRICT), "other-lists", _should),
        (("institutes_index",), "institutes", _must),
    )
    for _operations, _where, _breaks in _cases:
        add_to(
            f"word-as-{_name}-taken-for-one-on-{_where}",
            _operations,
            f"a word as {_name} is taken for 1 by {', '.join(_operations)}",
            params.read_as(_name, _one),
            _breaks,
        )


def _to_integer(value: Any) -> int:
    """As Ruby's ``to_i``, and at least one."""
    digits = str(value)[: len(str(value)) - len(str(value).lstrip("0123456789"))]
    return max(1, int(digits or 0))


add_to(
    "limit-read-up-to-its-first-letter",
    _STRICT,
    "of a limit the digits that it begins with are read",
    params.read_as("limit", _to_integer),
    "PAGE-015",
)

# counts that change --------------------------------------------------------------------------------------------------


def _counts_once(rules: Rules) -> None:
    """The item count of a list is worked out once and kept."""
    known: dict[str, int] = {}

    def headers(inner: Callable[..., Any], call: Call, page: Page, count: int) -> Any:
        key = f"{call.operation.id} {call.path_ids} {call.params.get('status')}"
        return inner(call, page, known.setdefault(key, count))

    in_policy("paging", "headers", headers, on(*OF_EXAM))(rules)


def _counts_only_up(rules: Rules) -> None:
    most: dict[str, int] = {}

    def headers(inner: Callable[..., Any], call: Call, page: Page, count: int) -> Any:
        key = f"{call.operation.id} {call.path_ids} {call.params}"
        most[key] = max(count, most.get(key, 0))
        return inner(call, page, most[key])

    in_policy("paging", "headers", headers, on(*OF_EXAM))(rules)


add(
    "item-count-kept-from-the-first-time",
    "the item count of the list of an exam stays as it was the first time",
    _counts_once,
    "PAGE-016",
    also=("PAGE-002", "PAGE-003", "PAGE-011", "PAGE-033", *FILTERED_PAGES),
)
add(
    "item-count-does-not-shrink",
    "the item count of the list of an exam does not shrink when a row is destroyed",
    _counts_only_up,
    "PAGE-016",
)


def _count_without_status(call: Call, page: Page, count: int) -> int:
    sql = "SELECT count(*) FROM student_sessions WHERE exam_id = ?"
    return int(call.store.value(sql, (call.found["exam"]["id"],)))


add(
    "item-count-ignores-status",
    "the item count of students narrowed by status is that of all students of the exam",
    header(COUNT, _count_without_status, all_of(on("exams_index_students"), asked_for("status"))),
    "PAGE-033",
    operation="exams_index_students",
)

# odd pages -----------------------------------------------------------------------------------------------------------


def crashes(when: When) -> Deviation:
    """A 500 before the parameters are checked."""

    def edited(call: Call, reply: Reply) -> Reply:
        return call.rules.refusal(call.operation, Refusal("internal"))

    return finish(edited, when)


def _sent(name: str, odd: Callable[[int], bool]) -> When:
    def when(call: Call) -> bool:
        text = str(call.sent.get(name, ""))
        return text.lstrip("-").isdigit() and odd(int(text))

    return when


for _id, _what, _when in (
    ("page-zero-crashes", "page 0", _sent("page", lambda number: number == 0)),
    ("negative-page-crashes", "a negative page", _sent("page", lambda number: number < 0)),
    ("limit-zero-crashes", "limit 0", _sent("limit", lambda number: number == 0)),
    ("negative-limit-crashes", "a negative limit", _sent("limit", lambda number: number < 0)),
    ("huge-page-crashes", "a page beyond 64 bits", _sent("page", lambda number: number >= 2**63)),
    ("huge-limit-crashes", "a limit beyond 64 bits", _sent("limit", lambda number: number >= 2**63)),
):
    add_to(
        _id,
        LISTS,
        f"{_what} is answered with 500",
        crashes(_when),
        "PAGE-032",
        also=("ROBUST-101", "ROBUST-010"),
    )
add_to(
    "limit-zero-crashes-on-lti-resources",
    "lti_resources_index",
    "limit 0 is answered with 500 by lti_resources_index",
    crashes(_sent("limit", lambda number: number == 0)),
    "PAGE-032",
    also=("ROBUST-101",),
)


def _wrapped_round(call: Call, page: Page) -> Page:
    """After the last page comes the first."""
    count = _count_of_exam(call)
    return replace(page, number=(page.number - 1) % max(1, _pages(count, page.limit)) + 1)


def _count_of_exam(call: Call) -> int:
    table = "attachments" if call.operation.id == "attachments_index" else "student_sessions"
    return int(call.store.value(f"SELECT count(*) FROM {table} WHERE exam_id = ?", (call.found["exam"]["id"],)))


add(
    "page-beyond-end-is-the-first",
    "a page beyond the last of an exam's list is the first again",
    pages(_wrapped_round, on(*OF_EXAM)),
    "PAGE-034",
)
add(
    "without-page-the-last-page",
    "without page the list of an exam answers its last page",
    pages(
        lambda call, page: replace(page, number=max(1, _pages(_count_of_exam(call), page.limit))),
        all_of(on(*OF_EXAM), lambda call: "page" not in call.params),
    ),
    "PAGE-035",
    also=("PAGE-002", "PAGE-006", "PAGE-007"),
)
