"""The signature of a request: HMAC-SHA256 over all parameters, with the user's secret key."""

from dataclasses import replace

import pytest

from contract import operations, requirements
from contract.auth import Wrongly
from contract.checks import secrets, tampering, wire
from contract.checks.refusals import each_refused
from contract.client import File
from contract.judgement import deciding, expect, observe
from contract.world import PNG

PAGED = (
    "attachments_index", "exams_index", "exams_index_students", "institutes_index", "lti_resources_index",
    "student_sessions_index", "student_sessions_index_all", "users_index",
)  # fmt: skip
"""Lists with a documented parameter page: it stands for the query parameters."""


ONE_OF_EACH_KIND = (
    "attachments_create", "documents_update_put", "exams_create", "exams_destroy", "exams_index", "exams_send_emails",
    "exams_update", "institutes_update", "student_sessions_show", "tool_providers_index", "users_create",
    "users_destroy",
)  # fmt: skip
"""Every method, with and without ids in the path, with and without parameters, JSON and multipart."""
OTHERS = [operation_id for operation_id in operations.table() if operation_id not in ONE_OF_EACH_KIND]


def request_for(operation_id, sample):
    request = sample(operation_id)
    return replace(request, params={**request.params, "page": 1}) if operation_id in PAGED else request


def row_for(request, sample):
    """The request with the keys and the earlier signature that the columns of the matrix need."""
    own = sample.clients[request.role]
    others = [client.user for role, client in sample.clients.items() if role != request.role]
    earlier = own("exams_index", purpose="control")
    expect(earlier).accepted()
    return tampering.Row(
        request=request,
        own_key=own.user.secret_key,
        other_key=others[0].secret_key if others else None,
        earlier_signature=wire.query_value(earlier.request, "signature"),
    )


@pytest.mark.smoke
@pytest.mark.requirement(
    "SIGN-001", "TOKEN-001", "ACCEPT-001", "ISO-060", "ISO-061", "ISO-062", "ROBUST-025"
)
def test_signed_request_is_accepted(operation_id, sample):
    request = request_for(operation_id, sample)

    right = sample.send(request)

    for requirement_id in ("SIGN-001", "TOKEN-001", "ACCEPT-001"):
        with deciding(requirement_id):
            expect(right).accepted()
    secrets.stand_where_they_are_documented(right, sample.clients[request.role].user)
    with deciding("ROBUST-025"):
        says_that_it_is_json(right)


def says_that_it_is_json(exchange):
    expect(exchange).accepted()
    content_type = (exchange.header("Content-Type") or "").partition(";")[0].strip()
    is_json = content_type == "application/json" or content_type.endswith("+json")
    expect(exchange).holds(is_json or not exchange.body, "a content type of JSON", content_type or "none")


@pytest.mark.requirement(*(column.requirement for column in tampering.PER_OPERATION), "SIGN-100", "SIGN-101")
def test_tampered_request_is_refused(operation_id, sample):
    request = request_for(operation_id, sample)

    answered = each_refused(sample, request, tampering.ways(row_for(request, sample), tampering.PER_OPERATION))

    with deciding("SIGN-100"):
        observe(answered["signature of zeros"])
    with deciding("SIGN-101"):
        observe(answered["no signature"])


@pytest.mark.parametrize(
    "operation_id", [*ONE_OF_EACH_KIND, *(pytest.param(name, marks=pytest.mark.deep) for name in OTHERS)]
)
@pytest.mark.requirement(*(column.requirement for column in tampering.ABOUT_THE_CODE))
def test_signature_computed_otherwise_is_refused(operation_id, sample):
    request = request_for(operation_id, sample)

    each_refused(sample, request, tampering.ways(row_for(request, sample), tampering.ABOUT_THE_CODE))


@pytest.mark.requirement("SIGN-013", "SIGN-017", "SIGN-037")
def test_multipart_fields_are_signed(sample):
    request = sample("institutes_create")
    request = replace(request, params={**request.params, "logo_image": File("logo.png", PNG, "image/png")})

    each_refused(sample, request, tampering.multipart_ways())


@pytest.mark.requirement("SIGN-050", "SIGN-051", "SIGN-052")
def test_other_spelling_of_the_same_request_is_accepted(operation_id, sample):
    register = requirements.load()
    path_names = operations.get(operation_id).path_names
    spellings = {
        "SIGN-050": lambda request: wire.reversed_order,
        "SIGN-051": lambda request: wire.encoded_throughout,
        "SIGN-052": lambda request: wire.with_members({name: request.params[name] for name in path_names}),
    }

    for requirement_id, spelling in spellings.items():
        if operation_id in register.get(requirement_id).operations:
            request = request_for(operation_id, sample)
            with deciding(requirement_id):
                expect(sample.send(request, Wrongly("spelled differently", wire=spelling(request)))).accepted()
