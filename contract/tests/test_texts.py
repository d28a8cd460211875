"""Documented texts are found whatever quotes, letter case and wrapping they come in."""

from __future__ import annotations

from typing import Any

import pytest

from contract.checks.texts import has_text, says
from contract.judgement import FindingRaised, Ledger, judging
from contract.requirements import load
from contract.tests.exchanges import exchange

MISSING = "Param is missing or the value is empty: name"
ABSENT = "Couldn't find Exam with 'id'=7"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": MISSING}, MISSING),
        ({"errors": [{"detail": MISSING + "."}]}, MISSING),
        (MISSING.encode(), MISSING),
        ({"error": "PARAM IS MISSING or the value is empty:  'name'"}, MISSING),
        (b"<p>param is missing or the value is empty: \xe2\x80\x98name\xe2\x80\x99</p>", MISSING),
        ({"error": "Couldn't find Exam with 'id'=7"}, ABSENT),
        (b'{"error": "Couldn\\u0027t find Exam with \\"id\\" = 7"}', ABSENT),
        ({"email": ["has already been taken"]}, "'email':['has already been taken']"),
        (b'{"email":["Has already been taken."]}', "has already been taken"),
    ],
)
def test_a_text_is_found(body: Any, text: str) -> None:
    assert says(exchange("exams_show", 422, body), text)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": "Param is missing or the value is empty: title"}, MISSING),
        ({"error": "Couldn't find Exam with 'id'=8"}, ABSENT),
        ({"name": ["has already been taken"]}, "'email':['has already been taken']"),
        (b"", MISSING),
        ({"error": "name"}, MISSING),
    ],
)
def test_another_text_is_not_taken_for_it(body: Any, text: str) -> None:
    assert not says(exchange("exams_show", 422, body), text)


def test_a_text_that_is_lacking_is_a_finding_with_what_was_said_instead() -> None:
    with judging(Ledger(load().get("NONCE-001"), "case")):
        has_text(exchange("exams_show", 422, {"error": MISSING}), MISSING)
        with pytest.raises(FindingRaised, match="observed no body"):
            has_text(exchange("exams_show", 422), MISSING)
        with pytest.raises(FindingRaised, match=r"the text 'Param .* in the body; observed nonsense"):
            has_text(exchange("exams_show", 422, b"nonsense"), MISSING)
