"""
The control interface under ``/__mock__``: what a test has to do to the mock and no API call can do.

JSON in, JSON out, no signature; there only when the mock was started with ``--control``.
"""

from __future__ import annotations

from starlette.routing import Route

from contract.mock.service import Service


def routes(service: Service) -> list[Route]:
    return []
