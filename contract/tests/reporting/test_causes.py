"""What is broken alike is one cause; what is not, is not."""

from __future__ import annotations

from typing import Any

from contract.judgement import NO_CRASH
from contract.reporting import causes, findings, summary
from contract.results import Finding, RequirementResult, RunResult, Verdict
from contract.tests.reporting.factory import OPERATIONS, make_case, make_exchange, make_requirement, make_result

EVERYWHERE = tuple(OPERATIONS)


def broken(
    id_: str,
    area: str = "signing",
    operations: tuple[str, ...] = EVERYWHERE,
    expected: str = "the request to be refused with a 4xx",
    status: int = 200,
    verdict: Verdict = Verdict.FAIL,
) -> RequirementResult:
    """Return a requirement broken on *operations*, worded as the suite words it."""
    cases = []
    for number, name in enumerate(operations):
        method, path, _ = OPERATIONS[name]
        observed = f'{method} {path.replace("{id}", str(number))} -> {status}: {{"{name}":{{"id":{number}}}}}'
        finding = Finding(expected, observed, f"x-{id_}-{number}", operation=name)
        cases.append(make_case(id_, number, verdict, name, finding))
    return make_requirement(id_, area=area, cases=cases)


def found(*requirements: RequirementResult) -> list[list[str]]:
    """Return the ids of each cause."""
    result = make_result(list(requirements))
    return [[each.requirement.id for each in cause.groups] for cause in causes.of(result)]


def test_a_broken_signature_check_is_one_cause_with_every_operation() -> None:
    requirements = [broken(f"SIGN-{number:03}") for number in range(1, 32)]

    assert [len(ids) for ids in found(*requirements)] == [31]


def test_answers_of_different_text_and_success_do_not_split_it() -> None:
    mixed = broken("SIGN-001")
    mixed.cases[0].finding = Finding("the request to be refused with a 4xx", 'POST /exams -> 201: {"exam":{}}')

    (group,) = findings.groups(make_result([mixed]))

    assert len(group.variants) == 1


def test_five_faults_are_five_causes() -> None:
    requirements = [
        broken("SIGN-001"), broken("SIGN-002"), broken("NONCE-001", "nonce"), broken("ACCEPT-001", "accept"),
        broken("EXAM-009", "exams", ("exams_create",), "404", 500),
        broken("USER-003", "users", ("users_index",), "rows of this institute only"),
    ]  # fmt: skip

    assert found(*requirements) == [["ACCEPT-001"], ["NONCE-001"], ["SIGN-001", "SIGN-002"], ["EXAM-009"], ["USER-003"]]


def test_other_operations_are_another_cause() -> None:
    some = broken("EXAM-001", "exams", ("exams_create",))
    others = broken("EXAM-002", "exams", ("exams_destroy",))

    assert found(some, others) == [["EXAM-001"], ["EXAM-002"]]


def test_a_warning_that_is_broken_alike_stands_behind_what_fails_the_run() -> None:
    assert found(broken("SIGN-001", verdict=Verdict.WARN), broken("SIGN-002")) == [["SIGN-002", "SIGN-001"]]


def test_the_report_lists_the_causes(failing: RunResult) -> None:
    listed = summary.document(failing)["causes"]

    assert [each["requirements"] for each in listed] == [["SIGN-003"], ["NONCE-001"], ["ROBUST-001"], ["FILTER-002"]]
    assert len(listed[0]["operations"]) == 6
    assert [each["breaks_run"] for each in listed] == [True, True, True, False]


def wrong(id_: str, area: str, operation: str, expected: str, observed: str, verdict: Verdict = Verdict.FAIL):
    """Return a requirement broken on one operation, in its own words."""
    finding = Finding(expected, observed, f"x-{id_}", operation=operation)
    return make_requirement(id_, area=area, cases=[make_case(id_, 1, verdict, operation, finding)])


def test_one_wrong_field_is_one_cause_whatever_the_words_and_areas() -> None:
    shown = wrong(
        "USER-022", "users", "users_index", "every parameter to come back", "role = 'Teacher', sent 'teacher'"
    )
    role = wrong("ISO-053", "isolation", "users_create", "the role to be 'teacher'", "'Teacher'")
    listed = wrong("USER-006", "users", "users_index", "the same", "role = 'a', elsewhere 'b'", Verdict.WARN)

    assert found(shown, role, listed) == [["USER-022", "ISO-053", "USER-006"]]


def test_one_field_name_of_two_resources_is_two_causes() -> None:
    exam = wrong("EXAM-028", "exams", "exams_show", "as sent", "name = 'a', sent 'b'")
    user = wrong("USER-022", "users", "users_index", "as sent", "name = 'a', sent 'b'")

    assert found(exam, user) == [["EXAM-028"], ["USER-022"]]


