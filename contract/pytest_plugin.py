"""Runs ``conformance_tests`` under pytest: options, fixtures, the ``requirement`` marker, verdicts, the report."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from contract import choosing, data, judgement, requirements, session
from contract.bench import Bench, SampleSender
from contract.benches import Benches
from contract.choosing import ids_of, name_of, operation_of
from contract.client import Client
from contract.errors import ConformanceError, ReadOnlyRun, TargetError
from contract.generatedcases import GeneratedCases
from contract.judgement import FindingRaised, Inconclusive, Ledger, NotTested
from contract.mockcontrol import MockControl
from contract.plans import Plans
from contract.reporting import github, pytest_table, terminal
from contract.results import CaseResult, Evidence, Finding, Leak, Verdict, case_from_plain
from contract.samples import Samples, Shared
from contract.session import Session
from contract.settings import KEEP, PROFILES, Settings, random_seed, shard_of_text
from contract.target import Target
from contract.workers import Workers
from contract.world import World

SESSION = pytest.StashKey[Session]()
BENCHES = pytest.StashKey[Benches]()
OUTCOME = pytest.StashKey[list[CaseResult]]()
UNMET = (Verdict.FAIL, Verdict.WARN)
prepared: Session | None = None
"""The session that ``conformance run`` made before it started pytest."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of ``conformance run`` to plain pytest."""
    group = parser.getgroup("conformance", "conformance of a v3 API deployment")
    group.addoption("--target", default="mock", help="a target of the config file, or 'mock' (default)")
    group.addoption("--config", type=Path, help="the config file (default: conformance.toml)")
    group.addoption("--profile", choices=PROFILES, default="standard", help="smoke, standard (default) or deep")
    group.addoption("--seed", type=int, help="everything generated follows from it (default: random)")
    group.addoption("--requirement", action="append", default=[], metavar="ID", help="only these; globs allowed")
    group.addoption("--area", action="append", default=[], help="only the requirements of these areas; globs allowed")
    group.addoption("--operation", action="append", default=[], metavar="ID", help="only these operations")
    group.addoption("--read-only", action="store_true", help="send nothing that changes state")
    group.addoption("--should-fails", action="store_true", help="an unmet should fails the run too")
    group.addoption("--fault", action="append", default=[], metavar="ID", help="start the embedded mock with a fault")
    group.addoption("--shard", type=shard_of_text, metavar="K/N", help="the K-th of N parts of the plan")
    group.addoption("--again-failed", action="store_true", help="only what failed or was inconclusive in the last run")
    group.addoption("--max-failures", type=int, metavar="N", help="begin no test after N failed")
    group.addoption("--max-duration", type=float, metavar="S", help="begin no test after S seconds")
    group.addoption("--budget-requests", type=int, metavar="N", help="send about N requests at the most")
    group.addoption("--report-dir", type=Path, help="where the report folder goes")
    group.addoption("--history", type=Path, help="compare with the earlier runs there, and add this one")
    group.addoption("--keep", type=int, default=KEEP, help=f"runs of each target that stay there (default {KEEP})")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; prepare the run where the tests of the suite are asked for."""
    for line in (
        "requirement(id, ...): the requirements that the test decides",
        "smoke: runs in every profile",
        "deep: runs in the profile deep only",
        "exclusive: needs a mock of its own, or the target to itself",
        "generated: sends requests that schemathesis made",
        "one_worker(name): one worker runs the tests of this name",
    ):
        config.addinivalue_line("markers", line)
    if _asks_for_the_suite(config):
        begin(config, prepared or _prepare(config))
        if config.pluginmanager.hasplugin("html"):
            config.option.htmlpath = str(config.stash[SESSION].folder / "pytest.html")
            config.option.self_contained_html = True
            config.pluginmanager.register(pytest_table)


def begin(config: pytest.Config, run: Session) -> None:
    """Let *run* be what the tests of a pytest belong to, carried out by as many workers as it has."""
    config.stash[SESSION] = run
    config.stash[BENCHES] = Benches(run)
    if run.workers > 1:
        config.pluginmanager.register(Workers(run, _Carrier(config), lambda items: choosing.spread(run, items)))


def _asks_for_the_suite(config: pytest.Config) -> bool:
    if config.option.help or config.option.version or config.option.collectonly or hasattr(config, "workerinput"):
        return False
    suite = data.tests_folder().resolve()
    paths = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    return any(path == suite or suite in path.parents for path in paths)


def _prepare(config: pytest.Config) -> Session:
    option = config.option
    seed = random_seed(option.profile) if option.seed is None else option.seed
    try:
        session.heed_termination()
        run = session.prepare(
            Settings(
                target=option.target,
                config=option.config,
                profile=option.profile,
                requirements=tuple(option.requirement),
                areas=tuple(option.area),
                operations=tuple(option.operation),
                read_only=option.read_only,
                strict=option.should_fails,
                report_dir=option.report_dir,
                history=option.history,
                keep=option.keep,
                faults=tuple(option.fault),
                shard=option.shard,
                last_failed=option.again_failed,
                max_failures=option.max_failures,
                max_duration_s=option.max_duration,
                budget_requests=option.budget_requests,
                seed=seed,
                workers=_workers(config),
            )
        )
        run.plan_ahead()
        return run
    except ConformanceError as error:
        raise pytest.exit.Exception(str(error), returncode=error.exit_code) from None


def _workers(config: pytest.Config) -> str:
    """Return how many workers ``-n`` of pytest-xdist asks for; the suite's own workers take the place of its."""
    asked = getattr(config.option, "tx", None) or []
    if config.pluginmanager.hasplugin("xdist"):
        config.option.dist, config.option.tx = "no", []
    return str(max(1, len(asked)))


