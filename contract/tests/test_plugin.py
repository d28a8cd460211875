"""The pytest plugin: how tests end becomes verdicts; each run is a pytest of its own against a recording server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contract.requirements import load
from contract.tests.recording_server import ADMINISTRATOR, FOREIGN, Answer, Received, RecordingServer, recording_server

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.xdist_group("plugin")

CONFTEST = """
from pathlib import Path
from contract import data

data.tests_folder = lambda: Path(__file__).parent
pytest_plugins = ["contract.pytest_plugin"]
"""
HEAD = """
from collections import Counter
import pytest
from hypothesis import given
from hypothesis.strategies import booleans
from contract.judgement import Inconclusive, NotTested, control, deciding, expect, observe
from contract.strategies import drawing

tries = Counter()

def tried(name):
    tries[name] += 1
    return tries[name]

def finds_in_the_first_example_of(runs, run, answered):
    examples = Counter()

    @drawing(1, "seed")
    @given(booleans())
    def example(drawn):
        examples[run] += 1
        expect(answered).holds(run not in runs or examples[run] > 1, "another example", "the first")

    example()
"""
QUIET = ["-p", "no:schemathesis", "-p", "no:xdist", "-p", "no:html", "-p", "no:cacheprovider"]


def ids(level: str, severity: str = "normal") -> Iterator[str]:
    """Yield requirements that one accepted request suffices for."""
    for each in load():
        plain = not (each.not_tested or each.needs) and "exams_index" in each.operations
        enough = (each.evidence.accepted, each.evidence.refused) == (1, 0)
        if (each.level, each.severity) == (level, severity) and plain and enough:
            yield each.id


@dataclass(frozen=True)
class Run:
    """One run of pytest and what it left."""

    status: int
    outcomes: dict[str, int]
    printed: str
    report: dict[str, Any]
    received: list[Received]

    def of(self, requirement_id: str) -> dict[str, Any]:
        found: dict[str, Any] = next(each for each in self.report["requirements"] if each["id"] == requirement_id)
        return found

    def verdict(self, requirement_id: str) -> tuple[str, str]:
        found = self.of(requirement_id)
        return found["verdict"], found["reason"]

    def sent(self, name: str) -> int:
        """Return how many requests a test sent that marks them by this name."""
        return sum(received.query.get("name") == name for received in self.received)


def answer(received: Received) -> Answer:
    """Accept lists but those of a name that breaks, refuse everything that has an id."""
    if received.query.get("name") == "breaks":
        return Answer(status=500)
    return Answer(body={"exams": []}) if received.path.endswith(("/exams", "/institutes")) else Answer(status=403)


@pytest.fixture(scope="module")
def server() -> Iterator[RecordingServer]:
    with recording_server() as server:
        server.otherwise = answer
        yield server


CONFIG = """
[targets.local]
base_url = "{base_url}"

[targets.local.users.administrator]
token = "{user.token}"
secret_key = "{user.secret_key}"
institute_id = 1
"""


def run_in(pytester: pytest.Pytester, server: RecordingServer, tests: str, *options: str) -> Run:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_suite=HEAD + tests)
    config = pytester.path / "local.toml"
    config.write_text(CONFIG.format(base_url=server.base_url, user=ADMINISTRATOR))
    server.received.clear()
    where = ["--target", "local", "--config", str(config), "--report-dir", "report", "--seed", "7"]
    done = pytester.runpytest_subprocess(*QUIET, *where, *options, str(pytester.path))
    written = pytester.path / "report" / "report.json"
    return Run(
        status=done.ret,
        outcomes=done.parseoutcomes() if "collected" in done.stdout.str() else {},
        printed=done.stdout.str() + done.stderr.str(),
        report=json.loads(written.read_text(encoding="utf-8")) if written.exists() else {},
        received=list(server.received),
    )


MUSTS, SHOULDS, OPENS = ids("must"), ids("should"), ids("open")
TESTS: dict[str, str] = {}


def a_test(source: str, *wanted: Iterator[str]) -> tuple[str, ...]:
    """Add a test that decides a new requirement of each level; return their ids."""
    chosen = tuple(map(next, wanted))
    name = f"test_{len(TESTS)}"
    listed = ", ".join(f'"{each}"' for each in chosen)
    lines = "\n".join(f"    {line}" for line in source.strip().splitlines())
    TESTS[name] = f"""
