"""Makes jobs and outcomes for tests."""

from __future__ import annotations

from contract.measure.catalogue import Catalogue, Deviation
from contract.measure.jobs import CAUGHT, RUN_SEED, Job
from contract.measure.outcome import JUDGED, Outcome, Shown


def fault(id: str = "f", *requirements: str, also: tuple[str, ...] = (), operation: str | None = None) -> Deviation:
    operations = (operation,) if operation else ()
    return Deviation(
        id, f"what {id} does", "fault", requirements, also, operation, "contract.mock.faults.accept", operations
    )


def variant(id: str) -> Deviation:
    return Deviation(id, f"what {id} does", "variant", module="contract.mock.faults.accept")


def job(deviation: Deviation | None = None, step: str = CAUGHT) -> Job:
    return Job(step, deviation.id if deviation else "clean", RUN_SEED, deviation)


def outcome(of: Job, *undecided: str, ended: str = JUDGED, message: str = "", **verdicts: str) -> Outcome:
    """Return the outcome of a job; *verdicts* by requirement id, ``EXAM_001="fail"``, with ``/open`` for a level."""
    shown = {}
    for name, text in verdicts.items():
        verdict, _, level = text.partition("/")
        shown[name.replace("_", "-")] = Shown(verdict, level or "must", f"why {verdict}")
    return Outcome(of.step, of.subject, ended, message, shown=shown, undecided=undecided)


def catalogue(*deviations: Deviation) -> Catalogue:
    return Catalogue(deviations)
