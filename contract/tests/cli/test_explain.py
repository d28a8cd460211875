"""What `explain` prints: all there is to say about a requirement, in lines that fit a terminal."""

from __future__ import annotations

from contract.cli import explain
from contract.explanation import explain as explained
from contract.requirements import load


def test_all_operations_and_all_faults_are_named() -> None:
    requirement = load().get("SIGN-005")
    explanation = explained(requirement)
    assert len(requirement.operations) > 12
    assert len(explanation.faults) > 5

    lines = list(explain._lines(explanation))

    said = " ".join(" ".join(lines).split())
    assert f"operations {len(requirement.operations)}: {', '.join(requirement.operations)} fault" in said
    assert all(f"fault {fault.id}: " in said for fault in explanation.faults)
    assert max(map(len, lines)) <= 80


def test_every_explanation_fits_a_terminal() -> None:
    for requirement in load():
        assert max(map(len, explain._lines(explained(requirement)))) <= 80, requirement.id
