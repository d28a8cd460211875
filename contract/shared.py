"""Resources that the cases of one worker share, and what the target turned out to allow on them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from contract import judgement
from contract.exchange import Exchange
from contract.judgement import Inconclusive, NotTested
from contract.printed import documented_example
from contract.world import World
from contract.zipjob import Poller, State, generate_and_wait

TOO_EARLY = (400, 409, 412, 422, 423)
"""Statuses that may tell that a session or an exam has not got that far."""


class Shared:
    """Resources that the cases of one worker share; each is made when first asked for."""

    def __init__(self, world: World, within: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self.world = world
        self._within = within
        self._made: dict[str, Any] = {}
        self._parts: dict[str, set[str]] = {}
        """Key -> itself, and what was asked for to make it."""
        self._making: list[str] = []

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """Return what *make* returned when *key* was first asked for; what it creates lives as long as the worker."""
        if key not in self._made:
            with self._within(), self._counted(key):
                self._made[key] = make()
        parts = self._parts[key]
        if self._making:
            self._parts[self._making[-1]] |= parts
        if (ledger := judgement.running()) is not None:
            for part in parts:
                ledger.shared.setdefault(part, [0, 0])
        return self._made[key]

    @contextlib.contextmanager
    def _counted(self, key: str) -> Iterator[None]:
        """Let the running case tell what making *key* takes, without what is made on the way."""
        ledger = judgement.running()
        begun, told = (len(ledger.exchanges), list(ledger.shared)) if ledger else (0, [])
        self._parts[key] = {key}
        self._making.append(key)
        try:
            yield
        finally:
            self._making.pop()
        if ledger:
            sent = ledger.exchanges[begun:]
            others = [counted for name, counted in ledger.shared.items() if name not in told]
            created = sum(each.request.method == "POST" and each.accepted for each in sent)
            ledger.shared[key] = [
                len(sent) - sum(requests for requests, _ in others),
                created - sum(resources for _, resources in others),
            ]

    @property
    def exam_id(self) -> int:
        """Return an exam with one student and no open document."""
        return int(self.once("exam", self.world.exam)["id"])

    @property
    def student_session_id(self) -> int:
        """Return a student session of the shared exam."""
        return int(self.once("session", lambda: self.world.student_session(self.exam_id))["id"])

    def needs_sessions_that_can_be_ended(self) -> None:
        """
        See that a student session can be ended before its student has started the exam, which no call of the API does.

        Raises:   NotTested: the target refuses that, which the documentation leaves open.
        """
        operation_id = "student_sessions_end_exam"

        def end() -> Exchange:
            id = self.world.student_session(self.exam_id)["id"]
            return self.world.client()(operation_id, purpose="set-up", id=id, **documented_example(operation_id))

        ended: Exchange = self.once("ended before the start", end)
        if ended.status in TOO_EARLY:
            raise NotTested(f"a session whose student has not started the exam cannot be ended here: {ended.line}")

    @property
    def exam_id_that_can_be_zipped(self) -> int:
        """
        Return the shared exam: that with uploads has one job, which the tests of zips need to themselves.

        Raises:   NotTested: the target makes no zip of an exam without uploads, which the documentation leaves open.
        """
        ask = partial(self.world.client(), "exams_generate_exam_documents_zip", purpose="set-up", id=self.exam_id)
        asked: Exchange = self.once("zip without uploads", ask)
        if asked.status in (404, *TOO_EARLY):
            raise NotTested(f"there is no zip of an exam without uploads here: {asked.line}")
        return self.exam_id

    @property
    def exam_id_with_a_zip_status(self) -> int:
        """Return an exam whose zip job has a status: before anybody asked for a zip there may be none."""
        try:
            return self.exam_id_that_can_be_zipped
        except NotTested:
            return self.zipped_exam_id

    @property
    def mailed_exam_id(self) -> int:
        """Return an exam without students, whose mails reach nobody; open, for of drafts nothing is documented."""
        return int(self.once("mailed", self.world.open_exam)["id"])

    @property
    def documented_exam(self) -> tuple[int, int]:
        """Return an exam and its document."""

        def make() -> tuple[int, int]:
            exam = self.world.exam()
            return int(exam["id"]), int(self.world.document(exam["id"])["id"])

        pair: tuple[int, int] = self.once("documented", make)
        return pair

    @property
    def attachment_id(self) -> int:
        """Return an attachment of the shared exam."""
        return int(self.once("attachment", lambda: self.world.attachment(self.exam_id))["id"])

    @property
    def user_id(self) -> int:
        """Return a teacher of the institute under test."""
        return int(self.once("user", self.world.user)["id"])

    @property
    def institute_id(self) -> int:
        """Return an institute that the run created."""
        return int(self.once("institute", self.world.institute)["id"])

    @property
    def tool_provider_id(self) -> int:
        """Return a tool provider."""
        return int(self.once("tool", self.world.tool_provider)["id"])

    @property
    def lti_resource_id(self) -> int:
        """Return an LTI resource of the shared exam."""
        make = lambda: self.world.lti_resource(self.exam_id, self.tool_provider_id)  # noqa: E731
        return int(self.once("link", make)["id"])

    @property
    def zipped_exam_id(self) -> int:
        """Return the exam with uploads, its zip job at success now: others may have asked for a new zip."""
        self.world.needs("upload_exam")
        exam_id = self.world.target.fixtures.upload_exam
        assert exam_id is not None
        client = self.world.client()
        poller = Poller(client, exam_id)
        state = poller.poll()
        if state in (State.QUEUED, State.RUNNING):
            state = poller.until_ended()
        if state != State.SUCCESS and generate_and_wait(client, exam_id) != State.SUCCESS:
            raise Inconclusive("the zip job of the exam with uploads did not succeed")
        return exam_id
