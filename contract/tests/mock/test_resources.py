"""What the operations do: rows come, change, go, and have the effects their pages tell of."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from contract.tests.mock import data_makers as make
from contract.tests.mock.client import Client, MockProcess, Part

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")
MISSING = "Param is missing or the value is empty: '{}'"


def fetch(url: str) -> tuple[int, bytes]:
    """What anyone gets for a URL."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request("GET", urlsplit(url).path)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def test_exam_opens_with_its_first_document(admin: Client) -> None:
    exam = make.exam(admin)
    assert exam["status"] == "draft"

    make.document(admin, exam["id"])

    assert admin.call("GET", "/exams/{id}", ids={"id": exam["id"]}).json["exam"]["status"] == "open"


def test_exam_times_come_back_as_the_same_instant(admin: Client) -> None:
    exam = make.exam(admin, start_time="2018-11-21T00:54:00.000+01:00", end_time=1_701_641_600)

    assert exam["start_time"] == "2018-11-21T00:54:00.000+01:00"
    assert exam["end_time"] == "2023-12-03T23:13:20.000+01:00"
    assert all(TIME.fullmatch(exam[name]) for name in ("created_at", "updated_at", "start_time", "end_time"))


def test_allowances_become_the_restrictions_string(admin: Client) -> None:
    exam = make.exam(admin, allow_websites=1, allowed_websites="www.proctorexam.com")
    pairs = json.loads(exam["restrictions"])

    assert pairs == [[True, ["www.proctorexam.com"]]] + [[False, [""]]] * 6

    changed = admin.call("PATCH", "/exams/{id}", {"allow_calculator": "1"}, ids={"id": exam["id"]}).json["exam"]
    assert json.loads(changed["restrictions"])[0] == [True, ["www.proctorexam.com"]]
    assert json.loads(changed["restrictions"])[3] == [True, [""]]
    text = admin.call("PUT", "/exams/{id}", {"restrictions": "free"}, ids={"id": exam["id"]}).json["exam"]
    assert text["restrictions"] == "free"


def test_update_keeps_what_is_not_named_and_moves_updated_at(admin: Client) -> None:
    exam = make.exam(admin, duration_minutes=90, mobile_cam=1)
    changed = admin.call("PATCH", "/exams/{id}", {"name": "Renamed"}, ids={"id": exam["id"]}).json["exam"]

    assert changed["updated_at"] > exam["updated_at"]
    assert {**changed, "updated_at": 0} == {**exam, "name": "Renamed", "updated_at": 0}


def test_deleted_exam_is_listed_as_deleted_only(admin: Client) -> None:
    exam = make.exam(admin)
    session = make.session(admin, exam["id"])
    ids = {"id": exam["id"]}

    assert admin.call("DELETE", "/exams/{id}", ids=ids).json == {}

    narrow = {"filter": json.dumps({"id": {"eq": exam["id"]}})}
    assert admin.call("GET", "/exams/{id}", ids=ids).status == 404
    assert admin.call("GET", "/exams", narrow).json["exams"] == []
    assert admin.call("GET", "/exams", {**narrow, "status": "deleted"}).json["exams"][0]["status"] == "deleted"
    assert admin.call("GET", "/student_sessions/{id}", ids={"id": session["id"]}).status == 404
    assert admin.call("DELETE", "/exams/{id}", ids=ids).status == 404


def test_comanager_answers_with_credentials(admin: Client) -> None:
    exam, user = make.exam(admin), make.user(admin, admin.user.institute_id)

    answer = admin.call("PUT", "/exams/{id}/add_comanager", {"comanager_id": user["id"]}, ids={"id": exam["id"]})

    assert {name: answer.json["comanager"][name] for name in ("id", "api_token", "secret_key")} == {
        name: user[name] for name in ("id", "api_token", "secret_key")
    }
    assert len(user["api_token"]) == 22
    assert len(user["secret_key"]) == 43


