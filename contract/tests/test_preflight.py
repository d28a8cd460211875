"""The look at the target before a run: is the institute of the config that of the user?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract import preflight
from contract.errors import ConfigurationError
from contract.tests.recording_server import HOME, Answer, Received, recording_server, sender_to

REFUSED = Answer(403, {"error": "You are not authorized to access this page."})
OTHER = HOME + 1


def target(listed: int | None, *with_users: int) -> Callable[[Received], Answer]:
    """Answer as a target whose exams are of one institute, or that has none, and that lists the users of some."""

    def answer(received: Received) -> Answer:
        if received.path.endswith("/exams"):
            return Answer(200, {"exams": [] if listed is None else [{"id": 5, "institute_id": listed}]})
        known = any(received.path.endswith(f"/institutes/{each}/users") for each in with_users)
        return Answer(200, {"users": []}) if known else REFUSED

    return answer


def users_hang_up(received: Received) -> Answer:
    """Answer as a target that lists exams of another institute, and whose lists of users are broken."""
    return Answer(hangs_up=True) if received.path.endswith("/users") else target(OTHER)(received)


def doubts(answer: Callable[[Received], Answer]) -> list[str]:
    with recording_server() as server:
        server.otherwise = answer
        sender = sender_to(server.base_url)
        return preflight.check_institutes(list(preflight.probes(sender.target, sender)), sender)


@pytest.mark.parametrize(
    "fine",
    [
        target(HOME, HOME),
        target(None, HOME),
        target(OTHER, HOME),  # rows of others in the list are the target's fault
        target(HOME),  # and so is a list of users that is refused
        target(OTHER),
        users_hang_up,
    ],
    ids=["as it should be", "no exams", "foreign exams", "users are refused", "users of all are refused", "users hang"],
)
def test_what_the_target_may_be_blamed_for_stops_no_run(fine) -> None:
    assert doubts(fine) == []


def test_an_institute_whose_users_are_refused_is_wrong_where_those_of_the_exams_institute_are_listed() -> None:
    with pytest.raises(ConfigurationError, match=rf"\.institute_id = {HOME} is not .* are of {OTHER}: GET /institutes"):
        doubts(target(OTHER, OTHER))


def test_a_refusal_that_no_exam_explains_is_told() -> None:
    doubt, _ = doubts(target(None))  # and one on the outsider

    assert "users.administrator.institute_id = 1 may be wrong, for the target refuses to list its users" in doubt
    assert "GET /institutes/1/users -> 403" in doubt
