"""Filters and sorts that ask for what is not the caller's, or that are none."""

import json

import pytest

from contract import rowsets
from contract.checks.acceptance import answered
from contract.checks.shape import rows
from contract.filters import by, where
from contract.injections import INJECTIONS
from contract.judgement import control, deciding, expect, observe

requirement = pytest.mark.requirement


@pytest.fixture
def exams(shared, administrator):
    """The worker's exams in the list of exams: ties, neighbours and gaps in every column."""
    return rowsets.exams(shared, administrator)


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
    control(ours).accepted()
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


def all_refused(administrator, right, wrong, question=None, **keys):
    """Send the *right* form, and it with each of the *wrong* values; observe the statuses for an open *question*."""
    refused = [administrator("exams_index", **{**right, **params}) for params in wrong]
    good = administrator("exams_index", **right)
    if question:
        with deciding(question):
            observe(refused[0], **dict.fromkeys(keys or {"status": 0}, refused[0].status))
    control(good).accepted()
    for exchange in refused:
        expect(exchange).refused()


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


TRAPS = [
    ("filter", text)
    for text in (
        "null", "[]", "{}", "1", '"name"', '{"name":null}', '{"name":{}}', '{"name":[]}', '{"name":{"gt":null}}',
        '{"start_time":{"lt":null}}', '{"name":{"eq":{}}}', '{"name":{"eq":[1]}}', '{"name":{"eq":1e400}}',
        '{"name":{"eq":"\\u0000"}}', '{"name":{"eq":"\\ud800"}}', '{"no_such_column":{"eq":"x"}}',
        '{"id":{"eq":99999999999999999999999}}', '{"name":{"like":"%"}}', '{"start_time":{"gt":"25:61"}}',
    )
] + [
    ("sort", text)
    for text in (
        "null", "{}", "[]", "1", "[null]", "[[]]", '["name"]', '[{}]', '[{"name":null}]', '[{"name":"up"}]',
        '[{"no_such_column":"asc"}]', '[{"name":"asc","id":"desc"}]', '[{"name":"asc"},{"name":"desc"}]',
    )
]  # fmt: skip


@requirement("FILTER-088")
@pytest.mark.parametrize("operation_id", ["exams_index", "exams_index_students"])
def test_no_known_trap_is_the_servers_error(operation_id, administrator, shared):
    params = {"id": shared.exam_id} if operation_id == "exams_index_students" else {}

    def plain():
        control(administrator(operation_id, **params)).accepted()

    for name, text in TRAPS:
        exchange = administrator(operation_id, **params, **{name: text})
        answered(exchange, plain)
    plain()


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
