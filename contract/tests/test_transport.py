"""Requests as our sessions prepare them: what requests itself would send, made in less time."""

from __future__ import annotations

from typing import Any

import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter

from contract.tests.recording_server import sender_to

URL = "http://127.0.0.1:9/api/v3/exams"
OURS, THEIRS = sender_to("http://127.0.0.1:9").session, requests.Session()
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
PARAMS = st.dictionaries(st.text(), VALUES | st.lists(VALUES) | st.dictionaries(st.text(), VALUES, max_size=2))


def written(session: requests.Session, **parts: Any) -> object:
    try:
        prepared = session.prepare_request(requests.Request("GET", URL, **parts))
    except ValueError as error:
        return type(error)
    return prepared.method, prepared.url, prepared.body, prepared.headers.get("Content-Type")


@given(PARAMS)
def test_parameters_are_encoded_as_requests_does(params: dict[str, Any]) -> None:
    assert written(OURS, params=params) == written(THEIRS, params=params)
    assert written(OURS, data=params) == written(THEIRS, data=params)


def test_each_host_gets_connections_of_its_own() -> None:
    adapter = OURS.get_adapter(URL)
    assert isinstance(adapter, HTTPAdapter)
    first, again, other = (
        adapter.get_connection_with_tls_context(OURS.prepare_request(requests.Request("GET", url)), True)
        for url in (URL, f"{URL}?limit=1", "http://127.0.0.1:10/")
    )

    assert first is again
    assert (first.port, other.port) == (9, 10)
