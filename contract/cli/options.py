"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The config file.  [default: conformance.toml in the current folder]",
)
target_option = click.option(
    "--target",
    default="mock",
    metavar="NAME",
    show_default=True,
    help="A target of the config file, or 'mock' for a mock server started for the occasion.",
)
