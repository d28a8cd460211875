"""Filtering and sorting of the index operations: the parameters filter and sort, JSON in the query string."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from contract import rowsets
from contract.checks.shape import rows
from contract.checks.tables import (
    Table,
    offered,
    shows_each_once,
    shows_the_same_rows,
    shows_what_fits,
    stands_in_order,
)
from contract.filters import Condition, FieldType, Filter, Operator, by, typed, where
from contract.judgement import NotTested, control, deciding, expect, observe
from contract.strategies import INJECTIONS, as_answered

requirement = pytest.mark.requirement
STUDENT_LISTS = ["exams_index_students", "student_sessions_index", "student_sessions_index_all"]


@pytest.fixture
def exams(shared, administrator):
    """The worker's exams in the list of exams: ties, neighbours and gaps in every column."""
    return rowsets.exams(shared, administrator)


@pytest.fixture
def students(operation_id, shared, administrator):
    """The worker's students in the list that the test is about."""
    return rowsets.students(shared, administrator, operation_id)


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


def is_right(table, wanted):
    """Ask for a documented filter; the answer is what the oracle says."""
    listed = table.read(wanted)
    expect(listed.exchange).accepted()
    shows_what_fits(table, listed, wanted)


def is_right_where_taken(table, wanted):
    """Ask for a filter with a column or operator that the documentation does not name."""
    listed = offered(table.read(wanted), f"the filter {wanted.text}")
    shows_what_fits(table, listed, wanted)


def is_sorted(table, sort, where_taken=False):
    listed = table.read(sort=sort)
    if where_taken:
        offered(listed, f"the sort {sort.text}")
    expect(listed.exchange).accepted()
    shows_the_same_rows(table, listed)
    stands_in_order(table, listed, sort)


# -- filter by the documented columns ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param("eq", marks=requirement("FILTER-001")),
        pytest.param("gt", marks=requirement("FILTER-002")),
        pytest.param("gte", marks=requirement("FILTER-003")),
        pytest.param("lt", marks=requirement("FILTER-004")),
    ],
)
def test_exams_are_filtered_by_start_time(exams, operator):
    for start_time in (*times(exams)[::2], *beside(times(exams)[1])):
        is_right(exams, where("start_time", operator, start_time))


@requirement("FILTER-005")
def test_exams_are_filtered_by_start_time_lte(exams):
    for start_time in (*times(exams)[::2], *beside(times(exams)[1])):
        is_right_where_taken(exams, where("start_time", "lte", start_time))


@requirement("FILTER-006")
def test_a_bare_date_is_the_value_of_a_time(exams):
    days = [(typed(start, FieldType.TIME) + timedelta(days=2)).date().isoformat() for start in times(exams)]

    for operator, day in (("gte", days[0]), ("gte", days[2]), ("gt", days[1]), ("lt", days[1]), ("lt", days[3])):
        is_right(exams, where("start_time", operator, day))


@requirement("FILTER-007")
def test_a_moment_is_the_same_in_every_time_zone(exams):
    moment = typed(times(exams)[1], FieldType.TIME)

    for hours, minutes in ((0, 0), (1, 0), (-8, 0), (5, 30), (13, 45)):
        written = as_answered(moment.astimezone(timezone(timedelta(hours=hours, minutes=minutes))))
        is_right_where_taken(exams, where("start_time", "eq", written))
        is_right_where_taken(exams, where("start_time", "gt", written))


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
        is_right(exams, where("name", operator, name))


@requirement("FILTER-014")
def test_exams_are_filtered_by_name_lte(exams):
    for name in named(exams, "alder", "fir", "firtree", "pine"):
        is_right_where_taken(exams, where("name", "lte", name))


