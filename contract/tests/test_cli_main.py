"""Whatever happens, the command ends with one line, an exit status that is not a verdict, and no secret."""

from __future__ import annotations

import click
import pytest
import requests

from contract import cli

TOKEN = "s3cr3t-token-value"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.exceptions.InvalidHeader(f"Token token={TOKEN}"), "InvalidHeader"),
        (RuntimeError(TOKEN), "RuntimeError"),
        (OSError(28, "No space left on device"), "output: No space left on device"),
        (FileNotFoundError(2, "No such file or directory", "plan.json"), "plan.json: No such file or directory"),
    ],
    ids=["of requests", "of ours", "of the disk", "of a file"],
)
def test_what_nobody_thought_of_is_one_line_without_secrets(monkeypatch, capsys, error, said) -> None:
    @click.command()
    def breaks() -> None:
        raise error

    monkeypatch.setattr(cli, "cli", breaks)
    monkeypatch.setattr("sys.argv", ["conformance"])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    told = capsys.readouterr().err
    assert ended.value.code == cli.NOTHING_CERTAIN
    assert said in told
    assert told.count("\n") == 1
    assert TOKEN not in told
