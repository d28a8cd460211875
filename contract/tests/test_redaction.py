"""Secrets are removed by value wherever they stand, however many there are."""

import secrets
import time

import pytest
import requests

from contract import operations
from contract.exchange import LONGEST_KEPT_BODY, LONGEST_WHOLE_BODY, Exchange, is_cut, record
from contract.redaction import REMOVED, SECRET_FIELDS, SECRET_HEADERS, Redactor

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


# -- by field, header, parameter


@pytest.mark.parametrize("name", sorted(SECRET_FIELDS))
@pytest.mark.parametrize(
    "text",
    [
        '{{"id": 1, "{name}": "hush-hush", "x": 2}}',
        '{{"rows": [{{"{name}":"hush-hush"}}]}}',
        "https://h.example.com/api/v3/users?id=1&{name}=hush-hush&x=2",
        "{name}=hush-hush&x=2",
        '--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nhush-hush\r\n--b--\r\n',
        '--b\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: text/plain\r\n\r\nhush-hush\r\n--b--',
    ],
    ids=["JSON", "nested JSON", "query", "form", "multipart", "typed multipart"],
)
def test_value_of_a_secret_field_is_removed_unlearnt(name, text):
    written = text.format(name=name)

    assert Redactor().text(written) == written.replace("hush-hush", REMOVED)


def test_secret_field_is_removed_with_its_escapes():
    assert Redactor().text(r'{"password": "a\"b\\", "x": "y"}') == f'{{"password": "{REMOVED}", "x": "y"}}'


@pytest.mark.parametrize(
    "text",
    ['{"token_value": 30, "name": "api_token"}', "page=1&limit=2", '{"password": ""}', '{"api_token": null}'],
)
def test_what_only_looks_like_a_secret_stays(text):
    assert Redactor().text(text) == text


@pytest.mark.parametrize("name", [*sorted(SECRET_HEADERS), "Authorization", "X-Access"])
def test_value_of_a_secret_header_is_removed_whole(name):
    redactor = Redactor(headers=["x-access"])

    assert redactor.headers([(name, "Token token=abc"), ("Accept", "text/html")]) == [
        (name, REMOVED),
        ("Accept", "text/html"),
    ]


def test_token_scheme_is_removed_anywhere_in_a_text():
    assert Redactor().text("curl -H 'Authorization: Token token=abc.def' x") == (
        f"curl -H 'Authorization: Token token={REMOVED}' x"
    )


@pytest.mark.parametrize(
    "text", ["a=1&signature={}", '{{"signature": "{}"}}', 'name="signature"\r\n\r\n{}', "x%3Fsignature%3D{}"]
)
def test_signature_is_cut_to_what_cannot_be_used_again(text):
    signature = "8aac70c9906ad0812f4fbc34617322f985b4ac978cec861724f142cb572b88ff"

    assert Redactor().text(text.format(signature)) == text.format("8aac70c9…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("expected " + "ab" * 32 + " for it", "expected abababab… for it"),
        ("X-Amz-Signature=" + "ab" * 32, "X-Amz-Signature=abababab…"),
        ("https://someone:hush@files.example.com/x", f"https://{REMOVED}@files.example.com/x"),
        ("Bearer abc.def-ghi", f"Bearer {REMOVED}"),
        ("Basic c29tZW9uZTpodXNo", f"Basic {REMOVED}"),
        ('Token token="abc"', f'Token token="{REMOVED}"'),
        ('{"secret_key": 99887766}', f'{{"secret_key": {REMOVED}}}'),
        ('{"API_TOKEN": "hush"}', f'{{"API_TOKEN": "{REMOVED}"}}'),
        (r'{"said": "{\"password\": \"hush\"}"}', rf'{{"said": "{{\"password\": \"{REMOVED}\"}}"}}'),
        (r"https://x.example.com/?a=1\u0026token=hush", rf"https://x.example.com/?a=1\u0026token={REMOVED}"),
        ("x%26password%3Dhush", f"x%26password%3D{REMOVED}"),
        ("id 0123456789abcdef0123456789abcdef stays", "id 0123456789abcdef0123456789abcdef stays"),
        ("Basic rules apply", "Basic rules apply"),
    ],
)
def test_what_only_its_form_gives_away_is_removed(text, expected):
    assert Redactor().text(text) == expected


