"""The exchanges of a run on disk, redacted: each worker writes its own file, a line of JSON each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from contract import judgement
from contract.exchange import LONGEST_WHOLE_BODY, Exchange, is_cut, record
from contract.redaction import Redactor

FILES = "exchanges-*.jsonl"


class Recorder:
    """Writes what one *worker* exchanges into *folder*."""

    def __init__(self, folder: Path, worker: str, redactor: Redactor) -> None:
        self._redactor = redactor
        self._stream = (folder / FILES.replace("*", worker)).open("wb")

    def __call__(self, exchange: Exchange) -> None:
        """Record one exchange under the case that is being judged."""
        ledger = judgement.running()
        self._write(record(exchange, self._redactor, ledger.case_id if ledger else None))

    def whole(self, exchanges: Iterable[Exchange], case_id: str) -> None:
        """Record once more, with their bodies whole, those *exchanges* of a case that were cut."""
        for exchange in exchanges:
            if is_cut(exchange):
                self._write(record(exchange, self._redactor, case_id, LONGEST_WHOLE_BODY))

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()

    def _write(self, kept: Mapping[str, Any]) -> None:
        self._stream.write(_as_json(kept) + b"\n")


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """Return what all workers recorded, by worker; who was recorded twice stands there twice, the whole one last."""
    for path in sorted(folder.glob(FILES)):
        with path.open("rb") as lines:
            for line in lines:
                yield _from_json(line)


# orjson takes a third of the time, but no lone surrogates, which a hostile target can answer: those are escaped.


def _as_json(kept: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(kept)
    except orjson.JSONEncodeError:
        return json.dumps(kept).encode()


def _from_json(line: bytes) -> dict[str, Any]:
    kept: dict[str, Any]
    try:
        kept = orjson.loads(line)
    except orjson.JSONDecodeError:
        kept = json.loads(line)
    return kept