class _Carrier:
    """Carries out tests in a worker."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def begin(self, number: int) -> None:
        """Begin with connections, nonces and a record of its own."""
        global _collected
        run = self.config.stash[SESSION]
        run.begin_worker()
        self.config.stash[BENCHES] = Benches(run, number)
        _collected = None

    def carry_out(self, item: pytest.Item, next_item: pytest.Item | None) -> Sequence[pytest.TestReport]:
        """Carry out a test."""
        return carried_out(item, next_item)

    def end(self, session: pytest.Session) -> dict[str, Any]:
        """Remove what the tests shared."""
        run = self.config.stash[SESSION]
        leaks = _remove_what_is_shared(session)
        return {"leaks": leaks, "notes": run.examples.problems if run.examples else []}


# -- which tests ------------------------------------------------------------------------------------------------------


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files of the suite unread that hold nothing of what was asked for."""
    run = config.stash.get(SESSION, None)
    if run is None or collection_path.parent != data.tests_folder() or not collection_path.name.startswith("test_"):
        return None
    return None if choosing.may_hold_any(run, collection_path) else True


def pytest_pycollect_makeitem(collector: pytest.Module, name: str, obj: object) -> list[pytest.Item] | None:
    """Make no cases of a test that none is wanted of."""
    run = collector.config.stash.get(SESSION, None)
    if run is None or not name.startswith("test_") or not hasattr(obj, "pytestmark"):
        return None
    marks = [*collector.iter_markers(), *obj.pytestmark]
    return None if choosing.may_be_wanted(run, marks) else []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stop at unknown requirement ids; leave out what the options do not select."""
    register = requirements.load()
    for item in items:
        for requirement_id in ids_of(item):
            if requirement_id not in register:
                raise pytest.UsageError(f"{item.nodeid} names {requirement_id}, which is not in the register")
    run = config.stash.get(SESSION, None)
    if run is None:
        return
    kept = choosing.choose(run, items)
    wanted = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
    items[:] = kept


def slices_of(config: pytest.Config, names: Sequence[str]) -> Iterator[tuple[str, int | None, int]]:
    """Yield each operation with a slice of its generated cases, and how many there are; None, 0 without a run."""
    run = config.stash.get(SESSION, None)
    for name in names:
        count = choosing.parts(run, name) if run else None
        yield from [(name, None, 0)] if count is None else [(name, part, count) for part in range(count)]


def wanted_of(config: pytest.Config, names: list[str]) -> list[str]:
    """Return those of a test's operations that the run being collected is about."""
    run = config.stash.get(SESSION, None)
    return choosing.wanted_operations(run, names) if run else names


def adopt(config: pytest.Config, run: Session) -> None:
    """Let a pytest that has collected the suite without a target carry out *run* from now on."""
    global _collected
    config.stash[SESSION] = _collected = run
    config.stash[BENCHES] = Benches(run)


def decided_by(item: pytest.Item) -> tuple[list[str], str | None]:
    """Return the requirements that a test decides, and the operation if it is about one only."""
    return ids_of(item), operation_of(item)


