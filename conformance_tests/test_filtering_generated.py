"""Generated filters and sorts: the target against the oracle, and against itself. Drawn from the seed of the run."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import requirements, rowsets
from contract.checks.tables import shows_the_same_rows, shows_what_fits, stands_in_order
from contract.filters import FieldType, Filter, Operator, Sort, by, where
from contract.judgement import NotTested, control, deciding, expect, observe
from contract.strategies import drawing, filters, invalid_filters, invalid_sorts, operands, sorts

requirement = pytest.mark.requirement
DOCUMENTED = [(column, Operator(each)) for column in ("start_time", "name") for each in ("eq", "gt", "gte", "lt")]
ORDERINGS = [(Operator.GT, Operator.LTE), (Operator.LT, Operator.GTE)]
ORDERS = list(itertools.product(("start_time", "-start_time"), ("name", "-name")))
EXAMPLES = {"standard": 1, "deep": 25}


def operations_of(requirement_id):
    """Run a test for the operations of one of its requirements only."""
    return pytest.mark.parametrize("operation_id", requirements.load().get(requirement_id).operations)


@pytest.fixture
def table(operation_id, shared):
    """Rows with ties, neighbours and gaps in the list that the test is about."""
    return rowsets.paged(shared, operation_id)


@pytest.fixture
def draw(request, run_settings):
    """Return a maker of decorators that draw so many examples, in the deep profile more, from the run's seed."""
    factor = EXAMPLES.get(run_settings.profile, 1)
    return lambda count: drawing(count * factor, f"{run_settings.seed} {request.node.nodeid}")


def is_taken(table, **expression):
    return table.read(**expression, page=1, limit=1).exchange.accepted


def comparisons_taken(table, shared):
    """Return the columns and operators that the target takes, each tried once; booleans are only compared with eq."""

    def tried():
        documented = DOCUMENTED if table.operation_id == "exams_index" else []
        wanted = [
            (column, operator)
            for column, type in table.columns.items()
            for operator in (Operator if type is not FieldType.BOOLEAN else [Operator.EQ])
        ]
        value = {column: operands(type, table.values(column))[:1] for column, type in table.columns.items()}
        return [
            (column, operator)
            for column, operator in wanted
            if (column, operator) in documented
            or (value[column] and is_taken(table, filter=where(column, operator, value[column][0])))
        ]

    return shared.once(f"comparisons taken: {table.operation_id}", tried)


def columns_taken(table, shared):
    """Return the columns that the target sorts by."""
    return shared.once(
        f"sorts taken: {table.operation_id}",
        lambda: [column for column in table.columns if is_taken(table, sort=by(column))],
    )


def some(taken, what):
    if not taken:
        raise NotTested(f"the target takes no {what}")
    return taken


class Coverage:
    """Counts what was held against the oracle: filters by operator, type and number of conditions, sorts by columns."""

    def __init__(self, table):
        self.table = table
        self.filters = Counter()
        self.sorts = Counter()

    def add(self, wanted, order):
        for each in wanted.conditions:
            self.filters[each.operator.value, self.table.columns[each.column].value, len(wanted.conditions)] += 1
        if order is not None:
            self.sorts[len(order.keys)] += 1

    def rows(self):
        """Return the counts as rows of a table."""
        compared = [
            {"operator": operator, "type": type, "conditions": arity, "tried": count}
            for (operator, type, arity), count in sorted(self.filters.items())
        ]
        return compared + [{"sort_columns": keys, "tried": count} for keys, count in sorted(self.sorts.items())]


def differ_nowhere(table, expressions, draw, count, label, always=()):
    """Hold the answers to drawn filters and sorts, after those of *always*, to the oracle; tell what was covered."""
    coverage, last = Coverage(table), []

    def agrees(wanted, order):
        listed = table.read(wanted, order)
        last[:] = [listed.exchange]
        coverage.add(wanted, order)
        expect(listed.exchange).accepted()
        shows_what_fits(table, listed, wanted)
        if order is not None:
            stands_in_order(table, listed, order)

    @draw(count)
    @given(expressions)
    def agree(drawn):
        agrees(*drawn)

    try:
        for wanted, order in always:
            agrees(wanted, order)
        agree()
    finally:
        with deciding("FILTER-090"):
            if last:
                observe(last[0], **{label: coverage.rows()})


def expressions_over(table, comparisons, columns, conditions, keys):
    values = {column: operands(type, table.values(column)) for column, type in table.columns.items()}
    order = st.none() | sorts(columns, keys) if columns else st.none()
    return st.tuples(filters(comparisons, values, conditions), order)


# -- against the oracle -----------------------------------------------------------------------------------------------


@requirement("FILTER-120", "FILTER-090")
@operations_of("FILTER-120")
def test_documented_expressions_agree_with_the_oracle(operation_id, table, draw):
    expressions = expressions_over(table, DOCUMENTED, ["start_time", "name"], conditions=1, keys=2)
    most = where("start_time", Operator.GTE, min(filter(None, table.values("start_time"))))
    orders = [by(*keys) for first in ORDERS for keys in itertools.permutations(first)]

    always = [(most, order) for order in orders]
    differ_nowhere(table, expressions, draw, 20, "exams_index, documented", always)


