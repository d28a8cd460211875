"""Generated cases: made by schemathesis from the description, bound to the run's own resources, signed when sent.

The plan comes first: schemathesis makes the cases of an operation without sending one. What only the target can
choose, ids above all, is entered when a case is sent; so the same seed makes the same plan for every target.
"""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import hypothesis
import hypothesis.errors
import requests
import schemathesis
from schemathesis.core import NotSet
from schemathesis.core.control import SkipTest
from schemathesis.core.errors import SerializationError
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from contract import description
from contract.auth import SigningAuth, authorization, params_of
from contract.client import Client
from contract.errors import UnsafeRequest
from contract.exchange import Exchange
from contract.operations import BASE_PATH, Operation
from contract.ownership import kind_of, numbers_in
from contract.samples import Sample
from contract.signing import SIGNING_NAMES
from contract.world import World

POSITIVE, NEGATIVE = "positive", "negative"
SINGLE_USE = frozenset(
    {
        "documents_create",
        "exams_delete_student",
        "exams_remove_comanager",
        "student_sessions_end_exam",
        "student_sessions_unassign_proctor",
    }
)
"""Operations whose sample is used up by one accepted request, besides those that destroy."""
_LOOKUP_NAMES = frozenset({"student_lms_id", "resource_link_id"})
_URL_NAMES = frozenset({"callback_url", "tawk_url", "tool_url", "lti_resource_launch_url"})
_LABEL_NAMES = frozenset({"name", "short_name", "tool_name", "lti_resource_link_name"})


@dataclass(frozen=True)
class Budget:
    """How many cases a profile sends to one operation: all kinds together, and how many are drawn at random."""

    cases: int
    drawn: int
    single_use: int = 3
    sequences: int = 0
    steps: int = 0
    """Sequences along the links, and the most requests in one."""


BUDGETS = {
    "smoke": Budget(cases=4, drawn=2, single_use=1),
    "standard": Budget(cases=20, drawn=4, sequences=10, steps=8),
    "deep": Budget(cases=600, drawn=100, single_use=20, sequences=200, steps=20),
}


@dataclass(frozen=True)
class PlannedCase:
    """One generated case, not yet bound to a target: what stands where, and whether it departs from the description."""

    operation_id: str
    mode: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    media_type: str | None


@functools.cache
def view(mode: str) -> dict[str, Any]:
    """
    Return the description as cases are generated from it.

    Timestamp, nonce and signature are taken out, for the signer would overwrite what is made up for them; so is the
    token, for which values would be made up too. Both are tested by explicit cases. Valid data is made from what
    ``x-generate`` narrows the schemas to; departures are made from the schemas themselves.
    """
    document = dict(description.load())
    document.pop("security", None)
    narrowed: dict[str, Any] = _viewed(document, mode)
    return narrowed


def _viewed(node: Any, mode: str) -> Any:
    if isinstance(node, list):
        return [_viewed(item, mode) for item in node if not _is_left_out(item, mode)]
    if not isinstance(node, dict):
        return node
    if mode == POSITIVE and isinstance(node.get("x-generate"), dict):
        node = {**node, **node["x-generate"]}
    kept = {
        key: value if key in _LITERAL else _viewed(value, mode)
        for key, value in node.items()
        if key != "x-generate" and not (isinstance(value, dict) and _is_left_out(value, mode))
    }
    dropped = node.keys() - kept.keys()
    if isinstance(kept.get("properties"), dict):
        dropped |= node["properties"].keys() - kept["properties"].keys()
    if isinstance(kept.get("required"), list):
        kept["required"] = [name for name in kept["required"] if name not in {*dropped, *SIGNING_NAMES}]
    for name in ("example", "examples", "default"):
        # Examples hold the signing fields as they are printed; values are made from the schemas.
        if isinstance(kept.get(name), dict | list) and "properties" in kept:
            kept.pop(name)
    return kept


_LITERAL = frozenset({"enum", "const"})


def _is_left_out(node: Any, mode: str) -> bool:
    if not isinstance(node, dict):
        return False
    return bool(node.get("x-signing")) or (mode == POSITIVE and node.get("x-generate") is False)