def pytest_internalerror(excrepr: Any) -> None:
    """Remember a failure of pytest or of this plugin: nothing is certain then."""
    if _collected is not None:
        _collected.problems.append(str(excrepr).strip().splitlines()[-1])


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember a file that could not be read: a run without its tests must not look like a whole one."""
    if report.failed and _collected is not None:
        lines = str(report.longrepr).strip().splitlines()
        _collected.problems.append(f"{report.nodeid}: {lines[-1] if lines else 'cannot be collected'}")


# -- judging ----------------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test of the suite, once more where it found something, and attach what it showed to its report."""
    if item.config.stash.get(SESSION, None) is None or not ids_of(item):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in carried_out(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


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
    # Text, for what travels between processes may hold plain types only.
    reports[-1].conformance = json.dumps([asdict(case) for case in cases], default=str)  # type: ignore[attr-defined]
    for report in reports:
        report.requirement, report.level = _columns(item)  # type: ignore[attr-defined]
    return reports


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
    ledger = Ledger(register.get(ids[0]), _case_id(item))
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
    for part, case in zip(parts, cases, strict=True):
        if case.verdict in UNMET:
            _bench(item).keep_whole([*ledger.exchanges, *part.exchanges], part.case_id)
    return reports, cases


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
        observed=_bench(item).redactor.plain(ledger.observed),
        exchanges=common + [exchange.id for exchange in ledger.exchanges],
        cases=ledger.cases,
        duration_s=round(duration_s, 4),
    )
    if ended is not None and ended.requirement in ("", requirement.id):
        case.verdict, case.reason, case.finding = ended.verdict, ended.reason, ended.finding
        if case.verdict is Verdict.FAIL and requirement.level == "should":
            case.verdict = Verdict.WARN
    return case


def _case_id(item: pytest.Item) -> str:
    return f"{ids_of(item)[0]}-{hashlib.sha256(name_of(item).encode()).hexdigest()[:8]}"


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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Turn the way a test ended into its verdict, and into the outcome that pytest shows."""
    cases = item.stash.get(OUTCOME, None)
    error = call.excinfo.value if call.excinfo else None
    if cases is not None and call.when != "teardown":
        _without_traceback(call, item)
    outcome = yield
    if cases is None or call.when == "teardown":
        return
    report: pytest.TestReport = outcome.get_result()
    if error is None:
        _show_parts(report, item)
        return
    requirement = requirements.load().get(ids_of(item)[0])
    ended = _ended(error, item, ids_of(item)[0])
    cases.append(ended)
    if ended.verdict is Verdict.NOT_TESTED:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"not tested: {ended.reason}")
    elif ended.verdict is Verdict.FAIL and requirement.level == "should":
        report.outcome = "skipped"
        report.wasxfail = f"should: {ended.reason}"


def _without_traceback(call: pytest.CallInfo[None], item: pytest.Item) -> None:
    """Spare pytest the traceback of what is no error of the suite: making it takes longer than most tests."""
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, NotTested | ReadOnlyRun):
        shown: BaseException = pytest.skip.Exception(str(error))
    elif isinstance(error, FindingRaised | Inconclusive | TargetError):
        shown = pytest.fail.Exception(_bench(item).redactor.text(str(error)), pytrace=False)
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
        redacted = _bench(item).redactor.text
        report.outcome = "failed" if musts else "skipped"
        report.longrepr = "\n".join(redacted(f"{part.requirement.id}: {part.ended}") for part in musts or found)
        if not musts:
            report.wasxfail = str(report.longrepr)


def _ended(error: BaseException, item: pytest.Item, requirement_id: str) -> CaseResult:
    """Return verdict, reason and finding of a test that ended by *error*; for which requirement, where it says so."""
    redacted = _bench(item).redactor.text

    def case(verdict: Verdict, reason: str, finding: Finding | None = None, requirement: str = "") -> CaseResult:
        return CaseResult("", requirement, "", None, verdict, redacted(reason), finding)

    if isinstance(error, FindingRaised):
        texts = {name: getattr(error.finding, name) for name in ("expected", "observed", "detail")}
        finding = replace(error.finding, **_bench(item).redactor.plain(texts))
        if requirements.load().get(error.requirement or requirement_id).level == "open":
            reason = f"could not be observed: {error}"
            return case(Verdict.INCONCLUSIVE, reason, requirement=error.requirement or requirement_id)
        return case(Verdict.FAIL, str(error), finding, error.requirement or requirement_id)
    if isinstance(error, NotTested | ReadOnlyRun | pytest.skip.Exception):
        return case(Verdict.NOT_TESTED, str(error))
    if isinstance(error, Inconclusive | TargetError):
        return case(Verdict.INCONCLUSIVE, str(error))
    return case(Verdict.INCONCLUSIVE, f"error in the suite: {type(error).__name__}: {error}")


# -- fixtures ---------------------------------------------------------------------------------------------------------


def _bench(item: pytest.Item) -> Bench:
    return item.config.stash[BENCHES].bench(exclusive=item.get_closest_marker("exclusive") is not None)


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    """Return the worker's side of the target."""
    return _bench(request.node)


