"""Rows that the run made in one list of the target, and how the list's filter and sort are held against the oracle."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract.checks.shape import rows as rows_under
from contract.client import Client
from contract.exchange import Exchange
from contract.filters import Columns, FieldType, Filter, Nulls, Operator, Sort, is_bare_date
from contract.judgement import Inconclusive, NotTested, control, expect

MOST_PAGES = 40
TRIES = 5
"""How often a list of several pages is read, until the rows of the run stand twice in the same order."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Listed:
    """An answer of a list: its first page as it came, and the rows of all pages; no rows where it was refused."""

    exchange: Exchange
    rows: Rows
    own: Rows
    """Those that the run made for this table."""

    @property
    def ids(self) -> list[Any]:
        """Return the ids of the run's rows, in the order answered."""
        return [row["id"] for row in self.own]


@dataclass(frozen=True)
class Table:
    """
    The rows of the run in one list.

    ``params`` are those of the path; ``columns`` are the ones with known types. In a list that others use too, the
    run's rows are picked out by ``made``, their ids.
    """

    client: Client = field(repr=False)
    operation_id: str
    key: str
    columns: Columns
    params: dict[str, Any]
    made: tuple[int, ...]
    rows: Rows = field(default_factory=list, repr=False)
    """As the list shows them without filter and sort."""

    @classmethod
    def of(
        cls, client: Client, operation_id: str, key: str, columns: Columns, params: dict[str, Any], made: Sequence[int]
    ) -> Table:
        """
        Return the table with its rows as listed, and those of the *columns* that the list shows.

        Raises:   Inconclusive: the list does not show all rows.
        """
        listed = Table(client, operation_id, key, columns, params, tuple(made)).read()
        if sorted(listed.ids) != sorted(made):
            raise Inconclusive(
                f"the list does not show what was created: {listed.exchange.line}, {len(listed.ids)} rows"
            )
        shown = {name: type for name, type in columns.items() if all(name in row for row in listed.own)}
        in_order_of_creation = sorted(listed.own, key=lambda row: made.index(row["id"]))
        return cls(client, operation_id, key, shown, params, tuple(made), in_order_of_creation)

    def read(self, filter: Filter | str | None = None, sort: Sort | str | None = None, **params: Any) -> Listed:
        """Ask for the list, all its pages where *params* names none, and return it also where it is refused."""
        wanted = {**self.params, **params}
        wanted |= {"filter": filter.text if isinstance(filter, Filter) else filter} if filter is not None else {}
        wanted |= {"sort": sort.text if isinstance(sort, Sort) else sort} if sort is not None else {}
        before: Rows | None = None
        for _ in range(TRIES):
            first = self.client(self.operation_id, **wanted)
            if not first.accepted:
                return Listed(first, [], [])
            pages = 1 if "page" in params else _page_count(first)
            rows = [*rows_under(first, self.key), *self._further(wanted, pages)]
            if pages == 1:
                return self._listed(first, rows)
            if before is not None and (settled := self._settled(before, rows)) is not None:
                return self._listed(first, settled)
            is_still = before is not None and set(_ids(before)) == set(_ids(rows))
            before = rows
        if is_still:  # nobody came or went: it is the list that says now this, now that
            return self._listed(first, rows)
        raise Inconclusive(f"rows of others came or went while the pages of a list were read, {TRIES} times")

    def _listed(self, first: Exchange, rows: Rows) -> Listed:
        return Listed(first, rows, self._own(rows))

    def _further(self, wanted: Mapping[str, Any], pages: int) -> Iterator[dict[str, Any]]:
        """Yield the rows of the pages after the first."""
        for number in range(2, pages + 1):
            page = control(self.client(self.operation_id, **wanted, page=number)).accepted()
            yield from rows_under(page, self.key)

    def _own(self, rows: Rows) -> Rows:
        return [row for row in rows if row.get("id") in self.made]

    def _settled(self, before: Rows, rows: Rows) -> Rows | None:
        """
        Return the rows of a list of several pages that was read twice; None where they are not certain.

        Where others create and remove rows meanwhile, one at the end of a page can move to the next and be met once
        more, or move from it and be met nowhere, and no server is to blame. So the run's rows have to stand twice in
        the same order, and what is met once more counts only where nobody came or went.
        """
        if _ids(self._own(_each_once(before))) != _ids(self._own(_each_once(rows))):
            return None
        for reading in (rows, before):
            if len(_each_once(reading)) == len(reading):
                return reading
        return rows if set(_ids(before)) == set(_ids(rows)) else None

    def has(self, *columns: str) -> None:
        """
        Demand columns.

        Raises:   NotTested: the list does not show one.
        """
        if lacking := [name for name in columns if name not in self.columns]:
            raise NotTested(f"the rows of {self.operation_id} have no {', '.join(lacking)}")

    def selected(self, filter: Filter) -> Rows:
        """Return which of the run's rows fit, says the oracle."""
        return [dict(row) for row in filter.select(self.rows, self.columns)]

    def values(self, column: str) -> list[Any]:
        """Return what the run's rows hold in *column*, each value once, nulls left out."""
        held = [row[column] for row in self.rows if row[column] is not None]
        return list(dict.fromkeys(held))


def _ids(rows: Rows) -> list[str]:
    return [str(row.get("id")) for row in rows]


def _each_once(rows: Rows) -> Rows:
    """Return *rows* without what stands there a second time."""
    first: dict[str, dict[str, Any]] = {}
    for id, row in zip(_ids(rows), rows, strict=True):
        first.setdefault(id, row)
    return list(first.values())


