"""The Accept header, which names the version of the API (missing ones and other versions: test_refusals.py)."""

import pytest

from contract.auth import ACCEPT, Wrongly
from contract.checks.refusals import each_refused
from contract.judgement import deciding, observe


@pytest.mark.requirement("ACCEPT-005")
def test_version_is_compared_in_full(operation_id, sample):
    accepts = [f"application/vnd.procwise.v{version}" for version in ("33", "", "3.1")]
    spoiled = [Wrongly(f"Accept: {accept}", accept=accept) for accept in accepts]

    each_refused(sample, sample(operation_id), {"ACCEPT-005": spoiled})


def observed(sample, operation_id, forms):
    """Record for each form of the header whether the request was accepted."""
    for key, text in forms.items():
        exchange = sample.send(sample(operation_id), Wrongly(f"Accept: {text}", accept=text))
        observe(exchange, **{key: exchange.status})


@pytest.mark.requirement("ACCEPT-012", "ACCEPT-013")
def test_accept_of_anything_and_of_json(operation_id, sample):
    with deciding("ACCEPT-012"):
        observed(sample, operation_id, {"status": "*/*"})
    with deciding("ACCEPT-013"):
        observed(sample, operation_id, {"status": "application/json"})


@pytest.mark.requirement("ACCEPT-014")
def test_quality_values(operation_id, sample):
    observed(sample, operation_id, {"q=0.9": f"{ACCEPT};q=0.9", "q=0": f"{ACCEPT};q=0"})


@pytest.mark.requirement("ACCEPT-015")
def test_several_media_types(operation_id, sample):
    observed(sample, operation_id, {"first": f"{ACCEPT}, text/html", "last": f"text/html, {ACCEPT}"})


@pytest.mark.requirement("ACCEPT-016")
def test_parameters_of_the_media_type(operation_id, sample):
    observed(sample, operation_id, {"charset": f"{ACCEPT}; charset=utf-8", "+json": f"{ACCEPT}+json"})


@pytest.mark.requirement("ACCEPT-017")
def test_letter_case_of_the_media_type(operation_id, sample):
    observed(sample, operation_id, {"upper": ACCEPT.upper(), "V3": ACCEPT[:-2] + "V3"})


@pytest.mark.requirement("ACCEPT-018")
def test_empty_accept_header(operation_id, sample):
    observed(sample, operation_id, {"status": ""})
