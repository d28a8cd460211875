"""The signature of a request: HMAC-SHA256 over all parameters."""

import pytest

from contract.auth import Wrongly
from contract.judgement import control, expect


@pytest.mark.smoke
@pytest.mark.requirement("SIGN-001")
def test_signed_request_is_accepted(operation_id, sample):
    right = sample.send(sample(operation_id))

    expect(right).accepted()


@pytest.mark.requirement("SIGN-002")
def test_wrong_signature_is_refused(operation_id, sample):
    request = sample(operation_id)

    wrong = sample.send(request, Wrongly("signature of zeros", signature=lambda right: "0" * 64))
    right = sample.send(request)

    expect(wrong).refused()
    control(right).accepted()
