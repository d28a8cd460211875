"""The guard: a request that would change what is not the run's is refused before anything leaves the process."""

import posixpath
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

import pytest

from contract import operations
from contract.auth import Wrongly
from contract.client import Sender
from contract.errors import ReadOnlyRun, UnsafeRequest
from contract.nonce import NonceSource
from contract.ownership import ABSENT_FROM, Ownership, numbers_in, receives_mail
from contract.target import Fixtures, Target, User

HOME, FOREIGN, OWN = 1, 4711, 77
ABSENT = ABSENT_FROM + 5
FIXTURES = Fixtures(photo_sessions=(17,), upload_exam=5, empty_exam=6, proctors=(21,), identity_provider=3)
NAMES_OF_IDS = ("proctor_id", "comanager_id", "student_session_id", "exam_id", "tool_provider_id")


@pytest.fixture
def server():
    """Return a server that takes down every request and answers 404."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            received.append(f"{self.command} {self.path.split('?')[0]}")
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 - names of the base class

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    server.received = received  # type: ignore[attr-defined]
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sender(server):
    """Return a sender that owns the id 77 of every kind."""
    users = {role: User(role, HOME, f"{role}-token", f"{role}-secret") for role in ("administrator", "superuser")}
    target = Target("local", f"http://127.0.0.1:{server.server_port}", users, FIXTURES)
    sender = Sender(target, NonceSource(1), Ownership.of(target))
    for kind in ("exam", "document", "attachment", "institute", "user", "student_session"):
        sender.ownership.add(kind, OWN)
    for kind in ("lti_resource", "tool_provider"):
        sender.ownership.add(kind, OWN)
    yield sender
    sender.session.close()


@pytest.fixture
def client(sender):
    """Return the superuser's client, to whom the target would allow everything."""
    return sender.client("superuser")


def own_params(operation):
    return {name: HOME if name == "institute_id" else OWN for name in operation.path_names}


CHANGES = [operation for operation in operations.table().values() if operation.changes_state]
IN_THE_PATH = [(operation.id, name) for operation in CHANGES for name in operation.path_names]


# -- ids of others


@pytest.mark.parametrize(("operation_id", "name"), IN_THE_PATH)
def test_foreign_id_in_the_path_is_not_sent(client, server, operation_id, name):
    params = {**own_params(operations.get(operation_id)), name: FOREIGN}

    with pytest.raises(UnsafeRequest, match=f"{operation_id} would have named {name}=4711.*nothing was sent"):
        client(operation_id, **params)

    assert server.received == []


@pytest.mark.parametrize("operation_id", [operation.id for operation in CHANGES])
def test_own_ids_are_sent(client, server, operation_id):
    client(operation_id, **own_params(operations.get(operation_id)))

    assert len(server.received) == 1


@pytest.mark.parametrize("operation_id", [operation.id for operation in CHANGES if operation.path_names])
def test_ids_shown_to_be_absent_are_sent(sender, client, server, operation_id):
    operation = operations.get(operation_id)
    for kind in ("exam", "document", "attachment", "institute", "user", "student_session"):
        sender.ownership.add_absent(kind, ABSENT)
    for kind in ("lti_resource", "tool_provider"):
        sender.ownership.add_absent(kind, ABSENT)

    client(operation_id, **dict.fromkeys(operation.path_names, ABSENT))

    assert len(server.received) == 1


@pytest.mark.parametrize("name", NAMES_OF_IDS)
@pytest.mark.parametrize("operation_id", ["exams_create", "lti_resources_create", "exams_delete_student"])
def test_foreign_id_beside_the_path_is_not_sent(client, server, operation_id, name):
    params = {**own_params(operations.get(operation_id)), name: FOREIGN}

    with pytest.raises(UnsafeRequest):
        client(operation_id, **params)

    assert server.received == []


@pytest.mark.parametrize(
    "value",
    [
        FOREIGN, "4711", " 4711", "+4711", "004711", "4711abc", "4711.9", 4711.9, "4_711", "4.711e3", "0x1267",
        [FOREIGN], ["4711"], {"id": FOREIGN}, {"a": [{"b": "4711"}]}, b"4711", True,
    ],
    ids=repr,
)  # fmt: skip
def test_foreign_id_in_another_spelling_is_not_sent(client, server, value):
    with pytest.raises(UnsafeRequest):
        client("lti_resources_create", lti_resource_link_name="link", exam_id=value)

    assert server.received == []


