"""Plans of generated cases: the same for one seed, signed by nobody, and harmless once they are bound."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from contract import generated, operations, planning
from contract.cases import BUDGETS, NEGATIVE, POSITIVE, Budget, Nothing, PlannedCase, is_single_use
from contract.errors import ReadOnlyRun
from contract.generated import Binder
from contract.ownership import kind_of, numbers_in, receives_mail
from contract.samples import Sample
from contract.signing import SIGNING_NAMES
from contract.target import Fixtures
from contract.tests.recording_server import FOREIGN, HOME, OWN, Answer, RecordingServer, recording_server, sender_to
from contract.world import World

CHOSEN = ("exams_index", "exams_create", "users_update", "attachments_create", "lti_resources_create", "exams_destroy")
"""One operation of each kind: query, JSON body, ids in the path, multipart, ids in the body, good for one request."""
BUDGET = Budget(cases=12, drawn=4, single_use=2)
SEED = 7


@functools.cache
def plan(operation_id: str) -> tuple[PlannedCase, ...]:
    return tuple(planning.plan(operations.get(operation_id), SEED, BUDGET))


@pytest.fixture(scope="module")
def server() -> Iterator[RecordingServer]:
    with recording_server() as server:
        server.otherwise = lambda received: Answer(status=422)
        yield server


@pytest.fixture
def world(server: RecordingServer) -> World:
    server.received.clear()
    sender = sender_to(server.base_url, fixtures=Fixtures(identity_provider=3))
    return World({role: sender.client(role) for role in sender.target.users}, sender.target, "ct-run1-case1")


def sample(operation_id: str) -> Sample:
    """Return a request on the ids that the sender owns."""
    names = {*operations.get(operation_id).path_names, "exam_id", "tool_provider_id", "student_session_id"}
    return Sample(operation_id, {name: HOME if name == "institute_id" else OWN for name in names})


def every_name(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield str(name)
            yield from every_name(value)
    elif isinstance(node, list):
        for item in node:
            yield from every_name(item)


# -- the view ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [POSITIVE, NEGATIVE])
def test_cases_are_made_from_a_view_without_signing_parameters(mode: str) -> None:
    found = set(every_name(planning.view(mode)))
    parameters = [
        parameter["name"]
        for item in planning.view(mode)["paths"].values()
        for method in operations.METHODS
        if method in item
        for parameter in [*item.get("parameters", []), *item[method].get("parameters", [])]
    ]

    assert not found & {*SIGNING_NAMES, "x-generate", "x-signing", "security"}
    assert not {*SIGNING_NAMES} & {*parameters}
    assert {"id", "filter", "page"} <= {*parameters}


def test_nothing_is_required_that_the_view_has_not() -> None:
    def objects(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if isinstance(node.get("required"), list) and isinstance(node.get("properties"), dict):
                yield node
            for value in node.values():
                yield from objects(value)
        elif isinstance(node, list):
            for item in node:
                yield from objects(item)

    for mode in (POSITIVE, NEGATIVE):
        bodies = [
            item[method].get("requestBody", {})
            for item in planning.view(mode)["paths"].values()
            for method in operations.METHODS
            if method in item
        ]
        found = list(objects(bodies))
        assert found
        assert [each["required"] for each in found if set(each["required"]) - each["properties"].keys()] == []


# -- the plan ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation_id", CHOSEN)
def test_a_plan_holds_valid_and_invalid_cases_within_the_budget(operation_id: str) -> None:
    cases = plan(operation_id)
    positive = [case for case in cases if case.mode == POSITIVE]
    single = is_single_use(operations.get(operation_id))

    assert 2 <= len(cases) <= BUDGET.cases
    assert 1 <= len(positive) <= (BUDGET.single_use if single else BUDGET.cases // 2)
    assert cases[: len(positive)] == tuple(positive)
    assert {case.mode for case in cases} == {POSITIVE, NEGATIVE}


@pytest.mark.parametrize("operation_id", ["exams_index", "exams_create"])
def test_one_seed_makes_one_plan_and_another_another(operation_id: str) -> None:
    operation = operations.get(operation_id)

    assert planning.plan(operation, SEED, BUDGET) == list(plan(operation_id))
    assert planning.plan(operation, SEED + 1, BUDGET) != list(plan(operation_id))


@pytest.mark.parametrize("operation_id", CHOSEN)
def test_no_planned_case_holds_a_signing_parameter(operation_id: str) -> None:
    named = {name for case in plan(operation_id) for part in (case.query, case.body) for name in every_name(part)}

    assert not named & set(SIGNING_NAMES)


def test_an_operation_that_uses_its_resource_up_gets_few_valid_cases() -> None:
    assert is_single_use(operations.get("exams_destroy"))
    assert is_single_use(operations.get("student_sessions_end_exam"))
    assert not is_single_use(operations.get("exams_update"))


def test_a_longer_profile_sends_no_less() -> None:
    budgets = [BUDGETS[name] for name in ("smoke", "standard", "deep")]

    assert budgets == sorted(budgets, key=lambda each: (each.cases, each.drawn, each.single_use, each.sequences))


# -- binding ----------------------------------------------------------------------------------------------------------


def ids_in(operation: operations.Operation, case: PlannedCase) -> list[tuple[str, int]]:
    body = case.body if isinstance(case.body, dict) else {}
    return [
        (name, number)
        for part in (case.path, case.query, body)
        for name, value in part.items()
        if kind_of(operation, name) and generated._is_number(value)
        for number in numbers_in(value)
    ]


@pytest.mark.parametrize("operation_id", CHOSEN)
def test_a_bound_case_names_ids_of_the_run_alone(operation_id: str, world: World) -> None:
    operation = operations.get(operation_id)
    bound = [Binder(operation, world, sample(operation_id)).bind(case) for case in plan(operation_id)]

    for case in bound:
        assert {number for _, number in ids_in(operation, case)} <= {OWN, HOME, world.target.fixtures.identity_provider}
    if operation.path_names:
        assert any(ids_in(operation, case) for case in bound)


def case_of(operation_id: str, **parts: Any) -> PlannedCase:
    return replace(PlannedCase(operation_id, POSITIVE, {}, {}, Nothing.BODY, "application/json"), **parts)


def bind(world: World, case: PlannedCase, **changed: Any) -> PlannedCase:
    return Binder(operations.get(case.operation_id), world, sample(case.operation_id), **changed).bind(case)


@pytest.mark.parametrize("value", [FOREIGN, str(FOREIGN), f" {FOREIGN}", f"+{FOREIGN}", -FOREIGN, 4711.0])
def test_a_number_for_an_id_becomes_the_runs_own_of_the_same_type(world: World, value: Any) -> None:
    bound = bind(world, case_of("exams_update", path={"id": value}))

    assert bound.path == {"id": str(OWN) if isinstance(value, str) else OWN}


@pytest.mark.parametrize("value", ["word", "", None, True, [FOREIGN], {"a": 1}])
def test_what_is_no_number_stays_as_the_departure_it_is(world: World, value: Any) -> None:
    assert bind(world, case_of("exams_update", path={"id": value})).path == {"id": value}


def test_an_id_that_the_run_has_none_of_is_left_out(world: World) -> None:
    bound = bind(world, case_of("exams_create", body={"comanager_id": FOREIGN, "name": ""}))

    assert bound.body == {"name": ""}


def test_a_bound_case_is_harmless(world: World) -> None:
    body = {
        "name": "exam", "type": "live", "callback_url": "https://attacker.org/", "institute_id": FOREIGN,
        "email": "somebody@company.com", "omniauth_config_id": FOREIGN,
    }  # fmt: skip

    bound = bind(world, case_of("exams_create", body=body)).body

    assert bound["name"].startswith("ct-run1-case1")
    assert bound["type"] == "record_review"
    assert bound["callback_url"] == "https://callback.example.com/"
    assert (bound["institute_id"], bound["omniauth_config_id"]) == (HOME, 3)
    assert not receives_mail(bound["email"])


def test_in_a_sequence_an_id_that_the_run_created_stays(world: World) -> None:
    world.client().sender.ownership.add("exam", 88)

    assert bind(world, case_of("exams_update", path={"id": 88}), keep_own=True).path == {"id": 88}
    assert bind(world, case_of("exams_update", path={"id": FOREIGN}), keep_own=True).path == {"id": OWN}
    assert bind(world, case_of("exams_update", path={"id": 88})).path == {"id": OWN}


# -- sending ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation_id", CHOSEN)
def test_every_case_that_is_sent_is_signed(operation_id: str, world: World, server: RecordingServer) -> None:
    operation = operations.get(operation_id)

    sent = list(generated.exchanges(operation, list(plan(operation_id)), world, sample))

    assert len(sent) == len(server.received) >= 2
    for (case, exchange), received in zip(sent, server.received, strict=True):
        assert exchange.intent == f"generated {case.mode}"
        assert received.headers["authorization"].startswith("Token token=token-of-")
        assert received.headers["accept"] == "application/vnd.procwise.v3"
        whole = received.url.encode() + received.body
        assert [name for name in SIGNING_NAMES if whole.count(name.encode()) != 1] == []


@pytest.mark.parametrize("operation_id", ["exams_update", "exams_destroy"])
def test_a_case_with_a_foreign_id_is_not_sent(operation_id: str, world: World, server: RecordingServer) -> None:
    case = case_of(
        operation_id, path={"id": FOREIGN}, body={"name": "a"} if operation_id == "exams_update" else Nothing.BODY
    )

    assert generated.send(world.client(), operations.get(operation_id), case) is None
    assert server.received == []


@pytest.mark.parametrize("body", [{"exam_id": FOREIGN}, {"exam_id": "4711abc"}, {"a": {"exam_id": [FOREIGN]}}])
def test_a_case_with_a_foreign_id_in_the_body_is_not_sent(body: Any, world: World, server: RecordingServer) -> None:
    case = case_of("lti_resources_create", body=body)

    assert generated.send(world.client(), operations.get("lti_resources_create"), case) is None
    assert server.received == []


def test_a_read_only_run_sends_no_generated_change(world: World, server: RecordingServer) -> None:
    world.client().sender.read_only = True
    case = case_of("exams_create", body={"name": "a"})

    with pytest.raises(ReadOnlyRun):
        generated.send(world.client(), operations.get("exams_create"), case)

    assert server.received == []
