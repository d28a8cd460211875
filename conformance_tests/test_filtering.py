"""Filtering and sorting of exams: the parameters filter and sort, JSON in the query string."""

from datetime import UTC, timedelta, timezone

import pytest

from contract import rowsets
from contract.checks.acceptance import accepted_as_usual, usual
from contract.checks.shape import resource
from contract.checks.tables import (
    TRIES,
    Table,
    filters_rightly,
    offered,
    shows_each_once,
    shows_the_same_rows,
    shows_what_fits,
    sorts_rightly,
    stands_in_order,
)
from contract.filters import Condition, FieldType, Filter, Operator, as_answered, by, typed, where
from contract.judgement import Inconclusive, control, expect, require

requirement = pytest.mark.requirement


@pytest.fixture
def exams(shared, administrator):
    """The worker's exams in the list of exams: ties, neighbours and gaps in every column."""
    return rowsets.exams(shared, administrator)


def named(table, *words):
    """Return the full names that the run gave its rows for *words*."""
    return [row["name"] for word in words for row in table.rows if row["name"].endswith(f" {word}")]


def times(table):
    """Return the start times of the run's exams as answered, each once, the earliest first."""
    return sorted(table.values("start_time"), key=lambda each: typed(each, FieldType.TIME))


def beside(start_time):
    """Return the moments a second before and after one."""
    moment = typed(start_time, FieldType.TIME)
    return [as_answered(moment.astimezone(UTC) + timedelta(seconds=seconds)) for seconds in (-1, 1)]


# -- filter by the documented columns ---------------------------------------------------------------------------------


each_operator_on_start_time = pytest.mark.parametrize(
    "operator",
    [
        pytest.param("eq", marks=requirement("FILTER-001")),
        pytest.param("gt", marks=requirement("FILTER-002")),
        pytest.param("gte", marks=requirement("FILTER-003")),
        pytest.param("lt", marks=requirement("FILTER-004")),
    ],
)


@each_operator_on_start_time
def test_exams_are_filtered_by_start_time(exams, operator):
    for start_time in (*times(exams)[::2], *beside(times(exams)[1])):
        filters_rightly(exams, where("start_time", operator, start_time))


@each_operator_on_start_time
def test_start_times_are_compared_to_the_millisecond(administrator, world, operator):
    moments = [f"2037-06-01T09:30:00.{milliseconds}+00:00" for milliseconds in (123, 400, 877)]
    made = [world.exam(start_time=moment)["id"] for moment in moments]
    table = Table.of(administrator, "exams_index", "exams", rowsets.EXAM_COLUMNS, {}, made)
    kept = [typed(row["start_time"], FieldType.TIME) for row in table.rows]
    require(
        kept == [typed(each, FieldType.TIME) for each in moments],
        "start times lost their milliseconds",
        blocked_by="EXAM-045",
    )

    for moment in moments:
        filters_rightly(table, where("start_time", operator, moment))


@requirement("FILTER-005")
def test_exams_are_filtered_by_start_time_lte(exams):
    for start_time in (*times(exams)[::2], *beside(times(exams)[1])):
        filters_rightly(exams, where("start_time", "lte", start_time), where_taken=True)


@requirement("FILTER-006")
def test_a_bare_date_is_the_value_of_a_time(exams):
    days = [(typed(start, FieldType.TIME) + timedelta(days=2)).date().isoformat() for start in times(exams)]

    for operator, day in (("gte", days[0]), ("gte", days[2]), ("gt", days[1]), ("lt", days[1]), ("lt", days[3])):
        filters_rightly(exams, where("start_time", operator, day))
    # The exams start around noon of UTC, so their own day and the next are clear within eleven hours of it.
    for start in (times(exams)[0], times(exams)[3]):
        own = typed(start, FieldType.TIME).astimezone(UTC).date()
        for operator, day in (("gte", own), ("lt", own), ("gte", own + timedelta(days=1)), ("lt", own + timedelta(1))):
            filters_rightly(exams, where("start_time", operator, day.isoformat()))


