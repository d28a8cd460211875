"""Makes results of runs that never took place: passing, failing, uncertain, and huge."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from contract.results import (
    CaseResult,
    Evidence,
    Finding,
    Leak,
    OperationResult,
    RequirementResult,
    RunInfo,
    RunResult,
    RunVerdict,
    Verdict,
    operations_of,
    strongest,
)

OPERATIONS = {
    "exams_index": ("GET", "/exams", "exams"),
    "exams_create": ("POST", "/exams", "exams"),
    "exams_show": ("GET", "/exams/{id}", "exams"),
    "exams_update": ("PATCH", "/exams/{id}", "exams"),
    "exams_destroy": ("DELETE", "/exams/{id}", "exams"),
    "users_index": ("GET", "/institutes/{institute_id}/users", "users"),
    "users_create": ("POST", "/institutes/{institute_id}/users", "users"),
    "institutes_show": ("GET", "/institutes/{id}", "institutes"),
}
SOURCE = "https://docs.proctorexam.com/v3/apidoc/exams/index.html"
STARTED_MS = 1_790_000_000_000


def make_exchange(
    id_: str = "x-1",
    operation: str = "exams_create",
    status: int | None = 200,
    intent: str = "valid",
    body: str = '{"exam":{"id":7,"name":"Physics"}}',
    sent: str = "",
    after_ms: int = 0,
    case: str | None = None,
) -> dict[str, Any]:
    """Return an exchange as it is recorded; *status* None is a request that got no answer."""
    method, path, _ = OPERATIONS[operation]
    url = "https://staging.example.com/api/v3" + path.replace("{id}", "7").replace("{institute_id}", "1")
    if method in ("GET", "DELETE"):
        url += "?limit=2&nonce=1527500365&signature=6fc454b6…&timestamp=1527500365052"
    else:
        fields = {"name": "Physics", "nonce": "1527500366", "timestamp": 1527500365052, "signature": "6fc454b6…"}
        sent = sent or json.dumps(fields)
    answer = {
        "status": status,
        "reason": "OK" if status == 200 else "Forbidden",
        "headers": [("Content-Type", "application/json; charset=utf-8"), ("X-Request-Id", "r-" + id_)],
        "body": body,
        "size": len(body.encode("utf-8", "replace")),
        "cut": False,
    }
    headers = [("Accept", "application/vnd.procwise.v3"), ("Authorization", "[removed]")]
    if sent:
        headers.append(("Content-Type", "application/json"))
    return {
        "id": id_,
        "case": case,
        "operation": operation,
        "user": "administrator",
        "intent": intent,
        "purpose": "case",
        "started_ms": STARTED_MS + after_ms,
        "elapsed_ms": 12.345,
        "error": None if status is not None else "ConnectTimeout",
        "request": {"method": method, "url": url, "headers": headers, "body": sent, "cut": False},
        "response": answer if status is not None else None,
    }


def make_case(
    requirement: str,
    number: int = 1,
    verdict: Verdict = Verdict.PASS,
    operation: str | None = "exams_create",
    finding: Finding | None = None,
    **fields: Any,
) -> CaseResult:
    """Return one case; a case that is broken and has no *finding* gets one."""
    if finding is None and verdict in (Verdict.FAIL, Verdict.WARN):
        finding = Finding("a 4xx", f"{operation} answered 200 to request {number}", operation=operation)
    id_ = f"{requirement}:{operation}:{number}"
    test = f"conformance_tests/test_signing.py::test_{requirement.lower().replace('-', '_')}[{operation}]"
    return CaseResult(id_, requirement, test, operation, verdict, finding=finding, duration_s=0.01, **fields)


def make_requirement(
    id_: str,
    level: str = "must",
    area: str = "signing",
    cases: list[CaseResult] | None = None,
    verdict: Verdict | None = None,
    **fields: Any,
) -> RequirementResult:
    """Return one requirement, its verdict by default that of its cases."""
    cases = [make_case(id_)] if cases is None else cases
    operations = list(dict.fromkeys(case.operation for case in cases if case.operation)) or ["exams_create"]
    values: dict[str, Any] = {
        "statement": f"A request whose signature was changed in way {id_[-3:]} is refused.",
        "source": SOURCE,
        "severity": "normal",
        "operations": operations,
        "verdict": verdict or strongest(case.verdict for case in cases),
        "reason": "",
        "tests": list(dict.fromkeys(case.test for case in cases)),
        "evidence": {name: Evidence(accepted=1, refused=2) for name in operations if cases},
    }
    return RequirementResult(id=id_, level=level, area=area, cases=cases, **{**values, **fields})


def make_operations(requests: int = 3) -> list[OperationResult]:
    """Return every operation with some statuses and latencies, the last one never asked."""
    rows = []
    for number, (id_, (method, path, area)) in enumerate(OPERATIONS.items()):
        sent = 0 if id_ == "institutes_show" else requests
        latencies = [10.0 + number * 7 + step for step in range(sent)]
        statuses = {"200": sent - 1, "403": 1} if sent else {}
        rows.append(OperationResult(id_, method, path, area, id_ == "users_index", sent, statuses, latencies))
    return rows


def make_result(
    requirements: list[RequirementResult] | None = None,
    exchanges: list[dict[str, Any]] | None = None,
    sentence: str | None = None,
    verdict: RunVerdict | None = None,
    **run: Any,
) -> RunResult:
    """Return a run with these *requirements*; its verdict by default the plain one."""
    requirements = [make_requirement("SIGN-001")] if requirements is None else requirements
    failed = sum(each.verdict is Verdict.FAIL for each in requirements)
    verdict = verdict or (RunVerdict.DOES_NOT_CONFORM if failed else RunVerdict.CONFORMS)
    words = f"does not conform: {failed} of {len(requirements)} musts failed" if failed else "conforms"
    info: dict[str, Any] = {
        "id": "20261122T031500Z-staging",
        "started_at": "2026-11-22T03:15:00Z",
        "duration_s": 47.25,
        "seed": 7,
        "profile": "standard",
        "suite_version": "0.1.0",
        "workers": 2,
        "arguments": ["--target", "staging", "--seed", "7"],
    }
    return RunResult(
        run=RunInfo(**{**info, **run}),
        target={"name": "staging", "base_url": "https://staging.example.com", "version": "build 4711"},
        verdict=verdict,
        sentence=sentence or f"staging {words}.",
        requirements=requirements,
        operations=make_operations(),
        exchanges=[make_exchange()] if exchanges is None else exchanges,
    )


def passing() -> RunResult:
    """Return a run in which everything held, with one open question and one requirement not tested."""
    return make_result(
        [
            make_requirement("SIGN-001"),
            make_requirement("SIGN-002", "should"),
            make_requirement("PAGE-001", "open", "pagination", observed={"status": 403}),
            make_requirement("INST-001", area="institutes", cases=[], reason="needs a superuser in the config"),
        ]
    )


def failing() -> RunResult:
    """
    Return a run with every verdict.

    SIGN-003 fails on six operations for one cause, NONCE-001 on one with its control beside it, ROBUST-001 is a should
    of high severity, FILTER-002 one that only warns; two requirements are inconclusive for one reason.
    """
    names = list(OPERATIONS)[:6]
    exchanges = [
        make_exchange(f"s-{number}", name, intent="tampered: value changed", after_ms=number * 20)
        for number, name in enumerate(names)
    ]
    signing = [
        make_case("SIGN-003", number, Verdict.FAIL, name, exchanges=[f"s-{number}"], finding=Finding(
            "a 4xx: the signature does not fit the parameters", f"{name} answered 200", f"s-{number}", operation=name))
        for number, name in enumerate(names)
    ]  # fmt: skip
    exchanges += [
        make_exchange("n-1", body='{"exam":{"id":7,"name":"Physics"}}', after_ms=200),
        make_exchange("n-2", body='{"exam":{"id":8,"name":"Physics"}}', intent="tampered: nonce again", after_ms=220),
        make_exchange("r-1", "exams_show", 500, body="<html><script>alert(1)</script></html>", after_ms=240),
        make_exchange("t-1", "users_index", None, after_ms=260),
    ]
    nonce = Finding("a 4xx: the nonce was used before", "exams_create answered 200 and made exam 8", "n-2", "n-1",
                    "exams_create", "first  -> 200 exam 7\nreplay -> 200 exam 8")  # fmt: skip
    crash = Finding("no 5xx on valid input", "500 Internal Server Error", "r-1", None, "exams_show")
    order = Finding("rows sorted by name, then id", "rows 3 and 4 swapped", None, None, "exams_index")
    requirements = [
        make_requirement("FILTER-002", "should", "filtering", [make_case("FILTER-002", 1, Verdict.WARN, "exams_index",
                         order)], statement="The second sort key decides between equal first keys."),
        make_requirement("NONCE-001", area="nonce", statement="A nonce that was accepted is refused when used again.",
                         cases=[make_case("NONCE-001", 1, Verdict.FAIL, finding=nonce, exchanges=["n-1", "n-2"])]),
        make_requirement("SIGN-003", cases=signing),
        make_requirement("ROBUST-001", "should", "robustness", [make_case("ROBUST-001", 1, Verdict.WARN, "exams_show",
                         crash, exchanges=["r-1"])], severity="high", statement="Valid input is never answered 5xx."),
        make_requirement("ZIP-001", area="zip", cases=[make_case("ZIP-001", 1, Verdict.INCONCLUSIVE, "exams_show")],
                         reason="blocked by EXAM-001: no exam could be created"),
        make_requirement("ZIP-002", area="zip", cases=[make_case("ZIP-002", 1, Verdict.INCONCLUSIVE, "exams_show")],
                         reason="blocked by EXAM-001: no exam could be created"),
    ]  # fmt: skip
    return make_result(requirements + passing().requirements, exchanges)


def leaking() -> RunResult:
    """Return a run that could not remove two things from its target, of one of which the id is unknown."""
    result = failing()
    result.leaks = [
        Leak("exam", 7, "4f1c", "DELETE /exams/7 -> 500"),
        Leak("lti_resource", None, "4f1c", "no answer was seen, and it bore no name to look for"),
    ]
    return result


def _word(number: int) -> str:
    """Return letters for *number*: numbers do not set causes apart, words do."""
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))


def huge(cases: int = 10_000, broken: int = 300) -> RunResult:
    """Return a run of *cases* cases over 500 requirements, or as many as there are cases; *broken* of them fail."""
    names = list(OPERATIONS)
    requirements: list[RequirementResult] = []
    exchanges: list[dict[str, Any]] = []
    count = min(500, cases)
    per_requirement = cases // count
    for number in range(1, count + 1):
        area, prefix = [("signing", "SIGN"), ("exams", "EXAM"), ("users", "USER")][number % 3]
        id_ = f"{prefix}-{number:03}"
        judged = []
        for step in range(per_requirement):
            name = names[(number + step) % 7]
            exchange = f"e-{number}-{step}"
            body = json.dumps({"exam": {"id": number, "name": f"exam {step} " + "x" * (number % 200)}})
            exchanges.append(make_exchange(exchange, name, body=body, after_ms=len(exchanges), case=exchange))
            fails = number <= broken and step % 3 == 0
            rule = f"a 4xx, for the rule of {_word(number)}"
            seen = Finding(rule, f"{name} answered 200 to exam {step}", exchange, operation=name) if fails else None
            verdict = Verdict.FAIL if fails else Verdict.PASS
            case = make_case(id_, step, verdict, name, seen, exchanges=[exchange])
            judged.append(replace(case, test=f"{case.test[:-1]}-{step}]"))
        requirements.append(make_requirement(id_, area=area, cases=judged))
    result = make_result(requirements, exchanges)
    result.operations = operations_of(exchanges)
    return result
