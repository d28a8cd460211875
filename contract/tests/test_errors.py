"""Names that stand in no table: the near ones are told, or which there are, and how many more."""

from __future__ import annotations

from contract.errors import UnknownName
from contract.requirements import AREAS


def test_near_names_are_suggested() -> None:
    assert str(UnknownName("area", "signin", list(AREAS))) == "unknown area 'signin'; did you mean signing?"


def test_without_a_near_one_all_are_told_where_they_are_few() -> None:
    assert str(UnknownName("area", "qqq", list(AREAS))) == f"unknown area 'qqq'; known: {', '.join(AREAS)}"


def test_a_list_that_was_cut_says_how_much_is_missing() -> None:
    said = str(UnknownName("fault", "qqq", [f"name-{number}" for number in range(65)]))

    assert said.endswith("name-18, name-19, … and 45 more")