@requirement("FILTER-015")
def test_every_character_of_a_name_is_ordinary(administrator, shared):
    made = rowsets.literal_exams(shared)
    table = Table(administrator, "exams_index", "exams", rowsets.EXAM_COLUMNS, {}, tuple(made.values()))

    for name, id in made.items():
        listed = table.read(where("name", "eq", name))
        expect(listed.exchange).accepted()
        expect(listed.exchange).equals([row["id"] for row in listed.rows], [id], f"ids of the exams named {name!r}")


@requirement("FILTER-016")
def test_the_example_of_the_overview_works(exams):
    example, order = where("start_time", "gte", "2025-02-01"), by("-start_time", "name")

    listed = exams.read(example, order)

    expect(listed.exchange).accepted()
    shows_what_fits(exams, listed, example)
    stands_in_order(exams, listed, order)


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
            is_sorted(exams, by(first, second))


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
    is_sorted(exams, by("duration_minutes"), where_taken=True)
    is_sorted(exams, by("-duration_minutes"), where_taken=True)


@requirement("FILTER-028")
def test_the_third_column_orders_the_ties_of_the_first_two(exams):
    is_sorted(exams, by("mobile_cam", "duration_minutes", "name"), where_taken=True)
    is_sorted(exams, by("-mobile_cam", "duration_minutes", "-name"), where_taken=True)


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
        is_right_where_taken(exams, where("duration_minutes", operator, str(minutes)))


@requirement("FILTER-035")
def test_exams_are_filtered_by_a_boolean(exams):
    is_right_where_taken(exams, where("mobile_cam", "eq", "true"))
    is_right_where_taken(exams, where("mobile_cam", "eq", "false"))


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

    is_right_where_taken(exams, Filter((after, before)))
    is_right_where_taken(exams, Filter((before, after)))
    is_right_where_taken(exams, Filter((Condition("start_time", Operator.GT, late), before)))


@requirement("FILTER-041")
def test_conditions_on_two_columns_hold_together(exams):
    start, name = exams.rows[0]["start_time"], named(exams, "elm")[0]

    is_right_where_taken(exams, where("start_time", "eq", start).also(Condition("name", Operator.GT, name)))
    is_right_where_taken(exams, where("name", "lt", name).also(Condition("start_time", Operator.GTE, start)))


@requirement("FILTER-042")
def test_conditions_on_three_columns_hold_together(exams):
    minutes, start = Condition("duration_minutes", Operator.GTE, "45"), exams.rows[2]["start_time"]
    name = named(exams, "firtree")[0]

    is_right_where_taken(exams, where("start_time", "lt", start).also(minutes, Condition("name", Operator.LT, name)))
    is_right_where_taken(exams, where("start_time", "eq", start).also(minutes, Condition("name", Operator.GT, name)))


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


@requirement("FILTER-045")
def test_a_filter_does_not_undo_the_parameter_status(administrator, world):
    exam = world.exam()
    table = Table(administrator, "exams_index", "exams", rowsets.EXAM_COLUMNS, {}, (exam["id"],))
    wanted = where("name", "eq", exam["name"])

    same, other = table.read(wanted, status=exam["status"]), table.read(wanted, status="closed")

    expect(other.exchange).accepted()
    expect(other.exchange).equals(other.ids, [], f"ids of closed exams, one being {exam['status']}")
    control(same.exchange).accepted()
    expect(same.exchange).equals(same.ids, [exam["id"]], f"ids of {exam['status']} exams of that name")


# -- the lists of students --------------------------------------------------------------------------------------------


