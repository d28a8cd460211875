"""A target that answers two lists and refuses the rest: it conforms to nothing, however right its refusals look."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.tests.recording_server import Answer, Received, recording_server
from contract.tests.run.conftest import Finished, conformance

ROLES = ("administrator", "superuser", "teacher", "outsider")
LISTS = {"/api/v3/exams": "exams", "/api/v3/institutes": "institutes"}
"""What the look at the target before a run asks for, and the key of the rows."""
ANSWERED = {"exams_index", "institutes_index"}
FORBIDDEN = Answer(403, {"error": "You are not authorized to access this page."})
ABSENT = Answer(404, {"error": "Couldn't find Exam with 'id'='7'"})
MISSING = Answer(422, {"error": "Param is missing or the value is empty: name"})
BINDING = ("must", "should")


def looks_valid(received: Received) -> bool:
    """Tell whether a request carries all that a signed one has, the token of a user of the config among it."""
    tokens = {f"Token token=token-of-{role}" for role in ROLES}
    return (
        received.headers.get("authorization") in tokens
        and received.headers.get("accept") == "application/vnd.procwise.v3"
        and {"nonce", "timestamp"} <= set(received.query)
        and re.fullmatch("[0-9a-f]{64}", received.query.get("signature", "")) is not None
    )


def forbids(received: Received) -> Answer:
    """Refuse whatever is asked for."""
    return FORBIDDEN


def finds_fault(received: Received) -> Answer:
    """Refuse with what would be right if every id were absent and every parameter missing."""
    return MISSING if received.method in ("POST", "PATCH", "PUT") else ABSENT


def but_for_two_lists(refuse: Callable[[Received], Answer]) -> Callable[[Received], Answer]:
    """Answer the two lists, empty, and refuse everything else."""

    def answer(received: Received) -> Answer:
        if received.method == "GET" and received.path in LISTS and looks_valid(received):
            return Answer(200, {LISTS[received.path]: []})
        return refuse(received)

    return answer


def config_for(base_url: str) -> str:
    """Return a config with every role and every fixture, so that nothing is left out for want of one."""
    lines = ["[targets.refusing]", f'base_url = "{base_url}"']
    for number, role in enumerate(ROLES):
        institute_id = 2 if role == "outsider" else 1
        lines += [
            f"[targets.refusing.users.{role}]",
            f'token = "token-of-{role}"',
            f'secret_key = "{number}-secret-key-of-{role}"',
            f"institute_id = {institute_id}",
        ]
    lines += [
        "[targets.refusing.fixtures]",
        "photo_sessions = [11, 12, 13, 14]",
        "proctors = [21, 22]",
        "upload_exam = 31",
        "empty_exam = 32",
        "identity_provider = 41",
        'lti_student = { exam_id = 33, resource_link_id = "link", student_lms_id = "student" }',
    ]
    return "\n".join(lines) + "\n"


RUNS = {
    "smoke": (forbids, ["--profile", "smoke"]),
    "areas": (forbids, ["--area", "exams", "--area", "documents"]),
    "institutes": (finds_fault, ["--area", "institutes"]),
}


@pytest.fixture(scope="module", params=RUNS)
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Return how a run against the refusing target ended."""
    refuse, selection = RUNS[request.param]
    folder: Path = tmp_path_factory.mktemp("refusing")
    with recording_server() as server:
        server.otherwise = but_for_two_lists(refuse)
        (folder / "conformance.toml").write_text(config_for(server.base_url), encoding="utf-8")
        return conformance(folder, "run", "--target", "refusing", "--workers", "1", "--seed", "1", *selection)


def passed(finished: Finished) -> list[dict[str, Any]]:
    """Return the musts and shoulds that pass."""
    listed = finished.report["requirements"]
    return [each for each in listed if each["level"] in BINDING and each["verdict"] == "pass"]


def test_refusing_target_does_not_conform(finished):
    assert finished.status in (1, 3), finished.out + finished.err


def test_run_judged_something(finished):
    verdicts = [each["verdict"] for each in finished.report["requirements"] if each["level"] in BINDING]

    assert verdicts.count("inconclusive") + verdicts.count("fail") > 25


def test_the_answered_lists_pass(finished):
    # If they did not, the tests below would show nothing.
    assert {"EXAM-001", "INST-001"} & {each["id"] for each in passed(finished)}


def test_nothing_passes_but_what_the_answered_lists_show(finished):
    elsewhere = {each["id"]: each["evidence"] for each in passed(finished) if not set(each["evidence"]) <= ANSWERED}

    assert elsewhere == {}


def test_nothing_passes_on_refusals_alone(finished):
    alone = {
        each["id"]: each["evidence"]
        for each in passed(finished)
        if not each["evidence"] or any(not counted["accepted"] for counted in each["evidence"].values())
    }

    assert alone == {}