@requirement("FILTER-007")
def test_a_moment_is_the_same_in_every_time_zone(exams):
    moment = typed(times(exams)[1], FieldType.TIME)

    for hours, minutes in ((0, 0), (1, 0), (-8, 0), (5, 30), (13, 45)):
        written = as_answered(moment.astimezone(timezone(timedelta(hours=hours, minutes=minutes))))
        filters_rightly(exams, where("start_time", "eq", written), where_taken=True)
        filters_rightly(exams, where("start_time", "gt", written), where_taken=True)


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param("eq", marks=requirement("FILTER-010")),
        pytest.param("gt", marks=requirement("FILTER-011")),
        pytest.param("gte", marks=requirement("FILTER-012")),
        pytest.param("lt", marks=requirement("FILTER-013")),
    ],
)
def test_exams_are_filtered_by_name(exams, operator):
    for name in named(exams, "alder", "fir", "firtree", "pine"):
        filters_rightly(exams, where("name", operator, name))


@requirement("FILTER-014")
def test_exams_are_filtered_by_name_lte(exams):
    for name in named(exams, "alder", "fir", "firtree", "pine"):
        filters_rightly(exams, where("name", "lte", name), where_taken=True)


@requirement("FILTER-015")
def test_every_character_of_a_name_is_ordinary(administrator, shared, sample):
    made = rowsets.literal_exams(shared)
    table = Table(administrator, "exams_index", "exams", rowsets.EXAM_COLUMNS, {}, tuple(made.values()))

    for name, id in made.items():
        listed = table.read(where("name", "eq", name))
        accepted_as_usual(listed.exchange, usual(sample, "exams_index"))
        expect(listed.exchange).equals([row["id"] for row in listed.rows], [id], f"ids of the exams named {name!r}")


@requirement("FILTER-016")
def test_the_example_of_the_overview_works(exams, administrator, world):
    example, order = where("start_time", "gte", "2025-02-01"), by("-start_time", "name")

    listed = exams.read(example, order)

    expect(listed.exchange).accepted()
    shows_what_fits(exams, listed, example)
    stands_in_order(exams, listed, order)
    early = administrator("exams_create", **world.exam_params(start_time="2024-11-21T12:00:00.000+01:00"))
    # Whether an exam may begin in the past is not documented.
    if early.accepted:
        exam = resource(early, "exam")
        before = Table(administrator, "exams_index", "exams", rowsets.EXAM_COLUMNS, {}, (exam["id"],))
        control(before.read(where("name", "eq", exam["name"])).exchange).accepted()
        expect(listed.exchange).equals(before.read(example, order).own, [], "exams of the year before among them")


@requirement("FILTER-017")
def test_a_filter_that_nothing_fits_is_answered_with_an_empty_list(exams, administrator, world):
    listed = administrator("exams_index", filter=where("name", "eq", world.name("nowhere")).text)
    control(exams.read(where("name", "eq", exams.rows[0]["name"])).exchange).accepted()

    expect(listed).accepted()
    expect(listed).equals(listed.json.get("exams") if isinstance(listed.json, dict) else None, [], "exams")


# -- sort by the documented columns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        pytest.param("start_time", marks=requirement("FILTER-020")),
        pytest.param("-start_time", marks=requirement("FILTER-021")),
        pytest.param("name", marks=requirement("FILTER-022")),
        pytest.param("-name", marks=requirement("FILTER-023")),
    ],
)
def test_exams_are_sorted(exams, column):
    listed = exams.read(sort=by(column))

    expect(listed.exchange).accepted()
    stands_in_order(exams, listed, by(column))
    expect(listed.exchange).holds(len(listed.own) > 1, "the exams of the run in the list", f"{len(listed.own)} of them")


@requirement("FILTER-024")
def test_the_second_column_orders_the_ties_of_the_first(exams):
    for first in ("start_time", "-start_time"):
        for second in ("name", "-name"):
            sorts_rightly(exams, by(first, second))


@requirement("FILTER-025")
def test_sorting_loses_and_repeats_nothing(exams):
    for column in ("start_time", "-start_time", "name", "-name"):
        listed = exams.read(sort=by(column))

        expect(listed.exchange).accepted()
        shows_the_same_rows(exams, listed)
        shows_each_once(listed)


