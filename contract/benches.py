"""The benches of one worker: one for the target, and one for a mock that its exclusive tests have to themselves."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from contract import embedded
from contract.bench import Bench
from contract.casetext import case_from_plain
from contract.generatedcases import Memory
from contract.removal import Made
from contract.session import Session
from contract.target import Target

FIRST_OWN = 64
"""The number of the first worker as the sender to a mock of its own: nonces and files of the two stay apart."""


@dataclass
class Benches:
    """Benches are made when they are asked for; `close` removes what is left and tells what cannot be removed."""

    run: Session
    number: int = 0
    """Of the worker, from 0."""
    _made: dict[str, Bench] = field(default_factory=dict)
    _mocks: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def bench(self, exclusive: bool = False) -> Bench:
        """Return the bench for a test; where the target is a mock, an *exclusive* one gets a mock of its own."""
        label = "-own" if exclusive and self.run.target.embedded else ""
        if label not in self._made:
            target = self._own_mock() if label else self.run.target
            self._made[label] = self._new(target, self.number + (FIRST_OWN if label else 0), label)
        return self._made[label]

    def forget_shared(self) -> None:
        """Let what the cases share be made anew when it is asked for next."""
        for bench in self._made.values():
            bench.forget_shared()

    def close(self) -> list[Made]:
        """Remove what the cases shared, close connections and files, end mocks; return what is left on the target."""
        with self._mocks:
            for bench in self._made.values():
                bench.close()
        leaks = [made for bench in self._made.values() for made in bench.leaks]
        self._made.clear()
        return leaks

    def _own_mock(self) -> Target:
        mock = embedded.start(self.run.settings.faults)
        self._mocks.callback(mock.stop)
        return mock.target

    def _new(self, target: Target, number: int, label: str) -> Bench:
        run = self.run
        state = None if run.read_only else run.state
        stored = {name: [case_from_plain(case) for case in cases] for name, cases in run.stored.items()}
        return Bench(
            target=target,
            run_number=run.run_number,
            worker=number,
            prefix=run.prefix,
            folder=run.parts,
            read_only=run.read_only,
            label=label,
            keeps_exchanges=run.keeps_exchanges,
            journal=state.journal(run.run_id, run.prefix, f"w{self.number}") if state else None,
            tag=f"{run.settings.shard[0]}s" if run.settings.shard else "",
            memory=Memory(stored, run.examples),
        )
