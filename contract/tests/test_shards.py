"""What parts of a run leave behind for the one report of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract import shards
from contract.results import Evidence, RunVerdict
from contract.shards import Head
from contract.tests.reporting import factory
from contract.tests.reporting.factory import make_case, make_requirement, make_result


def head(number: int, target: str) -> Head:
    return Head(number, 2, "0.1.0", "digest", target, 7, "standard", ["SIGN-001"], [], False, {}, [], {})


def part(folder: Path, number: int, target: str = "staging") -> shards.Part:
    """Leave a part behind, the first one with resources that could not be removed, and read it again."""
    case = make_case("SIGN-001", evidence={"exams_create": Evidence(accepted=9, refused=9)})
    result = make_result([make_requirement("SIGN-001", cases=[case])])
    result.target["name"] = target
    result.leaks = factory.leaking().leaks if number == 1 else []
    folder.mkdir()
    shards.write(result, head(number, target), folder)
    return shards.read(folder)


def test_what_a_part_left_behind_is_in_the_report_of_all_and_leaves_nothing_certain(tmp_path: Path) -> None:
    parts = [part(tmp_path / "2", 2), part(tmp_path / "1", 1)]
    shards.check(parts)

    result = shards.merged(parts)

    assert [(leak.kind, leak.id) for leak in result.leaks] == [("exam", 7), ("lti_resource", None)]
    assert result.verdict is RunVerdict.INCONCLUSIVE
    assert result.sentence.endswith("; 2 resources left behind.")


@pytest.mark.parametrize(("number", "target"), [(2, "staging"), (1, "mock")])
def test_without_any_or_on_a_mock_that_is_gone_the_verdict_stands(tmp_path: Path, number: int, target: str) -> None:
    result = shards.merged([part(tmp_path / "part", number, target)])

    assert result.verdict is RunVerdict.CONFORMS
    assert "left behind" not in result.sentence