@requirement("FILTER-026")
def test_filter_and_sort_work_together(exams):
    wanted = where("name", "gte", named(exams, "cedar")[0])

    for order in (by("name"), by("-name"), by("-start_time", "name")):
        listed = exams.read(wanted, order)

        expect(listed.exchange).accepted()
        shows_what_fits(exams, listed, wanted)
        stands_in_order(exams, listed, order)


# -- other columns, several conditions --------------------------------------------------------------------------------


@requirement("FILTER-027")
def test_integers_are_sorted_as_numbers(exams):
    sorts_rightly(exams, by("duration_minutes"), where_taken=True)
    sorts_rightly(exams, by("-duration_minutes"), where_taken=True)


@requirement("FILTER-028")
def test_the_third_column_orders_the_ties_of_the_first_two(exams):
    sorts_rightly(exams, by("mobile_cam", "duration_minutes", "name"), where_taken=True)
    sorts_rightly(exams, by("-mobile_cam", "duration_minutes", "-name"), where_taken=True)


@requirement("FILTER-029")
def test_booleans_are_sorted_in_two_groups(exams):
    ascending = offered(exams.read(sort=by("mobile_cam")), "the sort by mobile_cam")
    descending = offered(exams.read(sort=by("-mobile_cam")), "the sort by -mobile_cam")

    values = [[row["mobile_cam"] for row in each.own] for each in (ascending, descending)]

    shows_the_same_rows(exams, ascending)
    groups = sum(earlier != later for earlier, later in zip(values[0], values[0][1:], strict=False))
    expect(ascending.exchange).equals(groups, 1, "changes from one value to the other")
    expect(descending.exchange).equals(values[1], values[0][::-1], "mobile_cam in descending order")


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param("eq", marks=requirement("FILTER-030")),
        pytest.param("gt", marks=requirement("FILTER-031")),
        pytest.param("gte", marks=requirement("FILTER-032")),
        pytest.param("lt", marks=requirement("FILTER-033")),
        pytest.param("lte", marks=requirement("FILTER-034")),
    ],
)
def test_exams_are_filtered_by_an_integer(exams, operator):
    for minutes in (45, 90, 100):
        filters_rightly(exams, where("duration_minutes", operator, str(minutes)), where_taken=True)


@requirement("FILTER-035")
def test_exams_are_filtered_by_a_boolean(exams):
    filters_rightly(exams, where("mobile_cam", "eq", "true"), where_taken=True)
    filters_rightly(exams, where("mobile_cam", "eq", "false"), where_taken=True)