@requirement("FILTER-121", "FILTER-090")
@operations_of("FILTER-121")
def test_expressions_over_exams_agree_with_the_oracle(operation_id, table, draw, shared):
    comparisons, columns = comparisons_taken(table, shared), columns_taken(table, shared)
    expressions = expressions_over(table, some(comparisons, "filter"), columns, conditions=3, keys=3)

    differ_nowhere(table, expressions, draw, 30, operation_id)


@requirement("FILTER-122", "FILTER-090")
@operations_of("FILTER-122")
def test_expressions_over_students_agree_with_the_oracle(operation_id, table, draw, shared):
    comparisons, columns = comparisons_taken(table, shared), columns_taken(table, shared)
    expressions = expressions_over(table, some(comparisons, "filter"), columns, conditions=3, keys=3)

    differ_nowhere(table, expressions, draw, 18, operation_id)


# -- against itself ---------------------------------------------------------------------------------------------------


@requirement("FILTER-123")
def test_an_operator_and_its_opposite_split_the_rows(operation_id, table, shared, rng):
    taken = comparisons_taken(table, shared)
    pairs = [(column, *pair) for column in table.columns for pair in ORDERINGS]
    both = [each for each in pairs if {(each[0], each[1]), (each[0], each[2])} <= set(taken)]

    some(both, "operator together with its opposite")
    for column, operator, opposite in rng.sample(both, min(4, len(both))):
        value = rng.choice(operands(table.columns[column], table.values(column)))
        one, other = table.read(where(column, operator, value)), table.read(where(column, opposite, value))

        expect(one.exchange).accepted()
        expect(other.exchange).accepted()
        with_value = sorted(row["id"] for row in table.rows if row[column] is not None)
        split = f"ids of {operator} and of {opposite} {value!r} together"
        expect(other.exchange).equals(sorted(one.ids + other.ids), with_value, split)


@requirement("FILTER-124")
def test_a_further_condition_adds_no_rows(operation_id, table, shared, draw):
    taken = some(comparisons_taken(table, shared), "filter")
    values = {column: operands(type, table.values(column)) for column, type in table.columns.items()}

    @draw(4)
    @given(filters(taken, values, most=3))
    def narrows(drawn):
        wider = [table.read(Filter(drawn.conditions[:count])) for count in range(1, len(drawn.conditions) + 1)]
        for listed in wider:
            expect(listed.exchange).accepted()
        for wide, narrow in itertools.pairwise(wider):
            added = sorted(set(narrow.ids) - set(wide.ids))
            expect(narrow.exchange).equals(added, [], f"ids that a further condition added, of {drawn.text}")

    narrows()


@requirement("FILTER-125")
def test_pages_of_any_expression_are_the_whole(operation_id, table, shared, draw):
    taken = own_rows_only(operation_id, table, comparisons_taken(table, shared))
    columns = [column for column in columns_taken(table, shared) if column != "name"]
    values = {column: operands(type, table.values(column)) for column, type in table.columns.items()}
    some_rows = filters(some(taken, "filter"), values, most=2).filter(lambda drawn: len(table.selected(drawn)) > 1)

    @draw(3)
    @given(some_rows, sorts(some(columns, "sort"), 2), st.sampled_from([1, 2, 3]))
    def add_up(wanted, order, limit):
        # A last column without ties makes the order of the rows certain, and with it the pages.
        order = Sort((*order.keys, *by("name").keys))
        count = len(table.selected(wanted))
        whole = table.read(wanted, order)
        pages = [table.read(wanted, order, page=page, limit=limit) for page in range(1, -(-count // limit) + 1)]
        shows_the_same_rows(table, whole, [row["id"] for row in table.selected(wanted)])
        for page in pages:
            expect(page.exchange).accepted()
            items = page.exchange.header("X-Pagination-Item-Count")
            expect(page.exchange).equals(items, str(count), f"X-Pagination-Item-Count for {wanted.text}")
        in_pages = [id for page in pages for id in page.ids]
        expect(pages[-1].exchange).equals(in_pages, whole.ids, f"ids, page after page of {limit}, for {wanted.text}")

    add_up()


def own_rows_only(operation_id, table, taken):
    """Return the comparisons that no row of others can fit; in a list of one exam that is every one."""
    if operation_id in rowsets.OWN_LISTS:
        return taken
    times = [column for column, type in table.columns.items() if type is FieldType.TIME]
    return [(column, operator) for column, operator in taken if column in times and operator is Operator.EQ]


# -- no filter, no sort -----------------------------------------------------------------------------------------------


@requirement("FILTER-088")
def test_no_expression_is_the_servers_error(operation_id, table, draw):
    texts = st.tuples(st.just("filter"), invalid_filters(table.columns)) | st.tuples(
        st.just("sort"), invalid_sorts(table.columns)
    )

    @draw(12)
    @given(texts)
    def is_no_error_of_the_server(drawn):
        name, (kind, text) = drawn
        exchange = table.client(operation_id, **{**table.params, name: text})
        expect(exchange).holds(
            exchange.status < 500, f"no 5xx for a {name} with {kind}: {text!r}", f"{exchange.status}"
        )

    is_no_error_of_the_server()
    control(table.read(page=1, limit=1).exchange).accepted()