def each_column_taken(table, columns, operator, judge=is_right_where_taken):
    """Judge *operator* on each of the columns that the list has and the target takes; at least one."""
    refusals = []
    for column in columns:
        try:
            table.has(column)
            values = table.values(column)
            judge(table, where(column, operator, str(values[len(values) // 2])))
        except NotTested as refusal:
            refusals.append(str(refusal))
    if len(refusals) == len(columns):
        raise NotTested("; ".join(refusals))


@requirement("FILTER-050")
def test_students_are_filtered_by_equal_text(operation_id, students):
    each_column_taken(students, ["name", "email", "individual_info"], "eq")


@pytest.mark.parametrize(
    ("operation_id", "operator"),
    [
        pytest.param(operation_id, operator, marks=requirement(id))
        for id, operator in (("FILTER-051", "gt"), ("FILTER-052", "gte"), ("FILTER-053", "lt"), ("FILTER-054", "lte"))
        for operation_id in STUDENT_LISTS
    ],
)
def test_students_are_filtered_by_order(operation_id, operator, students):
    each_column_taken(students, ["name", "open_time", "id"], operator)


@requirement("FILTER-055")
def test_students_are_filtered_by_a_boolean(operation_id, students):
    students.has("skip_requirements")

    for value in ("true", "false"):
        is_right_where_taken(students, where("skip_requirements", "eq", value))


@requirement("FILTER-056")
def test_a_student_without_a_value_fits_no_comparison(operation_id, students):
    nullable = [name for name in students.columns if any(row[name] is None for row in students.rows)]
    comparable = [name for name in nullable if students.values(name)]
    if not comparable:
        raise NotTested("no column of the students is null in some rows only")

    for operator in ("gt", "lt"):
        each_column_taken(students, comparable, operator)


@requirement("FILTER-057")
@pytest.mark.parametrize("column", ["name", "open_time"])
def test_students_are_sorted(operation_id, students, column):
    students.has(column)

    is_sorted(students, by(column), where_taken=True)
    is_sorted(students, by(f"-{column}"), where_taken=True)


@requirement("FILTER-058")
def test_the_second_column_orders_the_students(operation_id, students):
    students.has("skip_requirements")

    is_sorted(students, by("skip_requirements", "name"), where_taken=True)
    is_sorted(students, by("-skip_requirements", "-name"), where_taken=True)


@requirement("FILTER-059")
def test_a_filter_never_brings_in_students_of_another_exam(operation_id, students, shared, world):
    stranger = world.student_session(shared.exam_id)

    for wanted in (where("exam_id", "eq", str(shared.exam_id)), where("name", "eq", stranger["name"])):
        listed = offered(students.read(wanted), f"the filter {wanted.text}")
        expect(listed.exchange).accepted()
        expect(listed.exchange).equals([row["id"] for row in listed.rows], [], "ids of the students listed")


# -- the lists of users and institutes --------------------------------------------------------------------------------


@pytest.fixture
def users(shared):
    """Users of the institute under test in its list."""
    return rowsets.paged(shared, "users_index")


@requirement("FILTER-060")
def test_users_are_filtered(users):
    each_column_taken(users, ["name", "email"], "eq")


@requirement("FILTER-061")
def test_users_are_sorted(users):
    is_sorted(users, by("name"), where_taken=True)
    is_sorted(users, by("-name"), where_taken=True)


@pytest.fixture
def institutes(shared):
    """Institutes of the run in the list of all."""
    return rowsets.paged(shared, "institutes_index")


@requirement("FILTER-062")
def test_institutes_are_filtered(institutes):
    each_column_taken(institutes, ["name", "short_name"], "eq")


@requirement("FILTER-063")
def test_institutes_are_sorted(institutes):
    is_sorted(institutes, by("name"), where_taken=True)
    is_sorted(institutes, by("-name"), where_taken=True)


# -- whose rows -------------------------------------------------------------------------------------------------------


@pytest.fixture
def foreign_exam(outsider, world):
    """An exam of the outsider's institute."""
    institute_id = outsider.user.institute_id
    return world.create("exams_create", by="outsider", **world.exam_params(institute_id=institute_id))


def shows_nothing_of(exchange, exam):
    """Judge that an accepted list holds no exam of the institute of *exam*."""
    listed = rows(exchange, "exams") if exchange.accepted else []
    theirs = [row for row in listed if row["id"] == exam["id"] or row.get("institute_id") == exam["institute_id"]]
    foreign = [row["id"] for row in theirs]
    expect(exchange).equals(foreign, [], "ids of exams of another institute")


@requirement("FILTER-070")
def test_a_filter_never_shows_exams_of_another_institute(administrator, outsider, foreign_exam):
    by_name = where("name", "eq", foreign_exam["name"])

    theirs = outsider("exams_index", filter=by_name.text)
    ours = administrator("exams_index", filter=by_name.text)
    others = [
        administrator("exams_index", filter=where("institute_id", "eq", foreign_exam["institute_id"]).text),
        administrator("exams_index", filter=where("start_time", "eq", foreign_exam["start_time"]).text, limit=300),
        administrator("exams_index", filter="{}", sort=by("-name").text, limit=300),
    ]

    for exchange in (ours, *others):
        shows_nothing_of(exchange, foreign_exam)
    expect(ours).accepted()
    control(theirs).accepted()
    expect(theirs).equals([row["id"] for row in rows(theirs, "exams")], [foreign_exam["id"]], "ids that the owner sees")


@requirement("FILTER-071")
def test_query_language_in_a_text_is_a_text(exams, world):
    for injection in INJECTIONS:
        text = f"{world.prefix} {injection}"
        listed = exams.read(where("name", "eq", text))

        expect(listed.exchange).accepted()
        expect(listed.exchange).equals([row.get("name") for row in listed.rows], [], f"names that equal {text!r}")


@requirement("FILTER-072")
def test_a_column_that_exams_do_not_have_never_widens_a_list(exams, administrator, foreign_exam):
    for column in ("secret_key", "users.secret_key", "1=1) or (1", "name or 1", "*"):
        shows_nothing_of(administrator("exams_index", filter=json.dumps({column: {"gte": ""}})), foreign_exam)
        shows_nothing_of(administrator("exams_index", sort=json.dumps([{column: "asc"}])), foreign_exam)

    control(exams.read(sort=by("name"), page=1, limit=1).exchange).accepted()


# -- what is no filter or sort ----------------------------------------------------------------------------------------

NO_FILTER = '{"name":{"eq":'


def all_refused(administrator, right, wrong, question=None, **keys):
    """Send each of the *wrong* forms and the right one; observe the statuses for an open *question*."""
    refused = [administrator("exams_index", **params) for params in wrong]
    good = administrator("exams_index", **right)
    if question:
        with deciding(question):
            observe(refused[0], **dict.fromkeys(keys or {"status": 0}, refused[0].status))
    for exchange in refused:
        expect(exchange).refused()
    control(good).accepted()


RIGHT_FILTER = {"filter": '{"name":{"eq":"nothing"}}'}
RIGHT_SORT = {"sort": '[{"name":"asc"}]', "limit": 1, "page": 1}


@requirement("FILTER-080", "FILTER-091")
def test_a_filter_that_is_not_json_is_refused(administrator):
    wrong = [{"filter": text} for text in ('{"name":{"eq":', "name=nothing", "{'name':{'eq':'nothing'}}")]

    all_refused(administrator, RIGHT_FILTER, wrong, "FILTER-091", status=1)


@requirement("FILTER-081", "FILTER-091")
def test_a_sort_that_is_not_json_is_refused(administrator):
    wrong = [{"sort": text} for text in ('[{"name":"asc"}', "name asc", "[{'name':'asc'}]")]

    all_refused(administrator, RIGHT_SORT, wrong, "FILTER-091", sort=1)


@requirement("FILTER-082", "FILTER-093")
def test_an_operator_that_is_none_is_refused(administrator):
    wrong = [{"filter": json.dumps({"name": {operator: "nothing"}})} for operator in ("frobnicate", "", "=")]

    all_refused(administrator, RIGHT_FILTER, wrong, "FILTER-093", status=1)


@requirement("FILTER-083", "FILTER-093")
def test_an_order_that_is_none_is_refused(administrator):
    wrong = [{"sort": json.dumps([{"name": order}])} for order in ("sideways", "", "asc, id", 1)]

    all_refused(administrator, RIGHT_SORT, wrong, "FILTER-093", order=1)


@requirement("FILTER-084", "FILTER-092")
def test_an_unknown_column_is_refused_in_a_filter(administrator):
    wrong = [{"filter": '{"no_such_column":{"eq":"x"}}'}, {"filter": '{"":{"eq":"x"}}'}]

    all_refused(administrator, RIGHT_FILTER, wrong, "FILTER-092", status=1)


@requirement("FILTER-085", "FILTER-092")
def test_an_unknown_column_is_refused_in_a_sort(administrator):
    wrong = [{"sort": '[{"no_such_column":"asc"}]'}, {"sort": '[{"name":"asc"},{"no_such_column":"asc"}]'}]

    all_refused(administrator, RIGHT_SORT, wrong, "FILTER-092", sort=1)


@requirement("FILTER-086", "FILTER-094")
def test_a_value_that_is_no_time_is_refused(administrator):
    right = {"filter": '{"start_time":{"gt":"2099-02-01"}}'}
    wrong = [{"filter": json.dumps({"start_time": {"gt": value}})} for value in ("soon", "2025-13-45", "")]

    all_refused(administrator, right, wrong, "FILTER-094", status=1)


@requirement("FILTER-087")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (RIGHT_FILTER, [{"filter": text} for text in ("[]", "1", '"name"', '{"name":"nothing"}', '{"name":["eq"]}')]),
        (RIGHT_SORT, [{"sort": text} for text in ('{"name":"asc"}', "1", '"name"', '["name"]', "[1]")]),
    ],
    ids=["filter", "sort"],
)
def test_json_of_another_shape_is_refused(administrator, right, wrong):
    all_refused(administrator, right, wrong)


OUTSIZED = {
    "one value of 100 kB": json.dumps({"name": {"eq": "x" * 100_000}}),
    "a thousand columns": json.dumps({f"column_{number}": {"eq": "x"} for number in range(1000)}),
    "a thousand keys": json.dumps([{"name": "asc"}] * 1000),
    "nested deep": '{"name":' * 4000 + "1" + "}" * 4000,
}


@requirement("FILTER-089", "FILTER-109")
def test_an_outsized_filter_is_not_the_servers_error(administrator):
    control(administrator("exams_index", **RIGHT_FILTER)).accepted()
    for what, text in OUTSIZED.items():
        outsized = administrator("exams_index", **{"sort" if text.startswith("[") else "filter": text})
        following = administrator("exams_index", **RIGHT_FILTER)

        with deciding("FILTER-109"):
            observe(outsized, **{"status" if "100 kB" in what else what: outsized.status})
        expect(outsized).holds(outsized.status < 500, f"no 5xx for {what}", f"{outsized.status}")
        expect(following).accepted()


# -- what is not documented -------------------------------------------------------------------------------------------


def effect(table, listed):
    """Say in a word or two what an undocumented expression did to a list."""
    if not listed.exchange.accepted:
        return f"refused with {listed.exchange.status}"
    if len(listed.own) == len(table.rows):
        return "all rows"
    return f"{len(listed.own)} of {len(table.rows)} rows" if listed.own else "no row"


@requirement("FILTER-094")
def test_which_misfits_are_taken_for_a_number(exams):
    for value in ("ninety", 90.5, [90], {"eq": 90}):
        listed = exams.read(json.dumps({"duration_minutes": {"eq": value}}))
        observe(listed.exchange, **{f"duration_minutes eq {json.dumps(value)}": effect(exams, listed)})


@requirement("FILTER-095")
def test_the_time_zone_of_a_bare_date(administrator, world):
    day = datetime(2037, 5, 14, tzinfo=UTC)
    from_day = where("start_time", "gte", day.date().isoformat())

    def starts_that_day(hours):
        exam = world.exam(start_time=as_answered(day + timedelta(hours=hours)))
        table = Table(administrator, "exams_index", "exams", rowsets.EXAM_COLUMNS, {}, (exam["id"],))
        listed = table.read(from_day.also(Condition("start_time", Operator.LT, "2037-05-20")))
        expect(listed.exchange).accepted()
        last.append(listed.exchange)
        return bool(listed.own)

    last, outside, inside = [], -15, 13
    while inside - outside > 1:
        middle = (outside + inside) // 2
        outside, inside = (outside, middle) if starts_that_day(middle) else (middle, inside)

    observe(last[-1], hours_from_utc=-inside)


@requirement("FILTER-096")
def test_where_rows_without_a_value_stand(operation_id, students):
    for column in ("open_time", "individual_info"):
        if column not in students.columns or all(row[column] is not None for row in students.rows):
            continue
        for order, sort in (("asc", by(column)), ("desc", by(f"-{column}"))):
            listed = students.read(sort=sort)
            nulls = [row[column] is None for row in listed.own]
            place = {True: "first", False: "last"}.get(nulls[0] if nulls and nulls[0] != nulls[-1] else None, "mixed")
            observe(listed.exchange, **{order: place if listed.exchange.accepted else effect(students, listed)})
        return
    raise NotTested("no column of the students is null")


@requirement("FILTER-097")
def test_what_eq_null_selects(operation_id, students):
    for column in ("open_time", "name"):
        if column in students.columns:
            listed = students.read(where(column, "eq", None))
            observe(listed.exchange, **{column: effect(students, listed)})


@requirement("FILTER-098")
def test_whether_case_matters_in_a_filter(exams):
    listed = exams.read(where("name", "eq", exams.rows[0]["name"].upper()))

    observe(listed.exchange, case_sensitive=effect(exams, listed) if not listed.exchange.accepted else not listed.own)


@requirement("FILTER-099")
def test_whether_operators_and_orders_may_be_in_upper_case(exams):
    by_name = exams.read(json.dumps({"name": {"EQ": exams.rows[0]["name"]}}))
    downwards = exams.read(sort='[{"name":"DESC"}]')

    observe(by_name.exchange, EQ=effect(exams, by_name))
    names = [row["name"] for row in downwards.own]
    obeyed = "taken" if names == sorted(names, reverse=True) else "ignored"
    observe(downwards.exchange, DESC=obeyed if downwards.exchange.accepted else effect(exams, downwards))


@requirement("FILTER-100")
def test_the_order_without_a_sort(exams):
    listed = exams.read()
    orders = [name for column in ("id", "name", "created_at", "start_time") for name in (column, f"-{column}")]

    expect(listed.exchange).accepted()
    columns = {**exams.columns, "id": FieldType.INTEGER, "created_at": FieldType.TIME}
    observe(listed.exchange, order=[each for each in orders if by(each).is_obeyed(listed.own, columns)] or "another")


@requirement("FILTER-101")
def test_what_an_empty_expression_is_answered(exams):
    empty = {"filter": ("{}", "", "null", '{"name":{}}'), "sort": ("[]", "")}
    for name, text in ((name, text) for name, texts in empty.items() for text in texts):
        listed = exams.read(**{name: text})
        observe(listed.exchange, **{f"{name}={text}": effect(exams, listed)})


@requirement("FILTER-102")
def test_what_an_unusual_sort_is_answered(exams):
    for text in ('[{"start_time":"desc","name":"asc"}]', '[{"name":"asc"},{"name":"desc"}]'):
        listed = exams.read(sort=text)
        observe(listed.exchange, **{text: order_of(exams, listed)})


def order_of(exams, listed):
    """Say in a word or two which order an unusual sort brought."""
    if not listed.exchange.accepted:
        return effect(exams, listed)
    orders = (("-start_time", "name"), ("name",), ("-name",))
    return next((" then ".join(each) for each in orders if by(*each).is_obeyed(listed.own, exams.columns)), "ignored")


@requirement("FILTER-103")
def test_which_further_operators_are_taken(exams):
    name = exams.rows[0]["name"]
    for operator in ("neq", "ne", "not_eq", "in", "like", "contains", "cont"):
        listed = exams.read(json.dumps({"name": {operator: name}}))
        observe(listed.exchange, **{operator: effect(exams, listed)})


@requirement("FILTER-104")
def test_which_fields_can_be_filtered_and_sorted_by(exams):
    fields = {name: value for name, value in exams.rows[0].items() if isinstance(value, str | int)}

    filtered = {
        name: exams.client("exams_index", filter=where(name, "eq", fields[name]).text, limit=1) for name in fields
    }
    ordered = {name: exams.client("exams_index", sort=by(name).text, limit=1) for name in fields}

    for kind, answers in (("filter", filtered), ("sort", ordered)):
        taken = sorted(name for name, exchange in answers.items() if exchange.accepted)
        observe(answers["name"], **{kind: taken})


@requirement("FILTER-105")
def test_which_spellings_of_a_boolean_are_taken(exams):
    for value in (True, "true", 1, "1", "t", "yes"):
        listed = exams.read(json.dumps({"mobile_cam": {"eq": value}}))
        observe(listed.exchange, **{json.dumps(value): effect(exams, listed)})


@requirement("FILTER-106")
def test_which_spellings_of_an_integer_are_taken(exams):
    for value in (90, "90", 90.0, " 90", "090", "9e1"):
        listed = exams.read(json.dumps({"duration_minutes": {"eq": value}}))
        observe(listed.exchange, **{json.dumps(value): effect(exams, listed)})


def three_tool_providers(shared):
    made = [shared.world.tool_provider()["id"] for _ in range(3)]
    return Table.of(
        shared.world.client(), "tool_providers_index", "tool_providers", {"id": FieldType.INTEGER}, {}, made
    )


@requirement("FILTER-107")
def test_what_filter_and_sort_do_where_they_are_not_listed(operation_id, shared):
    if operation_id == "tool_providers_index":
        table = shared.once("rows: tool providers", lambda: three_tool_providers(shared))
    else:
        table = rowsets.paged(shared, operation_id)

    filtered = table.read(where("id", "eq", table.made[0]))
    up, down = table.read(sort=by("id")), table.read(sort=by("-id"))

    words = {"all rows": "ignored", "1 of 3 rows": "applied"}
    told = effect(table, filtered)
    observe(filtered.exchange, filter=words.get(told, told))
    obeyed = "applied" if up.ids == down.ids[::-1] else "ignored"
    observe(down.exchange, sort=obeyed if down.exchange.accepted else effect(table, down))


@requirement("FILTER-108")
def test_how_status_and_a_filter_by_status_combine(exams):
    status = exams.rows[0]["status"]
    listed = exams.read(where("status", "eq", status), status="closed")

    observe(listed.exchange, **{f"status closed, filter {status}": effect(exams, listed)})


@requirement("FILTER-110")
def test_which_spellings_of_a_time_are_taken(exams):
    moment = typed(times(exams)[2], FieldType.TIME)
    spellings = {
        "seconds": int(moment.timestamp()),
        "milliseconds": int(moment.timestamp()) * 1000,
        "no offset": moment.strftime("%Y-%m-%dT%H:%M:%S"),
        "blank for T": moment.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "no milliseconds": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "basic form": moment.strftime("%Y%m%dT%H%M%SZ"),
        "day first": moment.strftime("%d-%m-%Y"),
    }
    for name, value in spellings.items():
        listed = exams.read(json.dumps({"start_time": {"eq": value}}))
        observe(listed.exchange, **{name: effect(exams, listed)})
