"""The tamper matrix: every column where it applies, and nothing in it that verifies."""

import json
from typing import Any

import pytest
import requests

from contract import operations, signing
from contract.auth import SigningAuth, Wrongly, params_of
from contract.checks import tampering, wire
from contract.client import File
from contract.nonce import NonceSource
from contract.requirements import load
from contract.samples import Sample
from contract.target import User

USER = User("administrator", 1, "token-of-the-tests", "key-of-the-tests-000000000000000")
REGISTER = load()
WITH_PATH_IDS = {name for name, operation in operations.table().items() if operation.path_names}
IN_QUERY = {name for name, operation in operations.table().items() if operation.parameters_go_in_query}
IN_BODY = set(operations.table()) - IN_QUERY


def operations_of(requirement_id: str) -> set[str]:
    return set(REGISTER.get(requirement_id).operations)


@pytest.mark.parametrize("requirement_id", ["SIGN-010", "SIGN-014", "SIGN-025", "SIGN-052"])
def test_columns_about_path_ids_have_every_operation_with_one(requirement_id: str) -> None:
    assert operations_of(requirement_id) == WITH_PATH_IDS


def test_columns_about_added_parameters_have_every_operation() -> None:
    assert operations_of("SIGN-019") == IN_QUERY
    assert operations_of("SIGN-020") == operations_of("SIGN-021") == IN_BODY


def test_columns_about_own_parameters_stand_where_these_are_sent() -> None:
    assert operations_of("SIGN-011") == operations_of("SIGN-015") <= IN_QUERY
    assert operations_of("SIGN-012") == operations_of("SIGN-016") <= IN_BODY


def test_no_requirement_has_two_columns() -> None:
    ids = [column.requirement for column in tampering.COLUMNS]

    assert len(ids) == len(set(ids))


def row(operation_id: str, params: dict[str, Any]) -> tampering.Row:
    return tampering.Row(Sample(operation_id, params), USER.secret_key, USER.token, "another-key", "e" * 64)


ROWS = [
    row("exams_index", {"page": 1, "filter": '{"name": {"eq": "a b"}}'}),
    row("exams_show_student", {"id": 7, "student_session_id": 7}),
    row("exams_update", {"id": 7, "name": "an exam", "duration_minutes": 90}),
    row("users_destroy", {"institute_id": 1, "id": 2}),
    row("exams_send_emails", {"id": 7}),
    row("attachments_create", {"exam_id": 7, "document": File("a.txt", b"x")}),
]


def prepared(of: tampering.Row, wrongly: Wrongly | None) -> requests.PreparedRequest:
    """Prepare the request of a row the way the client does."""
    operation, params = of.operation, of.request.params
    path = operation.path.format(**{name: params[name] for name in operation.path_names})
    files = {name: (each.name, each.content) for name, each in params.items() if isinstance(each, File)}
    fields = {name: params[name] for name in of.own_names}
    place = {"params": fields} if operation.parameters_go_in_query else {"files": files} if files else {"json": fields}
    auth = SigningAuth(USER, NonceSource(run_number=3), lambda: 1_700_000_000_500, wrongly)
    request = requests.Request(operation.method, f"http://target/api/v3{path}", auth=auth, **place)
    return requests.Session().prepare_request(request)


def verifies(request: requests.PreparedRequest) -> bool:
    """Tell whether a server that follows the documentation accepts the signature of *request*."""
    params = params_of(request)
    signature = params.pop("signature", None)
    return bool(signature == signing.sign(params, USER.secret_key))


@pytest.mark.parametrize("of", ROWS, ids=lambda of: of.request.operation_id)
def test_no_form_of_the_matrix_verifies(of: tampering.Row) -> None:
    assert verifies(prepared(of, None))

    for requirement_id, forms in tampering.ways(of).items():
        assert forms, requirement_id
        for wrongly in forms:
            assert not verifies(prepared(of, wrongly)), f"{requirement_id}: {wrongly.label}"


SPELLINGS = {
    "reversed": wire.reversed_order,
    "escaped": wire.encoded_throughout,
    "repeated": wire.with_members({"id": 7}),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("of", [ROWS[1], ROWS[2]], ids=lambda of: of.request.operation_id)
def test_other_spellings_verify(of: tampering.Row, spelling: str) -> None:
    plain = prepared(of, None)
    spelled = prepared(of, Wrongly(spelling, wire=SPELLINGS[spelling]))

    assert verifies(spelled)
    assert (spelled.url, spelled.body) != (plain.url, plain.body)


def test_parts_of_a_form_can_come_in_reverse_order() -> None:
    spelled = prepared(ROWS[-1], Wrongly("reversed", wire=wire.reversed_order))
    body = wire.body_of(spelled)

    assert verifies(spelled)
    assert body.index(b"document") < body.index(b"timestamp")


def test_a_second_member_comes_before_the_first() -> None:
    body = wire.doubled_member("timestamp", 1)(b'{"timestamp": 2}')

    assert json.loads(body, object_pairs_hook=lambda pairs: pairs) == [("timestamp", 1), ("timestamp", 2)]


def test_a_query_can_be_moved_into_a_json_body() -> None:
    moved = prepared(ROWS[1], Wrongly("JSON on GET", wire=wire.as_json_body))

    assert "?" not in str(moved.url)
    assert json.loads(wire.body_of(moved)).keys() == {"student_session_id", "timestamp", "nonce", "signature"}


def test_a_json_body_can_be_written_as_a_form() -> None:
    form = prepared(ROWS[2], Wrongly("a form", wire=wire.as_form))

    assert form.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert verifies(form)
