"""``conformance faults``: the deviations that the mock can be told to have."""

from __future__ import annotations

import subprocess
import sys

import click


@click.command("faults", epilog="\b\nExample:\n  conformance faults\n  conformance run --fault ignore-accept")
def command() -> int:
    """List the seeded faults of the mock."""
    return subprocess.run([sys.executable, "-m", "contract.mock", "--list-faults"], check=False).returncode
