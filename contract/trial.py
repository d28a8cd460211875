"""One test of the suite: carried out, once more where it found something, and judged for each of its requirements."""

from __future__ import annotations

import json
from dataclasses import is_dataclass, replace

import pytest
from _pytest.runner import runtestprotocol

from contract import judgement, requirements, verdict
from contract.bench import Bench
from contract.benches import Benches
from contract.choosing import case_id_of, ids_of, name_of, operation_of
from contract.errors import ReadOnlyRun, TargetError
from contract.judgement import (
    NO_CRASH,
    NO_SERVER_ERROR,
    FindingRaised,
    Inconclusive,
    Ledger,
    NotTested,
    describe,
    expect,
)
from contract.results import UNMET, CaseResult, Evidence, Finding, Verdict
from contract.session import Session

SESSION = pytest.StashKey[Session]()
BENCHES = pytest.StashKey[Benches]()
OUTCOME = pytest.StashKey[list[CaseResult]]()
"""Of a test that is being judged: how it ended, if it did not simply return."""


def bench_of(item: pytest.Item) -> Bench:
    """Return the bench that a test works at."""
    return item.config.stash[BENCHES].bench(exclusive=item.get_closest_marker("exclusive") is not None)


def carried_out(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Run a test, once more where it found something; return its reports with what it showed."""
    if not ids_of(item):
        return runtestprotocol(item, nextitem=nextitem, log=False)
    run = item.config.stash[SESSION]
    if reason := run.stopped():
        item.add_marker(pytest.mark.skip(reason=reason))
    reports, cases = _tried(item, nextitem)
    if any(case.verdict in UNMET for case in cases):
        again, cases_again = _tried(item, nextitem)
        reports, cases = again, [_confirmed(*pair) for pair in zip(cases, cases_again, strict=True)]
    beside = [case for case in cases if case.requirement == NO_SERVER_ERROR and NO_SERVER_ERROR not in ids_of(item)]
    cases = [case for case in cases if case not in beside or case.verdict is not Verdict.PASS]
    _show_beside(reports, [case for case in beside if case.verdict in UNMET])
    # Text, for what travels between processes may hold plain types only.
    reports[-1].conformance = json.dumps(cases, default=_plain)  # type: ignore[attr-defined]
    for report in reports:
        report.requirement, report.level = _columns(item)  # type: ignore[attr-defined]
    return reports


def _plain(value: object) -> object:
    """Return the fields of a dataclass, not copied as ``asdict`` does; of anything else the text."""
    return vars(value) if is_dataclass(value) else str(value)


def _columns(item: pytest.Item) -> tuple[str, str]:
    """Return the requirements that a test decides, and their levels, for the table of pytest.html."""
    ids = ids_of(item)
    levels = dict.fromkeys(requirements.load().get(each).level for each in ids)
    return " ".join(ids), " ".join(levels)


def _tried(item: pytest.Item, nextitem: pytest.Item | None) -> tuple[list[pytest.TestReport], list[CaseResult]]:
    if hasattr(item, "_request") and item.stash.get(OUTCOME, None) is not None:
        item._initrequest()  # type: ignore[attr-defined]
    register, operation_id = requirements.load(), operation_of(item)
    ids = ids_of(item)
    ledger = Ledger(register.get(ids[0]), case_id_of(item))
    item.stash[OUTCOME] = []
    with judgement.judging(ledger):
        reports: list[pytest.TestReport] = runtestprotocol(item, nextitem=nextitem, log=False)
    outcomes = item.stash[OUTCOME]
    ended = outcomes[0] if outcomes else None
    duration = sum(report.duration for report in reports)
    parts = [ledger.part(register.get(requirement_id)) for requirement_id in ids]
    # What was sent outside of the blocks that decide a part, like the control, is shown with every part.
    common = [exchange.id for exchange in ledger.exchanges]
    cases = [_case(item, part, common if part is not ledger else [], ended, operation_id, duration) for part in parts]
    if NO_SERVER_ERROR not in ids and NO_SERVER_ERROR in item.config.stash[SESSION].selected(register):
        part = _server_error(ledger, cases)
        parts.append(part)
        failed_on = part.exchanges[0].operation if part.exchanges else None
        cases.append(_case(item, part, [], None, failed_on.id if failed_on else operation_id, duration))
    for part, case in zip(parts, cases, strict=True):
        if case.verdict in UNMET:
            bench_of(item).keep_whole([*ledger.exchanges, *part.exchanges], part.case_id)
    return reports, cases


def _server_error(ledger: Ledger, cases: list[CaseResult]) -> Ledger:
    """
    Return the ledger of what a test tells beside its own requirements: whether a 5xx came, whatever it was about.

    Where one of its own findings makes the target not conform, that one stands for it.
    """
    own = [*ledger.exchanges, *(exchange for part in ledger.parts.values() for exchange in part.exchanges)]
    beside = ledger.part(requirements.load().get(NO_SERVER_ERROR))
    failed = next((exchange for exchange in own if exchange.status >= 500), None)
    if failed is not None and not any(verdict.breaks_the_run(case) for case in cases):
        beside.exchanges.append(failed)
        with judgement.judging(ledger), judgement.deciding(NO_SERVER_ERROR):
            expect(failed).violated(NO_CRASH, describe(failed))
    return beside


def _show_beside(reports: list[pytest.TestReport], found: list[CaseResult]) -> None:
    """Let pytest show a test that found nothing but a 5xx as one that warns."""
    for report in reports:
        if found and report.when == "call" and report.passed:
            report.outcome, report.longrepr = "skipped", found[0].reason
            report.wasxfail = f"{NO_SERVER_ERROR}: {found[0].reason}"


def _case(
    item: pytest.Item,
    ledger: Ledger,
    common: list[str],
    ended: CaseResult | None,
    operation_id: str | None,
    duration_s: float,
) -> CaseResult:
    requirement = ledger.requirement
    if ledger.ended is not None:
        ended = _ended(ledger.ended, item, requirement.id)
    case = CaseResult(
        id=ledger.case_id,
        requirement=requirement.id,
        test=name_of(item),
        operation=operation_id,
        verdict=Verdict.PASS,
        evidence={name: Evidence(each.accepted, each.refused) for name, each in ledger.evidence.items()},
        observed=bench_of(item).redactor.plain(ledger.observed),
        exchanges=common + [exchange.id for exchange in ledger.exchanges],
        cases=ledger.cases,
        shared=ledger.shared,
        duration_s=round(duration_s, 4),
    )
    if ended is not None and ended.requirement in ("", requirement.id):
        case.verdict, case.reason, case.finding = ended.verdict, ended.reason, ended.finding
        if case.verdict is Verdict.FAIL and requirement.level == "should":
            case.verdict = Verdict.WARN
    return case


def _confirmed(first: CaseResult, second: CaseResult) -> CaseResult:
    """Return what two tries say together: a finding that only one of them shows is no verdict."""
    if (first.verdict in UNMET) is (second.verdict in UNMET):
        return second
    shown, other = (first, second) if first.verdict in UNMET else (second, first)
    if shown.finding and judgement.proves_itself(requirements.load().get(shown.requirement), shown.finding):
        return replace(shown, exchanges=first.exchanges + second.exchanges)
    order = "found once and not again" if shown is first else "not found at first, but when tried again"
    return replace(
        second,
        verdict=Verdict.INCONCLUSIVE,
        reason=f"{order}: {shown.reason}; the other try: {other.reason or 'passed'}",
        finding=None,
        flaky=True,
        earlier=shown.finding,
        exchanges=first.exchanges + second.exchanges,
    )


def raised(call: pytest.CallInfo[None]) -> BaseException | None:
    """
    Return what a test ended by.

    Hypothesis tries again what it drew before it lets a finding through, and raises a group where that ends otherwise.
    Whether a finding repeats is told here, by trying the whole test again.
    """
    error = call.excinfo.value if call.excinfo else None
    grouped = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return next((each for each in grouped if isinstance(each, FindingRaised | Inconclusive | TargetError)), error)


def show(report: pytest.TestReport, item: pytest.Item, error: BaseException | None) -> None:
    """Note how a test ended, and let pytest show it as its verdict has it."""
    if error is None:
        _show_parts(report, item)
        return
    requirement = requirements.load().get(ids_of(item)[0])
    ended = _ended(error, item, requirement.id)
    item.stash[OUTCOME].append(ended)
    if ended.verdict is Verdict.NOT_TESTED:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"not tested: {ended.reason}")
    elif ended.verdict is Verdict.FAIL and requirement.level == "should":
        report.outcome = "skipped"
        report.wasxfail = f"should: {ended.reason}"


def spare_traceback(call: pytest.CallInfo[None], item: pytest.Item, error: BaseException | None) -> None:
    """Spare pytest the traceback of what is no error of the suite: making it takes longer than most tests."""
    if isinstance(error, NotTested | ReadOnlyRun):
        shown: BaseException = pytest.skip.Exception(str(error))
    elif isinstance(error, FindingRaised | Inconclusive | TargetError):
        shown = pytest.fail.Exception(bench_of(item).redactor.text(str(error)), pytrace=False)
    else:
        return
    call.excinfo = pytest.ExceptionInfo.from_exception(shown.with_traceback(error.__traceback__))


def _show_parts(report: pytest.TestReport, item: pytest.Item) -> None:
    """Let pytest show a test as failed that found something while it decided one of several requirements."""
    ledger = judgement.current()
    decided = [part for part in (ledger, *ledger.parts.values()) if part.requirement.id in ids_of(item)]
    found = [part for part in decided if isinstance(part.ended, FindingRaised)]
    musts = [part for part in found if part.requirement.level == "must"]
    if found:
        redacted = bench_of(item).redactor.text
        report.outcome = "failed" if musts else "skipped"
        report.longrepr = "\n".join(redacted(f"{part.requirement.id}: {part.ended}") for part in musts or found)
        if not musts:
            report.wasxfail = str(report.longrepr)


def _ended(error: BaseException, item: pytest.Item, requirement_id: str) -> CaseResult:
    """Return verdict, reason and finding of a test that ended by *error*; for which requirement, where it says so."""
    redacted = bench_of(item).redactor.text

    def case(verdict: Verdict, reason: str, finding: Finding | None = None, requirement: str = "") -> CaseResult:
        return CaseResult("", requirement, "", None, verdict, redacted(reason), finding)

    if isinstance(error, FindingRaised):
        texts = {name: getattr(error.finding, name) for name in ("expected", "observed", "detail")}
        finding = replace(error.finding, **bench_of(item).redactor.plain(texts))
        if requirements.load().get(error.requirement or requirement_id).level == "open":
            reason = f"could not be observed: {error}"
            return case(Verdict.INCONCLUSIVE, reason, requirement=error.requirement or requirement_id)
        return case(Verdict.FAIL, str(error), finding, error.requirement or requirement_id)
    if isinstance(error, NotTested | ReadOnlyRun | pytest.skip.Exception):
        return case(Verdict.NOT_TESTED, str(error))
    if isinstance(error, Inconclusive | TargetError):
        return case(Verdict.INCONCLUSIVE, str(error))
    if _is_of_hypothesis(error, "Flaky"):
        return case(
            Verdict.INCONCLUSIVE, "what was drawn from the target's answers came out otherwise when drawn again"
        )
    return case(Verdict.INCONCLUSIVE, f"error in the suite: {type(error).__name__}: {error}")


def _is_of_hypothesis(error: BaseException, name: str) -> bool:
    """Tell whether Hypothesis, which most tests do not import, raised an error of that name."""
    return any((each.__module__, each.__name__) == ("hypothesis.errors", name) for each in type(error).__mro__)