def _page_count(listed: Exchange) -> int:
    """
    Return how many pages a list has; one where it does not say.

    Raises:   NotTested: there are too many to read them for every question.
    """
    count = listed.header("X-Pagination-Page-Count") or "1"
    if not count.isdecimal():
        return 1
    if int(count) > MOST_PAGES:
        raise NotTested(f"the list has {count} pages; at most {MOST_PAGES} are read")
    return int(count)


def effect(table: Table, listed: Listed) -> str:
    """Say in a word or two what an expression did to a list: refused, all rows, some of them, none."""
    if not listed.exchange.accepted:
        return f"refused with {listed.exchange.status}"
    if len(listed.own) == len(table.rows):
        return "all rows"
    return f"{len(listed.own)} of {len(table.rows)} rows" if listed.own else "no row"


def offered(listed: Listed, what: str) -> Listed:
    """
    Demand that the target takes a column, operator or order that the documentation does not name.

    Raises:   NotTested: it refuses. FindingRaised: it answers neither 2xx nor 4xx.
    """
    if listed.exchange.refused:
        raise NotTested(f"the target does not take {what}: {listed.exchange.line}")
    expect(listed.exchange).accepted()
    return listed


def shows_what_fits(table: Table, listed: Listed, filter: Filter) -> None:
    """
    Judge a filtered list: of the run's rows exactly those that fit, each once, and no other row that does not fit.

    Raises:   FindingRaised: the finding names the rows, by the columns that the filter is about.
    """
    wanted = [row["id"] for row in table.selected(filter)]
    missing = [row for row in table.rows if row["id"] in wanted and row["id"] not in listed.ids]
    wrong = [row for row in listed.own if row["id"] not in wanted]
    names = list(dict.fromkeys(each.column for each in filter.conditions))
    if not _depends_on_the_target(table, filter):
        others = [row for row in listed.rows if row.get("id") not in table.made and row.keys() >= set(names)]
        wrong += [row for row in others if not filter.matches(row, table.columns)]
    expect(listed.exchange).holds(
        not missing and not wrong,
        f"exactly the rows that fit {filter.text}",
        f"missing {_shown(missing, names)}, wrongly listed {_shown(wrong, names)}",
    )
    shows_each_once(listed)


def shows_each_once(listed: Listed) -> None:
    """
    Judge that no row stands twice in a list.

    Raises:   FindingRaised: one does.
    """
    ids = [row.get("id") for row in listed.rows]
    twice = [id for id, count in Counter(ids).items() if count > 1][:5]
    expect(listed.exchange).holds(not twice, "every row once", f"rows {twice} more than once")


def stands_in_order(table: Table, listed: Listed, sort: Sort) -> Nulls:
    """
    Judge a sorted list by the order of the run's rows; where nulls stand is not documented.

    Returns:  a place of nulls with which the order is right.
    Raises:   FindingRaised: it is wrong wherever nulls are put; the finding names two rows.
    """
    for nulls in Nulls:
        if sort.is_obeyed(listed.own, table.columns, nulls):
            return nulls
    at = sort.first_wrong(listed.own, table.columns) or 1
    names = [key.column for key in sort.keys]
    expect(listed.exchange).violated(
        f"the rows in the order {sort.text}",
        f"{_shown(listed.own[at - 1 : at + 1], names)} in this order, at {at} and {at + 1} of {len(listed.own)}",
    )
    raise AssertionError("unreachable")


def shows_the_same_rows(table: Table, listed: Listed, wanted: Sequence[Any] | None = None) -> None:
    """
    Judge that a list shows the run's rows, each once: all of them, or those with the *wanted* ids.

    Raises:   FindingRaised: it lacks one or shows one twice.
    """
    expected = sorted(table.made if wanted is None else wanted)
    expect(listed.exchange).equals(sorted(listed.ids), expected, "ids of the run's rows")


def filters_rightly(table: Table, filter: Filter, where_taken: bool = False) -> None:
    """
    Ask for a filter and judge the answer by the oracle.

    Args:     where_taken: the documentation does not name the column or operator, so the target may refuse it.
    Raises:   FindingRaised: other rows came back. NotTested: refused where it may be.
    """
    listed = table.read(filter)
    if where_taken:
        offered(listed, f"the filter {filter.text}")
    expect(listed.exchange).accepted()
    shows_what_fits(table, listed, filter)


def sorts_rightly(table: Table, sort: Sort, where_taken: bool = False) -> None:
    """
    Ask for a sort and judge that the answer has the run's rows, each once, in that order.

    Args:     where_taken: the documentation does not name the column, so the target may refuse it.
    Raises:   FindingRaised: another order, or other rows. NotTested: refused where it may be.
    """
    listed = table.read(sort=sort)
    if where_taken:
        offered(listed, f"the sort {sort.text}")
    expect(listed.exchange).accepted()
    shows_the_same_rows(table, listed)
    stands_in_order(table, listed, sort)


def _depends_on_the_target(table: Table, filter: Filter) -> bool:
    """Tell whether the collation of texts or the zone of a date, neither documented, decides about rows of others."""
    ordered = [each for each in filter.conditions if each.operator is not Operator.EQ]
    collated = any(table.columns[each.column] is FieldType.STRING for each in ordered)
    return collated or any(is_bare_date(each.value) for each in filter.conditions)


def _shown(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    if not rows:
        return "none"
    shown = ["{" + ", ".join(f"{name}: {row.get(name)!r}" for name in names) + "}" for row in itertools.islice(rows, 3)]
    return ", ".join(shown) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")
