"""Index operations: the rows of a scope, filtered, sorted, and one page of them with its headers."""

from __future__ import annotations

from contract.mock.access import Scope
from contract.mock.call import Call, Reply
from contract.mock.fields import Shape


def page_of(call: Call, shape_name: str, scope: Scope) -> Reply:
    """Answer one page of the rows in *scope*, with the documented headers."""
    shape = call.rules.shapes[shape_name]
    where, values = narrowed(call, shape, call.operation.rows(call, scope))
    page = call.rules.paging.page(call)
    count = call.store.value(f"SELECT count(*) FROM {shape.table.name} WHERE {where}", values)
    sql = f"{shape.table.select_sql} WHERE {where} ORDER BY {order(call, shape)} LIMIT ? OFFSET ?"
    rows = call.store.all(sql, [*values, page.limit, page.offset])
    body = {shape.plural: [call.render(shape_name, row) for row in rows]}
    return call.reply(body, call.rules.paging.headers(call, page, count))


def all_of(call: Call, shape_name: str, scope: Scope) -> Reply:
    """Answer every row in *scope*: the lists whose pages document no paging."""
    shape = call.rules.shapes[shape_name]
    where, values = call.operation.rows(call, scope)
    rows = call.store.all(f"{shape.table.select_sql} WHERE {where} ORDER BY {shape.table.name}.id", values)
    return call.reply({shape.plural: [call.render(shape_name, row) for row in rows]})


def narrowed(call: Call, shape: Shape, scope: Scope) -> Scope:
    """The scope, the status parameter and the filter together."""
    conditions = [scope]
    if call.params.get("status") is not None:
        conditions.append((f"{shape.table.name}.status = ?", [call.params["status"]]))
    if "filter" in call.params:
        conditions.extend(call.rules.grammar.conditions(shape, call.params["filter"]))
    return " AND ".join(sql for sql, _ in conditions), [value for _, bound in conditions for value in bound]


def order(call: Call, shape: Shape) -> str:
    """The order asked for; the id settles ties, and is the order when none is asked for."""
    terms = call.rules.grammar.order_by(shape, call.params["sort"]) if "sort" in call.params else []
    return ", ".join([*terms, f"{shape.table.name}.id ASC"])
