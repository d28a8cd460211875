"""Commands in the report do what the run did."""

from __future__ import annotations

import shlex
from dataclasses import replace

from contract.judgement import NO_CRASH
from contract.reporting import commands
from contract.results import Finding, Verdict
from contract.tests.reporting.factory import make_case, make_exchange, make_requirement, make_result


def test_again_keeps_target_profile_seed_and_the_options_that_matter() -> None:
    arguments = ["run", "--config", "my config.toml", "--read-only", "--json", "--seed", "9"]

    words = shlex.split(commands.again(make_result(arguments=arguments), ["SIGN-003"]))

    assert words == [
        "conformance", "run", "--target", "staging", "--profile", "standard", "--seed", "7", "--read-only",
        "--config", "my config.toml", "--requirement", "SIGN-003",
    ]  # fmt: skip


def test_again_leads_to_the_test_of_something_else_in_which_a_5xx_came() -> None:
    finding = Finding(NO_CRASH, "GET /exams/word -> 500: oops", operation="exams_show")
    crashed = make_case("ROBUST-101", 1, Verdict.WARN, "exams_show", finding)
    asked = replace(make_case("EXAM-025", 1, Verdict.PASS, "exams_show"), test=crashed.test)
    other = replace(make_case("EXAM-026", 1, Verdict.PASS, "exams_show"), test="test_exams.py::test_another")
    judged = [make_requirement(case.requirement, cases=[case]) for case in (other, asked, crashed)]

    words = commands.again(make_result(judged), ["ROBUST-101"])

    assert words.endswith("--requirement ROBUST-101 --requirement EXAM-025")


def test_sign_names_the_parameters_and_never_nonce_or_signature() -> None:
    words = shlex.split(commands.sign("staging", make_exchange()) or "")

    assert words == [
        "conformance", "sign", "--target", "staging", "--user", "administrator", "--method", "POST", "--path", "/exams",
        "--param", "name=Physics",
    ]  # fmt: skip


def test_sign_takes_query_parameters() -> None:
    words = shlex.split(commands.sign("staging", make_exchange(operation="exams_index")) or "")

    assert words[-2:] == ["--param", "limit=2"]


def test_no_sign_command_where_it_would_be_another_request() -> None:
    for body in (
        "--boundary",
        "[1]",
        '{"open":true}',
        '{"filter":{"a":1}}',
        '{"name":"' + "x" * 300 + '"}',
        '{"name":null}',
    ):
        assert commands.sign("staging", make_exchange(sent=body)) is None
    foreign = make_exchange()
    foreign["request"]["url"] = "https://cdn.example.com/photo.jpg"
    assert commands.sign("staging", foreign) is None


def test_a_name_that_a_shell_would_read_is_quoted() -> None:
    result = make_result()
    result.target["name"] = "a; rm -rf ."

    assert "'a; rm -rf .'" in commands.again(result)


def test_a_curl_line_takes_nonce_and_signature_from_the_command_that_signs() -> None:
    line = commands.curl("staging", make_exchange(), ["--config", "my config.toml"]) or ""

    words = shlex.split(line)
    assert words[:4] == ["curl", "-sS", "-X", "POST"]
    assert "https://staging.example.com/api/v3/exams" in words
    assert "Authorization: Token token=$API_TOKEN" in words
    assert words[-2] == "-d"
    assert shlex.split(words[-1].removeprefix("$(").removesuffix(")")) == [
        "conformance", "sign", "--target", "staging", "--config", "my config.toml", "--user", "administrator",
        "--method", "POST", "--path", "/exams", "--param", "name=Physics", "--only", "body",
    ]  # fmt: skip
    assert "6fc454b6" not in line


def test_the_curl_line_of_a_get_has_its_query_signed() -> None:
    line = commands.curl("staging", make_exchange(operation="exams_index")) or ""

    assert 'https://staging.example.com/api/v3/exams"?$(conformance sign' in line
    assert line.endswith('--param limit=2 --only query)"')
