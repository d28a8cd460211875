"""What a run sent, read from its HAR file, without what the target, the clock or the nonces choose."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract.redaction import REMOVED
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


def judged(*runs: Finished) -> set[Shape]:
    """Return what was judged in *runs* together, and the controls; how often a list is read hangs on others' rows."""
    entries = (entry for run in runs for entry in run.entries if not _is_poll(entry))
    return {shape(entry) for entry in entries if entry["_purpose"] in ("judged", "control")}


def judged_by_one_alone(one: Finished, other: Finished) -> list[Shape]:
    """
    Return what only one of two runs judged.

    What a secret was set to is removed wherever its worker meets it again, so a removed text agrees with any.
    """
    mine, others = judged(one), judged(other)
    unmatched = others - mine
    alone = []
    for sent in mine - others:
        same = next((each for each in unmatched if _agree(sent, each)), None)
        if same:
            unmatched.remove(same)
        else:
            alone.append(sent)
    return alone + list(unmatched)


def _agree(one: Shape, other: Shape) -> bool:
    return all(a == b or _fits(a, b) or _fits(b, a) for a, b in zip(one, other, strict=True))


def _fits(text: Any, cleaned: Any) -> bool:
    parts = [re.escape(part) for part in str(cleaned).split(REMOVED)]
    return len(parts) > 1 and re.fullmatch(".*".join(parts), str(text), re.S) is not None


def _is_poll(entry: Mapping[str, Any]) -> bool:
    # Where what a job goes through is judged, its polls are judged requests.
    return entry["_purpose"] == "poll" or "/status_exam_documents_zip" in entry["request"]["url"]
