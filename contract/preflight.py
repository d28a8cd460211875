"""What must work before anything is judged: the target answers, and accepts what every configured user sends."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contract.auth import Wrongly, authorization
from contract.client import Sender
from contract.errors import ConfigurationError, CredentialsRefused, TargetUnreachable
from contract.exchange import Exchange
from contract.judgement import describe
from contract.nonce import NonceSource, new_run_number
from contract.ownership import Ownership
from contract.target import ROLES, Target, User
from contract.transport import http_date

TIMEOUT_S = 10.0
_PROBES: dict[str, tuple[str, dict[str, Any]]] = {"superuser": ("institutes_index", {"limit": 1})}
_PROBE: tuple[str, dict[str, Any]] = ("exams_index", {"limit": 1})
_ADMINISTRATORS = ("administrator", "outsider")
"""Who, by the documentation, is listed the users of the own institute."""


@dataclass(frozen=True)
class Probe:
    """One look at the target before a run: the answer to a valid request of one user."""

    user: User
    exchange: Exchange

    @property
    def clock_skew_s(self) -> float | None:
        """Return how far the target's clock is ahead of ours in seconds, by its Date header; None without one."""
        theirs = http_date(self.exchange.header("Date"))
        return theirs.timestamp() - self.exchange.started_ms / 1000 if theirs else None

    @property
    def institute_id(self) -> int | None:
        """Return the institute of the exam that the user was shown; None where there was none."""
        match self.exchange.json:
            case {"exams": [{"institute_id": int(found)}, *_]}:
                return found
        return None


def sender_for(target: Target) -> Sender:
    """Return a sender that stands on its own."""
    return Sender(target, NonceSource(new_run_number()), Ownership.of(target))


def probes(target: Target, sender: Sender | None = None) -> Iterator[Probe]:
    """
    Send one valid GET for each configured user.

    Raises:   TargetUnreachable: no HTTP answer came.
    """
    sender = sender or sender_for(target)
    for role in ROLES:
        if role in target.users:
            operation_id, params = _PROBES.get(role, _PROBE)
            yield Probe(target.users[role], sender.client(role)(operation_id, purpose="set-up", **params))


def check(target: Target, sender: Sender | None = None) -> list[Probe]:
    """
    Make sure that the target is there and knows its users.

    Raises:   TargetUnreachable: no answer, or one that is not the API's. CredentialsRefused: a user's valid request
              was refused; the text says which part is probably wrong.
    """
    sender = sender or sender_for(target)
    found = []
    for probe in probes(target, sender):
        if not probe.exchange.accepted or not isinstance(probe.exchange.json, dict | list):
            raise _explanation(probe, sender)
        found.append(probe)
    return found


def check_institutes(found: Sequence[Probe], sender: Sender) -> list[str]:
    """
    Make sure that the administrators are of the institutes that the config names, by listing the users of these.

    A refusal alone may be the target's fault. It is the config's where the same user is listed the users of another
    institute: that of the exams that this user is shown. A list that does not answer says nothing of the config, and
    does not keep the run from all that answers.

    Returns:  what is doubtful, a line each: a refusal, and no exam that tells whose fault it is.
    Raises:   ConfigurationError: an institute_id is wrong.
    """
    doubts = []
    for probe in found:
        if probe.user.role not in _ADMINISTRATORS:
            continue
        listed, shown = _users_of(probe.user.institute_id, probe, sender), probe.institute_id
        if listed is None or listed.status not in (401, 403, 404) or shown == probe.user.institute_id:
            continue
        key = f"targets.{sender.target.name}.users.{probe.user.role}.institute_id = {probe.user.institute_id}"
        said = sender_text(listed, sender)
        if shown is None:
            doubts.append(f"{key} may be wrong, for the target refuses to list its users: {said}")
        elif (theirs := _users_of(shown, probe, sender)) and theirs.accepted:
            raise ConfigurationError(f"{key} is not the institute of this user, whose exams are of {shown}: {said}")
    return doubts


def _users_of(institute_id: int, probe: Probe, sender: Sender) -> Exchange | None:
    try:
        return sender.client(probe.user.role)("users_index", purpose="set-up", institute_id=institute_id, limit=1)
    except TargetUnreachable:
        return None


def _explanation(probe: Probe, sender: Sender) -> CredentialsRefused | TargetUnreachable:
    exchange, role = probe.exchange, probe.user.role
    said = sender_text(exchange, sender)
    if exchange.status not in (401, 403):
        return TargetUnreachable(
            f"{sender.target.base_url} does not answer like the v3 API: {said}; check base_url and what stands in front"
        )
    skew = probe.clock_skew_s
    if skew is not None and abs(skew) > 60:
        cause = f"the target's clock is {skew:+.0f} s off, so it may find our timestamps too old"
    elif _same_answer_for_unknown_token(probe, sender):
        cause = "its token is not known there, or its secret_key is wrong"
    else:
        cause = "its token is known there, so look at its secret_key first, then at its role"
    table = f"targets.{sender.target.name}.users.{role}"
    return CredentialsRefused(f"the target refuses the credentials of {table}: {said}; {cause}")


def _same_answer_for_unknown_token(probe: Probe, sender: Sender) -> bool:
    """Tell whether the target says the same to a token that nobody has."""
    operation = probe.exchange.operation
    assert operation is not None
    unknown = Wrongly("unknown token", authorization=authorization(secrets.token_urlsafe(16)))
    again = sender.client(probe.user.role)(operation.id, wrongly=unknown, purpose="set-up")
    return again.status == probe.exchange.status and again.body == probe.exchange.body


def sender_text(exchange: Exchange, sender: Sender) -> str:
    """Return an exchange in a line, without the target's secrets."""
    from contract.redaction import Redactor

    return Redactor(sender.target.secrets).text(describe(exchange))
