"""Student sessions: the ID photo and the face photo. Photos cannot be made by the API: the config hands them over."""

import contextlib
from urllib.parse import urljoin

import pytest
import requests

from contract import transport
from contract.checks.texts import has_text
from contract.errors import TargetUnreachable
from contract.judgement import NotTested, control, deciding, expect, observe
from contract.judgement import require as demand
from contract.marks import per_operation

pytestmark = pytest.mark.one_worker("photos")

ID_CARD, FACE_PHOTO = "student_sessions_destroy_id_card", "student_sessions_destroy_face_photo"
SHOW = "student_sessions_show_face_photo"
ID_CARD_FIELDS = ("id_card_file_name", "id_card_content_type", "id_card_file_size")
FACE_PHOTO_FIELDS = ("face_photo_file_name", "face_photo_content_type", "face_photo_file_size")


@pytest.fixture
def photo_session_id(world, target):
    """Return the student session whose photos no test destroys."""
    world.needs("photo_sessions")
    return target.fixtures.photo_sessions[0]


@pytest.fixture
def session_id(shared):
    """Return a student session without photos."""
    return shared.student_session_id


def shown(client, session_id):
    """Return a student session as show answers it."""
    body = control(client("student_sessions_show", purpose="set-up", id=session_id)).accepted().json
    found = body.get("student", body) if isinstance(body, dict) else None
    demand(isinstance(found, dict), "show answers no student session", blocked_by="SESSION-041")
    return found


def with_photo(client, target, wanted, also):
    """Return the id of a session whose photo may be destroyed, best one that also has the other photo, and that."""
    sessions = {id: shown(client, id) for id in reversed(target.fixtures.photo_sessions[1:])}
    able = [id for id, session in sessions.items() if session.get(wanted)]
    best = [id for id in able if sessions[id].get(also)] or able
    if not best:
        raise NotTested(
            "fixture used up: no further session has the photo, and the first one's is kept for other tests"
        )
    return best[0], sessions[best[0]]


def address_in(exchange):
    """Return under which key an answer holds an address, and the address; None where there is none."""
    if location := exchange.header("Location"):
        with contextlib.suppress(ValueError):  # brackets that hold no IPv6 address
            return "Location", urljoin(exchange.request.url, location)
    named = next(_addresses(exchange.json, ""), None)
    return named and (named[0], urljoin(exchange.request.url, named[1]))


def _addresses(value, key):
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _addresses(each, f"{key}.{name}".lstrip("."))
    elif isinstance(value, str) and value.startswith(("http://", "https://", "/")):
        yield key, value


def fetch(target, address):
    """Return the answer to a GET of *address* without token."""
    try:
        return transport.fetch(target, address)
    except requests.RequestException as error:
        raise TargetUnreachable(f"the address of a photo leads nowhere: {type(error).__name__}") from None


def is_picture(response):
    """Tell whether an answer holds a picture."""
    return response.ok and response.headers.get("Content-Type", "").startswith("image/") and bool(response.content)


# -- student_sessions_show_face_photo ---------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-250")
def test_address_of_the_face_photo_is_given(administrator, photo_session_id):
    expect(administrator(SHOW, id=photo_session_id)).accepted()


@pytest.mark.requirement("SESSION-251")
def test_answer_holds_an_address(administrator, photo_session_id):
    answered = control(administrator(SHOW, id=photo_session_id)).accepted()

    expect(answered).holds(address_in(answered), "a URL in the JSON, or a redirect", answered.text[:200] or "no body")


@pytest.mark.requirement("SESSION-252")
def test_address_leads_to_a_picture(administrator, photo_session_id, target):
    answered = control(administrator(SHOW, id=photo_session_id)).accepted()
    demand(found := address_in(answered), "the answer holds no address", blocked_by="SESSION-251")

    response = fetch(target, found[1])

    seen = f"{response.status_code}, {response.headers.get('Content-Type')}, {len(response.content)} bytes"
    expect(answered).holds(is_picture(response), "a picture at the address", seen)


@pytest.mark.requirement("SESSION-252")
def test_earlier_address_serves_beside_a_later_one(administrator, photo_session_id, target):
    answered = [control(administrator(SHOW, id=photo_session_id)).accepted() for _ in range(2)]
    addresses = [address_in(each) for each in answered]
    demand(all(addresses), "the answer holds no address", blocked_by="SESSION-251")

    responses = [fetch(target, address) for _, address in addresses]

    seen = ", ".join(str(response.status_code) for response in responses)
    expect(answered[0]).holds(all(map(is_picture, responses)), "a picture at both addresses", seen)


