"""What filter and sort do where the documentation is silent."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from contract import rowsets
from contract.checks.tables import (
    Table,
    effect,
)
from contract.filters import Condition, FieldType, Operator, as_answered, by, typed, where
from contract.judgement import NotTested, expect, observe

requirement = pytest.mark.requirement


@pytest.fixture
def exams(shared, administrator):
    """The worker's exams in the list of exams: ties, neighbours and gaps in every column."""
    return rowsets.exams(shared, administrator)


@pytest.fixture
def students(operation_id, shared, administrator):
    """The worker's students in the list that the test is about."""
    return rowsets.students(shared, administrator, operation_id)


# -- what is not documented -------------------------------------------------------------------------------------------


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


@requirement("FILTER-108")
def test_how_status_and_a_filter_by_status_combine(exams):
    status = exams.rows[0]["status"]
    listed = exams.read(where("status", "eq", status), status="closed")

    observe(listed.exchange, **{f"status closed, filter {status}": effect(exams, listed)})


@requirement("FILTER-110")
def test_which_spellings_of_a_time_are_taken(exams):
    moment = typed(exams.values("start_time")[0], FieldType.TIME)
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


# -- lists whose pages do not list filter and sort --------------------------------------------------------------------


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
