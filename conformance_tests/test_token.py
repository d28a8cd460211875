"""Who the caller is: the token in the Authorization header (missing and unknown ones: test_refusals.py)."""

import pytest

from contract.auth import Wrongly, authorization
from contract.checks.acceptance import accepted_as_usual
from contract.checks.refusals import each_refused
from contract.judgement import control, expect, observe


@pytest.mark.requirement("TOKEN-005")
def test_token_is_compared_in_full(operation_id, sample):
    request = sample(operation_id)
    token = sample.clients[request.role].user.token

    forms = {"cut": token[:-1], "extended": token + "x", "in other letter case": token.swapcase()}
    different = {how: text for how, text in forms.items() if text != token}
    spoiled = [Wrongly(f"token {how}", authorization=authorization(text)) for how, text in different.items()]

    each_refused(sample, request, {"TOKEN-005": spoiled})


@pytest.mark.requirement("TOKEN-006")
def test_token_as_a_parameter_does_not_authenticate(operation_id, sample):
    request = sample(operation_id)
    token = sample.clients[request.role].user.token

    wrong = sample.send(request, Wrongly("token as a parameter", authorization=None), api_token=token)
    right = sample.send(request)

    expect(wrong).refused()
    control(right).accepted()


@pytest.mark.requirement("TOKEN-010")
def test_created_user_is_authenticated(administrator, world):
    created = world.client_of(world.user(role="administrator"))

    accepted_as_usual(created("exams_index"), lambda: control(administrator("exams_index")).accepted())


@pytest.mark.requirement("TOKEN-011")
def test_token_of_a_destroyed_user_is_refused(administrator, world):
    user = world.user(role="administrator")
    created = world.client_of(user)

    before = created("exams_index", purpose="control")
    destroyed = administrator("users_destroy", institute_id=user["institute_id"], id=user["id"])
    after = created("exams_index")

    control(before).accepted()
    control(destroyed).accepted()
    expect(after).refused()


def observed(administrator, forms):
    """Record for each form of the header whether the request was accepted."""
    for key, text in forms.items():
        exchange = administrator("exams_index", wrongly=Wrongly(f"Authorization: {key}", authorization=text))
        observe(exchange, **{key: exchange.status})


@pytest.mark.requirement("TOKEN-022")
def test_quoted_token(administrator):
    observed(administrator, {"quoted": f'Token token="{administrator.user.token}"'})


@pytest.mark.requirement("TOKEN-023")
def test_letter_case_of_the_word_token(administrator):
    token = administrator.user.token
    observed(administrator, {"lower": f"token token={token}", "upper": f"TOKEN token={token}"})


@pytest.mark.requirement("TOKEN-024")
def test_scheme_bearer(administrator):
    observed(administrator, {"bearer": f"Bearer {administrator.user.token}"})


@pytest.mark.requirement("TOKEN-025")
def test_bare_token(administrator):
    token = administrator.user.token
    observed(administrator, {"without_token=": f"Token {token}", "without_scheme": token})


@pytest.mark.requirement("TOKEN-026")
def test_white_space_around_the_token(administrator):
    token = administrator.user.token
    observed(administrator, {"behind_the_scheme": f"Token  token={token}", "behind_the_name": f"Token token= {token}"})
