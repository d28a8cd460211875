"""From the cases of a run to the verdict on each requirement, and on the target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from contract import blocking
from contract.history.report import NOT_REACHED
from contract.requirements import Register, Requirement, load
from contract.results import (
    UNMET,
    CaseResult,
    Evidence,
    KnownState,
    RequirementResult,
    RunVerdict,
    Verdict,
    strongest,
)

UNSURE = (*UNMET, Verdict.INCONCLUSIVE)
LEFT_OUT = "left out"
"""How the reason of a case begins that the run did not come to, or that a budget had no room for."""


def judge(
    register: Register,
    cases: Iterable[CaseResult],
    selected: set[str],
    answers: Mapping[str, Any],
    reason_without_cases: str = "no case of it ran",
    *,
    of_a_shard: bool = False,
) -> list[RequirementResult]:
    """
    Say the verdict on every requirement of the register.

    Args:     selected: ids that the run is about; the others are not-tested. answers: pinned answers of the config,
              by requirement id or short name. of_a_shard: other shards have cases too, and only all of them together
              tell whether an operation accepts anything.
    """
    by_requirement: dict[str, list[CaseResult]] = defaultdict(list)
    for case in cases if of_a_shard else blocking.settled(register, cases):
        by_requirement[case.requirement].append(case)
    return [
        _judged(each, by_requirement.get(each.id, []), each.id in selected, answers, reason_without_cases)
        for each in register
    ]


def _judged(
    requirement: Requirement,
    cases: list[CaseResult],
    selected: bool,
    answers: Mapping[str, Any],
    reason_without_cases: str,
) -> RequirementResult:
    cases = sorted(cases, key=lambda case: (case.test, case.operation or ""))
    evidence = _summed(cases)
    result = RequirementResult(
        id=requirement.id,
        level=requirement.level,
        area=requirement.area,
        statement=requirement.statement,
        source=requirement.source,
        severity=requirement.severity,
        operations=list(requirement.operations),
        verdict=Verdict.NOT_TESTED,
        reason="",
        tests=list(dict.fromkeys(case.test for case in cases)),
        cases=cases,
        evidence=evidence,
        observed=_merged(cases),
        flaky=any(case.flaky for case in cases),
        in_scope=selected and requirement.not_tested is None,
    )
    if not selected:
        result.reason = "not selected for this run"
    elif requirement.not_tested:
        result.reason = requirement.not_tested
    elif not cases:
        result.reason = reason_without_cases
    else:
        winner = strongest(case.verdict for case in cases)
        result.verdict = Verdict.INCONCLUSIVE if requirement.level == "open" and winner in UNMET else winner
        result.reason = next((case.reason for case in cases if case.verdict is winner), "")
    if result.verdict is Verdict.PASS:
        _demand_evidence(requirement, result)
    _allow_for_the_rest(result)
    if requirement.level == "open" and result.in_scope:
        _pin(requirement, result, answers)
    return result


def _allow_for_the_rest(result: RequirementResult) -> None:
    """Say nothing where the evidence is too little because the run did not carry all cases out."""
    if result.verdict is not Verdict.INCONCLUSIVE or any(case.verdict in UNSURE for case in result.cases):
        return
    reasons = (case.reason for case in result.cases if case.verdict is Verdict.NOT_TESTED)
    if reason := next((reason for reason in reasons if reason.startswith((NOT_REACHED, LEFT_OUT))), None):
        result.verdict, result.reason = Verdict.NOT_TESTED, reason


def _demand_evidence(requirement: Requirement, result: RequirementResult) -> None:
    """Turn a pass that rests on too little into inconclusive."""
    if requirement.level == "open":
        if not result.observed:
            result.verdict, result.reason = Verdict.INCONCLUSIVE, "nothing could be observed"
        return
    tried = {case.operation for case in result.cases if case.verdict is Verdict.PASS and case.operation}
    least = requirement.evidence
    for operation in sorted(tried or set(result.evidence)):
        got = result.evidence.get(operation, Evidence())
        if got.accepted < least.accepted or got.refused < least.refused:
            result.verdict = Verdict.INCONCLUSIVE
            result.reason = (
                f"too little evidence on {operation}: {got.accepted} of {least.accepted} accepted, "
                f"{got.refused} of {least.refused} refused"
            )
            return
    if not result.evidence:
        result.verdict, result.reason = Verdict.INCONCLUSIVE, "no evidence was counted"


def _pin(requirement: Requirement, result: RequirementResult, answers: Mapping[str, Any]) -> None:
    """Hold what was observed against the answer that the config pins: the status, or else everything observed."""
    names = [name for name in (requirement.id, requirement.short) if name is not None and name in answers]
    if not names:
        return
    result.pinned = True
    if result.verdict is not Verdict.PASS:
        return
    wanted = answers[names[0]]
    compared = ["status"] if "status" in result.observed else list(result.observed)
    expected = wanted if isinstance(wanted, Mapping) else dict.fromkeys(compared, wanted)
    for key, value in expected.items():
        if key not in result.observed or result.observed[key] != value:
            result.verdict = Verdict.FAIL
            result.reason = f"the config pins {names[0]} = {wanted!r}; observed {key} {result.observed.get(key)!r}"
            return


def _summed(cases: Iterable[CaseResult]) -> dict[str, Evidence]:
    total: dict[str, Evidence] = {}
    for case in cases:
        for operation, evidence in case.evidence.items():
            so_far = total.setdefault(operation, Evidence())
            so_far.accepted += evidence.accepted
            so_far.refused += evidence.refused
    return dict(sorted(total.items()))


def _merged(cases: Iterable[CaseResult]) -> dict[str, Any]:
    """Return one value per key where all operations agree, else the operations by value."""
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    for case in cases:
        for key, by_operation in case.observed.items():
            values[key].update(by_operation)
    merged: dict[str, Any] = {}
    for key, by_operation in values.items():
        distinct = list(dict.fromkeys(map(repr, by_operation.values())))
        if len(distinct) == 1:
            merged[key] = next(iter(by_operation.values()))
            continue
        grouped: dict[str, list[str]] = defaultdict(list)
        for operation, value in sorted(by_operation.items()):
            grouped[str(value)].append(operation)
        merged[key] = dict(grouped)
    return merged


def leave_to_other_shards(results: Iterable[RequirementResult], elsewhere: Collection[str]) -> None:
    """Say nothing yet on a requirement with too little evidence, or none, where tests of other shards add to it."""
    for result in results:
        undecided = not any(case.verdict in UNSURE for case in result.cases)
        if result.id in elsewhere and result.in_scope and undecided and result.verdict is not Verdict.PASS:
            result.verdict = Verdict.NOT_TESTED
            result.reason = "other shards decide it too: 'conformance merge' says the verdict"


def breaks_the_run(case: CaseResult, strict: bool = False) -> bool:
    """Tell whether what one case found makes the target not conform."""
    if case.verdict is Verdict.WARN:
        return strict or load().get(case.requirement).severity == "high"
    return case.verdict is Verdict.FAIL


def fails_the_run(result: RequirementResult, strict: bool = False) -> bool:
    """
    Tell whether a requirement makes the target not conform.

    A known deviation does not until it expires; with *strict*, one that no longer fails does: its entry has to go.
    """
    if result.excused:
        return False
    if strict and is_mended(result):
        return True
    if result.verdict is Verdict.FAIL:
        return True
    return result.verdict is Verdict.WARN and (strict or result.severity == "high")


def is_mended(result: RequirementResult) -> bool:
    """Tell whether it is listed as a known deviation and holds."""
    return result.known is not None and result.known.state is KnownState.MENDED


def of_run(results: list[RequirementResult], interrupted: bool = False, strict: bool = False) -> RunVerdict:
    """Say the verdict on the target."""
    if any(fails_the_run(result, strict) for result in results):
        return RunVerdict.DOES_NOT_CONFORM
    wanted = [each for each in results if each.in_scope and (each.level == "must" or each.pinned)]
    excused = {each.id for each in results if each.excused}
    unsure = any(each.verdict is Verdict.INCONCLUSIVE and blocking.blocked_by(each) not in excused for each in wanted)
    nothing = not any(each.verdict is Verdict.PASS for each in results)
    return RunVerdict.INCONCLUSIVE if unsure or nothing or interrupted else RunVerdict.CONFORMS


def sentence(
    verdict: RunVerdict, results: list[RequirementResult], target: str, strict: bool = False, left_behind: int = 0
) -> str:
    """
    Return the verdict as a sentence for people; what it says of the musts adds up to all of them.

    Args:     left_behind: how many resources could not be removed from the target.
    """
    told = _told(verdict, results, target, strict)
    left = f"; {left_behind} resource{'s' * (left_behind != 1)} left behind" if left_behind else ""
    return f"{told}{left}."


def _told(verdict: RunVerdict, results: list[RequirementResult], target: str, strict: bool) -> str:
    if verdict is RunVerdict.DOES_NOT_CONFORM:
        untested = _others(results, Verdict.NOT_TESTED)
        return f"{target} {_broken(results, strict)}; {_musts(results)}{untested}"
    rest = _others(results, Verdict.WARN, Verdict.INCONCLUSIVE, Verdict.NOT_TESTED)
    if verdict is RunVerdict.INCONCLUSIVE:
        return f"Nothing certain about {target}: {_musts(results)}{rest}"
    excused = sum(result.excused for result in results)
    known = f", but for {excused} known deviation{'s' if excused > 1 else ''}" if excused else ""
    return f"{target} conforms{known}: {_musts(results)}{rest}"


def _broken(results: list[RequirementResult], strict: bool) -> str:
    broken = [result for result in results if fails_the_run(result, strict)]
    mended = [result.id for result in broken if is_mended(result)]
    others = [result.id for result in broken if not is_mended(result)]
    if not others:
        return f"fails the strict run: known deviations no longer fail ({listed(mended)})"
    gone = f"; known deviations that no longer fail: {listed(mended)}" if mended else ""
    return f"does not conform: {len(others)} broken ({listed(others)}){gone}"


_WORDS = {
    Verdict.FAIL: "fail",
    Verdict.WARN: "with a warning",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.NOT_TESTED: "not tested",
}


def _musts(results: list[RequirementResult]) -> str:
    musts = [result for result in results if result.level == "must"]
    passed = sum(result.verdict is Verdict.PASS for result in musts)
    return ", ".join([f"{passed} of {len(musts)} musts pass", *_counted(musts, *_WORDS)])


def _others(results: list[RequirementResult], *verdicts: Verdict) -> str:
    others = [result for result in results if result.level != "must"]
    counted = _counted(others, *verdicts)
    return f"; of {len(others)} other{'s' * (len(others) != 1)} {', '.join(counted)}" if counted else ""


def _counted(results: list[RequirementResult], *verdicts: Verdict) -> list[str]:
    counts = {each: sum(result.verdict is each for result in results) for each in verdicts}
    return [f"{count} {_WORDS[each]}" for each, count in counts.items() if count]


def listed(ids: list[str]) -> str:
    """Return the first of *ids*, and how many more there are."""
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