@pytest.fixture
def target(bench: Bench) -> Target:
    """Return the deployment under test."""
    return bench.target


@pytest.fixture
def world(bench: Bench) -> Iterator[World]:
    """Return a maker of resources; what it made is removed after the test."""
    world = bench.open_world(judgement.current().case_id)
    yield world
    bench.close_world(world)


@pytest.fixture
def shared(bench: Bench) -> Shared:
    """Return the resources that the tests of a worker share; they are not to be destroyed."""
    return bench.shared


@pytest.fixture
def sample(bench: Bench, world: World) -> SampleSender:
    """Return a maker of valid requests for any operation."""
    return SampleSender(Samples(world, bench.shared), bench.clients)


@pytest.fixture
def plans(request: pytest.FixtureRequest) -> Plans:
    """Return the plans of the generated cases."""
    return request.config.stash[SESSION].plans


@pytest.fixture
def generated_cases(request: pytest.FixtureRequest, bench: Bench, world: World, sample: SampleSender) -> GeneratedCases:
    """Return what sends and judges generated cases."""
    run = request.config.stash[SESSION]
    return GeneratedCases(run.plans, bench.memory, world, sample, run.chosen)


@pytest.fixture
def administrator(world: World) -> Client:
    """Return the client of the administrator of the institute under test."""
    return world.client("administrator")


@pytest.fixture
def superuser(world: World) -> Client:
    """Return the client of the superuser."""
    return world.client("superuser")


@pytest.fixture
def teacher(world: World) -> Client:
    """Return the client of the teacher."""
    return world.client("teacher")


@pytest.fixture
def outsider(world: World) -> Client:
    """Return the client of the administrator of another institute."""
    return world.client("outsider")


@pytest.fixture
def mock_control(bench: Bench, world: World) -> MockControl:
    """Return the mock's control interface; only for tests marked exclusive."""
    world.needs("control")
    return MockControl(bench.target.base_url)


@pytest.fixture
def run_settings(request: pytest.FixtureRequest) -> Settings:
    """Return the options of the run: profile and seed."""
    return request.config.stash[SESSION].settings


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Return a source of chance that follows from the run's seed and the test."""
    seed = request.config.stash[SESSION].settings.seed
    return random.Random(f"{seed} {name_of(request.node)}")


# -- the end ----------------------------------------------------------------------------------------------------------


def pytest_runtest_logreport(report: Any) -> None:
    """Collect the cases of a report, on the controller or where there is only one process."""
    if (cases := getattr(report, "conformance", None)) is not None and _collected is not None:
        _collected.cases += [case_from_plain(each) for each in json.loads(cases)]
        _collected.count_failures()


_collected: Session | None = None


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the run that reports are collected for."""
    global _collected
    _collected = session.config.stash.get(SESSION, None)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remove what was shared, say the verdicts and write the report."""
    run = session.config.stash.get(SESSION, None)
    if run is None:
        return
    run.leaks += _remove_what_is_shared(session)
    run.interrupted |= exitstatus == pytest.ExitCode.INTERRUPTED
    session.exitstatus = run.finish().verdict.exit_code


def _remove_what_is_shared(session: pytest.Session) -> list[Leak]:
    """Remove what tests left for each other; return what is still on the target."""
    # After Ctrl-C a case is still open: what it made goes before what the cases share.
    with contextlib.suppress(Exception):
        session._setupstate.teardown_exact(None)
    run_id = session.config.stash[SESSION].run_id
    left = session.config.stash[BENCHES].close()
    return [Leak(made.kind, made.id, run_id, "it could not be removed") for made in left]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say at the end of plain pytest what ``conformance run`` says."""
    run = config.stash.get(SESSION, None)
    if run is not None and run is not prepared and run.outcome is not None:
        terminalreporter.section("conformance")
        said = [*run.tidied, *terminal.lines(run.outcome, run.folder)]
        for line in [*said, *github.notices(run.outcome, os.environ)]:
            terminalreporter.write_line(line)
        github.write_summary(run.outcome, run.folder, os.environ)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close a run that plain pytest prepared."""
    run = config.stash.get(SESSION, None)
    if run is not None and run is not prepared:
        run.close()