@pytest.fixture
def fresh_address(administrator, world, mock_control, target):
    """Return the answer with an address of a photo made just now, and the address; the clock is put back at the end."""
    session = world.student_session(world.exam()["id"])
    mock_control.add_photos(session["id"])
    answered = control(administrator(SHOW, id=session["id"])).accepted()
    demand(found := address_in(answered), "the answer holds no address", blocked_by="SESSION-251")
    demand(is_picture(fetch(target, found[1])), "the address leads to no picture", blocked_by="SESSION-252")
    return answered, found[1]


@pytest.fixture
def later(mock_control):
    """Return a function that moves the clock; it is put back at the end."""
    moved = []

    def advance(seconds):
        mock_control.advance_clock(seconds * 1000)
        moved.append(seconds)

    yield advance
    mock_control.advance_clock(-sum(moved) * 1000)


@pytest.mark.exclusive
@pytest.mark.requirement("SESSION-253")
def test_address_lasts_for_almost_five_minutes(fresh_address, later, target):
    answered, address = fresh_address

    later(seconds=4 * 60 + 50)

    response = fetch(target, address)
    expect(answered).holds(is_picture(response), "a picture after 4 min 50 s", f"{response.status_code}")


@pytest.mark.exclusive
@pytest.mark.requirement("SESSION-253")
def test_address_given_later_lasts_as_long(administrator, world, mock_control, later, target):
    session = world.student_session(world.exam()["id"])
    mock_control.add_photos(session["id"])
    control(administrator(SHOW, id=session["id"])).accepted()
    later(seconds=30)
    answered = control(administrator(SHOW, id=session["id"])).accepted()
    demand(found := address_in(answered), "the answer holds no address", blocked_by="SESSION-251")

    later(seconds=4 * 60 + 50)

    responses = [fetch(target, found[1]) for _ in range(2)]
    seen = ", ".join(str(response.status_code) for response in responses)
    expect(answered).holds(all(map(is_picture, responses)), "a picture after 4 min 50 s, twice", seen)


@pytest.mark.exclusive
@pytest.mark.requirement("SESSION-254")
def test_address_expires_after_five_minutes(fresh_address, later, target):
    answered, address = fresh_address

    later(seconds=5 * 60 + 10)

    response = fetch(target, address)
    expect(answered).holds(400 <= response.status_code < 500, "a 4xx after 5 min 10 s", f"{response.status_code}")


@pytest.mark.requirement("SESSION-255")
def test_face_photo_of_an_absent_session_is_not_found(administrator, photo_session_id):
    absent = administrator(SHOW, id=administrator.sender.absent_id())
    answered = administrator(SHOW, id=photo_session_id)

    expect(absent).refused()
    control(answered).accepted()


@per_operation(
    student_sessions_show_face_photo="SESSION-256",
    student_sessions_destroy_id_card="SESSION-214",
    student_sessions_destroy_face_photo="SESSION-234",
)
def test_absent_session_is_named(operation_id, sample, world):
    request, absent_id = sample(operation_id), world.absent_id("student_session")

    absent = sample.send(request, id=absent_id)
    right = sample.send(request)

    expect(absent).refused()
    control(right).accepted()
    has_text(absent, f"Couldn't find Student Session with 'id'='{absent_id}'", of=404)


@pytest.mark.requirement("SESSION-257")
def test_id_that_is_a_word_is_refused(administrator, photo_session_id):
    word = administrator(SHOW, id="word")
    answered = administrator(SHOW, id=photo_session_id)

    expect(word).refused()
    control(answered).accepted()


@pytest.mark.requirement("SESSION-258")
def test_session_without_a_face_photo(administrator, session_id):
    observe(administrator(SHOW, id=session_id))


@pytest.mark.requirement("SESSION-259")
def test_key_of_the_address(administrator, photo_session_id):
    answered = control(administrator(SHOW, id=photo_session_id)).accepted()

    found = address_in(answered)
    observe(answered, status=answered.status, key=found[0] if found else "none")


