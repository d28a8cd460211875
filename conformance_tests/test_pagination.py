"""Pagination: page, limit, and the X-Pagination headers of the lists that have them."""

import pytest

from contract import rowsets
from contract.checks.lists import find
from contract.checks.shape import rows
from contract.checks.tables import Table, shows_each_once
from contract.filters import FieldType, by
from contract.judgement import NotTested, control, deciding, expect, observe

requirement = pytest.mark.requirement
LARGEST = 300
MORE_THAN_LARGEST = 305
EXAM_STATUSES = ("draft", "open", "closed", "deleted")
ITEMS, PAGES, PAGE, LIMIT = (f"X-Pagination-{name}" for name in ("Item-Count", "Page-Count", "Page", "Limit"))


@pytest.fixture
def table(operation_id, shared):
    """At least three rows of the run in the list that the test is about."""
    return rowsets.few(shared, operation_id)


def number_in(exchange, header):
    """Return a header as the number that it must be."""
    value = exchange.header(header)
    expect(exchange).holds(value is not None and value.isdecimal(), f"a number in {header}", f"{value!r}")
    return int(value)


# -- page, limit, headers ---------------------------------------------------------------------------------------------


@requirement("PAGE-001", "PAGE-002", "PAGE-003", "PAGE-004", "PAGE-005", "PAGE-069")
def test_a_page_says_where_it_stands(operation_id, table):
    for page, limit in ((1, 2), (2, 2), (3, 1)):
        exchange = table.read(page=page, limit=limit).exchange

        expect(exchange).accepted()
        says_where_it_stands(operation_id, table, exchange, page, limit)