@pytest.mark.parametrize(
    "params",
    [
        {"lti_resource": {"exam_id": FOREIGN}},
        {"lti_resource[exam_id]": FOREIGN},
        {"exam_id[]": FOREIGN},
        {"data": [{"attributes": {"exam_id": "4711"}}]},
    ],
)
def test_foreign_id_in_a_nested_parameter_is_not_sent(client, server, params):
    with pytest.raises(UnsafeRequest):
        client("lti_resources_create", lti_resource_link_name="link", **params)

    assert server.received == []


def test_own_id_of_another_kind_does_not_count(client, sender, server):
    sender.ownership.add("exam", 88)

    with pytest.raises(UnsafeRequest):
        client("tool_providers_destroy", id=88)

    assert server.received == []


# -- paths that turn out to be others


@pytest.mark.parametrize("id", ["..", "%2e%2e", "../", "..%2f", "../../1", "x/../..", ""])
@pytest.mark.parametrize("operation_id", ["users_destroy", "users_update", "users_update_put"])
def test_path_that_addresses_the_institute_itself_is_not_sent(client, server, operation_id, id):
    safe_to_send = False
    try:
        client(operation_id, institute_id=HOME, id=id)
        safe_to_send = all(addressed_by(line) != f"/institutes/{HOME}" for line in server.received)
    except UnsafeRequest:
        safe_to_send = server.received == []

    assert safe_to_send, server.received


def test_dots_for_an_id_are_refused(client, server):
    with pytest.raises(UnsafeRequest, match="institutes_destroy would have named id=1"):
        client("users_destroy", institute_id=HOME, id="..")

    assert server.received == []


def addressed_by(line):
    """Return the path below the base path that a server would look at, in the most lenient reading."""
    path = posixpath.normpath(unquote(unquote(line.split()[1])))
    return path.removeprefix("/api/v3")


# -- requests spoiled on purpose


def rewritten(old, new):
    return lambda request: setattr(request, "url", request.url.replace(old, new))


def with_body(body, content_type="application/json"):
    def change(request):
        request.body = body
        request.headers.update({"Content-Length": str(len(body)), "Content-Type": content_type})

    return change


def test_foreign_id_put_in_after_signing_is_not_sent(client, server):
    spoiled = Wrongly("another id", sent=lambda params: {**params, "id": FOREIGN})

    with pytest.raises(UnsafeRequest):
        client("exams_update", wrongly=spoiled, id=OWN, name="exam")

    assert server.received == []


@pytest.mark.parametrize(
    "wire",
    [
        rewritten("/exams/77", "/exams/4711"),
        rewritten("/exams/77", "/exams/77?id=4711"),
        rewritten("/exams/77", "/exams/77?id=77&id=4711&id=77"),
        rewritten("/exams/77", "/institutes/1"),
        with_body(b'{"id": 4711, "name": "exam"}'),
        with_body(b'{"id": 4711, "id": 77}'),
        with_body(b"id=4711&name=exam", "application/x-www-form-urlencoded"),
        with_body(
            b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n4711\r\n--x--', "multipart/form-data; boundary=x"
        ),
    ],
    ids=["path", "query", "repeated", "another operation", "body", "doubled member", "form", "multipart"],
)
def test_foreign_id_put_in_on_the_wire_is_not_sent(client, server, wire):
    with pytest.raises(UnsafeRequest):
        client("exams_update", wrongly=Wrongly("changed on the wire", wire=wire), id=OWN, name="exam")

    assert server.received == []


# -- what the config hands over


