"""``junit.xml``: one test case per requirement, for CI systems."""

from __future__ import annotations

from pathlib import Path

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite

from contract.reporting import commands, findings, text
from contract.results import RequirementResult, RunResult, Verdict
from contract.verdict import fails_the_run


def write(result: RunResult, path: Path) -> None:
    """Write ``junit.xml``."""
    document(result).write(str(path), pretty=False)


def document(result: RunResult) -> JUnitXml:
    """Return the run as one suite: a case per requirement, named by its id, its class the area."""
    suite = TestSuite(f"conformance of {text.for_xml(str(result.target.get('name', '')))}")
    suite.timestamp = text.for_xml(result.run.started_at)
    for name, value in _about(result).items():
        suite.add_property(name, text.for_xml(value))
    broken = {group.requirement.id: group for group in findings.groups(result)}
    # One by one, each addition would count all of them again.
    suite.add_testcases([_case(result, each, broken.get(each.id)) for each in result.requirements])
    report = JUnitXml("conformance")
    report.add_testsuite(suite)
    return report


def _about(result: RunResult) -> dict[str, str]:
    target = {f"target.{name}": str(value) for name, value in result.target.items()}
    run = result.run
    about = {"seed": str(run.seed), "profile": run.profile, "suite_version": run.suite_version, "run": run.id}
    return {"verdict": result.verdict.value, "sentence": result.sentence, **target, **about}


def _case(result: RunResult, requirement: RequirementResult, group: findings.Group | None) -> TestCase:
    case = TestCase(requirement.id, requirement.area, round(sum(each.duration_s for each in requirement.cases), 3))
    properties = Properties()  # type: ignore[no-untyped-call]
    for name, value in _properties(requirement).items():
        properties.add_property(Property(name, text.for_xml(value)))
    case.append(properties)  # type: ignore[no-untyped-call]
    if group and group.known:
        case.result = [_outcome(Skipped, f"known deviation: {_known_words(requirement)}", None, "known")]
        case.system_out = text.for_xml(_story(result, group))
    elif group and not group.breaks_run:
        case.system_out = text.for_xml(f"warning: {_headline(group)}\n\n{_story(result, group)}")
    elif outcome := _not_passed(result, requirement, group):
        case.result = [outcome]
    return case


def _not_passed(
    result: RunResult, requirement: RequirementResult, group: findings.Group | None
) -> Failure | Error | Skipped | None:
    if requirement.known and group is None and fails_the_run(requirement, findings.is_strict(result)):
        headline = f"{requirement.id}: a known deviation that no longer fails; take it out of the list"
        return _outcome(Failure, headline, f"{requirement.statement}\n\n{_known_words(requirement)}", "mended")
    if group:
        return _outcome(Failure, _headline(group), _story(result, group), requirement.level)
    if requirement.verdict is Verdict.INCONCLUSIVE:
        again = commands.again(result, [requirement.id])
        story = f"{requirement.statement}\n\n{requirement.reason}\n\nshow again: {again}"
        return _outcome(Error, requirement.reason, story, "inconclusive")
    if requirement.verdict is Verdict.NOT_TESTED:
        return _outcome(Skipped, requirement.reason, None, "not-tested")
    return None


def _properties(requirement: RequirementResult) -> dict[str, str]:
    properties = {
        "level": requirement.level,
        "severity": requirement.severity,
        "verdict": requirement.verdict.value,
        "statement": requirement.statement,
        "source": requirement.source,
        "operations": " ".join(requirement.operations),
        "tests": " ".join(requirement.tests),
    }
    if requirement.observed:
        properties["observed"] = text.compact(requirement.observed)
    if requirement.flaky:
        properties["flaky"] = "true"
    if known := requirement.known:
        named = {"known": known.state.value, "known.reason": known.reason, "known.link": known.link}
        properties |= {name: value for name, value in (named | {"known.expires": known.expires}).items() if value}
    return properties


def _known_words(requirement: RequirementResult) -> str:
    known = requirement.known
    assert known is not None
    until = f"until {known.expires}" if known.expires else None
    return "; ".join(part for part in (known.reason, known.link, until) if part)


def _outcome(
    kind: type[Failure] | type[Error] | type[Skipped], message: str, story: str | None, type_: str
) -> Failure | Error | Skipped:
    outcome = kind(text.one_line(message) or "no reason was recorded", type_)
    if story:
        outcome.text = text.for_xml(story)
    return outcome


def _headline(group: findings.Group) -> str:
    first = group.variants[0]
    more = f" (and {len(group.variants) - 1} more)" if len(group.variants) > 1 else ""
    return f"{group.requirement.id}: expected {first.expected}; observed {first.observed}{more}"


def _story(result: RunResult, group: findings.Group) -> str:
    requirement = group.requirement
    parts = [f"{requirement.id} ({requirement.level}) {requirement.statement}\nsource: {requirement.source}"]
    parts += [_variant(variant) for variant in group.variants]
    parts.append(f"show again: {commands.again(result, [requirement.id])}")
    return "\n\n".join(parts)


def _variant(variant: findings.Variant) -> str:
    finding = variant.finding
    rows = {
        "expected": variant.expected,
        "observed, for one" if variant.differs else "observed": variant.observed,
        "operations": ", ".join(variant.operations),
        "case": variant.example.id,
        "send again": commands.repro(variant.example.id) if variant.example.test else None,
        "exchange": finding.exchange,
        "control": finding.control,
        "detail": finding.detail,
    }
    return "\n".join(f"{name}: {value}" for name, value in rows.items() if value)