def test_short_form_of_a_user_holds_no_credentials(admin: Client) -> None:
    user = make.user(admin, admin.user.institute_id)
    ids = {"institute_id": admin.user.institute_id}
    shown = admin.call("GET", "/institutes/{institute_id}/users/{id}", ids={**ids, "id": user["id"]}).json["user"]

    assert set(shown) == {"id", "email", "name", "role", "logo_image", "institute_name", "omniauth_config_id"}
    listed = admin.call("GET", "/institutes/{institute_id}/users", ids=ids).json["users"]
    assert set(listed[0]) == set(shown)


def test_new_user_can_sign_at_once(mock: MockProcess, admin: Client) -> None:
    from contract.tests.mock.client import User

    made = make.user(admin, admin.user.institute_id)
    client = mock.client_of(User(made["api_token"], made["secret_key"], made["institute_id"]))

    assert client.call("GET", "/exams").json == {"exams": []}


@pytest.mark.parametrize("path", ["/exams/{id}/add_student", "/exams/{exam_id}/student_sessions"])
def test_email_serves_once_in_an_exam(admin: Client, path: str) -> None:
    exam = make.exam(admin)
    ids = {"id" if "{id}" in path else "exam_id": exam["id"]}
    values = {"name": "S", "email": make.email()}
    assert admin.call("POST", path, values, ids=ids).status == 201

    again = admin.call("POST", path, {**values, "email": values["email"].upper()}, ids=ids)

    assert again.status == 422
    assert again.json == {"errors": {"email": ["has already been taken"]}}
    assert b"email:[has already been taken]" in again.body.replace(b'"', b"")
    other = make.session(admin, exam["id"])
    update = admin.call("PATCH", "/student_sessions/{id}", {"email": values["email"]}, ids={"id": other["id"]})
    assert update.status == 422
    assert make.session(admin, make.exam(admin)["id"], email=values["email"])["email"] == values["email"]


def test_email_of_a_user_and_name_of_an_institute_serve_once(admin: Client, superuser: Client) -> None:
    user, institute = make.user(admin, admin.user.institute_id), make.institute(superuser)
    elsewhere = {"name": "N", "email": user["email"], "password": make.PASSWORD}

    taken = superuser.call("POST", "/institutes/{institute_id}/users", elsewhere, ids={"institute_id": institute["id"]})
    same_name = superuser.call("POST", "/institutes", {"name": institute["name"], "short_name": "x"})
    other = make.institute(superuser)
    renamed = superuser.call("PATCH", "/institutes/{id}", {"name": institute["name"]}, ids={"id": other["id"]})

    assert taken.json == {"errors": {"email": ["has already been taken"]}}
    assert same_name.json == {"errors": {"name": ["has already been taken"]}}
    assert renamed.status == 422


def test_deprecated_operations_agree_with_their_successors(admin: Client) -> None:
    exam = make.exam(admin)
    ids = {"id": exam["id"]}
    added = make.made(admin, "POST", "/exams/{id}/add_student", {"name": "S", "email": make.email()}, ids=ids)
    which = {"student_session_id": added["id"]}

    shown = admin.call("GET", "/student_sessions/{id}", ids={"id": added["id"]}).json
    assert admin.call("GET", "/exams/{id}/show_student", which, ids=ids).json == shown == {"student": added}
    index = admin.call("GET", "/exams/{id}/index_students", ids=ids).json
    assert index == admin.call("GET", "/exams/{exam_id}/student_sessions", ids={"exam_id": exam["id"]}).json
    assert admin.call("GET", "/exams/{id}/show_student", which, ids={"id": make.exam(admin)["id"]}).status == 404

    assert admin.call("DELETE", "/exams/{id}/delete_student", which, ids=ids).json == {}
    gone = admin.call("GET", "/exams/{id}/show_student", which, ids=ids)
    assert gone.json == {"errors": f"Couldn't find Student Session with 'id'={added['id']}"}