@pytest.mark.requirement({listed})
def {name}(administrator, world):
    A, *rest = ({listed},)
    ask = lambda: administrator("exams_index", name=A)
{lines}
"""
    return chosen


(HOLDS,) = a_test("expect(ask()).accepted()", MUSTS)
(NO_EVIDENCE,) = a_test("ask()", MUSTS)
(FAILS,) = a_test("expect(control(ask()).accepted()).equals(1, 2, administrator.user.token)", MUSTS)
(FLAKY,) = a_test("""
answered = control(ask()).accepted()
expect(answered).holds(tried(A) > 1, "the second try", "the first")
""", MUSTS)  # fmt: skip
(DRAWN,) = a_test("finds_in_the_first_example_of((1, 2), tried(A), control(ask()).accepted())", MUSTS)
(DRAWN_ONCE,) = a_test("finds_in_the_first_example_of((1,), tried(A), control(ask()).accepted())", MUSTS)
TURNS = a_test("""
number, answered = tried(A), control(ask()).accepted()
for at, each in enumerate((A, *rest), 1):
    with deciding(each):
        expect(answered).accepted()
        expect(answered).holds(at != number, "another try", f"try {number}")
""", MUSTS, MUSTS)  # fmt: skip
(UNMET,) = a_test("expect(ask()).refused()", SHOULDS)
(LACKING,) = a_test('raise NotTested("there is no second institute")', MUSTS)
(SKIPPED,) = a_test('pytest.skip("not today")', MUSTS)
(NO_USER,) = a_test('world.client("superuser")', MUSTS)
(NO_CONTROL,) = a_test('control(administrator("exams_show", id=7)).accepted()', MUSTS)
(BROKEN,) = a_test("1 / 0", MUSTS)
(WAVERS,) = a_test(
    "from hypothesis.errors import FlakyStrategyDefinition\nraise FlakyStrategyDefinition('Inconsistent!')", MUSTS
)
(ASSERTS,) = a_test("expect(ask()).accepted()\nassert A is None", MUSTS)
(UNSAFE,) = a_test(f'expect(administrator("exams_destroy", id={FOREIGN})).refused()', MUSTS)
(OBSERVED,) = a_test("observe(ask())", OPENS)
(UNOBSERVED,) = a_test("expect(ask()).refused()", OPENS)
SEVERAL = a_test("""
answered = control(ask()).accepted()
with deciding(A):
    expect(answered).accepted()
with deciding(rest[0]):
    expect(answered).refused()
with deciding(rest[1]):
    expect(answered).refused()
with deciding(rest[2]):
    raise NotTested("no fixture")
with deciding(rest[3]):
    raise Inconclusive("no rows")
""", MUSTS, MUSTS, SHOULDS, MUSTS, MUSTS)  # fmt: skip
MIXED = a_test("expect(ask()).refused()", OPENS, MUSTS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Hold the one run of all tests above; filled by `run`, as pytester serves single tests."""
    return {}


@pytest.fixture
def run(whole: dict[str, Run], pytester: pytest.Pytester, server: RecordingServer) -> Run:
    if not whole:
        whole["run"] = run_in(pytester, server, "\n".join(TESTS.values()))
    return whole["run"]


def test_a_test_that_ends_well_passes(run: Run) -> None:
    assert run.verdict(HOLDS) == ("pass", "")
    assert run.sent(HOLDS) == 1


def test_a_test_without_evidence_does_not_pass(run: Run) -> None:
    assert run.verdict(NO_EVIDENCE)[0] == "inconclusive"