@requirement("FILTER-036")
def test_creation_times_split_the_exams(exams):
    middle = sorted(row["created_at"] for row in exams.rows)[len(exams.rows) // 2]

    def ids(operator, value):
        return set(offered(exams.read(where("created_at", operator, value)), "the column created_at").ids)

    before, since = ids("lt", middle), ids("gte", middle)
    long_ago, ever = ids("lt", "2000-01-01"), ids("gte", "2000-01-01")

    last = expect(exams.read(where("created_at", "gte", middle)).exchange)
    last.accepted()
    last.equals((sorted(before & since), sorted(before | since)), ([], sorted(exams.made)), "ids in both and in either")
    last.equals((long_ago, ever), (set(), set(exams.made)), "ids before and since 2000")


@requirement("FILTER-040")
def test_two_operators_on_a_column_select_a_span(exams):
    _, early, _, late, _ = times(exams)
    after, before = Condition("start_time", Operator.GTE, early), Condition("start_time", Operator.LT, late)

    filters_rightly(exams, Filter((after, before)), where_taken=True)
    filters_rightly(exams, Filter((before, after)), where_taken=True)
    filters_rightly(exams, Filter((Condition("start_time", Operator.GT, late), before)), where_taken=True)


@requirement("FILTER-041")
def test_conditions_on_two_columns_hold_together(exams):
    start, name = exams.rows[0]["start_time"], named(exams, "elm")[0]

    filters_rightly(
        exams, where("start_time", "eq", start).also(Condition("name", Operator.GT, name)), where_taken=True
    )
    filters_rightly(
        exams, where("name", "lt", name).also(Condition("start_time", Operator.GTE, start)), where_taken=True
    )
    spanned = where("start_time", "gte", start).also(Condition("name", Operator.LT, name))
    shows_what_fits(exams, offered(exams.read(spanned, by("-start_time")), "two conditions and a sort"), spanned)


@requirement("FILTER-042")
def test_conditions_on_three_columns_hold_together(exams):
    minutes, start = Condition("duration_minutes", Operator.GTE, "45"), exams.rows[2]["start_time"]
    name = named(exams, "firtree")[0]

    filters_rightly(
        exams, where("start_time", "lt", start).also(minutes, Condition("name", Operator.LT, name)), where_taken=True
    )
    filters_rightly(
        exams, where("start_time", "eq", start).also(minutes, Condition("name", Operator.GT, name)), where_taken=True
    )


@requirement("FILTER-043")
def test_the_item_count_is_that_of_the_filtered_list(exams):
    for wanted in (where("start_time", "eq", exams.rows[0]["start_time"]), where("name", "eq", exams.rows[0]["name"])):
        listed = exams.read(wanted, page=1, limit=2)

        expect(listed.exchange).accepted()
        count = listed.exchange.header("X-Pagination-Item-Count")
        expect(listed.exchange).equals(count, str(len(exams.selected(wanted))), "X-Pagination-Item-Count")


@requirement("FILTER-044")
def test_pages_of_a_filtered_and_sorted_list_are_the_whole(exams):
    wanted, order = where("start_time", "eq", exams.rows[2]["start_time"]), by("-name")
    count, limit = len(exams.selected(wanted)), 2

    whole = exams.read(wanted, order)
    pages = [exams.read(wanted, order, page=page, limit=limit) for page in range(1, -(-count // limit) + 1)]

    for page in pages:
        expect(page.exchange).accepted()
    one_after_the_other = [id for page in pages for id in page.ids]
    expect(pages[-1].exchange).equals(one_after_the_other, whole.ids, "ids of the pages, one after the other")
    expect(whole.exchange).equals(len(whole.ids), count, "number of exams that fit")


def read_by_pages(table, wanted, order, limit):
    """Return a list as a whole and its first ten pages, read while no row of others came or went."""
    for _ in range(TRIES):
        whole = table.read(wanted, order)
        expect(whole.exchange).accepted()
        numbers = range(1, min(-(-len(whole.rows) // limit), 10) + 1)
        pages = [table.read(wanted, order, page=number, limit=limit) for number in numbers]
        for page in pages:
            expect(page.exchange).accepted()
        if {row["id"] for row in table.read(wanted, order).rows} == {row["id"] for row in whole.rows}:
            return whole, pages
    raise Inconclusive(f"rows of others came or went while the pages were read, {TRIES} times")


@requirement("FILTER-044")
@pytest.mark.parametrize("order", [by("start_time", "-name"), by("-start_time", "name")], ids=["rising", "falling"])
def test_every_key_of_a_sort_counts_on_every_page(exams, order):
    first, limit = times(exams)[0], 3
    wanted = where("start_time", "gte", first).also(Condition("start_time", Operator.LT, beside(times(exams)[-1])[1]))

    whole, pages = read_by_pages(exams, wanted, order, limit)

    own = [id for page in pages for id in page.ids if id in exams.made]
    stands_in_order(exams, whole, order)
    expect(pages[-1].exchange).equals(own, [id for id in whole.ids if id in exams.made][: len(own)], "ids page by page")


@requirement("FILTER-045")
def test_a_filter_does_not_undo_the_parameter_status(administrator, world):
    exam, unlike = world.exam(), world.exam()
    table = Table(administrator, "exams_index", "exams", rowsets.EXAM_COLUMNS, {}, (exam["id"], unlike["id"]))
    wanted = where("name", "eq", exam["name"])

    same, other = table.read(wanted, status=exam["status"]), table.read(wanted, status="closed")

    accepted_as_usual(other.exchange, lambda: control(same.exchange).accepted())
    expect(other.exchange).equals(other.ids, [], f"ids of closed exams, one being {exam['status']}")
    control(same.exchange).accepted()
    expect(same.exchange).equals(same.ids, [exam["id"]], f"ids of {exam['status']} exams of that name")
