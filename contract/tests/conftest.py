"""What all our own tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def journals_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what runs of our tests leave out of the user's own folder."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CONFORMANCE_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        yield
