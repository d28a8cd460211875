"""The Hypothesis strategies: what they draw is what they promise, and the seed alone decides it."""

import subprocess
import sys
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.filters import FieldType, Filter, GrammarError, Nulls, by, parse_filter, parse_sort, where
from contract.injections import INJECTIONS
from contract.strategies import drawing, filters_of, invalid_filters, invalid_sorts, operands, rows, sorts

COLUMNS = {
    "start_time": FieldType.TIME,
    "name": FieldType.STRING,
    "duration_minutes": FieldType.INTEGER,
    "mobile_cam": FieldType.BOOLEAN,
}
QUICK = settings(max_examples=60, deadline=None, database=None)
TABLES_AND_FILTERS = rows(COLUMNS).flatmap(lambda table: st.tuples(st.just(table), filters_of(COLUMNS, table)))


@QUICK
@given(TABLES_AND_FILTERS)
def test_a_filter_is_read_from_what_it_prints(drawn):
    _, drawn_filter = drawn

    assert parse_filter(drawn_filter.text, COLUMNS) == drawn_filter


@QUICK
@given(sorts(list(COLUMNS)))
def test_a_sort_is_read_from_what_it_prints(sort):
    assert parse_sort(sort.text, COLUMNS) == sort


@QUICK
@given(TABLES_AND_FILTERS)
def test_a_further_condition_never_adds_rows(drawn):
    table, whole = drawn
    for count in range(len(whole.conditions)):
        fewer, more = Filter(whole.conditions[:count]), Filter(whole.conditions[: count + 1])

        kept = [id(row) for row in fewer.select(table, COLUMNS)]

        assert [id(row) for row in more.select(table, COLUMNS) if id(row) not in kept] == []


@QUICK
@given(rows(COLUMNS).filter(bool), st.sampled_from(list(COLUMNS)), st.data())
def test_gt_and_lte_split_the_rows_that_have_a_value(table, column, data):
    pool = operands(COLUMNS[column], (row[column] for row in table))
    if not pool:
        return
    value = data.draw(st.sampled_from(pool))

    above = where(column, "gt", value).select(table, COLUMNS)
    rest = where(column, "lte", value).select(table, COLUMNS)

    assert len(above) + len(rest) == sum(row[column] is not None for row in table)


@QUICK
@given(rows(COLUMNS), sorts(list(COLUMNS)), st.sampled_from(Nulls))
def test_sorting_permutes_and_is_obeyed(table, sort, nulls):
    ordered = sort.apply(table, COLUMNS, nulls)

    assert sorted(map(id, ordered)) == sorted(map(id, table))
    assert sort.is_obeyed(ordered, COLUMNS, nulls)


@QUICK
@given(invalid_filters(COLUMNS))
def test_what_is_drawn_as_no_filter_is_none(drawn):
    kind, text = drawn

    with pytest.raises(GrammarError):
        parse_filter(text, COLUMNS)
    assert kind


@QUICK
@given(invalid_sorts(COLUMNS))
def test_what_is_drawn_as_no_sort_is_none(drawn):
    _, text = drawn

    with pytest.raises(GrammarError):
        parse_sort(text, COLUMNS)


def test_operands_stand_at_and_beside_the_values():
    assert operands(FieldType.INTEGER, [10, None, 10]) == [10, "10", 9, 11]
    assert operands(FieldType.BOOLEAN, [True, None]) == ["true", "false"]
    assert operands(FieldType.STRING, ["ab"]) == ["ab", "a", "ab0"]
    assert operands(FieldType.TIME, [None]) == []


def test_times_are_compared_in_several_zones_and_as_dates():
    drawn = operands(FieldType.TIME, ["2035-03-05T12:00:00.000Z"])

    assert "2035-03-05T17:30:00.000+05:30" in drawn
    assert "2035-03-05T04:00:00.000-08:00" in drawn
    assert {"2035-03-05T11:59:59.000Z", "2035-03-05T12:00:01.000Z", "2035-03-03", "2035-03-07"} < set(drawn)


@pytest.mark.parametrize("hours", range(-12, 15))
def test_a_date_beside_a_row_means_the_same_in_every_zone(hours):
    row = {"start_time": "2035-03-05T12:00:00.000Z"}
    zone = timezone(timedelta(hours=hours))
    dates = [each for each in operands(FieldType.TIME, [row["start_time"]]) if len(str(each)) == len("2035-03-05")]

    assert [where("start_time", "gt", each).matches(row, COLUMNS, zone) for each in dates] == [True, False]


def test_injections_never_write():
    writing = ("drop", "delete", "insert", "update", "truncate", "alter", "create", "grant", "sleep", "exec")

    assert not [text for text in INJECTIONS for word in writing if word in text.lower()]


DRAW = """
import json, sys
{imports}
from hypothesis import given
from contract.filters import FieldType
from contract.strategies import drawing, filters_of, sorts
from hypothesis import strategies as st

columns = {{"a": FieldType.INTEGER, "b": FieldType.STRING}}
table = [{{"a": number, "b": "x" * number}} for number in range(9)]

@drawing(30, {seed})
@given(filters_of(columns, table), sorts(["a", "b"]))
def run(drawn, sort):
    print(drawn.text, sort.text)

run()
"""


def drawn_in_a_process(seed, imports=""):
    script = DRAW.format(seed=seed, imports=imports)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_the_seed_alone_decides_what_is_drawn():
    once = drawn_in_a_process(7)

    assert len(once.splitlines()) == 30
    assert drawn_in_a_process(7, imports="import contract.cli, contract.samples, contract.operations") == once
    assert drawn_in_a_process(8) != once


def test_the_smallest_failing_expression_is_found():
    table = [{"a": number, "b": "x"} for number in range(5)]
    columns = {"a": FieldType.INTEGER, "b": FieldType.STRING}

    @drawing(200, 1)
    @given(filters_of(columns, table), sorts(["a", "b"]))
    def lte_is_broken(drawn, sort):
        assert "lte" not in drawn.text, drawn.text + sort.text

    with pytest.raises(AssertionError) as failed:
        lte_is_broken()

    smallest = str(failed.value).split("\n", 1)[0]
    assert smallest.count("lte") == 1
    assert smallest.endswith(by("a").text)
    assert smallest.count('"a"') == 2


def test_nothing_is_compared_with_no_text_at_all():
    assert operands(FieldType.STRING, ["", "a"]) == ["a", "a1", "a0"]