@pytest.mark.requirement("SESSION-260")
def test_photos_of_two_sessions_have_different_addresses(administrator, target, world):
    world.needs("photo_sessions")
    if len(target.fixtures.photo_sessions) < 2:
        raise NotTested("the config hands over one session with photos only")

    answers = [administrator(SHOW, id=id) for id in target.fixtures.photo_sessions[:2]]
    for answered in answers:
        control(answered).accepted()

    first, second = (found[1] if (found := address_in(answered)) else None for answered in answers)
    expect(answers[1]).holds(first and second and first != second, "two different addresses", "one twice, or none")


# -- student_sessions_destroy_id_card, student_sessions_destroy_face_photo --------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-210", "SESSION-211", "SESSION-212", "SESSION-217")
def test_id_photo_is_destroyed(administrator, target, world):
    world.needs("photo_sessions")
    id, before = with_photo(administrator, target, ID_CARD_FIELDS[0], FACE_PHOTO_FIELDS[0])

    destroyed = administrator(ID_CARD, id=id)

    with deciding("SESSION-210"):
        expect(destroyed).accepted()
    with deciding("SESSION-211"):
        control(destroyed).accepted()
        has_no(destroyed, shown(administrator, id), ID_CARD_FIELDS)
    with deciding("SESSION-212"):
        control(destroyed).accepted()
        keeps(destroyed, before, shown(administrator, id), FACE_PHOTO_FIELDS)
    with deciding("SESSION-217"):
        control(destroyed).accepted()
        observe(destroyed, status=destroyed.status, body=destroyed.text[:40] if len(destroyed.body) < 5 else "more")


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-230", "SESSION-231", "SESSION-232", "SESSION-237", "SESSION-238")
def test_face_photo_is_destroyed(administrator, target, world):
    world.needs("photo_sessions")
    id, before = with_photo(administrator, target, FACE_PHOTO_FIELDS[0], ID_CARD_FIELDS[0])

    destroyed = administrator(FACE_PHOTO, id=id)

    with deciding("SESSION-230"):
        expect(destroyed).accepted()
    with deciding("SESSION-231"):
        control(destroyed).accepted()
        has_no(destroyed, shown(administrator, id), FACE_PHOTO_FIELDS)
    with deciding("SESSION-232"):
        control(destroyed).accepted()
        keeps(destroyed, before, shown(administrator, id), ID_CARD_FIELDS)
    with deciding("SESSION-237"):
        control(destroyed).accepted()
        observe(destroyed, status=destroyed.status, body=destroyed.text[:40] if len(destroyed.body) < 5 else "more")
    with deciding("SESSION-238"):
        control(destroyed).accepted()
        answered = administrator(SHOW, id=id)
        never = administrator(SHOW, id=world.student_session(world.exam()["id"])["id"])
        # A picture that says that there is none may stand for it.
        none = without_query(address_in(never)) if never.accepted else None
        left = without_query(address_in(answered)) if answered.accepted else None
        expect(answered).holds(left in (None, none), "no address", answered.line)


def without_query(found):
    """Return the address of what was found, without what is signed into it."""
    return found and found[1].split("?")[0]


def has_no(exchange, session, fields):
    """Judge whether the fields of a photo are null."""
    found = {name: session.get(name) for name in fields if session.get(name) is not None}
    expect(exchange).holds(not found, f"null in {', '.join(fields)}", f"{found}")


def keeps(exchange, before, after, fields):
    """Judge whether the fields of the other photo are as they were."""
    demand(before.get(fields[0]), "the session had no other photo")
    found = {name: after.get(name) for name in fields}
    expect(exchange).equals(found, {name: before.get(name) for name in fields}, "the other photo")


@per_operation(student_sessions_destroy_id_card="SESSION-213", student_sessions_destroy_face_photo="SESSION-233")
def test_photo_of_an_absent_session_is_not_found(operation_id, sample, world):
    request = sample(operation_id)

    absent = sample.send(request, id=world.absent_id("student_session"))
    present = sample.send(request)

    expect(absent).refused()
    control(present).accepted()


@per_operation(student_sessions_destroy_id_card="SESSION-215", student_sessions_destroy_face_photo="SESSION-235")
def test_photo_of_a_session_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


@per_operation(student_sessions_destroy_id_card="SESSION-216", student_sessions_destroy_face_photo="SESSION-236")
def test_session_without_the_photo(operation_id, administrator, session_id):
    observe(administrator(operation_id, id=session_id))
