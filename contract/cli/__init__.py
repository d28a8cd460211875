"""The command ``conformance``: one module a command, heavy imports only where a command needs them."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from typing import Any, TextIO

import click

from contract import __version__
from contract.errors import ConformanceError

COMMANDS = {
    "run": "run",
    "mock": "mock",
    "check-target": "check_target",
    "cleanup": "cleanup",
    "merge": "merge",
    "sign": "sign",
    "repro": "repro",
    "requirements": "requirements",
    "explain": "explain",
    "diff": "diff",
    "faults": "faults",
    "init": "init",
}
INTERRUPTED = 3
NOTHING_CERTAIN = 3


class _Lazy(click.Group):
    """Imports a command when it is asked for, so that ``sign`` does not wait for what ``run`` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"contract.cli.{COMMANDS[name]}").command
        return command


@click.command(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with 'conformance run': it needs no set-up and tests the mock server that it starts.",
)
@click.version_option(__version__, prog_name="conformance")
def cli() -> None:
    """Contract tests for deployments of the Procwise / ProctorExam v3 API."""


class _Patient:
    """Standard output that goes on when its reader has gone, as `| head` does: what a run concludes still counts."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._write_nowhere()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._write_nowhere()

    def _write_nowhere(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _unforeseen(error: Exception) -> str:
    """Return what the system says, or where it happened; any other text may hold a secret."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'output'}: {error.strerror}"
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {os.path.relpath(place.filename)} line {place.lineno}"
    return f"error in the suite: {where}; nothing was concluded, please report it"


def main() -> None:
    """Run the command line; every error is one line and an exit status, also one that nobody thought of."""
    sys.stdout = _Patient(sys.stdout)
    try:
        status = cli.main(standalone_mode=False)
    except ConformanceError as error:
        click.echo(f"conformance: {error}", err=True)
        status = error.exit_code
    except click.ClickException as error:
        error.show()
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("conformance: interrupted", err=True)
        status = INTERRUPTED
    except Exception as error:
        # Whatever it is, a stack trace could show a secret, and Python's exit status 1 would say: does not conform.
        click.echo(f"conformance: {_unforeseen(error)}", err=True)
        status = NOTHING_CERTAIN
    sys.exit(status if isinstance(status, int) else 0)
