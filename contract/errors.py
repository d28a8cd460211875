"""What can go wrong, and whose it is to mend.

    ConformanceError
    ├── ConfigurationError      the user's: options, config file, environment; exit 2
    ├── TargetError             the target's, or the way to it; exit 3
    │   ├── TargetUnreachable   no HTTP answer
    │   └── CredentialsRefused  a valid request of a configured user was refused
    └── SuiteError              ours
        ├── UnknownName         an operation, requirement, profile that does not exist
        ├── UnsafeRequest       a request that could change data which the run does not own
        └── ReadOnlyRun         a request that changes state in a run that may only read

How a test ends is not an error; see ``contract.judgement``.
"""

from __future__ import annotations

MOST_LISTED = 20
"""So many names an error lists of those that are known; the areas are fewer."""


class ConformanceError(Exception):
    """Base of every error that this package raises on purpose; its text is one line for people."""

    exit_code = 3


class ConfigurationError(ConformanceError):
    """Options, config file or environment cannot be used as they are."""

    exit_code = 2


class TargetError(ConformanceError):
    """Nothing can be concluded about the target."""


class TargetUnreachable(TargetError):
    """No HTTP answer came back."""


class CredentialsRefused(TargetError):
    """The target refused a valid request of a configured user."""


class SuiteError(ConformanceError):
    """The suite asked for something that cannot be right."""


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f", … and {more} more" if more > 0 else "")


class UnknownName(SuiteError):
    """A name that stands in no table."""

    exit_code = 2

    def __init__(self, what: str, name: str, known: list[str]) -> None:
        import difflib

        close = difflib.get_close_matches(name, known, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else f"known: {_listed(known)}"
        super().__init__(f"unknown {what} {name!r}; {hint}")
        self.name = name


class UnsafeRequest(SuiteError):
    """A state-changing request named an id that is not the run's to change; nothing was sent."""


class ReadOnlyRun(SuiteError):
    """A state-changing request was asked for in a read-only run; nothing was sent."""

    END = "; the run is read-only"

    def __init__(self, what: str) -> None:
        super().__init__(f"needs {what}{self.END}")
