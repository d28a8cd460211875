"""Filtering and sorting of the other lists: students, users, institutes, and those whose pages do not list it."""

import pytest

from contract import rowsets
from contract.checks.tables import (
    filters_rightly,
    offered,
    sorts_rightly,
)
from contract.filters import by, where
from contract.judgement import NotTested, control, expect
from contract.marks import per_operation

requirement = pytest.mark.requirement
STUDENT_LISTS = ["exams_index_students", "student_sessions_index", "student_sessions_index_all"]


@pytest.fixture
def students(operation_id, shared, administrator):
    """The worker's students in the list that the test is about."""
    return rowsets.students(shared, administrator, operation_id)


# -- the lists of students --------------------------------------------------------------------------------------------


def each_column_taken(table, columns, operator):
    """Judge *operator* on each of the columns that the list has and the target takes; at least one."""
    refusals = []
    for column in columns:
        try:
            table.has(column)
            values = table.values(column)
            filters_rightly(table, where(column, operator, str(values[len(values) // 2])), where_taken=True)
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
        filters_rightly(students, where("skip_requirements", "eq", value), where_taken=True)


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

    sorts_rightly(students, by(column), where_taken=True)
    sorts_rightly(students, by(f"-{column}"), where_taken=True)


@requirement("FILTER-058")
def test_the_second_column_orders_the_students(operation_id, students):
    students.has("skip_requirements")

    sorts_rightly(students, by("skip_requirements", "name"), where_taken=True)
    sorts_rightly(students, by("-skip_requirements", "-name"), where_taken=True)


@requirement("FILTER-059")
def test_a_filter_never_brings_in_students_of_another_exam(operation_id, students, shared, world):
    stranger = world.student_session(shared.exam_id)

    for wanted in (where("exam_id", "eq", str(shared.exam_id)), where("name", "eq", stranger["name"])):
        listed = offered(students.read(wanted), f"the filter {wanted.text}")
        control(listed.exchange).accepted()
        expect(listed.exchange).equals([row["id"] for row in listed.rows], [], "ids of the students listed")


# -- the lists of users and institutes --------------------------------------------------------------------------------


COLUMNS = {"users_index": ["name", "email"], "institutes_index": ["name", "short_name"]}


def takes_notice(table):
    """
    Demand that a filter by some column changes the list: the page is cut where it could say that there are filters.

    Raises:   NotTested: the list stays as it is, whatever is asked for.
    """
    for column in COLUMNS[table.operation_id]:
        listed = table.read(where(column, "eq", "nobody-is-called-this"))
        if listed.exchange.refused or not listed.own:
            return
    raise NotTested(f"{table.operation_id} takes no notice of filter")


@per_operation(users_index="FILTER-060", institutes_index="FILTER-062")
def test_users_and_institutes_are_filtered(operation_id, shared):
    table = rowsets.paged(shared, operation_id)

    takes_notice(table)
    each_column_taken(table, COLUMNS[operation_id], "eq")


@per_operation(users_index="FILTER-061", institutes_index="FILTER-063")
def test_users_and_institutes_are_sorted(operation_id, shared):
    table = rowsets.paged(shared, operation_id)

    takes_notice(table)
    sorts_rightly(table, by("name"), where_taken=True)
    sorts_rightly(table, by("-name"), where_taken=True)