def says_where_it_stands(operation_id, table, exchange, page, limit):
    """Judge the headers of page number *page* of *limit* rows."""
    own = operation_id in rowsets.OWN_LISTS
    with deciding("PAGE-002"):
        control(exchange).accepted()
        count, known = number_in(exchange, ITEMS), len(table.made)
        expect(exchange).holds(
            count == known if own else count >= known, f"{known} items{'' if own else ' or more'}", f"{count}"
        )
    with deciding("PAGE-003"):
        control(exchange).accepted()
        pages = -(-number_in(exchange, ITEMS) // number_in(exchange, LIMIT))
        expect(exchange).equals(number_in(exchange, PAGES), pages, PAGES)
    with deciding("PAGE-004"):
        control(exchange).accepted()
        expect(exchange).equals(number_in(exchange, PAGE), page, PAGE)
    with deciding("PAGE-005"):
        control(exchange).accepted()
        expect(exchange).equals(number_in(exchange, LIMIT), limit, LIMIT)
    with deciding("PAGE-069"):
        observe(exchange, link="sent" if exchange.header("Link") else "none")


@requirement("PAGE-006")
def test_a_page_holds_as_many_items_as_limit_says(operation_id, table):
    for limit in (1, 2):
        listed = table.read(page=1, limit=limit)

        control(listed.exchange).accepted()
        expect(listed.exchange).equals(len(listed.rows), limit, f"number of items with limit {limit}")


@requirement("PAGE-007")
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_of_an_exams_list_hold_each_row_once(operation_id, table, limit):
    sizes = [min(limit, len(table.made) - start) for start in range(0, len(table.made), limit)]

    pages = [table.read(page=number, limit=limit) for number in range(1, len(sizes) + 1)]

    for page in pages:
        control(page.exchange).accepted()
    last = expect(pages[-1].exchange)
    last.equals(sorted(row["id"] for page in pages for row in page.rows), sorted(table.made), "ids on all pages")
    last.equals([len(page.rows) for page in pages], sizes, "numbers of rows on the pages")


@pytest.mark.exclusive
@pytest.mark.beside_its_kind
@requirement("PAGE-008")
def test_pages_of_a_shared_list_hold_each_row_once(operation_id, table):
    whole, pages = quietly(table, parts=3)

    for page in pages:
        control(page.exchange).accepted()
    listed = [row["id"] for page in pages for row in page.rows]
    last = expect(pages[-1].exchange)
    last.equals(sorted(listed), sorted(row["id"] for row in whole.rows), "ids on all pages")
    count = number_in(whole.exchange, ITEMS)
    expect(whole.exchange).holds(
        count == len(whole.rows) or count > LARGEST, f"{len(whole.rows)} items", f"{count} counted"
    )


TRIES = 10


def quietly(table, parts):
    """Read a list as a whole and in pages while nobody creates or removes rows of it."""
    for _ in range(TRIES):
        whole = table.read(page=1, limit=LARGEST)
        control(whole.exchange).accepted()
        limit = -(-len(whole.rows) // parts)
        pages = [table.read(page=number, limit=limit) for number in range(1, -(-len(whole.rows) // limit) + 1)]
        again = table.read(page=1, limit=LARGEST)
        if sorted(row["id"] for row in whole.rows) == sorted(row["id"] for row in again.rows):
            return whole, pages
    raise NotTested(f"the list changed under each of {TRIES} tries to read it page by page")


# -- default and maximum ----------------------------------------------------------------------------------------------


@requirement("PAGE-010")
def test_the_default_limit_is_300(operation_id, table):
    listed = table.read(page=1)

    control(listed.exchange).accepted()
    expect(listed.exchange).equals(number_in(listed.exchange, LIMIT), LARGEST, LIMIT)


@requirement("PAGE-012", "PAGE-060")
def test_a_limit_above_300_is_refused_or_capped(operation_id, table):
    exchange = table.read(page=1, limit=LARGEST + 1).exchange
    largest = table.read(page=1, limit=LARGEST).exchange

    with deciding("PAGE-060"):
        observe(exchange, status=exchange.status, limit=exchange.header(LIMIT))
    if not exchange.accepted:
        expect(exchange).refused()
    else:
        used = number_in(exchange, LIMIT)
        expect(exchange).holds(used <= LARGEST, f"{LIMIT} of at most {LARGEST}", f"{used}")
    control(largest).accepted()
    expect(largest).equals(number_in(largest, LIMIT), LARGEST, LIMIT)


KINDS = {
    "exams_index": ("exams", "exams"),
    "exams_index_students": ("student_sessions", "students"),
    "student_sessions_index": ("student_sessions", "students"),
    "student_sessions_index_all": ("student_sessions", "students"),
    "institutes_index": ("institutes", "institutes"),
    "users_index": ("users", "users"),
}


@pytest.fixture
def crowded(operation_id, shared, world, mock_control):
    """A list with more rows than a page may hold: of the mock, which makes them at once."""
    kind, key = KINDS[operation_id]
    exam_id = shared.once("rows: exam with a crowd", lambda: world.exam()["id"])
    shared.once(
        f"rows: a crowd of {kind}",
        lambda: mock_control.seed(kind, MORE_THAN_LARGEST, institute_id=world.institute_id, exam_id=exam_id),
    )
    params = {"exams_index_students": {"id": exam_id}, "student_sessions_index": {"exam_id": exam_id}}
    params["users_index"] = {"institute_id": world.institute_id}
    client = world.client("superuser" if operation_id == "institutes_index" else "administrator")
    return Table(client, operation_id, key, {"id": FieldType.INTEGER}, params.get(operation_id, {}), ())


@pytest.mark.exclusive
@requirement("PAGE-011", "PAGE-013")
def test_a_crowded_list_comes_in_pages_of_300(operation_id, crowded):
    first, second, greedy = crowded.read(page=1), crowded.read(page=2), crowded.read(page=1, limit=100_000)

    with deciding("PAGE-013"):
        control(first.exchange).accepted()
        expect(greedy.exchange).holds(len(greedy.rows) <= LARGEST, f"at most {LARGEST} items", f"{len(greedy.rows)}")
    for listed in (first, second):
        control(listed.exchange).accepted()
    rest = number_in(first.exchange, ITEMS) - LARGEST
    expect(first.exchange).equals(len(first.rows), LARGEST, "number of items on page 1")
    expect(second.exchange).equals(len(second.rows), min(rest, LARGEST), "number of items on page 2")
    expect(second.exchange).holds(
        rest >= MORE_THAN_LARGEST - LARGEST, "all items to be counted", f"{rest} beyond {LARGEST}"
    )
    repeated = {row["id"] for row in first.rows} & {row["id"] for row in second.rows}
    expect(second.exchange).equals(sorted(repeated), [], "ids on both pages")


# -- rules ------------------------------------------------------------------------------------------------------------


def refuses_text(table, name, question=None):
    wrong = [table.read(**{"page": 1, "limit": 2, name: text}).exchange for text in ("abc", "2x")]
    right = table.read(page=1, limit=2).exchange

    if question:
        with deciding(question):
            observe(wrong[0])
    for exchange in wrong:
        expect(exchange).refused()
    control(right).accepted()


@requirement("PAGE-014", "PAGE-072")
def test_a_page_that_is_no_number_is_refused(operation_id, table):
    refuses_text(table, "page", "PAGE-072")


@requirement("PAGE-015")
def test_a_limit_that_is_no_number_is_refused(operation_id, table):
    refuses_text(table, "limit")


@requirement("PAGE-030")
def test_a_page_that_is_no_number_is_refused_elsewhere(operation_id, table):
    refuses_text(table, "page")


@requirement("PAGE-031")
def test_a_limit_that_is_no_number_is_refused_elsewhere(operation_id, table):
    refuses_text(table, "limit")


def add_row(operation_id, world, exam_id):
    """Add a row to a list of the exam; return its id and how to remove it."""
    if operation_id == "attachments_index":
        made = world.attachment(exam_id)
        return made["id"], lambda: world.client()("attachments_destroy", exam_id=exam_id, id=made["id"])
    made = world.student_session(exam_id)
    return made["id"], lambda: world.client()("student_sessions_destroy", id=made["id"])


@requirement("PAGE-016")
def test_the_item_count_follows_the_rows(operation_id, administrator, world):
    exam_id = world.exam()["id"]
    path = {"id" if operation_id == "exams_index_students" else "exam_id": exam_id}

    def count():
        listed = administrator(operation_id, **path, page=1, limit=2)
        control(listed).accepted()
        return number_in(listed, ITEMS), listed

    (first, remove), _ = [add_row(operation_id, world, exam_id) for _ in range(2)]
    two, _ = count()
    add_row(operation_id, world, exam_id)
    three, listed = count()
    expect(listed).equals([two, three], [2, 3], "item counts before and after a creation")
    control(remove()).accepted()
    again, last = count()

    key = "attachments" if operation_id == "attachments_index" else "students"
    if find(administrator, operation_id, key, first, **path)[1]:
        raise NotTested("what was destroyed is still listed, as in an archive")
    expect(last).equals(again, 2, "item count after a removal")


OFTEN_WRONG = (0, -1, 10**30)
ODD = (1.5, 10**9, "", " ", "0x1", "1,2", "null", "NaN", "true", "[]", "'", "1;2")


@requirement("PAGE-032")
def test_odd_numbers_are_not_the_servers_error(operation_id, table, rng):
    right = table.read(page=1, limit=1)
    for name in ("page", "limit"):
        for value in (*OFTEN_WRONG, *rng.sample(ODD, 2)):
            exchange = table.client(operation_id, **{**table.params, "page": 1, "limit": 1, name: value})
            expect(exchange).holds(exchange.status < 500, f"no 5xx for {name}={value!r}", f"{exchange.status}")

    control(right.exchange).accepted()


@requirement("PAGE-033")
def test_the_item_count_is_that_of_the_status(operation_id, table):
    statuses = {row["status"] for row in table.rows}
    if statuses - {"registered"}:
        raise NotTested(f"the new students have the statuses {sorted(statuses)}")

    same, other = (table.read(page=1, limit=2, status=status).exchange for status in ("registered", "exam_finished"))

    for exchange, count in ((same, len(table.made)), (other, 0)):
        control(exchange).accepted()
        expect(exchange).equals(number_in(exchange, ITEMS), count, ITEMS)


@requirement("PAGE-036")
def test_the_item_count_of_exams_is_that_of_the_status(administrator, shared):
    assert shared.exam_id
    taken = 0

    for status in EXAM_STATUSES:
        first = administrator("exams_index", page=1, limit=LARGEST, status=status)
        if not first.accepted:
            continue
        number = number_in(first, PAGES) or 1
        last = administrator("exams_index", page=number, limit=LARGEST, status=status)
        if number_in(last, PAGES) != number_in(first, PAGES):
            continue  # others created or destroyed exams, and this is no longer the last page
        taken += 1
        # Count and rows are those of one answer, so that it does not matter what others create meanwhile.
        control(last).accepted()
        expect(last).equals(number_in(last, ITEMS), (number - 1) * LARGEST + len(rows(last, "exams")), ITEMS)
    if not taken:
        raise NotTested("the target takes no status, or the number of its exams did not stand still")


@requirement("PAGE-034", "PAGE-063")
def test_a_page_beyond_the_last_repeats_no_other_page(operation_id, table):
    first = table.read(page=1, limit=2)
    pages = -(-len(table.made) // 2)
    last = table.read(page=pages, limit=2)
    after, beyond = table.read(page=pages + 1, limit=2), table.read(page=1000, limit=2)

    with deciding("PAGE-063"):
        observe(
            beyond.exchange, status=beyond.exchange.status, rows=len(beyond.rows), page=beyond.exchange.header(PAGE)
        )
    control(first.exchange).accepted()
    for page in (after, beyond):
        is_last = page.ids == last.ids
        expect(page.exchange).holds(is_last or not page.rows, "no rows, or the last page", f"the rows {page.ids}")


@requirement("PAGE-035")
def test_without_page_the_first_comes(operation_id, table):
    first, without = table.read(limit=2, page=1), table.client(operation_id, **table.params, limit=2)

    control(without).accepted()
    control(first.exchange).accepted()
    ids = [row["id"] for row in rows(without, table.key)]
    # Whether a list comes in pages at all where none is asked for is not documented.
    is_whole = sorted(ids) == sorted(table.made)
    expect(without).holds(ids == first.ids or is_whole, f"the ids {first.ids}, or of all pages", f"{ids}")


# -- what is not documented -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation_id", "name", "value"),
    [
        pytest.param(operation_id, name, value, marks=requirement(id))
        for id, name, value in (
            ("PAGE-061", "page", 0),
            ("PAGE-062", "page", -1),
            ("PAGE-064", "limit", 0),
            ("PAGE-065", "limit", -1),
        )
        for operation_id in rowsets.OWN_LISTS
    ],
)
def test_what_a_number_out_of_range_is_answered(operation_id, name, value, table):
    listed = table.read(**{"page": 1, "limit": 2, name: value})

    observe(listed.exchange, status=listed.exchange.status, rows=len(listed.rows))


@requirement("PAGE-066")
def test_which_spellings_of_a_number_are_taken(operation_id, table):
    for value in ("1.0", "01", "+1", "1e0", " 1", ""):
        exchange = table.read(page=value, limit=2).exchange
        observe(exchange, **{f"page={value}": exchange.status})


@requirement("PAGE-067")
def test_which_headers_come_without_page(operation_id, table):
    exchange = table.client(operation_id, **table.params)

    control(exchange).accepted()
    observe(exchange, headers=[name for name in (ITEMS, PAGES, PAGE, LIMIT) if exchange.header(name) is not None])


@requirement("PAGE-068")
def test_the_headers_of_an_empty_list(operation_id, administrator, world):
    exam_id = world.exam()["id"]
    path = {"id" if operation_id == "exams_index_students" else "exam_id": exam_id}

    exchange = administrator(operation_id, **path, page=1, limit=2)

    control(exchange).accepted()
    observe(exchange, **{name: exchange.header(name) for name in (ITEMS, PAGES, PAGE, LIMIT)})


@requirement("PAGE-070")
def test_the_order_without_a_sort(operation_id, table):
    listed = table.read(page=1, limit=LARGEST)
    columns = {"id": FieldType.INTEGER, **{name: type for name, type in table.columns.items() if name == "name"}}
    orders = [each for name in columns for each in (name, f"-{name}") if by(each).is_obeyed(listed.own, columns)]

    control(listed.exchange).accepted()
    shows_each_once(listed)
    observe(listed.exchange, order=orders or "another")


UNPAGED = {"tool_providers_index": "tool_providers", "identity_providers_index": None, "documents_index": None}


@requirement("PAGE-071")
def test_what_paging_does_where_it_is_not_listed(operation_id, administrator, shared):
    params = {"exam_id": shared.documented_exam[0]} if operation_id == "documents_index" else {}
    if operation_id == "tool_providers_index":
        shared.once("rows: three tool providers", lambda: [shared.world.tool_provider() for _ in range(3)])

    limited = administrator(operation_id, **params, page=1, limit=1)

    observe(limited, status=limited.status, headers=limited.header(ITEMS) is not None)
    if limited.accepted and (key := UNPAGED[operation_id]):
        observe(limited, limit="applied" if len(rows(limited, key)) == 1 else "ignored")
