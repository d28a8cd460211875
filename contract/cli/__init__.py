"""The command ``conformance``: one module a command, heavy imports only where a command needs them."""

from __future__ import annotations

import importlib
import sys

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


def main() -> None:
    """Run the command line; every error of ours is one line and an exit status."""
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
    except BrokenPipeError:
        # The reader of our output has gone, as `| head` does.
        sys.stderr.close()
        status = 0
    sys.exit(status if isinstance(status, int) else 0)