def test_a_finding_is_confirmed_once(run: Run) -> None:
    assert run.verdict(FAILS)[0] == "fail"
    assert run.sent(FAILS) == 2
    assert not run.of(FAILS).get("flaky")


def test_no_secret_of_the_config_reaches_the_report(run: Run) -> None:
    assert run.verdict(FAILS)[1].startswith("expected [removed] to be 2")
    assert ADMINISTRATOR.token not in json.dumps(run.report)


def test_a_finding_that_does_not_come_back_is_inconclusive_and_flaky(run: Run) -> None:
    verdict, reason = run.verdict(FLAKY)

    assert verdict == "inconclusive"
    assert reason == "found once and not again: expected the second try; observed the first; the other try: passed"
    assert run.of(FLAKY)["flaky"] is True
    assert run.sent(FLAKY) == 2


def test_a_finding_that_hypothesis_cannot_draw_again_is_confirmed_like_any_other(run: Run) -> None:
    assert run.verdict(DRAWN) == ("fail", "expected another example; observed the first")
    assert run.verdict(DRAWN_ONCE)[0] == "inconclusive"
    assert run.verdict(DRAWN_ONCE)[1].startswith("found once and not again: expected another example")
    assert run.of(DRAWN_ONCE)["flaky"] is True


def test_findings_of_two_requirements_do_not_confirm_each_other(run: Run) -> None:
    first, second = (run.verdict(each) for each in TURNS)

    assert first[0] == second[0] == "inconclusive"
    assert first[1].startswith("found once and not again")
    assert second[1].startswith("not found at first, but when tried again")


def test_a_should_that_is_not_met_warns(run: Run) -> None:
    verdict, reason = run.verdict(UNMET)

    assert verdict == "warn"
    assert reason.startswith("expected the request to be refused with a 4xx; observed GET /exams -> 200")


@pytest.mark.parametrize(
    ("requirement_id", "reason"),
    [
        (LACKING, "there is no second institute"),
        (SKIPPED, "not today"),
        (NO_USER, "the config names no superuser"),
        (SEVERAL[3], "no fixture"),
    ],
)
def test_what_was_not_tried_is_not_tested_with_the_reason(run: Run, requirement_id: str, reason: str) -> None:
    assert run.verdict(requirement_id) == ("not-tested", reason)


@pytest.mark.parametrize(
    ("requirement_id", "reason"),
    [
        (NO_CONTROL, "the control was not accepted: GET /exams/7 -> 403"),
        (BROKEN, "error in the suite: ZeroDivisionError"),
        (ASSERTS, "error in the suite: AssertionError"),
        (WAVERS, "what was drawn from the target's answers came out otherwise when drawn again"),
        (UNSAFE, f"error in the suite: UnsafeRequest: exams_destroy would have named id={FOREIGN}"),
        (SEVERAL[4], "no rows"),
    ],
)
def test_what_could_not_be_judged_is_inconclusive_and_never_a_failure(
    run: Run, requirement_id: str, reason: str
) -> None:
    verdict, found = run.verdict(requirement_id)

    assert verdict == "inconclusive"
    assert found.startswith(reason)


def test_nothing_unsafe_reached_the_target(run: Run) -> None:
    assert {received.method for received in run.received} == {"GET"}


def test_an_open_question_is_observed_and_never_fails(run: Run) -> None:
    assert run.verdict(OBSERVED)[0] == "pass"
    assert run.of(OBSERVED)["observed"] == {"status": 200}
    assert run.verdict(UNOBSERVED)[0] == "inconclusive"
    assert run.verdict(UNOBSERVED)[1].startswith("could not be observed: expected the request to be refused")


def test_a_finding_about_an_open_question_says_nothing_about_the_others_of_the_test(run: Run) -> None:
    _, must = MIXED

    assert run.verdict(must)[0] == "inconclusive"
    assert "could not be observed" not in run.verdict(must)[1]


def test_each_requirement_of_a_test_gets_its_own_verdict(run: Run) -> None:
    assert [run.verdict(each)[0] for each in SEVERAL] == ["pass", "fail", "warn", "not-tested", "inconclusive"]