@pytest.mark.parametrize(
    ("operation_id", "params"),
    [
        ("student_sessions_destroy_id_card", {"id": 17}),
        ("student_sessions_destroy_face_photo", {"id": 17}),
        ("exams_generate_exam_documents_zip", {"id": 5}),
        ("exams_generate_exam_documents_zip", {"id": 6}),
        ("student_sessions_assign_proctor", {"id": OWN, "proctor_id": 21}),
        ("users_create", {"institute_id": HOME, "omniauth_config_id": 3}),
    ],
)
def test_fixture_is_sent_for_what_it_was_handed_over_for(client, server, operation_id, params):
    client(operation_id, **params)

    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("operation_id", "params"),
    [
        ("student_sessions_destroy", {"id": 17}),
        ("student_sessions_update", {"id": 17}),
        ("exams_update", {"id": 5}),
        ("exams_destroy", {"id": 6}),
        ("users_destroy", {"institute_id": HOME, "id": 21}),
        ("exams_add_comanager", {"id": OWN, "comanager_id": 21}),
        ("institutes_update", {"id": HOME}),
        ("institutes_update_put", {"id": HOME}),
        ("institutes_destroy", {"id": HOME}),
        ("users_create", {"institute_id": HOME, "omniauth_config_id": 4}),
        ("users_create", {"institute_id": 2}),
    ],
)
def test_fixture_is_not_sent_for_anything_else(client, server, operation_id, params):
    with pytest.raises(UnsafeRequest):
        client(operation_id, **params)

    assert server.received == []


# -- what is learnt from answers


def test_id_that_show_answers_404_for_counts_as_absent(client, server):
    client("exams_show", id=ABSENT)
    client("exams_destroy", id=ABSENT)

    assert server.received == [f"GET /api/v3/exams/{ABSENT}", f"DELETE /api/v3/exams/{ABSENT}"]


def test_low_id_that_show_answers_404_for_may_be_hidden(client, server):
    client("exams_show", id=FOREIGN)

    with pytest.raises(UnsafeRequest):
        client("exams_destroy", id=FOREIGN)

    assert server.received == ["GET /api/v3/exams/4711"]


def test_404_of_a_spoiled_request_shows_nothing(client, server):
    client("exams_show", wrongly=Wrongly("without a token", authorization=None), id=ABSENT)

    with pytest.raises(UnsafeRequest):
        client("exams_destroy", id=ABSENT)

    assert len(server.received) == 1


def test_absent_id_that_was_created_meanwhile_is_owned_and_no_longer_absent():
    ownership = Ownership()
    ownership.add_absent("exam", ABSENT)

    ownership.add("exam", ABSENT)

    assert ownership.absent["exam"] == set()
    assert ownership.created["exam"] == {ABSENT}


# -- what needs no guard


def test_reading_names_any_id(client, server):
    client("exams_show", id=FOREIGN)
    client("users_index", institute_id=FOREIGN)

    assert len(server.received) == 2


def test_read_only_run_sends_no_change_at_all(client, sender, server):
    sender.read_only = True

    with pytest.raises(ReadOnlyRun):
        client("exams_destroy", id=OWN)
    client("exams_show", id=OWN)

    assert server.received == ["GET /api/v3/exams/77"]


# -- e-mail addresses


@pytest.mark.parametrize(
    "email", ["teacher@institute.com", "a@example.com.evil.org", "Ann <ann@school.edu>", "x@X.ORG."]
)
def test_address_that_receives_mail_is_not_sent(client, server, email):
    with pytest.raises(UnsafeRequest, match="e-mail address outside the reserved domains"):
        client("users_create", institute_id=HOME, email=email, name="Ann")

    assert server.received == []


@pytest.mark.parametrize(
    "email", ["a@example.com", "A@EXAMPLE.COM", "a@b.example.com", "a@x.invalid", "no address", "a@b"]
)
def test_address_that_receives_no_mail_is_sent(client, server, email):
    client("users_create", institute_id=HOME, email=email, name="Ann")

    assert not receives_mail(email)
    assert len(server.received) == 1


# -- reading numbers


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        (7, {7}), ("7", {7}), ("007abc", {7}), ("1e3", {1, 1000}), ("1_000", {1, 1000}), ("0x10", {0, 16}),
        (True, {1}), (False, set()), (None, set()), ("abc", set()), ("", set()), (float("nan"), set()),
        ([1, "2", {"a": 3}], {1, 2, 3}), (b"8", {8}), ("\N{FULLWIDTH DIGIT SEVEN}", {7}), ("inf", set()),
    ],
    ids=repr,
)  # fmt: skip
def test_every_number_is_read_that_a_lenient_server_could_read(value, numbers):
    assert set(numbers_in(value)) == numbers
