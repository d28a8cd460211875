"""The zip of several exams under any order of calls: a rule-based state machine, drawn from the seed of the run."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import sampled_from

from contract.judgement import Inconclusive, current, expect, require
from contract.strategies import drawing
from contract.zipjob import ENDED, Poller, State, contents, download, reachable, status_in

GENERATE, STATUS = "exams_generate_exam_documents_zip", "exams_status_exam_documents_zip"
EXAMPLES, STEPS = {"standard": 6, "deep": 150}, 14
NAMES = ("answer.pdf", "notes.txt", "scan.png")
NOT_ASKED = frozenset({State.NEVER_RUN, State.NOT_FOUND})
JOB = reachable(State.QUEUED)


@dataclass
class Exam:
    """What is known of one exam: its files, those that its next zip must hold, and the states its job may be in."""

    id: int
    uploaded: dict[str, bytes] = field(default_factory=dict)
    at_least: dict[str, bytes] = field(default_factory=dict)
    """The files when the job was asked for; what came later may or may not be in its zip."""
    possible: frozenset[State] = NOT_ASKED
    succeeded: bool = False
    """The last state seen of the present job is success."""

    def asked(self) -> None:
        """Take down that a generate was accepted: a running job may go on or start anew, an ended one starts anew."""
        still_running = self.possible & {State.QUEUED, State.RUNNING}
        self.at_least = {} if still_running else dict(self.uploaded)
        self.possible, self.succeeded = JOB, False


class ZipJobs(RuleBasedStateMachine):
    """Generates, reads, downloads, uploads and destroys on up to two exams at a time."""

    administrator: ClassVar[Any]
    world: ClassVar[Any]
    mock_control: ClassVar[Any]
    judge_order: ClassVar[bool]
    """Judge the order of the states, and not what comes down."""
    exams = Bundle("exams")

    stuck: ClassVar[Inconclusive | None] = None
    """Why nothing can be judged; said at once in every further example, so that nobody waits for it again and again."""

    def __init__(self):
        super().__init__()
        if self.stuck:
            raise self.stuck
        self.made = 0

    @initialize(target=exams)
    def zip_of_a_first_exam(self):
        exam = self.create_exam()
        self.generate(exam)
        self.wait_and_download(exam)
        return exam

    @precondition(lambda self: self.made < 2)
    @rule(target=exams)
    def create_another_exam(self):
        return self.create_exam()

    def create_exam(self):
        self.made += 1
        exam = Exam(self.world.exam()["id"])
        self.world.student_session(exam.id)
        self.add(exam, NAMES[0])
        return exam

    def add(self, exam, name):
        content = f"{name} of exam number {exam.id}".encode()
        self.mock_control.upload(exam.id, {name: content})
        exam.uploaded[name] = content

    @rule(exam=exams, name=sampled_from(NAMES))
    def upload(self, exam, name):
        if name not in exam.uploaded:
            self.add(exam, name)

    @rule(exam=exams)
    def generate(self, exam):
        asked = self.administrator(GENERATE, id=exam.id)
        if asked.accepted:
            exam.asked()

    @rule(exam=exams)
    def status(self, exam):
        shown = self.administrator(STATUS, id=exam.id)
        if shown.status == 404 and exam.possible == NOT_ASKED:
            return
        state = status_in(shown.json)
        require(
            shown.accepted and state in list(State), f"the status cannot be read: {shown.line}", blocked_by="ZIP-011"
        )
        if self.judge_order:
            expect(shown).accepted()
            allowed = ", ".join(sorted(exam.possible))
            expect(shown).holds(state in exam.possible, f"one of {allowed}", f"{state} of exam {exam.id}")
        exam.possible = reachable(State(state)) if state not in NOT_ASKED else exam.possible
        exam.succeeded = state == State.SUCCESS

    @rule(exam=exams)
    def wait(self, exam):
        if exam.possible <= JOB:
            ended = Poller(self.administrator, exam.id, deadline_s=20).until_ended()
            if ended not in ENDED:
                type(self).stuck = Inconclusive(f"the job of exam {exam.id} did not end: {ended}", blocked_by="ZIP-015")
                raise self.stuck
            self.status(exam)

    @rule(exam=exams)
    def download(self, exam):
        exchange, body = download(self.administrator, exam.id)
        if self.judge_order:
            return
        if exam.succeeded:
            expect(exchange).accepted()
            holds(exchange, body, exam)
        elif exchange.accepted and body and (exchange.status < 300 or contents(body) is not None):
            holds(exchange, body, exam, whatever_was_asked=True)

    @rule(exam=exams)
    def generate_and_download(self, exam):
        self.generate(exam)
        self.download(exam)

    @rule(exam=exams)
    def wait_and_download(self, exam):
        self.wait(exam)
        self.download(exam)

    @rule(exam=consumes(exams))
    def destroy(self, exam):
        self.made -= 1
        destroyed = self.administrator("exams_destroy", purpose="clean-up", id=exam.id)
        require(destroyed.accepted, f"the exam was not destroyed: {destroyed.line}")
        exchange, body = download(self.administrator, exam.id)
        if not self.judge_order and exchange.status < 300:
            expect(exchange).equals(body, b"", "what comes of a destroyed exam")


def holds(exchange, body, exam, whatever_was_asked=False):
    """Judge a zip: whole, with the files that were there when it was asked for, and none of another exam."""
    found = contents(body)
    expect(exchange).holds(found is not None, "a whole zip", f"{len(body)} bytes beginning with {body[:16]!r}")
    plain = [(name.rpartition("/")[2], content) for name, content in found.items()]
    strange = [pair for pair in plain if pair not in exam.uploaded.items()]
    expect(exchange).equals(strange, [], f"files that exam {exam.id} does not have")
    expect(exchange).holds(len(plain) == len(set(plain)), "every file once", f"{sorted(name for name, _ in plain)}")
    missing = [name for name, content in exam.at_least.items() if (name, content) not in plain]
    expect(exchange).holds(whatever_was_asked or not missing, "every uploaded file in the zip", f"no {missing}")


@pytest.mark.exclusive
@pytest.mark.parametrize(
    "judge_order",
    [
        pytest.param(False, marks=pytest.mark.requirement("ZIP-042"), id="content"),
        pytest.param(True, marks=pytest.mark.requirement("ZIP-043"), id="order"),
    ],
)
def test_any_order_of_calls(administrator, world, mock_control, run_settings, judge_order):
    mock_control.set_zip(queued_ms=10, running_ms=10, outcome="success")
    examples = EXAMPLES.get(run_settings.profile, EXAMPLES["standard"])
    tools = {"administrator": administrator, "world": world, "mock_control": mock_control, "judge_order": judge_order}
    jobs = type("Jobs", (ZipJobs,), tools)

    run_state_machine_as_test(drawing(examples, f"{run_settings.seed} zip", steps=STEPS)(jobs))

    accepted = sum(each.accepted for each in current().evidence.values())
    if not accepted:
        raise Inconclusive("no zip was ever finished", blocked_by="ZIP-015")
