"""What workers write down of their exchanges is read again as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract import recording
from contract.exchange import LONGEST_KEPT_BODY, Exchange
from contract.recording import Recorder
from contract.redaction import Redactor
from contract.tests.exchanges import exchange


def recorded(folder: Path, sent: dict[str, list[Exchange]]) -> list[dict[str, Any]]:
    for worker, exchanges in sent.items():
        recorder = Recorder(folder, worker, Redactor([], {}))
        for each in exchanges:
            recorder(each)
        recorder.close()
    return list(recording.read(folder))


def test_what_several_workers_wrote_is_read_by_worker(tmp_path: Path) -> None:
    first, second, third = exchange(), exchange(), exchange("exams_index", 0)

    read = recorded(tmp_path, {"1": [third], "0": [first, second]})

    assert [each["id"] for each in read] == [first.id, second.id, third.id]
    assert read[2]["error"] == "ConnectionError: refused"


@pytest.mark.parametrize("said", ["lone \ud800 surrogate", "line\nbreak and \u2028", "\0 and 🙂"], ids=ascii)
def test_any_text_survives(tmp_path: Path, said: str) -> None:
    answered = exchange()
    assert answered.response is not None
    answered.response.reason = said

    (read,) = recorded(tmp_path, {"0": [answered]})

    assert read["response"]["reason"] == said


def test_a_whole_body_comes_after_the_cut_one(tmp_path: Path) -> None:
    long = exchange(body={"text": "x" * LONGEST_KEPT_BODY})
    recorder = Recorder(tmp_path, "0", Redactor([], {}))
    recorder(long)
    recorder.whole([exchange(), long], "EXAM-001-0badcafe")
    recorder.close()

    cut, whole = recording.read(tmp_path)

    assert (cut["id"], cut["response"]["cut"]) == (long.id, True)
    assert (whole["id"], whole["response"]["cut"]) == (long.id, False)
    assert whole["response"]["body"].encode() == long.body
