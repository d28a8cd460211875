"""Secrets are removed by value wherever they stand, however many there are."""

import secrets
import time

import pytest

from contract.redaction import REMOVED, Redactor

TOKEN = "k3J_x-9fQ2mZ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"see {TOKEN}.", f"see {REMOVED}."),
        (f"{TOKEN}{TOKEN}", f"{REMOVED}{REMOVED}"),
        (f"before_{TOKEN}_after", f"before_{REMOVED}_after"),
        (f"é{TOKEN}é", f"é{REMOVED}é"),
        (TOKEN[:-1], TOKEN[:-1]),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_learnt_text_is_removed_wherever_it_stands(text, expected):
    assert Redactor([TOKEN]).text(text) == expected


def test_a_text_with_other_characters_is_removed_in_every_spelling():
    redactor = Redactor(["pass word/1&é"])

    assert redactor.text("a=pass%20word%2F1%26%C3%A9") == f"a={REMOVED}"
    assert redactor.text("a=pass+word%2F1%26%C3%A9") == f"a={REMOVED}"
    assert redactor.text('{"a": "pass word/1&\\u00e9"}') == f'{{"a": "{REMOVED}"}}'


def test_a_word_is_looked_at_again_when_a_secret_in_it_is_learnt():
    redactor = Redactor()
    assert redactor.text(f"x{TOKEN}") == f"x{TOKEN}"

    redactor.learn_from({"rows": [{"api_token": TOKEN}]})

    assert redactor.text(f"x{TOKEN}") == f"x{REMOVED}"


def test_the_longer_of_two_secrets_with_one_beginning_goes_first():
    assert Redactor([TOKEN, TOKEN + "more"]).text(TOKEN + "more") == REMOVED


def test_thousands_of_secrets_do_not_slow_it_down():
    redactor = Redactor()
    started = time.process_time()
    for _ in range(5000):
        redactor.learn(secrets.token_hex(16))
        redactor.text('{"id": 1, "created_at": "2018-11-21T00:54:59.934+01:00"}')

    assert time.process_time() - started < 5
