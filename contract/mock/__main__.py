"""
``python -m contract.mock``: start the mock.

Prints ``mock listening on http://HOST:PORT`` once it accepts requests, then a ready config file. Exit status 0 when
told to stop, 2 when it cannot start.
"""

from __future__ import annotations

import json
import math
import os
import socket
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from contract.mock.service import Service

EPILOG = """\b
Example:
  conformance mock --port 8080 --control --config-out local.toml
  conformance run --target local --config local.toml
"""


def _fail(message: str) -> NoReturn:
    click.echo(f"mock: {message}", err=True)
    sys.exit(2)


def _finite(context: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse what FloatRange lets through: nan, which is below nothing, and inf."""
    if not math.isfinite(value):
        raise click.BadParameter("give a number of milliseconds")
    return value


def _list(context: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from contract.mock.faults import FAULTS, VARIANTS

        deviations = [*VARIANTS.values()] if param.name == "list_variants" else [*FAULTS.values(), *VARIANTS.values()]
        if context.params.get("as_json"):
            extent = bool(context.params.get("extent"))
            listed = [each.as_dict() | ({"operations": each.operations} if extent else {}) for each in deviations]
            click.echo(json.dumps(listed, indent=2))
        else:
            for each in deviations:
                click.echo(f"{each.id}\t{each.description}")
        context.exit()


@click.command("mock", epilog=EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the state in this SQLite file; without it the state is in memory.",
)
@click.option("--fault", "faults", multiple=True, metavar="ID", help="Switch a seeded fault on; repeatable.")
@click.option("--variant", "variants", multiple=True, metavar="ID", help="Answer otherwise, but rightly; repeatable.")
@click.option(
    "--latency", default=0.0, type=click.FloatRange(min=0), metavar="MS", callback=_finite, help="Delay every answer."
)
@click.option("--control", is_flag=True, help="Serve the control interface under /__mock__/.")
@click.option(
    "--config-out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a ready config file (target local) here before the mock listens.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    is_eager=True,
    # Read before --list-faults, which stops, wherever it stands.
    help="With --list-faults or --list-variants: as JSON, with the requirements that each breaks.",
)
@click.option(
    "--extent",
    is_flag=True,
    is_eager=True,
    help="With --list-faults --json: the operations that each can show on, which takes seconds to find out.",
)
@click.option(
    "--list-faults",
    is_flag=True,
    expose_value=False,
    callback=_list,
    help="List the seeded faults and the conforming variants and stop.",
)
@click.option(
    "--list-variants",
    is_flag=True,
    expose_value=False,
    callback=_list,
    help="List the conforming variants only and stop.",
)
def main(
    host: str,
    port: int,
    database: Path | None,
    faults: tuple[str, ...],
    variants: tuple[str, ...],
    latency: float,
    control: bool,
    config_out: Path | None,
    as_json: bool,
    extent: bool,
) -> None:
    """Serve the stateful mock of the v3 API, with demo data for every role and fixture."""
    # Imported here so that --help is there at once.
    from contract.mock.app import MockApp
    from contract.mock.config_snippet import config_toml
    from contract.mock.server import MockServer

    service = _service(database, (*faults, *variants))
    listener = _listener(host, port)
    base_url = _base_url(listener, host)
    config = config_toml(service.store, base_url, control=control)
    if config_out:
        _write(config_out, config)

    def announce() -> None:
        where = f"in {config_out}" if config_out else f"in this config file:\n\n{config}"
        _say(f"mock listening on {base_url}")
        _say(f"demo credentials: {where}")

    MockServer(MockApp(service, latency_ms=latency, with_control=control), announce).run([listener])
    service.store.close()


def _service(database: Path | None, faults: tuple[str, ...]) -> Service:
    from contract.mock.faults import UnknownFaultError
    from contract.mock.service import Service

    try:
        return Service(database, faults)
    except UnknownFaultError as error:
        _fail(str(error))
    except (sqlite3.Error, OSError) as error:
        _fail(f"the database {database} cannot be used: {error}")


def _listener(host: str, port: int) -> socket.socket:
    from contract.mock.server import listen

    try:
        return listen(host, port)
    except OSError as error:
        _fail(f"cannot listen on {host}:{port}: {error.strerror or error}; --port 0 takes any free port")


def _base_url(listener: socket.socket, host: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


def _say(text: str) -> None:
    """Print at once; whoever started us may have stopped reading, which is no reason to stop serving."""
    try:
        click.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stays open as long as the process


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        _fail(f"cannot write {path}: {error.strerror or error}")


if __name__ == "__main__":
    main()