def test_failed_musts_make_the_target_not_conform(run: Run) -> None:
    assert (run.status, run.report["verdict"]) == (1, "does-not-conform")
    assert run.report["summary"]["fail"] == len([FAILS, SEVERAL[1], DRAWN])


def test_a_warning_and_what_was_not_tested_are_not_red_in_pytest(run: Run) -> None:
    undecided = [NO_CONTROL, BROKEN, ASSERTS, WAVERS, UNSAFE, UNOBSERVED, MIXED]
    found_last = [FAILS, SEVERAL, TURNS, DRAWN]

    assert run.outcomes["failed"] == len(undecided) + len(found_last)
    assert run.outcomes["xfailed"] == len([UNMET])
    assert run.outcomes["skipped"] == len([LACKING, SKIPPED, NO_USER])
    assert sum(run.outcomes.values()) == len(TESTS)


@pytest.mark.parametrize(
    ("level", "judged", "warned"),
    [
        (OPENS, "observe(answered)", True),
        (SHOULDS, "expect(answered).refused()", True),
        (MUSTS, "control(answered).accepted()", True),
        (MUSTS, "expect(answered).accepted()", False),
    ],
    ids=["observed", "unmet should", "control", "unmet must"],
)
def test_a_5xx_is_told_whatever_the_test_is_about_unless_its_own_finding_fails_the_run(
    pytester: pytest.Pytester, server: RecordingServer, level: Iterator[str], judged: str, warned: bool
) -> None:
    chosen = next(level)
    tests = f"""
@pytest.mark.requirement("{chosen}")
def test_one(administrator):
    answered = administrator("exams_index", name="breaks")
    {judged}
"""
    run = run_in(pytester, server, tests)

    assert run.status == 1
    assert run.sent("breaks") == 2
    assert run.verdict(chosen)[0] != "pass" or "observe" in judged
    verdict, reason = run.verdict("ROBUST-101")
    assert verdict == ("warn" if warned else "not-tested")
    assert not warned or reason.endswith("or refused with a 4xx; observed GET /exams -> 500: {}")


def test_a_5xx_that_does_not_come_back_is_flaky_and_fails_nothing(
    pytester: pytest.Pytester, server: RecordingServer
) -> None:
    tests = f"""
@pytest.mark.requirement("{HOLDS}")
def test_one(administrator):
    expect(administrator("exams_index", name="fine")).accepted()
    administrator("exams_index", name="breaks" if tried("it") == 1 else "fine")
"""
    run = run_in(pytester, server, tests)

    assert (run.status, run.verdict(HOLDS)[0], run.verdict("ROBUST-101")[0]) == (0, "pass", "inconclusive")
    assert run.of("ROBUST-101")["flaky"] is True


def test_an_unknown_requirement_stops_the_run_before_any_test(
    pytester: pytest.Pytester, server: RecordingServer
) -> None:
    tests = f"""
@pytest.mark.requirement("{HOLDS}")
def test_first(administrator):
    expect(administrator("exams_index", name="first")).accepted()

@pytest.mark.requirement("SIGN-999")
def test_second(administrator):
    expect(administrator("exams_index", name="second")).accepted()
"""
    run = run_in(pytester, server, tests)

    assert "test_second names SIGN-999, which is not in the register" in run.printed
    assert run.status not in (0, 1)
    assert run.sent("first") == run.sent("second") == 0


def test_a_warning_does_not_fail_the_run_and_only_what_was_chosen_runs(
    pytester: pytest.Pytester, server: RecordingServer
) -> None:
    chosen = [option for each in (HOLDS, UNMET) for option in ("--requirement", each)]

    run = run_in(pytester, server, "\n".join(TESTS.values()), *chosen)

    assert (run.status, run.report["verdict"]) == (0, "conforms")
    assert run.outcomes == {"passed": 1, "xfailed": 1}
    assert run.verdict(FAILS) == ("not-tested", "not selected for this run")
