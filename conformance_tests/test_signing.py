"""The signature of a request: HMAC-SHA256 over all parameters, with the user's secret key."""

from dataclasses import replace

import pytest

from contract import operations, requirements
from contract.auth import Wrongly, authorization
from contract.checks import secrets, tampering, wire
from contract.checks.acceptance import accepted_like, not_refused_as
from contract.checks.refusals import each_refused
from contract.client import File
from contract.judgement import NotTested, control, deciding, expect, observe
from contract.world import PNG

OF_LISTS = {
    "attachments_index": {"page": 1, "limit": 300},
    "exams_index": {"page": 1, "limit": 300, "status": "draft", "filter": '{"name": {"eq": "a & b"}}'},
    "exams_index_students": {"page": 1, "limit": 300, "status": "registered"},
    "institutes_index": {"page": 1, "limit": 300},
    "lti_resources_index": {"page": 1},
    "student_sessions_index": {"page": 1, "limit": 300},
    "student_sessions_index_all": {"page": 1},
    "users_index": {"page": 1, "limit": 300},
}
"""Documented parameters of lists, which a valid request need not have."""
REFUSED_FOR = {
    "SIGN-001": Wrongly("a wrong signature", signature=lambda right: "0" * 64),
    "TOKEN-001": Wrongly("the token of nobody", authorization=authorization("nobody")),
    "ACCEPT-001": Wrongly("another version", accept="application/vnd.procwise.v2"),
}
"""What a target would have to take a right request for, to refuse it for its signature, its token or its version."""


def request_for(operation_id, sample):
    request = sample(operation_id)
    return replace(request, params={**request.params, **OF_LISTS.get(operation_id, {})})


def row_for(request, sample):
    """The request with the keys and the earlier signature that the columns of the matrix need."""
    own = sample.clients[request.role]
    others = [client.user for role, client in sample.clients.items() if role != request.role]
    repeatable = not operations.get(request.operation_id).changes_state
    earlier = sample.send(request) if repeatable else own("exams_index", purpose="control")
    control(earlier).accepted()
    return tampering.Row(
        request=request,
        own_key=own.user.secret_key,
        own_token=own.user.token,
        other_key=others[0].secret_key if others else None,
        earlier_signature=wire.query_value(earlier.request, "signature"),
    )


@pytest.mark.smoke
@pytest.mark.requirement(
    "SIGN-001", "TOKEN-001", "ACCEPT-001", "ISO-060", "ISO-061", "ISO-062", "ROBUST-025", "ROBUST-049"
)
def test_signed_request_is_accepted(operation_id, sample):
    request = request_for(operation_id, sample)

    right = sample.send(request)

    for requirement_id, spoiled in REFUSED_FOR.items():
        with deciding(requirement_id):
            not_refused_as(sample, request, right, spoiled)
    with deciding("ROBUST-049"):
        observe(right)
    secrets.stand_where_they_are_documented(right, sample.clients[request.role].user)
    with deciding("ROBUST-025"):
        says_that_it_is_json(right)


def says_that_it_is_json(exchange):
    control(exchange).accepted()
    content_type = (exchange.header("Content-Type") or "").partition(";")[0].strip()
    is_json = content_type == "application/json" or content_type.endswith("+json")
    expect(exchange).holds(is_json or not exchange.body, "a content type of JSON", content_type or "none")


@pytest.mark.requirement(*(column.requirement for column in tampering.COLUMNS), "SIGN-100", "SIGN-101")
def test_tampered_request_is_refused(operation_id, sample):
    request = request_for(operation_id, sample)

    answered = each_refused(sample, request, tampering.ways(row_for(request, sample)))

    with deciding("SIGN-100"):
        observe(answered["signature of zeros"])
    with deciding("SIGN-101"):
        observe(answered["no signature"])


@pytest.mark.parametrize("operation_id", ["exams_index", "exams_create"])
@pytest.mark.requirement("SIGN-005", "SIGN-006")
def test_only_the_own_key_in_full_signs(operation_id, sample):
    request = sample(operation_id)
    others = [client.user for role, client in sample.clients.items() if role != request.role]
    theirs = [Wrongly(f"signed with the key of the {user.role}", secret_key=user.secret_key) for user in others]

    each_refused(sample, request, {"SIGN-005": tampering.similar_keys(row_for(request, sample)), "SIGN-006": theirs})


@pytest.mark.parametrize("operation_id", ["exams_index", "exams_create"])
@pytest.mark.requirement("SIGN-006")
def test_the_key_of_the_caller_before_does_not_sign(operation_id, sample):
    # A server that keeps the current user of a thread would take the key of whoever asked just before.
    request = sample(operation_id)
    others = [client for role, client in sample.clients.items() if role != request.role]
    if not others:
        raise NotTested("the target's config names no other user")

    wrong = []
    for client in others:
        control(client("exams_index")).accepted()
        label = f"signed with the key of the {client.user.role}, who asked before"
        wrong.append(sample.send(request, Wrongly(label, secret_key=client.user.secret_key)))
    right = sample.send(request)

    for exchange in wrong:
        expect(exchange).refused()
    control(right).accepted()


@pytest.mark.requirement("SIGN-013", "SIGN-017", "SIGN-037")
def test_multipart_fields_are_signed(sample):
    request = sample("institutes_create")
    request = replace(request, params={**request.params, "logo_image": File("logo.png", PNG, "image/png")})

    each_refused(sample, request, tampering.multipart_ways())


@pytest.mark.requirement("SIGN-050", "SIGN-051", "SIGN-052")
def test_other_spelling_of_the_same_request_is_accepted(operation_id, sample):
    operation, register = operations.get(operation_id), requirements.load()
    repeatable = operation.method in ("GET", "PATCH", "PUT")
    spellings = [
        ("SIGN-050", "ordered by name backwards", lambda request: wire.in_order_of(reverse=True)),
        ("SIGN-051", "escaped throughout", lambda request: wire.encoded_throughout),
        ("SIGN-052", "path ids repeated", lambda request: wire.with_members(ids_of(operation, request))),
    ]
    if repeatable:
        spellings.append(("SIGN-050", "turned around", lambda request: wire.reversed_order))

    request = None
    for requirement_id, label, spelling in spellings:
        if operation_id in register.get(requirement_id).operations:
            if request is None or not repeatable:
                request = request_for(operation_id, sample)
            with deciding(requirement_id):
                accepted_like(sample, request, sample.send(request, Wrongly(label, wire=spelling(request))))


def ids_of(operation, request):
    return {name: request.params[name] for name in operation.path_names}
