"""What a run sent, read from its HAR file, without what the target, the clock or the nonces choose."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract.tests.run.conftest import Finished

Shape = tuple[Any, ...]
IDS_AND_TIMES = {"timestamp", "nonce", "signature"}
_NUMBER = re.compile(r"\d+")
_RUN = re.compile(r"ct-[0-9a-f]{8}", re.I)
_BOUNDARY = re.compile(r"--[0-9a-f]{32}")
_SIGNING_PART = re.compile(r'--BOUNDARY\r\n[^\r]*name="(?:timestamp|nonce|signature)"\r\n\r\n[^\r]*\r\n')
_SIGNATURE = re.compile(r"\b[0-9a-f]{8}(?:…|\\u2026)?")
COMPARED, COMPARED_OF_A_PART = 15_000, 25
"""Characters of a body: where a long one was cut, and where half a one ends, depends on how many digits an id has."""
_SHARED = re.compile(r"shared\d+")


def shape(entry: Mapping[str, Any]) -> Shape:
    """Return a request without what the target, the clock or the nonces choose."""
    url = urlsplit(entry["request"]["url"])
    query = sorted((name, neutral(value)) for name, value in parse_qsl(url.query) if name not in IDS_AND_TIMES)
    return (
        entry["_case"],
        entry["_user"],
        entry["_intent"],
        entry["request"]["method"],
        _NUMBER.sub("N", url.path),
        json.dumps(query),
        body(entry["request"].get("postData", {}).get("text", ""))[: _compared(entry["_intent"])],
    )


def _compared(intent: str) -> int:
    return COMPARED_OF_A_PART if "cut off" in intent or "no end" in intent else COMPARED


def neutral(text: str) -> str:
    return _NUMBER.sub("N", _SIGNATURE.sub("S", _SHARED.sub("shared", _RUN.sub("RUN", text))))


def body(text: str) -> str:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):  # What is no JSON, or nested deeper than Python reads.
        return neutral(_SIGNING_PART.sub("", _BOUNDARY.sub("--BOUNDARY", text)))
    if isinstance(fields, dict):
        fields = {name: value for name, value in fields.items() if name not in IDS_AND_TIMES}
    return neutral(json.dumps(fields, sort_keys=True))


def requests_of(finished: Finished) -> list[Shape]:
    """Return all in the order in which they were sent, but for polls, whose number the clock decides."""
    return [shape(entry) for entry in finished.entries if not _is_poll(entry)]


def judged(*runs: Finished) -> Counter[Shape]:
    """Return what was judged in *runs* together, and the controls, in whatever order."""
    entries = (entry for run in runs for entry in run.entries if not _is_poll(entry))
    return Counter(shape(entry) for entry in entries if entry["_purpose"] in ("judged", "control"))


def planned(finished: Finished) -> Counter[Shape]:
    """Return what was judged of generated cases: all that the plan says, and nothing that workers share and make."""
    cases = {case["id"] for case in finished.report["cases"] if "test_generated.py" in case["test"]}
    return Counter({shape: count for shape, count in judged(finished).items() if shape[0] in cases})


def _is_poll(entry: Mapping[str, Any]) -> bool:
    # Where what a job goes through is judged, its polls are judged requests.
    return entry["_purpose"] == "poll" or "/status_exam_documents_zip" in entry["request"]["url"]
