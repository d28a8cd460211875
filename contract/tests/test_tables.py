"""Judging filtered and sorted lists: what is right passes, and each way to be wrong is found and told."""

import json
from types import SimpleNamespace

import pytest

from contract.checks.tables import (
    Listed,
    Table,
    offered,
    shows_each_once,
    shows_the_same_rows,
    shows_what_fits,
    stands_in_order,
)
from contract.exchange import Exchange
from contract.filters import FieldType, Nulls, by, where
from contract.judgement import FindingRaised, Inconclusive, Ledger, NotTested, judging
from contract.operations import get
from contract.requirements import load

COLUMNS = {"id": FieldType.INTEGER, "name": FieldType.STRING, "start_time": FieldType.TIME}
ROWS = [
    {"id": 1, "name": "a", "start_time": "2036-01-01T11:00:00.000Z"},
    {"id": 2, "name": "b", "start_time": "2036-01-05T11:00:00.000Z"},
    {"id": 3, "name": "c", "start_time": None},
]
OTHER = {"id": 9, "name": "B", "start_time": "2036-01-05T11:00:00.000Z"}


@pytest.fixture(autouse=True)
def case():
    with judging(Ledger(load().get("FILTER-001"), "case")):
        yield


def answer(status=200, rows=(), pages="1"):
    """Return an exchange as the list of exams answers."""
    response = SimpleNamespace(
        status_code=status,
        content=json.dumps({"exams": list(rows)}).encode(),
        headers={"X-Pagination-Page-Count": pages},
    )
    request = SimpleNamespace(method="GET", url="https://target.example.com/api/v3/exams")
    return Exchange("x1", get("exams_index"), "administrator", "valid", "judged", 0, 0.0, request, response)


def listed(*rows):
    made = {1, 2, 3}
    return Listed(answer(rows=rows), list(rows), [row for row in rows if row["id"] in made])


@pytest.fixture
def table():
    return Table(None, "exams_index", "exams", COLUMNS, {}, (1, 2, 3), ROWS)


# -- reading ----------------------------------------------------------------------------------------------------------


class PagedClient:
    """Answers the pages given, and remembers what it was asked for."""

    def __init__(self, *pages, status=200):
        self.pages, self.status, self.asked = pages, status, []

    def __call__(self, operation_id, **params):
        self.asked.append(params)
        return answer(self.status, self.pages[params.get("page", 1) - 1], str(len(self.pages)))


def test_all_pages_are_read_and_the_runs_rows_picked_out():
    client = PagedClient([ROWS[2], OTHER], [ROWS[0]], [ROWS[1]])

    table = Table.of(client, "exams_index", "exams", COLUMNS, {}, [1, 2, 3])

    assert table.rows == ROWS
    assert [params.get("page") for params in client.asked] == [None, 2, 3] * 2


def test_a_list_that_changes_while_its_pages_are_read_is_read_again():
    # Somebody removes rows before the run's, which so moves to a page that was read; then all stand still.
    readings = iter([[OTHER], [], [ROWS[0]], [OTHER], [ROWS[0]], [OTHER]])
    table = Table(lambda *_, **__: answer(rows=next(readings), pages="2"), "exams_index", "exams", COLUMNS, {}, (1,))

    assert [row["id"] for row in table.read().rows] == [1, 9]


def test_a_row_of_others_that_moves_between_the_pages_is_met_once():
    readings = iter([[ROWS[0]], [OTHER], [ROWS[0], OTHER], [OTHER]])
    table = Table(lambda *_, **__: answer(rows=next(readings), pages="2"), "exams_index", "exams", COLUMNS, {}, (1,))

    assert [row["id"] for row in table.read().rows] == [1, 9]


def test_a_row_of_the_run_that_moves_between_the_pages_each_time_is_met_once():
    # Others create rows: ids 10, 11, 12; the run's row moves to the next page while the first was read, then not.
    new = [{"id": id} for id in (10, 11, 12)]
    first, further = [OTHER, ROWS[0]], [ROWS[0]]
    readings = iter([first, further, [new[0], *first], further, [*new, OTHER], further])
    table = Table(lambda *_, **__: answer(rows=next(readings), pages="2"), "exams_index", "exams", COLUMNS, {}, (1,))

    assert [row["id"] for row in table.read().rows] == [10, 11, 12, 9, 1]


def test_rows_of_others_that_come_and_go_for_ever_leave_a_list_without_a_judgement():
    def read(*_, **params):
        number = params.get("page", 1)
        arrivals.append({"id": 100 + len(arrivals)})
        return answer(rows=[*arrivals, ROWS[0]] if number == 1 else [ROWS[0]], pages="2")

    arrivals = []

    with pytest.raises(Inconclusive, match="came or went"):
        Table(read, "exams_index", "exams", COLUMNS, {}, (1,)).read()


def test_a_list_whose_order_changes_though_nobody_came_or_went_is_judged_as_it_is():
    readings = iter([[ROWS[0]], [ROWS[1]], [ROWS[1]], [ROWS[0]]] * 3)
    table = Table(lambda *_, **__: answer(rows=next(readings), pages="2"), "exams_index", "exams", COLUMNS, {}, (1, 2))

    assert table.read().ids == [1, 2]


