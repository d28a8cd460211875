"""``conformance mock``: serve the mock."""

from contract.mock.__main__ import main as command

__all__ = ["command"]
