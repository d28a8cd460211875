"""The core of the catalogue names all that the catalogue names, with few faults."""

from __future__ import annotations

from dataclasses import replace

from contract.measure import catalogue as real
from contract.measure.core import core
from contract.tests.measure.factory import fault


def named(faults: list[real.Deviation]) -> set[str]:
    return {id for each in faults for id in each.requirements}


def test_a_fault_that_names_more_stands_for_those_that_name_less() -> None:
    wide, other = fault("wide", "EXAM-001", "EXAM-002"), fault("other", "EXAM-003")

    assert core([fault("a", "EXAM-001"), wide, fault("b", "EXAM-002"), other]) == [wide, other]


def test_of_equals_the_one_of_fewer_operations_is_taken() -> None:
    anywhere, narrow = fault("a", "EXAM-001"), fault("b", "EXAM-001", operation="exams_show")
    two = replace(anywhere, id="c", operations=("exams_show", "exams_index"))

    assert core([anywhere, two, narrow]) == [narrow]
    assert core([anywhere, two]) == [two]


def test_the_core_of_the_catalogue_names_all_that_the_catalogue_names() -> None:
    faults = real.load().faults

    chosen = core(faults)

    assert named(chosen) == named(faults)
    assert len(chosen) < len(faults)
