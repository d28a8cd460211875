"""Each seeded fault changes what it says, and nothing else that we look at."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from contract.mock import faults
from contract.mock.rules import Rules, new_rules
from contract.tests.mock import data_makers
from contract.tests.mock.client import Client, MockProcess

Start = Callable[..., MockProcess]
Behaviour = Callable[[Client], bool]


def lets_in_wrong_signature(client: Client) -> bool:
    sent = {**client.signed({}, {"name": "n", "type": "demo"}), "signature": "0" * 64}
    return client.raw("POST", "/api/v3/exams", json.dumps(sent).encode(), "application/json").status == 201


def lets_in_replayed_nonce(client: Client) -> bool:
    first, second = (client.call("GET", "/exams", nonce=4321).status for _ in range(2))
    assert first == 200
    return second == 200


def lets_in_without_accept(client: Client) -> bool:
    query = "&".join(f"{name}={value}" for name, value in client.signed({}, {}).items())
    return client.raw("GET", f"/api/v3/exams?{query}", headers={"Accept": "application/json"}).status == 200


BEHAVIOURS: dict[str, Behaviour] = {
    "accept-any-signature": lets_in_wrong_signature,
    "accept-replayed-nonce": lets_in_replayed_nonce,
    "ignore-accept": lets_in_without_accept,
}


@pytest.mark.parametrize("fault", [None, *BEHAVIOURS])
def test_fault_does_what_it_says_and_no_more(start: Start, fault: str | None) -> None:
    client = start(*(["--fault", fault] if fault else [])).client()

    shown = {name for name, behaviour in BEHAVIOURS.items() if behaviour(client)}

    assert shown == ({fault} if fault else set())


def test_a_variant_takes_what_it_says(start: Start) -> None:
    client = start("--fault", "letter-case-of-addresses-counts").client()
    ids = {"exam_id": data_makers.exam(client)["id"]}

    def added(email: str) -> int:
        params = {"name": "s", "email": email}
        return client.call("POST", "/exams/{exam_id}/student_sessions", params, ids=ids).status

    assert [added(email) for email in ("ada@example.com", "Ada@example.com", "Ada@example.com")] == [201, 201, 422]


def test_fault_survives_a_restart_of_the_mock(start: Start) -> None:
    mock = start("--fault", "ignore-accept")
    mock.control("POST", "restart")

    assert lets_in_without_accept(mock.client())


def test_every_fault_says_what_it_is() -> None:
    for fault in faults.FAULTS.values():
        assert fault.description
        faults.apply(new_rules(), (fault.id,))


def overridden(rules: Rules) -> set[str]:
    """The methods of policies that were replaced on their objects."""
    policies = {name: policy for name, policy in vars(rules).items() if hasattr(policy, "__dict__")}
    return {
        f"{name}.{method}"
        for name, policy in policies.items()
        for method in vars(policy)
        if callable(vars(policy)[method])
    }


def test_faults_do_not_leak_into_the_next_rules() -> None:
    changed, clean = new_rules(), new_rules()
    faults.apply(changed, tuple(faults.FAULTS))

    assert {"accept.check", "signature.matches", "nonce.record"} <= overridden(changed)
    assert overridden(clean) == overridden(new_rules()) == set()
    assert clean.errors == new_rules().errors != changed.errors
    assert clean.answers == new_rules().answers


def test_rules_share_nothing_that_a_fault_could_change() -> None:
    first, second = new_rules(), new_rules()
    first.operations["exams_show"].params.clear()
    first.operations["exams_create"].params.clear()
    first.shapes["exam"].fields.clear()
    first.errors.clear()
    first.grammar.operators.clear()
    first.answers.exam_types.clear()

    assert second.operations["exams_create"].params
    assert second.operations["exams_update"].params
    assert second.shapes["exam"].fields
    assert second.errors
    assert second.grammar.operators
    assert second.answers.exam_types


def test_unknown_fault_is_named() -> None:
    with pytest.raises(faults.UnknownFaultError, match="unknown fault or variant 'nope'"):
        faults.apply(new_rules(), ("nope",))
