"""What a run says beforehand that it will send is what it sends, but for a tenth."""

from __future__ import annotations

import re

import pytest

from contract.tests.run.conftest import conformance, mock_server

POOR = r"\n\[targets\.local\.(fixtures|users\.(superuser|teacher|outsider))\]\n([^\[\n].*\n)*"
"""The tables of a config that only an administrator can do without."""


def announced_and_sent(finished) -> tuple[int, int]:
    said = re.search(r"about (\d+) requests", finished.out)
    assert said, finished.out + finished.err
    return int(said[1]), finished.report["summary"]["requests"]


@pytest.mark.parametrize(
    "options",
    [
        ("--profile", "smoke"),
        ("--profile", "smoke", "--read-only"),
        ("--area", "filtering"),
        ("--area", "filtering", "--workers", "1"),
        ("--area", "exams", "--area", "pagination", "--read-only"),
    ],
    ids=" ".join,
)
def test_as_many_requests_are_sent_as_were_announced(command, options) -> None:
    announced, sent = announced_and_sent(command("run", "--seed", "1", *options))

    assert sent > 20
    assert announced == pytest.approx(sent, rel=0.1)


def test_what_the_target_cannot_be_tested_for_is_not_announced(tmp_path) -> None:
    config = tmp_path / "conformance.toml"
    with mock_server(config):
        config.write_text(re.sub(POOR, "\n", config.read_text()))
        assert "superuser" not in config.read_text()
        finished = conformance(
            tmp_path, "run", "--target", "local", "--seed", "1", "--area", "institutes", "--area", "users"
        )

    announced, sent = announced_and_sent(finished)
    assert announced == pytest.approx(sent, rel=0.25)
