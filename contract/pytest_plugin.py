"""Runs ``conformance_tests`` under pytest: options, fixtures, the ``requirement`` marker, verdicts, the report."""

from __future__ import annotations

import contextlib
import json
import os
import random
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from contract import choosing, data, judgement, preparation, requirements, trial
from contract.bench import Bench, SampleSender
from contract.benches import Benches
from contract.choosing import ids_of, name_of, operation_of
from contract.client import Client
from contract.errors import ConfigurationError, ConformanceError
from contract.generatedcases import GeneratedCases
from contract.interruption import OF_THIS_PROCESS
from contract.mockcontrol import MockControl
from contract.plans import Plans
from contract.reporting import github, pytest_table, terminal
from contract.results import Leak, case_from_plain
from contract.samples import Samples
from contract.session import Session
from contract.settings import KEEP, PROFILES, Settings, random_seed, shard_of_text
from contract.shared import Shared
from contract.target import Target
from contract.trial import BENCHES, OUTCOME, SESSION, bench_of, carried_out
from contract.workers import Workers
from contract.world import World

prepared: Session | None = None
"""The session that ``conformance run`` made before it started pytest."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of ``conformance run`` to plain pytest."""
    group = parser.getgroup("conformance", "conformance of a v3 API deployment")
    group.addoption("--target", default="mock", help="a target of the config file, or 'mock' (default)")
    group.addoption("--config", type=Path, help="the config file (default: conformance.toml)")
    group.addoption("--profile", choices=PROFILES, default="standard", help="smoke, standard (default) or deep")
    group.addoption("--seed", type=int, help="everything generated follows from it (default: random)")
    group.addoption(
        "--requirement", action="append", default=[], metavar="ID", help="only these; adds to --area; globs allowed"
    )
    group.addoption(
        "--area", action="append", default=[], help="only these areas; adds to --requirement; globs allowed"
    )
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
        "beside_its_kind: exclusive, but others that are marked so do not disturb it",
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
        if option.shard and option.seed is None:
            raise ConfigurationError("--shard needs --seed: all parts must have the same plan")
        OF_THIS_PROCESS.listen()
        run = preparation.prepare(
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Turn the way a test ended into its verdict, and into the outcome that pytest shows."""
    is_judged = OUTCOME in item.stash and call.when != "teardown"
    error = trial.raised(call)
    if is_judged:
        trial.spare_traceback(call, item, error)
    outcome = yield
    if is_judged:
        trial.show(outcome.get_result(), item, error)


# -- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    """Return the worker's side of the target."""
    return bench_of(request.node)


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
