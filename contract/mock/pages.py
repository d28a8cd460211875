"""Pages for people."""

from __future__ import annotations

from starlette.routing import Route

from contract.mock.service import Service


def routes(service: Service) -> list[Route]:
    return []
