"""What every request must carry: token, Accept, nonce, timestamp. One control for all ways to leave one out."""

import pytest

from contract.auth import Wrongly, authorization, params_of
from contract.checks import effects
from contract.checks.refusals import CONTROL, each_refused, is_json_refusal
from contract.judgement import control, deciding, expect, observe, require

NOBODY = "nobodys-token-000000000"
WAYS = {
    "TOKEN-002": [Wrongly("no Authorization header", authorization=None)],
    "TOKEN-003": [Wrongly("the token of nobody", authorization=authorization(NOBODY))],
    "TOKEN-004": [Wrongly("an empty token", authorization="Token token=")],
    "ACCEPT-002": [Wrongly("no Accept header", accept=None)],
    "ACCEPT-003": [Wrongly("version 2", accept="application/vnd.procwise.v2")],
    "ACCEPT-004": [Wrongly("version 4", accept="application/vnd.procwise.v4")],
    "NONCE-020": [Wrongly("no nonce", nonce=None)],
    "NONCE-021": [],
    "NONCE-050": [Wrongly("no timestamp", timestamp=None)],
    "NONCE-051": [Wrongly("a word as timestamp", timestamp="now")],
}
STATUS_OF = {
    "TOKEN-020": "no Authorization header",
    "TOKEN-021": "the token of nobody",
    "ACCEPT-010": "no Accept header",
    "ACCEPT-011": "version 4",
    "NONCE-044": "no nonce",
    "NONCE-063": "no timestamp",
}
"""Open questions: the status of these refusals."""
JSON_OF = {"TOKEN-030": ("no Authorization header", "the token of nobody"), "ACCEPT-020": ("version 4",)}


@pytest.mark.requirement(*WAYS, *STATUS_OF, *JSON_OF, "TOKEN-031")
def test_request_without_what_it_must_carry_is_refused(operation_id, sample):
    request = sample(operation_id)

    # A new word each time: one that was used before would be refused for that.
    answered = each_refused(sample, request, {**WAYS, "NONCE-021": [a_word_as_nonce(sample.clients[request.role])]})

    for requirement_id, label in STATUS_OF.items():
        with deciding(requirement_id):
            observe(answered[label])
    for requirement_id, labels in JSON_OF.items():
        for label in labels:
            with deciding(requirement_id):
                is_json_refusal(answered[label])
                control(answered[CONTROL]).accepted()
    with deciding("TOKEN-031"):
        for label in ("the token of nobody", "no Authorization header"):
            keeps_its_secrets(answered[label], NOBODY, sample.clients[request.role].user.secret_key)
        control(answered[CONTROL]).accepted()


def a_word_as_nonce(client):
    digits = str(client.sender.nonces())
    return Wrongly("a word as nonce", nonce="".join(chr(ord("a") + int(digit)) for digit in digits))


def keeps_its_secrets(exchange, *secrets):
    """Judge that a refusal repeats neither *secrets* nor the signature that was sent."""
    expect(exchange).refused()
    secrets = (*secrets, params_of(exchange.request)["signature"])
    repeated = sum(secret in exchange.text for secret in secrets)
    expect(exchange).holds(not repeated, "no secret in the body", f"{repeated} of them in the body")


def one_of_each(sample, request):
    """A refused form of *request* for each rule; the nonce of one was used by a list of exams before."""
    client = sample.clients[request.role]
    used = client.sender.nonces()
    control(client("exams_index", wrongly=Wrongly("with a chosen nonce", nonce=used), purpose="control")).accepted()
    return {
        "SIGN-080": Wrongly("signature of zeros", signature=lambda right: "0" * 64),
        "NONCE-030": Wrongly("with a used nonce", nonce=used),
        "TOKEN-012": Wrongly("the token of nobody", authorization=authorization(NOBODY)),
        "ACCEPT-006": Wrongly("version 2", accept="application/vnd.procwise.v2"),
    }


@pytest.mark.requirement("SIGN-080", "NONCE-030", "TOKEN-012", "ACCEPT-006")
def test_refused_request_changes_nothing(operation_id, sample):
    request = sample(operation_id)
    state = effects.state_behind(sample.clients[request.role], request)
    before = state()
    forms = one_of_each(sample, request)

    refused = {requirement_id: sample.send(request, wrongly) for requirement_id, wrongly in forms.items()}
    unchanged = effects.read_or_gone(state) == before
    right = sample.send(request if unchanged else sample(operation_id))

    for requirement_id, exchange in refused.items():
        with deciding(requirement_id):
            require(exchange.refused, f"it was not refused: {exchange.line}")
            expect(exchange).refused()
            if not unchanged:
                changes_nothing_alone(sample, operation_id, requirement_id)
            control(right).accepted()


def changes_nothing_alone(sample, operation_id, requirement_id):
    """Something changed: find out whether by the refusal that *requirement_id* is about."""
    request = sample(operation_id)
    state = effects.state_behind(sample.clients[request.role], request)
    before = state()
    exchange = sample.send(request, one_of_each(sample, request)[requirement_id])
    require(exchange.refused, f"it was not refused: {exchange.line}")
    expect(exchange).holds(
        effects.read_or_gone(state) == before, "nothing to change", "it was refused and yet carried out"
    )
