"""Everything one worker needs to test a target: clients, shared resources, and the record of what was sent."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract import judgement
from contract.auth import Wrongly
from contract.client import Client, Sender
from contract.exchange import Exchange
from contract.generatedcases import Memory
from contract.journal import Journal
from contract.nonce import NonceSource
from contract.ownership import Ownership
from contract.pace import Pace, SharedTurns
from contract.recording import Recorder
from contract.redaction import Redactor
from contract.removal import Made
from contract.samples import Sample, Samples
from contract.shared import Shared
from contract.target import Target
from contract.world import World


@dataclass
class Bench:
    """A worker's side of one target; `prefix` begins the name of everything created."""

    target: Target
    run_number: int
    worker: int
    prefix: str
    folder: Path
    read_only: bool = False
    label: str = ""
    keeps_exchanges: bool = True
    """Whether every exchange is written down for the report."""
    journal: Journal | None = None
    """Where creations are written down before they are sent; a mock that ends with the run needs none."""
    tag: str = ""
    """What the ids of its exchanges begin with in a sharded run."""
    memory: Memory = field(default_factory=Memory)
    sender: Sender = field(init=False)
    redactor: Redactor = field(init=False)
    leaks: list[Made] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tries: Counter[str] = Counter()
        self.redactor = Redactor(self.target.secrets, self.target.headers)
        nonces = NonceSource(self.run_number, self.worker)
        # All workers of a run wait for their turns at the same target.
        self._turns = SharedTurns(self.folder / f"turns{self.label}")
        pace = Pace.of(self.target.requests_per_second, self._turns)
        ownership = Ownership.of(self.target)
        self.sender = Sender(
            self.target,
            nonces,
            ownership,
            read_only=self.read_only,
            pace=pace,
            tag=self.tag,
            prefix=self.prefix,
            journal=self.journal,
        )
        self._recorder = Recorder(self.folder, f"{self.worker}{self.label}", self.redactor)
        self.sender.listeners = [judgement.listen]
        if self.keeps_exchanges:
            self.sender.listeners.append(self._recorder)
        self.sender.listeners.append(self._note)
        self.clients = {role: Client(self.sender, user) for role, user in self.target.users.items()}
        self._shared_world = World(self.clients, self.target, f"{self.prefix}-shared{self.worker}{self.label}")
        self._worlds = [self._shared_world]
        self.shared = Shared(self._shared_world, self._within_shared_world)

    def _note(self, exchange: Exchange) -> None:
        """Let the innermost world answer for what an exchange created; what it destroyed is gone from all of them."""
        for world in self._worlds if exchange.request.method == "DELETE" else self._worlds[-1:]:
            world.note(exchange)

    @contextlib.contextmanager
    def _within_shared_world(self) -> Iterator[None]:
        # Cases may be the first to ask for something shared: it must outlive them.
        self._worlds.append(self._shared_world)
        before, self.sender.sets_up = self.sender.sets_up, True
        try:
            yield
        finally:
            self.sender.sets_up = before
            self._worlds.pop()

    def keep_whole(self, exchanges: Iterable[Exchange], case_id: str) -> None:
        """Keep the bodies of *exchanges* whole: their case found something, and a reader wants to see all of it."""
        if self.keeps_exchanges:
            self._recorder.whole(exchanges, case_id)

    def open_world(self, case_id: str) -> World:
        """Return an empty world for one case; the names of what it makes follow from the case and the try."""
        # A second try must not stumble over what the target kept of the first one.
        self._tries[case_id] += 1
        short = hashlib.sha256(f"{case_id} {self._tries[case_id]}".encode()).hexdigest()[:8]
        world = World(self.clients, self.target, f"{self.prefix}-{short}")
        self._worlds.append(world)
        return world

    def close_world(self, world: World) -> None:
        """Remove what *world* made."""
        try:
            world.remove_everything()
        finally:
            self._worlds.remove(world)
            self.leaks += world.leaks

    def forget_shared(self) -> None:
        """Let what the cases share be made anew when it is asked for next."""
        self.shared = Shared(self._shared_world, self._within_shared_world)

    def close(self) -> None:
        """Remove what the cases shared and close connections and files."""
        try:
            self._shared_world.remove_everything()
            self.leaks += self._shared_world.leaks
        finally:
            self.sender.session.close()
            self._turns.close()
            self._recorder.close()
            if self.journal:
                self.journal.close()


@dataclass(frozen=True)
class SampleSender:
    """Makes valid requests for operations and sends them, right or wrong."""

    samples: Samples
    clients: Mapping[str, Client]

    def __call__(self, operation_id: str) -> Sample:
        """
        Return a valid request for *operation_id*, good for one accepted answer.

        Raises:   NotTested: the target lacks what it needs. Inconclusive: the set-up did not work.
        """
        return self.samples(operation_id)

    def send(self, sample: Sample, wrongly: Wrongly | None = None, role: str | None = None, **changed: Any) -> Exchange:
        """Send *sample*, by another user or with some parameters changed where a test asks for that."""
        purpose = "judged" if wrongly or role or changed else "control"
        client = self.clients[role or sample.role]
        return client(sample.operation_id, wrongly=wrongly, purpose=purpose, **{**sample.params, **changed})