def test_one_wrong_value_is_one_cause() -> None:
    one = wrong("ZIP-011", "zip", "exams_show", "one of not_found, queued", '\'never run\' in {"status":"never run"}')
    other = wrong("ZIP-012", "zip", "exams_show", "never_run or not_found", "never run", Verdict.WARN)

    assert found(one, other) == [["ZIP-011", "ZIP-012"]]


def test_what_a_cause_keeps_from_being_judged_stands_with_it() -> None:
    broken_one = wrong("ZIP-011", "zip", "exams_show", "a", "b")
    reason = "the status cannot be read: GET /exams/7 -> 200 (blocked by ZIP-011)"
    blocked = make_requirement("ZIP-013", cases=[make_case("ZIP-013", 1, Verdict.INCONCLUSIVE)], reason=reason)
    result = make_result([broken_one, blocked])

    (cause,) = causes.of(result)

    assert [each.id for each in cause.blocked] == ["ZIP-013"]


def filtered(
    id_: str, *queries: str, verdict: Verdict = Verdict.FAIL
) -> tuple[RequirementResult, list[dict[str, Any]]]:
    """Return a requirement broken by a request for each of *queries*, and these requests."""
    cases, exchanges = [], []
    for number, query in enumerate(queries):
        exchange = make_exchange(f"{id_}-{number}", "exams_index")
        exchange["request"]["url"] = f"https://staging.example.com/api/v3/exams?{query}&nonce=1"
        exchanges.append(exchange)
        finding = Finding(f"exactly the rows of {query}", "missing none", exchange["id"], operation="exams_index")
        cases.append(make_case(id_, number, verdict, "exams_index", finding))
    return make_requirement(id_, area="filtering", cases=cases), exchanges


def found_filters(*each: tuple[RequirementResult, list[dict[str, Any]]]) -> list[list[str]]:
    result = make_result([one for one, _ in each], [exchange for _, sent in each for exchange in sent])
    return [[group.requirement.id for group in cause.groups] for cause in causes.of(result)]


def test_a_column_that_cannot_be_filtered_is_one_cause_whatever_stands_beside_it() -> None:
    assert found_filters(
        filtered("FILTER-010", 'filter={"name":{"eq":"a"}}'),
        filtered("FILTER-011", 'filter={"name":{"gt":"b"}}&sort=[{"name":"asc"}]'),
        filtered("FILTER-041", 'filter={"id":{"lt":4},"name":{"eq":"a"}}', 'filter={"name":{"lt":"c"},"id":{"eq":1}}'),
    ) == [["FILTER-010", "FILTER-011", "FILTER-041"]]


def test_an_operator_that_is_wrong_on_every_column_is_one_cause_beside_another() -> None:
    assert found_filters(
        filtered("FILTER-001", 'filter={"name":{"gt":"a"}}'),
        filtered("FILTER-002", 'filter={"start_time":{"gt":"2026-01-01"}}'),
        filtered("FILTER-003", 'filter={"id":{"gt":1}}', 'filter={"id":{"gt":1},"name":{"eq":"a"}}'),
        filtered("FILTER-020", 'sort=[{"name":"desc"}]'),
        filtered("FILTER-021", 'sort=[{"start_time":"desc"}]', verdict=Verdict.WARN),
    ) == [["FILTER-001", "FILTER-002", "FILTER-003"], ["FILTER-020", "FILTER-021"]]


def test_what_is_no_filter_is_still_a_finding() -> None:
    assert found_filters(filtered("FILTER-082", "filter=[[["), filtered("FILTER-083", "limit=3")) == [
        ["FILTER-082", "FILTER-083"]
    ]


def test_a_right_request_that_is_not_accepted_is_one_cause_whatever_it_was_to_show() -> None:
    words = "the request to be accepted with a 2xx"

    lost = [wrong(id_, area, "exams_show", words, "GET /exams/7 -> 404: gone")
            for id_, area in (("TOKEN-001", "token"), ("ROBUST-110", "robustness"))]  # fmt: skip
    crashed = wrong("EXAM-020", "exams", "exams_show", words, "GET /exams/7 -> 500: oops")
    elsewhere = wrong("USER-020", "users", "users_index", words, "GET /institutes/1/users -> 404: gone")

    assert sorted(found(*lost, crashed, elsewhere)) == [["EXAM-020"], ["TOKEN-001", "ROBUST-110"], ["USER-020"]]


def test_a_5xx_is_one_cause_with_what_the_same_test_found_by_it() -> None:
    refusal, seen = "the request to be refused with a 4xx", "GET /exams/word -> 500: oops"
    asked = wrong("EXAM-025", "exams", "exams_show", refusal, seen)
    crashed, elsewhere = (
        wrong("ROBUST-101", "robustness", name, NO_CRASH, seen) for name in ("exams_show", "users_show")
    )
    for case in (*asked.cases, *crashed.cases):
        case.test = "test_exams.py::test_word"
    for case in elsewhere.cases:
        case.test = "test_users.py::test_word"

    assert [len(ids) for ids in found(asked, crashed)] == [2]
    assert [len(ids) for ids in found(asked, elsewhere)] == [1, 1]
