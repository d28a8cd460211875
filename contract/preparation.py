"""Makes a run ready: what can be wrong with options, config, target or machine is told before anything is judged."""

from __future__ import annotations

import contextlib
import difflib
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from contract import cleanup, embedded, operations, preflight, previous, requirements
from contract import known as known_deviations
from contract.config import read_examples, read_target
from contract.errors import ConfigurationError
from contract.examples import Examples
from contract.nonce import new_run_number
from contract.pace import workers_for
from contract.preflight import Probe
from contract.requirements import Register
from contract.results import Known
from contract.session import Session
from contract.settings import RUNS, Settings, processors
from contract.state import State
from contract.target import EMBEDDED, Target


def prepare(settings: Settings) -> Session:
    """
    Read the config, start the embedded mock where it is the target, and make sure that a verdict is possible.

    Raises:   ConfigurationError, UnknownName: the options or the config. TargetError: the target.
    """
    # Whatever ends this before the session is there, Ctrl-C included, stops the mock and unlocks the target.
    with contextlib.ExitStack() as undone:
        mock = None
        if settings.target == EMBEDDED:
            mock = embedded.start(settings.faults)  # it starts while the options are checked
            undone.callback(mock.stop)
        register = requirements.load()
        check_names(settings, register)
        again = tried_again(settings)
        # A config file that merely lies there has nothing to do with a run against the mock.
        redis = read_examples(settings.config) if settings.config or settings.target != EMBEDDED else None
        target = mock.target if mock else read_target(settings.target, settings.config)
        known = known_of(target, register)
        lock: State | None = None
        if not mock:
            lock = State(target)
            undone.callback(lock.unlock)
            lock.lock("a run")
        probes, doubts = _looked_at(target)
        # The first one connects, and the machine may be busy: the shortest tells how far the target is.
        latency_ms = min(probe.exchange.elapsed_ms for probe in probes)
        examples = Examples(_examples_name(target, settings), redis)
        examples.check()
        folder = settings.new_report_folder()
        session = Session(
            settings=settings,
            target=target,
            folder=folder,
            run_id=secrets.token_hex(4),
            run_number=new_run_number(),
            started=datetime.now(UTC),
            mock=mock,
            processes=min(settings.process_count(), processors()),
            workers=_workers_for(settings, target, latency_ms),
            again=again,
            examples=examples,
            latency_ms=latency_ms,
            known=known,
            lock=lock,
            notes=doubts,
        )
        if lock:
            session.tidied = _tidied(session, lock)
        _make_empty(session.parts)
        undone.pop_all()
    return session


def _looked_at(target: Target) -> tuple[list[Probe], list[str]]:
    """Return the first answers of the target, and what is doubtful in its config."""
    sender = preflight.sender_for(target)
    found = preflight.check(target, sender)
    # Nobody wrote the config of the embedded mock.
    return found, [] if target.embedded else preflight.check_institutes(found, sender)


def check_names(settings: Settings, register: Register) -> None:
    """
    Make sure that what the options name is there.

    Raises:   UnknownName: a requirement, an area or an operation is not.
    """
    settings.selected(register)
    for operation_id in settings.operations:
        operations.get(operation_id)


def known_of(target: Target, register: Register) -> dict[str, Known]:
    """
    Return the known deviations of a target.

    Raises:   ConfigurationError: what its config pins or excuses is not there to be pinned or excused.
    """
    _check_answers(target)
    return known_deviations.read(target.known, register, target.answers) if target.known else {}


def _workers_for(settings: Settings, target: Target, latency_ms: float) -> int:
    """Return how many workers send: as many as were asked for, or as the target's distance allows."""
    processes = settings.process_count()
    if settings.workers != "auto" or target.embedded:
        return processes
    return workers_for(latency_ms, processes, target.requests_per_second)


def tried_again(settings: Settings) -> frozenset[previous.Pair] | None:
    """
    Return what ``--last-failed`` tries again, None without it.

    Raises:   ConfigurationError: there was no previous run, or nothing of it failed.
    """
    if not settings.last_failed:
        return None
    path, said = previous.report_of(settings.target, settings.history or RUNS, settings.report_dir)
    return previous.failed(said, path)


def _examples_name(target: Target, settings: Settings) -> str:
    """Return what tells targets apart: the embedded mock is always the same, whatever its port."""
    return " ".join([target.name, "" if target.embedded else target.base_url, *settings.faults])


def _tidied(session: Session, state: State) -> list[str]:
    """Remove what earlier runs left, and say what was removed and what is still there."""
    if session.read_only:
        left = state.runs_left()
        return [f"left by earlier runs, and kept in a read-only run: {', '.join(left)}"] if left else []
    removed, leaks = cleanup.clean_up(session.target, state)
    notes = [f"removed {removed} resources that earlier runs had left"] if removed else []
    return notes + [f"left behind earlier: {leak}" for leak in leaks]


def _check_answers(target: Target) -> None:
    """
    Make sure that every pinned answer is to a question that is open.

    Raises:   ConfigurationError: a name under ``answers`` is that of no open requirement.
    """
    known = {name for each in requirements.load() if each.level == "open" for name in (each.id, each.short) if name}
    for name in target.answers:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=3) or ["conformance requirements --level open lists them"]
            table = f"targets.{target.name}.answers.{name}"
            raise ConfigurationError(
                f"{table}: no open requirement has this id or short name; near: {', '.join(close)}"
            )


def _make_empty(folder: Path) -> None:
    """Make the folder of the parts; what a killed run left in it is dropped."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise ConfigurationError(f"cannot write the report to {folder.parent}: {error.strerror}") from None
