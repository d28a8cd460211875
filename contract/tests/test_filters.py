"""The grammar of filter and sort: reading, printing, and what an expression means over rows."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest

from contract.filters import (
    Condition,
    FieldType,
    Filter,
    GrammarError,
    Key,
    Nulls,
    Operator,
    Order,
    Sort,
    by,
    is_bare_date,
    parse_filter,
    parse_sort,
    typed,
    where,
)

COLUMNS = {
    "start_time": FieldType.TIME,
    "name": FieldType.STRING,
    "duration_minutes": FieldType.INTEGER,
    "mobile_cam": FieldType.BOOLEAN,
}


def row(start_time=None, name=None, duration_minutes=None, mobile_cam=None):
    return {"start_time": start_time, "name": name, "duration_minutes": duration_minutes, "mobile_cam": mobile_cam}


# -- reading and printing ---------------------------------------------------------------------------------------------


def test_documented_filter_is_read():
    assert parse_filter('{"start_time":{"gte":"2025-02-01"}}') == where("start_time", "gte", "2025-02-01")


def test_documented_sort_is_read():
    read = parse_sort('[{"start_time":"desc"},{"name":"asc"}]')

    assert read == Sort((Key("start_time", Order.DESC), Key("name", Order.ASC))) == by("-start_time", "name")


def test_documented_expressions_are_printed_as_they_stand_there():
    assert where("start_time", "gte", "2025-02-01").text == '{"start_time":{"gte":"2025-02-01"}}'
    assert by("-start_time", "name").text == '[{"start_time":"desc"},{"name":"asc"}]'


def test_letters_are_printed_as_they_are():
    assert where("name", "eq", 'Zoë "Z"').text == '{"name":{"eq":"Zoë \\"Z\\""}}'


def test_conditions_on_one_column_are_written_together():
    scattered = Filter(
        (
            Condition("duration_minutes", Operator.GT, 1),
            Condition("name", Operator.EQ, "x"),
            Condition("duration_minutes", Operator.LT, 9),
        )
    )

    assert scattered.text == '{"duration_minutes":{"gt":1,"lt":9},"name":{"eq":"x"}}'
    assert parse_filter(scattered.text) == scattered


def test_empty_expressions_are_read():
    assert parse_filter("{}") == Filter()
    assert parse_sort("[]") == Sort(())


FILTER_ERRORS = [
    ("{", "filter: is not JSON: Expecting property name"),
    ("[" * 100_000, "filter: is nested too deep"),
    ("[]", "filter: must be a JSON object of columns, not an array"),
    ("null", "filter: must be a JSON object of columns, not null"),
    ('{"name":"x"}', "filter.name: must be an object of operators and values, not a text"),
    ('{"name":{}}', "filter.name: must be an object of operators and values, not an object of 0"),
    ('{"name":{"like":"x"}}', "filter.name.like: is no operator; there are eq, gt, gte, lt, lte"),
    ('{"name":{"EQ":"x"}}', "filter.name.EQ: is no operator"),
    ('{"name":{"eq":["x"]}}', "filter.name.eq: must compare with a text, an integer, a boolean or null, not an array"),
    ('{"name":{"eq":1.5}}', "filter.name.eq: must compare with a text, an integer, a boolean or null, not a number"),
    ('{"name":{"eq":"x","eq":"y"}}', "object: the name 'eq' stands twice"),
    ('{"nom":{"eq":"x"}}', "filter.nom: no column 'nom'; there are start_time, name, duration_minutes, mobile_cam"),
    ('{"name":{"eq":1}}', "filter.name.eq: 1 is no string"),
    ('{"start_time":{"gt":"soon"}}', "filter.start_time.gt: 'soon' is no date and no ISO 8601 time"),
    ('{"duration_minutes":{"eq":"ninety"}}', "filter.duration_minutes.eq: 'ninety' is no integer"),
    ('{"duration_minutes":{"eq":true}}', "filter.duration_minutes.eq: True is no integer"),
    ('{"mobile_cam":{"eq":"maybe"}}', "filter.mobile_cam.eq: 'maybe' is no boolean"),
]


@pytest.mark.parametrize(("text", "message"), FILTER_ERRORS, ids=[text[:24] for text, _ in FILTER_ERRORS])
def test_what_is_no_filter_is_refused_with_place_and_problem(text, message):
    with pytest.raises(GrammarError) as refused:
        parse_filter(text, COLUMNS)

    assert str(refused.value).startswith(message)
    assert str(refused.value) == f"{refused.value.place}: {refused.value.problem}"


SORT_ERRORS = [
    ("name asc", "sort: is not JSON"),
    ('{"name":"asc"}', "sort: must be a JSON array of objects, not an object of 1"),
    ('["name"]', "sort[0]: must be an object of one column and its order, not a text"),
    (
        '[{"name":"asc","start_time":"desc"}]',
        "sort[0]: must be an object of one column and its order, not an object of 2",
    ),
    ('[{"name":"up"}]', "sort[0].name: 'up' is no order; there are asc, desc"),
    ('[{"name":null}]', "sort[0].name: None is no order"),
    ('[{"name":"asc"},{"nom":"asc"}]', "sort[1]: no column 'nom'"),
    ('[{"name":"asc"},{"name":"desc"}]', "sort[1]: the column 'name' stands twice"),
]


@pytest.mark.parametrize(("text", "message"), SORT_ERRORS, ids=[text for text, _ in SORT_ERRORS])
def test_what_is_no_sort_is_refused_with_place_and_problem(text, message):
    with pytest.raises(GrammarError) as refused:
        parse_sort(text, COLUMNS)

    assert str(refused.value).startswith(message)


def test_columns_are_checked_only_where_they_are_known():
    assert parse_filter('{"nom":{"eq":1}}').conditions[0].column == "nom"
    assert parse_sort('[{"nom":"asc"}]').keys[0].column == "nom"


def test_one_operator_twice_on_a_column_cannot_be_written():
    with pytest.raises(GrammarError, match=r"filter.name: the operator eq stands twice"):
        where("name", "eq", "x").also(Condition("name", Operator.EQ, "y"))


# -- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [
        ("2035-11-21T00:54:00.000+01:00", FieldType.TIME, datetime(2035, 11, 20, 23, 54, tzinfo=UTC)),
        ("2035-11-20T23:54:00.000Z", FieldType.TIME, datetime(2035, 11, 20, 23, 54, tzinfo=UTC)),
        ("2035-11-20", FieldType.TIME, datetime(2035, 11, 20, tzinfo=UTC)),
        (90, FieldType.INTEGER, 90),
        ("-90", FieldType.INTEGER, -90),
        (True, FieldType.BOOLEAN, True),
        ("false", FieldType.BOOLEAN, False),
        (1, FieldType.BOOLEAN, True),
        ("0", FieldType.BOOLEAN, False),
        ("90", FieldType.STRING, "90"),
        *((None, type, None) for type in FieldType),
    ],
)
def test_values_are_read_as_their_column_holds_them(value, type, expected):
    assert typed(value, type) == expected


def test_bare_date_is_midnight_of_the_zone_given():
    east = timezone(timedelta(hours=9))

    assert typed("2035-11-21", FieldType.TIME, east) == datetime(2035, 11, 20, 15, tzinfo=UTC)
    assert is_bare_date("2035-11-21")
    assert not is_bare_date("2035-11-21T00:00:00Z")
    assert not is_bare_date(None)
    assert not is_bare_date("soon")


# -- what a filter means ----------------------------------------------------------------------------------------------

EXPECTED_OF_COMPARISON = {
    Operator.EQ: (False, True, False),
    Operator.GT: (False, False, True),
    Operator.GTE: (False, True, True),
    Operator.LT: (True, False, False),
    Operator.LTE: (True, True, False),
}
BELOW_AT_ABOVE = {
    "start_time": ("2035-01-01T10:59:59.999Z", "2035-01-01T11:00:00.000Z", "2035-01-01T12:00:00.001+01:00"),
    "name": ("exam a", "exam b", "exam ba"),
    "duration_minutes": (9, 10, 100),
    "mobile_cam": (False, True, None),
}
WANTED = {
    "start_time": "2035-01-01T12:00:00.000+01:00",
    "name": "exam b",
    "duration_minutes": "10",
    "mobile_cam": "true",
}


@pytest.mark.parametrize(
    ("column", "operator"), [pair for pair in itertools.product(WANTED, Operator) if pair[0] != "mobile_cam"]
)
def test_each_operator_on_each_ordered_type(column, operator):
    rows = [row(**{column: value}) for value in BELOW_AT_ABOVE[column]]

    fits = tuple(where(column, operator, WANTED[column]).matches(each, COLUMNS) for each in rows)

    assert fits == EXPECTED_OF_COMPARISON[operator]


def test_a_boolean_equals_its_spellings():
    rows = [row(mobile_cam=value) for value in (False, True, None)]

    for spelling in ("true", True, 1, "1"):
        assert where("mobile_cam", "eq", spelling).select(rows, COLUMNS) == [rows[1]]


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("column", COLUMNS)
def test_a_row_without_a_value_fits_no_comparison_with_a_value(column, operator):
    assert not where(column, operator, WANTED[column]).matches(row(), COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_null_fits_null_under_eq_only(column):
    without, with_value = row(), row(**{column: WANTED[column]})

    assert where(column, "eq", None).select([without, with_value], COLUMNS) == [without]
    for operator in (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE):
        assert where(column, operator, None).select([without, with_value], COLUMNS) == []


def test_texts_are_compared_literally():
    rows = [row(name=name) for name in ("50%", "500", "5_", "a'b", "A", "a")]

    assert where("name", "eq", "50%").select(rows, COLUMNS) == [rows[0]]
    assert where("name", "eq", "5_").select(rows, COLUMNS) == [rows[2]]
    assert where("name", "eq", "a'b").select(rows, COLUMNS) == [rows[3]]
    assert where("name", "eq", "a").select(rows, COLUMNS) == [rows[5]]


def test_all_conditions_hold_together():
    rows = [row(name=name, duration_minutes=minutes) for name in "ab" for minutes in (1, 5, 9)]
    both = parse_filter('{"duration_minutes":{"gt":1,"lt":9},"name":{"eq":"b"}}')

    assert both.select(rows, COLUMNS) == [rows[4]]
    assert Filter().select(rows, COLUMNS) == rows


# -- what a sort means ------------------------------------------------------------------------------------------------


def test_later_keys_order_the_ties_of_earlier_ones():
    rows = [row(name="b", duration_minutes=1), row(name="a", duration_minutes=1), row(name="c", duration_minutes=2)]

    ordered = by("-duration_minutes", "name").apply(rows, COLUMNS)

    assert [each["name"] for each in ordered] == ["c", "a", "b"]


def test_integers_are_not_sorted_as_texts():
    rows = [row(duration_minutes=number) for number in (100, 20, 3)]

    assert [each["duration_minutes"] for each in by("duration_minutes").apply(rows, COLUMNS)] == [3, 20, 100]


def test_times_are_sorted_as_moments():
    rows = [row(start_time=text) for text in ("2035-01-01T12:00:00.000+05:00", "2035-01-01T08:00:00.000Z")]

    assert by("start_time").is_obeyed(rows, COLUMNS)
    assert not by("-start_time").is_obeyed(rows, COLUMNS)


def test_ties_may_stand_in_any_order():
    rows = [row(name="a", duration_minutes=2), row(name="a", duration_minutes=1), row(name="b", duration_minutes=9)]

    for order in (rows, [rows[1], rows[0], rows[2]]):
        assert by("name").is_obeyed(order, COLUMNS)
    assert by("name", "duration_minutes").first_wrong(rows, COLUMNS) == 1
    assert by("name").first_wrong([rows[0], rows[2], rows[1]], COLUMNS) == 2


@pytest.mark.parametrize(
    ("nulls", "ascending", "descending"),
    [
        (Nulls.FIRST, [None, 1, 2], [None, 2, 1]),
        (Nulls.LAST, [1, 2, None], [2, 1, None]),
        (Nulls.SMALLEST, [None, 1, 2], [2, 1, None]),
        (Nulls.LARGEST, [1, 2, None], [None, 2, 1]),
    ],
)
def test_nulls_stand_where_they_are_told(nulls, ascending, descending):
    rows = [row(duration_minutes=number) for number in (2, None, 1)]

    def values(sort):
        ordered = sort.apply(rows, COLUMNS, nulls)
        assert sort.is_obeyed(ordered, COLUMNS, nulls)
        return [each["duration_minutes"] for each in ordered]

    assert values(by("duration_minutes")) == ascending
    assert values(by("-duration_minutes")) == descending


def test_sorting_by_a_column_that_is_not_there_says_so():
    with pytest.raises(GrammarError, match="no column 'nom'"):
        by("nom").apply([row(), row()], COLUMNS)