def test_emails_go_to_all_but_those_who_have_finished(mock: MockProcess, admin: Client) -> None:
    exam = make.exam(admin)
    waiting, done = (make.session(admin, exam["id"]) for _ in range(2))
    end = {"notification_title": "t", "notification_text": "x", "notification_type": "warning"}
    admin.call("POST", "/student_sessions/{id}/end_exam", end, ids={"id": done["id"]})

    answer = admin.call("POST", "/exams/{id}/send_emails", ids={"id": exam["id"]})

    assert answer.json == {
        "students": [{"id": waiting["id"], "status": "email_sent"}, {"id": done["id"], "status": "exam_finished"}]
    }
    shown = admin.call("GET", "/student_sessions/{id}", ids={"id": waiting["id"]}).json["student"]
    assert (shown["status"], shown["is_email_sent"]) == ("email_sent", True)
    sent = mock.control("GET", f"emails?exam_id={exam['id']}").json["emails"]
    assert [email["recipient"] for email in sent] == [waiting["email"]]


def test_end_exam_finishes_the_session(admin: Client) -> None:
    session = make.session(admin, make.exam(admin)["id"])
    ids = {"id": session["id"]}
    end = {"notification_title": "t", "notification_text": "x", "notification_type": "warning"}

    ended = admin.call("POST", "/student_sessions/{id}/end_exam", end, ids=ids).json

    shown = admin.call("GET", "/student_sessions/{id}", ids=ids).json["student"]
    assert (shown["status"], shown["end_time"]) == ("exam_finished", ended["end_time"])
    assert admin.call("POST", "/student_sessions/{id}/end_exam", end, ids=ids).json["end_time"] == ended["end_time"]
    incomplete = admin.call("POST", "/student_sessions/{id}/end_exam", {"notification_title": "t"}, ids=ids)
    assert incomplete.json == {"errors": MISSING.format("notification_text")}


def test_proctor_is_assigned_and_taken_off(mock: MockProcess, admin: Client) -> None:
    proctor_id = mock.fixtures["proctors"][1]
    sessions = [make.session(admin, make.exam(admin)["id"])["id"] for _ in range(2)]
    path = "/student_sessions/{id}/assign_proctor"

    counts = [
        admin.call("POST", path, {"proctor_id": proctor_id}, ids={"id": session}).json["active_proctoring_sessions"]
        for session in sessions
    ]
    assert counts[1] == counts[0] + 1
    shown = admin.call("GET", "/student_sessions/{id}", ids={"id": sessions[0]}).json["student"]
    assert shown["proctor_id"] == proctor_id

    assert admin.call("DELETE", "/student_sessions/{id}/assigned_proctor", ids={"id": sessions[0]}).status == 200
    shown = admin.call("GET", "/student_sessions/{id}", ids={"id": sessions[0]}).json["student"]
    assert shown["proctor_id"] is None


def test_refusals_of_assign_proctor(admin: Client) -> None:
    session = make.session(admin, make.exam(admin)["id"])["id"]
    teacher = make.user(admin, admin.user.institute_id)["id"]
    path, ids = "/student_sessions/{id}/assign_proctor", {"id": session}

    unknown = admin.call("POST", path, {"proctor_id": 999_999}, ids=ids)
    wrong = admin.call("POST", path, {"proctor_id": teacher}, ids=ids)
    no_session = admin.call("POST", path, {"proctor_id": teacher}, ids={"id": 999_999})

    assert (unknown.status, unknown.json) == (404, {"errors": "Not found error."})
    assert (wrong.status, wrong.json) == (422, {"errors": "Invalid parameters."})
    assert no_session.json == {"errors": "Couldn't find Student Session with 'id'=999999"}


