"""Planned cases on their way to a target: bound to the run's own resources, written as requests, signed when sent."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import requests

from contract import written
from contract.auth import SigningAuth, authorization
from contract.cases import POSITIVE, PlannedCase, is_single_use
from contract.client import Client, Unwritable
from contract.errors import UnsafeRequest
from contract.exchange import Exchange
from contract.operations import BASE_PATH, Operation
from contract.ownership import kind_of, numbers_in
from contract.samples import Sample
from contract.world import World

_LOOKUP_NAMES = frozenset({"student_lms_id", "resource_link_id"})
_URL_NAMES = frozenset({"callback_url", "tawk_url", "tool_url", "lti_resource_launch_url"})
_LABEL_NAMES = frozenset({"name", "short_name", "tool_name", "lti_resource_link_name"})


@dataclass(frozen=True)
class Binder:
    """Enters into a case what only the target can know, and keeps it harmless."""

    operation: Operation
    world: World
    sample: Sample
    keep_own: bool = False
    """Leave ids that the run created: in a sequence they come from an earlier answer."""

    def bind(self, case: PlannedCase) -> PlannedCase:
        """Return *case* naming resources of the run, addresses that receive no mail, and our prefix."""
        positive = case.mode == POSITIVE
        body = case.body
        if isinstance(body, dict):
            body = self._mapping(body, positive)
            for name, other in twins(self.operation).items() if positive else ():
                if name in body and other in body:
                    body[name] = body[other]
        return replace(
            case,
            path={name: self._value(name, value, positive) for name, value in case.path.items()},
            query=self._mapping(case.query, positive),
            body=body,
        )

    def _mapping(self, values: Mapping[str, Any], positive: bool) -> dict[str, Any]:
        kept = {}
        for name, value in values.items():
            if kind_of(self.operation, name) and _is_number(value) and self._own(name) is None:
                continue
            kept[name] = self._value(name, value, positive)
        return kept

    def _value(self, name: str, value: Any, positive: bool) -> Any:
        if (kind := kind_of(self.operation, name)) and _is_number(value):
            if self.keep_own and self._was_created(kind, value):
                return value
            own = self._own(name)
            return str(own) if isinstance(value, str) else own
        if name in _LOOKUP_NAMES and positive and name in self.sample.params:
            return self.sample.params[name]
        if name == "email" and isinstance(value, str) and value:
            return self.world.email()
        if name in _URL_NAMES and isinstance(value, str) and "://" in value:
            return "https://callback.example.com/"
        if name in _LABEL_NAMES and isinstance(value, str) and value.strip():
            return f"{self.world.name('case')} {value}"
        if name == "type" and self.operation.area == "exams" and isinstance(value, str) and value:
            return "record_review"
        return value

    def _was_created(self, kind: str, value: Any) -> bool:
        created = self.world.client().sender.ownership.created
        return any(number in created.get(kind, ()) for number in numbers_in(value))

    def _own(self, name: str) -> Any:
        if name in self.sample.params:
            return self.sample.params[name]
        if name == "institute_id":
            return self.world.institute_id
        return self.world.target.fixtures.identity_provider if name == "omniauth_config_id" else None


@functools.cache
def twins(operation: Operation) -> dict[str, str]:
    """Return the parameters of a body that must equal another one, such as a password and its confirmation."""
    content = operation.document.get("requestBody", {}).get("content", {})
    return {
        name: described["x-same-as"]
        for media in content.values()
        for name, described in media.get("schema", {}).get("properties", {}).items()
        if "x-same-as" in described
    }


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (isinstance(value, str) and value.strip().lstrip("+-").isdecimal())


def send(client: Client, operation: Operation, case: PlannedCase) -> Exchange | None:
    """
    Send one bound case, signed afresh.

    Returns:  the exchange, or None where the case cannot be written as a request or was not safe to send.
    """
    try:
        request = written.request(case, client.sender.target.base_url + BASE_PATH)
    except (ValueError, TypeError, requests.RequestException):
        return None
    request.headers["Authorization"] = authorization(client.user.token)
    request.auth = SigningAuth(client.user, client.sender.nonces, client.sender.clock)
    try:
        return client.exchange(operation, request, f"generated {case.mode}", "judged", None)
    except (UnsafeRequest, Unwritable):
        return None


def exchanges(
    operation: Operation, cases: Sequence[PlannedCase], world: World, sample: Callable[[str], Sample]
) -> Iterator[tuple[PlannedCase, Exchange]]:
    """Bind and send the cases of a plan; yield each that could be sent with its exchange."""
    one = sample(operation.id)
    for number, case in enumerate(cases):
        if number and is_single_use(operation) and case.mode == POSITIVE:
            one = sample(operation.id)
        exchange = send(world.client(one.role), operation, Binder(operation, world, one).bind(case))
        if exchange is not None:
            yield case, exchange
