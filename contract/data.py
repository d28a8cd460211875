"""Where the files that are not Python are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = PACKAGE / "_data"


def root() -> Path:
    """Return the folder that holds ``openapi``, ``conformance_tests`` and ``reports/templates``."""
    return INSTALLED if INSTALLED.is_dir() else PACKAGE.parent


def openapi_file() -> Path:
    """Return the description's main file."""
    return root() / "openapi" / "openapi.yaml"


def tests_folder() -> Path:
    """Return the folder of the tests that run against a target."""
    return root() / "conformance_tests"


def templates_folder() -> Path:
    """Return the folder of the report's templates."""
    return root() / "reports" / "templates"