def test_everything_below_a_secret_field_is_learnt():
    redactor = Redactor()
    redactor.learn_from({"password": {"old": TOKEN, "all": ["another-one-x"]}, "Token": 9988776655})

    assert redactor.text(f"{TOKEN} another-one-x 9988776655") == f"{REMOVED} {REMOVED} {REMOVED}"


@pytest.mark.parametrize("name", ["errors", "error"])
def test_what_an_error_says_of_a_secret_field_is_no_secret(name):
    redactor = Redactor()
    redactor.learn_from({name: {"password": ["is too short", TOKEN], "login": [{"token": "has expired"}]}})

    said = f'{{"{name}": {{"password": ["is too short", "{TOKEN}"]}}}} has expired'

    assert redactor.text(said) == said.replace(TOKEN, REMOVED)


def test_a_row_of_noughts_is_no_secret_elsewhere():
    redactor = Redactor()
    redactor.learn_from({"token": "0" * 32})

    assert redactor.text("0" * 32) == "0" * 32


def test_plain_values_are_cleaned_at_any_depth():
    assert Redactor([TOKEN]).plain({"a": [TOKEN, 1, None, {TOKEN: (TOKEN,)}]}) == {
        "a": [REMOVED, 1, None, {REMOVED: [REMOVED]}]
    }


# -- what is recorded of an exchange


def recorded(body=b"{}", answer=b"{}", url="https://h.example.com/api/v3/exams", redactor=None, **headers):
    request = requests.Request("POST", url, data=body, headers=headers).prepare()
    response = requests.Response()
    response.status_code, response._content = 200, answer
    response.headers["X-Echo"] = headers.get("X-Echo", "")
    exchange = Exchange(
        "x0-1", operations.get("exams_create"), "administrator", "valid", "judged", 0, 1.0, request, response
    )
    return record(exchange, redactor or Redactor([TOKEN]), "EXAM-001-1")


@pytest.mark.parametrize(
    "where",
    [
        {"body": TOKEN.encode()},
        {"answer": TOKEN.encode()},
        {"answer": b"\xff\xfe" + TOKEN.encode()},
        {"url": f"https://h.example.com/api/v3/exams/{TOKEN}?x={TOKEN}"},
        {"Authorization": TOKEN},
        {"X-Echo": TOKEN},
    ],
    ids=["request body", "answer", "answer that is no text", "url", "request header", "answer header"],
)
def test_nothing_of_an_exchange_shows_a_secret(where):
    assert TOKEN not in str(recorded(**where))


def test_secret_that_an_answer_brings_is_removed_from_it_and_from_what_follows():
    redactor = Redactor()

    first = recorded(answer=f'{{"user": {{"api_token": "{TOKEN}", "note": "{TOKEN}"}}}}'.encode(), redactor=redactor)
    later = recorded(body=f'{{"name": "{TOKEN}"}}'.encode(), redactor=redactor)

    assert TOKEN not in str(first)
    assert TOKEN not in str(later)


@pytest.mark.parametrize("before", range(LONGEST_KEPT_BODY - len(TOKEN) - 1, LONGEST_KEPT_BODY + 2))
def test_secret_at_the_cut_leaves_no_half(before):
    kept = recorded(answer=b"." * before + TOKEN.encode() + b"." * 50)["response"]

    assert kept["cut"]
    assert len(kept["body"]) <= LONGEST_KEPT_BODY
    assert TOKEN[:4] not in kept["body"]


def test_body_that_is_cut_says_so_and_how_long_it_was():
    kept = recorded(answer=b"." * (3 * LONGEST_KEPT_BODY))["response"]

    assert kept["cut"]
    assert kept["size"] == 3 * LONGEST_KEPT_BODY
    assert 0 < len(kept["body"]) <= LONGEST_KEPT_BODY


def test_the_exchange_of_a_failure_is_kept_whole():
    request = requests.Request("GET", "https://h.example.com/api/v3/exams").prepare()
    response = requests.Response()
    response.status_code, response._content = 200, b"." * (5 * LONGEST_KEPT_BODY) + TOKEN.encode()
    exchange = Exchange("x0-1", None, "administrator", "valid", "judged", 0, 1.0, request, response)

    kept = record(exchange, Redactor([TOKEN]), "EXAM-001-1", LONGEST_WHOLE_BODY)["response"]

    assert is_cut(exchange)
    assert not kept["cut"]
    assert kept["body"].endswith("." + REMOVED)
    assert len(kept["body"]) == 5 * LONGEST_KEPT_BODY + len(REMOVED)