def test_a_list_with_a_row_on_two_pages_is_judged_as_it_is():
    client = PagedClient([ROWS[0]], [ROWS[0]])

    found = Table(client, "exams_index", "exams", COLUMNS, {}, (1,)).read()

    with pytest.raises(FindingRaised, match="more than once"):
        shows_each_once(found)


def test_only_the_page_asked_for_is_read(table):
    client = PagedClient([ROWS[0]], [ROWS[1]])

    found = Table(client, "exams_index", "exams", COLUMNS, {"exam_id": 7}, (1, 2)).read(
        where("name", "eq", "b"), by("-name"), page=2, limit=1
    )

    assert found.ids == [2]
    assert client.asked == [
        {"exam_id": 7, "page": 2, "limit": 1, "filter": '{"name":{"eq":"b"}}', "sort": '[{"name":"desc"}]'}
    ]


def test_columns_that_the_list_does_not_show_are_left_out():
    rows = [{"id": 1, "name": "a"}]

    table = Table.of(PagedClient(rows), "exams_index", "exams", COLUMNS, {}, [1])

    assert list(table.columns) == ["id", "name"]
    with pytest.raises(NotTested, match="have no start_time"):
        table.has("name", "start_time")


def test_rows_that_were_created_and_are_not_listed_leave_nothing_to_judge():
    with pytest.raises(Inconclusive, match="does not show what was created"):
        Table.of(PagedClient(ROWS[:2]), "exams_index", "exams", COLUMNS, {}, [1, 2, 3])


def test_a_list_of_too_many_pages_is_not_read():
    client = PagedClient(*[[ROWS[0]]] * 41)

    with pytest.raises(NotTested, match="41 pages"):
        Table(client, "exams_index", "exams", COLUMNS, {}, (1,)).read()


def test_a_refusal_has_no_rows():
    found = Table(PagedClient(ROWS, status=422), "exams_index", "exams", COLUMNS, {}, (1,)).read()

    assert (found.rows, found.own) == ([], [])
    with pytest.raises(NotTested, match="does not take the column"):
        offered(found, "the column")


def test_an_error_of_the_server_is_no_refusal():
    found = Table(PagedClient(ROWS, status=500), "exams_index", "exams", COLUMNS, {}, (1,)).read()

    with pytest.raises(FindingRaised):
        offered(found, "the column")


# -- judging ----------------------------------------------------------------------------------------------------------


def test_exactly_the_rows_that_fit_pass(table):
    shows_what_fits(table, listed(ROWS[1], OTHER), where("start_time", "gt", "2036-01-01T11:00:00.000Z"))
    shows_what_fits(table, listed(), where("name", "eq", "nobody"))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], r"missing {start_time: '2036-01-05T11:00:00.000Z'}, wrongly listed none"),
        ([ROWS[0], ROWS[1]], r"missing none, wrongly listed {start_time: '2036-01-01T11:00:00.000Z'}"),
        ([ROWS[1], ROWS[2]], r"wrongly listed {start_time: None}"),
        ([ROWS[1], {**OTHER, "start_time": None}], r"wrongly listed {start_time: None}"),
        ([ROWS[1], ROWS[1]], r"rows \[2\] more than once"),
    ],
    ids=["missing", "too many", "null", "of others", "twice"],
)
def test_each_way_to_filter_wrongly_is_found(table, rows, told):
    with pytest.raises(FindingRaised, match=told):
        shows_what_fits(table, listed(*rows), where("start_time", "gt", "2036-01-01T11:00:00.000Z"))


def test_the_order_of_others_texts_and_bare_dates_are_the_targets_own(table):
    shows_what_fits(table, listed(ROWS[1], ROWS[2], {**OTHER, "name": "A"}), where("name", "gt", "a"))
    shows_what_fits(
        table,
        listed(ROWS[1], {**OTHER, "start_time": "2036-01-02T23:00:00.000Z"}),
        where("start_time", "gt", "2036-01-03"),
    )


def test_nulls_may_stand_at_either_end(table):
    assert stands_in_order(table, listed(ROWS[2], ROWS[0], ROWS[1]), by("start_time")) in (Nulls.FIRST, Nulls.SMALLEST)
    assert stands_in_order(table, listed(ROWS[0], ROWS[1], ROWS[2]), by("start_time")) in (Nulls.LAST, Nulls.LARGEST)


@pytest.mark.parametrize("rows", [[1, 0, 2], [0, 2, 1], [2, 1, 0]], ids=str)
def test_a_wrong_order_is_found(table, rows):
    with pytest.raises(FindingRaised, match=r"the rows in the order \[{\"start_time\":\"asc\"}\]"):
        stands_in_order(table, listed(*(ROWS[at] for at in rows)), by("start_time"))


def test_a_lost_and_a_repeated_row_are_found(table):
    shows_the_same_rows(table, listed(*reversed(ROWS)))
    for rows in (ROWS[:2], [*ROWS, ROWS[0]]):
        with pytest.raises(FindingRaised, match="ids of the run's rows"):
            shows_the_same_rows(table, listed(*rows))
    with pytest.raises(FindingRaised, match="more than once"):
        shows_each_once(listed(OTHER, *ROWS, OTHER))