def test_photo_url_serves_five_minutes(start: Callable[..., MockProcess]) -> None:
    mock = start()
    admin, ids = mock.client(), {"id": mock.fixtures["photo_sessions"][0]}
    url = admin.call("GET", "/student_sessions/{id}/face_photo", ids=ids).json["url"]

    status, content = fetch(url)
    assert (status, content[:4]) == (200, b"\x89PNG")
    mock.control("POST", "clock", {"advance_ms": 4 * 60_000 + 50_000})
    assert fetch(url)[0] == 200
    mock.control("POST", "clock", {"advance_ms": 11_000})
    assert fetch(url)[0] == 403

    fresh = admin.call("GET", "/student_sessions/{id}/face_photo", ids=ids).json["url"]
    admin.call("DELETE", "/student_sessions/{id}/face_photo", ids=ids)
    assert fetch(fresh)[0] == 404
    shown = admin.call("GET", "/student_sessions/{id}", ids=ids).json["student"]
    assert (shown["face_photo_file_name"], shown["id_card_file_name"]) == (None, "data")
    assert admin.call("GET", "/student_sessions/{id}/face_photo", ids=ids).status == 404
    mock.control("POST", "photos", {"student_session_id": ids["id"]})
    assert admin.call("GET", "/student_sessions/{id}/face_photo", ids=ids).status == 200


def test_unknown_lti_student(mock: MockProcess, admin: Client) -> None:
    ids = {"id": mock.fixtures["lti_student"]["exam_id"]}
    answer = admin.call(
        "GET", "/exams/{id}/show_lti_student", {"student_lms_id": "nobody", "resource_link_id": "-4c"}, ids=ids
    )

    assert answer.status == 404
    assert answer.json["errors"] == "Couldn't find Student Session with 'id'=nobody and 'resource_link_id'=-4c"


def test_tool_provider_in_use_is_locked(admin: Client) -> None:
    exam, provider = make.exam(admin), make.tool_provider(admin, tool_url="https://example.com/lti")
    link = make.lti_resource(admin, exam["id"], provider["id"])
    assert (link["tool_provider_id"], link["exam_id"]) == (str(provider["id"]), exam["id"])
    assert link["lti_resource_launch_url"] == "https://example.com/lti"
    make.document(admin, exam["id"])

    locked = admin.call("DELETE", "/tool_providers/{id}", ids={"id": provider["id"]})

    assert locked.status == 423
    assert locked.json["error"] == {"open_exam": [[{"id": exam["id"], "name": exam["name"]}]]}
    admin.call("DELETE", "/exams/{id}", ids={"id": exam["id"]})
    assert admin.call("DELETE", "/tool_providers/{id}", ids={"id": provider["id"]}).json == {}
    assert admin.call("GET", "/lti_resources/{id}", ids={"id": link["id"]}).status == 404


def test_attachment_placeholder(admin: Client) -> None:
    attachment = make.attachment(admin, make.exam(admin)["id"])

    assert re.fullmatch(r"\d{10}_notes\.txt", attachment["placeholder"])
    assert attachment["document_content_type"] == "text/plain"


def test_documents_index_is_one_object(admin: Client) -> None:
    ids = {"exam_id": make.exam(admin)["id"]}
    assert admin.call("GET", "/exams/{exam_id}/documents", ids=ids).json == {"document": None}

    document = make.document(admin, ids["exam_id"])

    assert admin.call("GET", "/exams/{exam_id}/documents", ids=ids).json == {"document": document}
    foreign = {"exam_id": make.exam(admin)["id"], "id": document["id"]}
    assert admin.call("GET", "/exams/{exam_id}/documents/{id}", ids=foreign).status == 404


def test_institute_logo_is_uploaded(superuser: Client) -> None:
    files = {"logo_image": Part("logo.png", b"\x89PNG", "image/png")}
    institute = make.made(superuser, "POST", "/institutes", {"name": make.unique("I"), "short_name": "l"}, files=files)

    assert (institute["logo_image_file_name"], institute["logo_image_file_size"]) == ("logo.png", 4)
    assert institute["logo_image"] == f"/logo_images/{institute['id']}/original/logo.png"


