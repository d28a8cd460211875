"""Reads back of a report what a later command needs: the run it came from, and one of its cases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any

from contract.errors import ConfigurationError
from contract.reporting.summary import FORMAT


@dataclass(frozen=True)
class Recorded:
    """One case of a report; `run` and `target` are as ``report.json`` has them."""

    run: dict[str, Any]
    target: dict[str, Any]
    case: dict[str, Any]

    def values(self, option: str) -> list[str]:
        """Return what the run was given for a repeatable *option*."""
        return values_of(self.run["arguments"], option)


def values_of(arguments: Sequence[str], option: str) -> list[str]:
    """Return the values of *option* among command line *arguments*, whether written ``--a b`` or ``--a=b``."""
    joined = f"{option}="
    apart = [following for word, following in pairwise(arguments) if word == option]
    return apart + [word.removeprefix(joined) for word in arguments if word.startswith(joined)]


def read_case(folder: Path, case_id: str) -> Recorded:
    """
    Find a case in the report in *folder*.

    Raises:   ConfigurationError: there is no report, it is of another format, or it has no such case.
    """
    document = _document(folder / "report.json")
    found = next((case for case in document["cases"] if case["id"] == case_id), None)
    if found is None:
        raise ConfigurationError(f"{folder} has no case {case_id}; {_hint(document, case_id)}")
    return Recorded(document["run"], document["target"], found)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"no report {path}; run the suite first, or name a folder with --report-dir") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ConfigurationError(f"{path} is no report of format {FORMAT}")
    return document


def _hint(document: dict[str, Any], case_id: str) -> str:
    of_requirement = [case["id"] for case in document["cases"] if case["requirement"] == case_id]
    if of_requirement:
        listed = ", ".join(of_requirement[:3]) + (" …" if len(of_requirement) > 3 else "")
        return f"that is a requirement; its cases: {listed}"
    close = get_close_matches(case_id, [case["id"] for case in document["cases"]], n=3)
    return f"near: {', '.join(close)}" if close else "ids look like SIGN-002-78382d97 and stand beside each finding"
