"""``conformance check-target``: what a person does first."""

from __future__ import annotations

from pathlib import Path

import click

from contract import config, embedded, preflight, preparation
from contract.auth import Wrongly
from contract.cli import columns
from contract.cli.options import config_option, target_option
from contract.client import Sender
from contract.errors import TargetError
from contract.preflight import Probe
from contract.requirements import load
from contract.target import EMBEDDED, ROLES, Target

EPILOG = """
\b
Example:
  conformance check-target --target staging

\b
Exit status:
  0  a run is possible              2  the config is wrong
  3  the target or its answers are
"""
FIXTURES = ("photo_sessions", "upload_exam", "empty_exam", "lti_student", "proctors", "identity_provider")
CONTROL = "control"
WORDS = {CONTROL: "control (how the mock of this suite is told to turn its clock or to restart; no deployment has it)"}


@click.command("check-target", epilog=EPILOG)
@target_option
@config_option
def command(target: str, config_file: Path | None) -> int:
    """Check the config, reachability, TLS, clock, Accept header and every user; say what can be tested."""
    mock = embedded.start() if target == EMBEDDED else None
    try:
        found = mock.target if mock else config.read_target(target, config_file)
        return _check(found)
    finally:
        if mock:
            mock.stop()


def _check(target: Target) -> int:
    # It refuses unknown answers, too.
    preparation.known_of(target, load())
    _say("config", f"{target.name}: {target.base_url}")
    sender = preflight.sender_for(target)
    refused = 0
    found: list[Probe] = []
    for probe in preflight.probes(target, sender):
        if not found:
            _say_connection(target, probe)
        found.append(probe)
        refused += not probe.exchange.accepted
        said = "accepted" if probe.exchange.accepted else f"refused: {preflight.sender_text(probe.exchange, sender)}"
        _say(probe.user.role, said)
    for role in ROLES:
        if role not in target.users:
            _say(role, "not in the config")
    if refused:
        raise TargetError(f"{refused} of {len(target.users)} users were refused; see above")
    doubts = preflight.check_institutes(found, sender)
    _say("institutes", "; ".join(doubts) or "as in the config")
    _say_accept(sender)
    _say_capabilities(target)
    return 0


def _say_connection(target: Target, probe: Probe) -> None:
    _say("reached", f"{probe.exchange.elapsed_ms:.0f} ms for {probe.exchange.line}")
    if target.base_url.startswith("https:"):
        _say("TLS", "certificate verified" if target.verify_tls else "certificate not verified (verify_tls = false)")
    else:
        _say("TLS", "none: plain HTTP")
    skew = probe.clock_skew_s
    # The Date header has whole seconds.
    _say("clock", "no Date header" if skew is None else f"within {abs(skew) + 1:.0f} s of ours")


def _say_accept(sender: Sender) -> None:
    without = sender.client("administrator")(
        "exams_index", purpose="set-up", limit=1, wrongly=Wrongly("no Accept header", accept=None)
    )
    _say(
        "Accept",
        f"required: {without.status} without it" if without.refused else f"not required: {without.status} without it",
    )


def _say_capabilities(target: Target) -> None:
    lacking = [name for name in (*ROLES, *FIXTURES, CONTROL) if target.lacks(name)]
    untested = [each.id for each in load() if any(name in lacking for name in each.needs)]
    if not lacking:
        _say("can test", "everything")
        return
    _say("lacking", ", ".join(WORDS.get(name, name) for name in lacking))
    _say("not tested", f"{len(untested)} requirements: {', '.join(untested)}")


def _say(name: str, text: str) -> None:
    columns.echo(f"{name:14} {text}", 15)
