"""What is shown while a measurement goes on."""

from __future__ import annotations

import pytest

from contract.measure import progress
from contract.measure.figures import Judgement
from contract.measure.jobs import CAUGHT, STOCK
from contract.measure.outcome import JUDGED, Outcome
from contract.measure.progress import Lines, Live
from contract.tests.measure.factory import fault, job

JOBS = [job(fault(f"f{number}", "EXAM-001")) for number in range(4)]
GOOD, BAD = Judgement(True), Judgement(False, "EXAM-001 pass")


def taking(seconds: float, step: str = CAUGHT) -> Outcome:
    return Outcome(step, "f", JUDGED, duration_s=seconds)


def test_what_did_not_end_well_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines(JOBS, 1) as shown:
        shown.ended(JOBS[0], taking(1), GOOD)
        shown.ended(JOBS[1], taking(1), BAD)

    assert capsys.readouterr().out == "caught f1: EXAM-001 pass\n"


def test_what_was_known_before_is_not_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines(JOBS, 1) as shown:
        shown.ended(JOBS[1], taking(1), BAD, cached=True)

    assert capsys.readouterr().out == ""
    assert shown.counted() == "caught 0/1"


def test_what_stock_schemathesis_does_not_see_is_nothing_to_report(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines(JOBS, 1) as shown:
        shown.ended(job(fault("f0"), STOCK), taking(1, STOCK), BAD)

    assert capsys.readouterr().out == ""


def test_time_left_follows_from_what_took_how_long() -> None:
    with Lines(JOBS, 2) as shown:
        shown.ended(JOBS[0], taking(40), GOOD)
        shown.ended(JOBS[1], taking(20), GOOD)
        soon = shown.left()

    assert soon == "30 s"


def test_what_was_known_before_does_not_count_for_the_time() -> None:
    with Lines(JOBS, 1) as shown:
        shown.ended(JOBS[0], taking(1000), GOOD, cached=True)

    assert shown.left() == "9 s"


def test_the_state_is_told_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Lines(JOBS, 1) as shown:
        shown.tick()
        silent = capsys.readouterr().out
        monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
        shown.tick()

    assert silent == ""
    assert capsys.readouterr().out.startswith("0/4")


def test_the_bar_has_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(progress, "SECONDS_BETWEEN_REDRAWS", 0)
    before = threading.active_count()
    with Live(JOBS, 1) as shown:
        shown.tick()
        within = threading.active_count()

    assert within == before
