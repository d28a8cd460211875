"""``python -m contract`` is the same as ``conformance``."""

from contract.cli import main

main()