@functools.cache
def schema(mode: str) -> Any:
    """Return the view as a schemathesis schema that makes cases of one mode only."""
    loaded = schemathesis.openapi.from_dict(view(mode))
    loaded.config.generation.update(modes=[schemathesis.GenerationMode(mode)])
    return loaded


@functools.cache
def _operations(mode: str) -> dict[str, Any]:
    found = (result.ok() for result in schema(mode).get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


def plan(operation: Operation, seed: int, budget: Budget) -> list[PlannedCase]:
    """
    Make the cases of one operation: boundary values and single departures from the schema, then random ones.

    Returns:  at most ``budget.cases`` cases in an order that follows from *seed*, positive ones first; the same for
              every target.
    """
    rng = random.Random(f"{seed} {operation.id}")
    positive, negative = (_made(operation, mode, seed, budget.drawn) for mode in (POSITIVE, NEGATIVE))
    most = budget.single_use if is_single_use(operation) else max(1, budget.cases // 2)
    first, rest = positive[:1], positive[1:]
    rng.shuffle(rest)
    rng.shuffle(negative)
    chosen = (first + rest)[:most]
    return chosen + negative[: budget.cases - len(chosen)]


@functools.cache
def plan_once(operation: Operation, seed: int, budget: Budget) -> list[PlannedCase]:
    """Return the same, made once in a process and in all that are forked from it later; it is not to be changed."""
    return plan(operation, seed, budget)


def _made(operation: Operation, mode: str, seed: int, drawn: int) -> list[PlannedCase]:
    made: list[PlannedCase] = []

    def keep(case: schemathesis.Case[Any]) -> None:
        if case.method == operation.method:
            body = None if isinstance(case.body, NotSet) else case.body
            made.append(
                PlannedCase(operation.id, mode, dict(case.path_parameters), dict(case.query), body, case.media_type)
            )

    settings = hypothesis.settings(
        max_examples=drawn,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    modes = [HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]
    config = HypothesisTestConfig(project=schema(mode).config, modes=modes, settings=settings, seed=seed)
    with contextlib.suppress(hypothesis.errors.Unsatisfiable, SkipTest):
        # An operation without parameters has nothing to depart from.
        create_test(operation=_operations(mode)[operation.id], test_func=keep, config=config)()
    return made


def is_single_use(operation: Operation) -> bool:
    """Tell whether one accepted request uses the resource up."""
    return operation.id.endswith("_destroy") or operation.id in SINGLE_USE


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
        request = _request(client, case)
        prepared = client.sender.session.prepare_request(request)
        params = params_of(prepared)
        client.guard(operation, prepared)
    except (UnsafeRequest, ValueError, requests.RequestException, SerializationError):
        return None
    request.auth = SigningAuth(client.user, client.sender.nonces, client.sender.clock)
    return client.exchange(operation, request, f"generated {case.mode}", "judged", params)


def _request(client: Client, case: PlannedCase) -> requests.Request:
    parts: dict[str, Any] = {"path_parameters": dict(case.path), "query": dict(case.query)}
    if case.body is not None:
        parts |= {"body": case.body, "media_type": case.media_type}
    written = _operations(case.mode)[case.operation_id].Case(**parts)
    arguments = written.as_transport_kwargs(base_url=client.sender.target.base_url + BASE_PATH)
    headers = dict(arguments.pop("headers", None) or {})
    request = requests.Request(**{name: arguments[name] for name in _REQUEST_PARTS & arguments.keys()})
    request.headers = {name: value for name, value in headers.items() if name.lower() == "content-type"}
    request.headers["Authorization"] = authorization(client.user.token)
    return request


_REQUEST_PARTS = {"method", "url", "params", "json", "data", "files"}


def exchanges(
    operation: Operation, cases: list[PlannedCase], world: World, sample: Callable[[str], Sample]
) -> Iterator[tuple[PlannedCase, Exchange]]:
    """Bind and send the cases of a plan; yield each that could be sent with its exchange."""
    one = sample(operation.id)
    for number, case in enumerate(cases):
        if number and is_single_use(operation) and case.mode == POSITIVE:
            one = sample(operation.id)
        exchange = send(world.client(one.role), operation, Binder(operation, world, one).bind(case))
        if exchange is not None:
            yield case, exchange