def test_institute_goes_with_everything_in_it(superuser: Client) -> None:
    institute = make.institute(superuser)
    exam = make.exam(superuser, institute_id=institute["id"])

    assert superuser.call("DELETE", "/institutes/{id}", ids={"id": institute["id"]}).json == {}

    gone = superuser.call("GET", "/institutes/{id}", ids={"id": institute["id"]})
    assert gone.json == {"errors": f"Couldn't find Institute with 'id'={institute['id']}"}
    assert superuser.call("GET", "/exams/{id}", ids={"id": exam["id"]}).status == 404


REQUIRED: dict[str, tuple[str, dict[str, Any]]] = {
    "/exams": ("POST", {"name": "n", "type": "record_review"}),
    "/institutes": ("POST", {"name": "n", "short_name": "s"}),
    "/tool_providers": ("POST", {"tool_name": "t", "oauth_consumer_key": "k", "oauth_consumer_secret": "s"}),
    "/institutes/{institute_id}/users": ("POST", {"name": "n", "email": "e@example.com", "password": make.PASSWORD}),
    "/exams/{exam_id}/student_sessions": ("POST", {"name": "n", "email": "e@example.com"}),
    "/exams/{exam_id}/documents": ("POST", {"exam_content": "c"}),
    "/exams/{id}/add_comanager": ("PUT", {"comanager_id": 1}),
}


@pytest.mark.parametrize("value", ["absent", "", None])
@pytest.mark.parametrize(("path", "name"), [(path, name) for path, (_, all_of) in REQUIRED.items() for name in all_of])
def test_required_parameter(superuser: Client, path: str, name: str, value: str | None) -> None:
    method, complete = REQUIRED[path]
    params = {key: each for key, each in {**complete, name: value}.items() if key != name or value != "absent"}
    ids = {key: 1 for key in ("institute_id", "exam_id", "id") if f"{{{key}}}" in path}

    answer = superuser.call(method, path, params, ids=ids)

    assert answer.status == 422
    assert answer.json == {"errors": MISSING.format(name)}


@pytest.mark.parametrize(
    ("params", "rule"),
    [
        ({"name": 5}, "Must be a String"),
        ({"name": ["x"]}, "Must be a String"),
        ({"duration_minutes": "ninety"}, "Must be a number."),
        ({"duration_minutes": True}, "Must be a number."),
        ({"duration_minutes": 2**63}, "Must be a number."),
        ({"use_duration": "maybe"}, "Must be one of: true, false, 1, 0."),
        ({"use_duration": 2}, "Must be one of: true, false, 1, 0."),
        ({"start_time": "soon"}, "is not a valid time"),
        ({"start_time": 10**18}, "is not a valid time"),
        ({"type": "unknown"}, "Must be one of"),
    ],
)
def test_wrong_value_is_refused_with_its_rule(admin: Client, params: dict[str, Any], rule: str) -> None:
    exam = make.exam(admin)
    # Lists are signed as the vectors write them; a text of the same spelling is the same message.
    answer = send_json(admin, f"/api/v3/exams/{exam['id']}", {"id": exam["id"]}, params)

    assert answer.status == 422, answer.body
    (name,) = params
    assert rule in answer.json["errors"][name][0]


def send_json(client: Client, path: str, ids: dict[str, Any], params: dict[str, Any]) -> Any:
    """PATCH with JSON values of any kind, signed by the text that the vectors give them."""
    texts = {name: str(value).replace("'", '"') if isinstance(value, list) else value for name, value in params.items()}
    sent = {**client.signed(ids, texts), **params}
    return client.raw("PATCH", path, json.dumps(sent).encode(), "application/json")


@pytest.mark.parametrize("password", ["Sh0rt-p", "no-upper-0", "NO-LOWER-0", "No-number-x", "NoSpecial000"])
def test_weak_password_is_refused(admin: Client, password: str) -> None:
    values = {"name": "N", "email": make.email(), "password": password}
    answer = admin.call(
        "POST", "/institutes/{institute_id}/users", values, ids={"institute_id": admin.user.institute_id}
    )

    assert answer.status == 422
    assert "password" in answer.json["errors"]
