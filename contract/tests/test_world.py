"""What tests make on a target is named after the run and removed again, the last first."""

from __future__ import annotations

from typing import Any

import pytest

from contract.auth import Wrongly
from contract.blocking import success_requirement
from contract.judgement import Inconclusive, NotTested
from contract.ownership import ABSENT_FROM, ABSENT_TO
from contract.target import Fixtures
from contract.tests.recording_server import Answer, Received, RecordingServer, sender_to
from contract.world import World

ENVELOPES = {
    "exams": "exam", "documents": "document", "attachments": "attachment", "institutes": "institute", "users": "user",
    "student_sessions": "student", "lti_resources": "lti_resource", "tool_providers": "tool_provider",
}  # fmt: skip


class Target:
    """Answers creations with ids from 100 on, in the documented envelopes, and removals as it is told."""

    def __init__(self) -> None:
        self.next_id = 100
        self.removal = Answer()

    def __call__(self, received: Received) -> Answer:
        if received.method == "DELETE":
            return self.removal
        if received.method == "GET":
            return Answer(status=404)
        self.next_id += 1
        return Answer(body={ENVELOPES[received.path.rpartition("/")[2]]: {"id": self.next_id, **received.json}})


@pytest.fixture
def server(running_server: RecordingServer) -> RecordingServer:
    running_server.forget()
    running_server.otherwise = Target()
    return running_server


@pytest.fixture
def world(server: RecordingServer) -> World:
    return world_of(server)


def world_of(server: RecordingServer, **changed: Any) -> World:
    sender = sender_to(server.base_url, **changed)
    clients = {role: sender.client(role) for role in sender.target.users}
    world = World(clients, sender.target, "ct-run1-case1")
    sender.listeners.append(world.note)
    return world


def removed(server: RecordingServer) -> list[str]:
    return [received.path.removeprefix("/api/v3") for received in server.received if received.method == "DELETE"]


def test_everything_made_bears_the_prefix_and_no_address_receives_mail(world: World, server: RecordingServer) -> None:
    exam = world.exam()
    world.user()
    world.tool_provider()
    world.institute()
    world.student_session(exam["id"])

    created = [received.json for received in server.received]
    assert all("ct-run1-case1" in (each.get("name") or each.get("tool_name")) for each in created)
    assert {each["email"].partition("@")[2] for each in created if "email" in each} == {"example.com"}


def test_no_two_names_are_alike(world: World) -> None:
    drawn = [world.name("exam") for _ in range(50)] + [world.email() for _ in range(50)]

    assert len(set(drawn)) == 100


def test_what_was_made_is_removed_the_last_first_and_tool_providers_after_exams(
    world: World, server: RecordingServer
) -> None:
    exam = world.exam()["id"]
    tool = world.tool_provider()["id"]
    user = world.user()["id"]
    link = world.lti_resource(exam, tool)["id"]

    world.remove_everything()

    assert removed(server) == [
        f"/lti_resources/{link}", f"/institutes/1/users/{user}", f"/exams/{exam}", f"/tool_providers/{tool}",
    ]  # fmt: skip
    assert world.leaks == []
    world.remove_everything()
    assert len(removed(server)) == 4


def test_a_document_that_cannot_be_removed_goes_with_its_exam(world: World, server: RecordingServer) -> None:
    exam = world.exam()["id"]
    document = world.document(exam)["id"]
    server.answers = [Answer(status=500)]

    world.remove_everything()

    assert removed(server) == [f"/exams/{exam}/documents/{document}", f"/exams/{exam}"]
    assert world.leaks == []


def test_what_a_test_removed_itself_is_not_removed_again(world: World, server: RecordingServer) -> None:
    first, second = world.exam()["id"], world.exam()["id"]
    world.client()("exams_destroy", id=first)

    world.remove_everything()

    assert removed(server) == [f"/exams/{first}", f"/exams/{second}"]


def test_what_a_spoiled_request_created_is_removed_too(world: World, server: RecordingServer) -> None:
    world.client("outsider")("exams_create", wrongly=Wrongly("no signature", signature=None), name="a")

    world.remove_everything()

    assert removed(server) == ["/exams/101"]
    assert server.received[-1].headers["authorization"] == "Token token=token-of-outsider"


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_no_leak(world: World, server: RecordingServer, status: int) -> None:
    world.exam()
    server.otherwise = lambda received: Answer(status=status)

    world.remove_everything()

    assert world.leaks == []


def test_what_was_moved_out_of_reach_is_removed_by_the_superuser(world: World, server: RecordingServer) -> None:
    world.exam()
    server.answers = [Answer(status=403)]

    world.remove_everything()

    assert world.leaks == []
    assert len(removed(server)) == 2


@pytest.mark.parametrize("answer", [Answer(status=409), Answer(status=500), Answer(hangs_up=True)])
def test_what_cannot_be_removed_is_a_leak_and_the_rest_is_removed(
    world: World, server: RecordingServer, answer: Answer
) -> None:
    ids = [world.exam()["id"] for _ in range(3)]
    server.answers = [answer]

    world.remove_everything()

    assert [(made.kind, made.id) for made in world.leaks] == [("exam", ids[-1])]
    assert len(removed(server)) == 3


def test_set_up_that_is_refused_leaves_the_case_undecided(world: World, server: RecordingServer) -> None:
    server.answers = [Answer(status=422, body={"errors": "no"})]

    with pytest.raises(Inconclusive, match="set-up failed: POST /exams -> 422") as raised:
        world.exam()

    assert raised.value.blocked_by == success_requirement("exams_create") is not None


def test_set_up_answered_without_an_id_leaves_the_case_undecided(world: World, server: RecordingServer) -> None:
    server.answers = [Answer(body={"exam": {"name": "a"}})]

    with pytest.raises(Inconclusive, match="set-up failed"):
        world.exam()


def test_an_absent_id_is_shown_to_be_absent(world: World, server: RecordingServer) -> None:
    id = world.absent_id("exam")

    assert ABSENT_FROM <= id < ABSENT_TO
    assert server.lines == [f"GET /api/v3/exams/{id}"]


def test_where_another_refusal_hides_what_is_absent_no_id_is_used(world: World, server: RecordingServer) -> None:
    server.answers = [Answer(status=403)]

    with pytest.raises(NotTested, match=r"does not tell that an id is absent.*403, no 404"):
        world.absent_id("exam")


@pytest.mark.parametrize("status", [200, 500])
def test_an_id_that_is_not_shown_to_be_absent_is_not_used(world: World, server: RecordingServer, status: int) -> None:
    server.answers = [Answer(status=status)]

    with pytest.raises(Inconclusive, match=f"cannot show that an id is absent.*{status}, wanted 404"):
        world.absent_id("exam")


@pytest.mark.parametrize(
    ("capability", "reason"),
    [("photo_sessions", "no fixture photo_sessions"), ("control", "the mock's control interface")],
)
def test_a_capability_that_is_missing_makes_the_case_not_tested(world: World, capability: str, reason: str) -> None:
    with pytest.raises(NotTested, match=reason):
        world.needs("administrator", capability)


def test_a_user_that_is_missing_makes_the_case_not_tested(world: World) -> None:
    del world.target.users["teacher"]

    with pytest.raises(NotTested, match="the config names no teacher"):
        world.client("teacher")


def test_capabilities_that_are_there_are_enough(server: RecordingServer) -> None:
    world = world_of(server, fixtures=Fixtures(photo_sessions=(17,), upload_exam=5), control=True)

    world.needs("superuser", "photo_sessions", "upload_exam", "control")
