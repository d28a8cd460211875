"""Requests that nobody means to send: a refusal that clients can read, and the next request works."""

import contextvars
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from contract.auth import Wrongly
from contract.checks import wire
from contract.checks.acceptance import accepted_like, answered, usual
from contract.checks.refusals import CONTROL, each_refused, is_json_refusal
from contract.client import File
from contract.judgement import control, deciding, expect, observe
from contract.world import PNG

DEEP = b"[" * 20_000 + b"]" * 20_000
NO_BODIES = {
    "ROBUST-001": [Wrongly("JSON cut off", wire=wire.with_body(lambda body: body[: len(body) // 2]))],
    "ROBUST-002": [Wrongly("a JSON list", wire=wire.with_body(lambda body: b"[" + body + b"]"))],
    "ROBUST-003": [Wrongly("not UTF-8", wire=wire.with_body(lambda body: body[:-1] + b', "x": "\xff\xfe"}'))],
    "ROBUST-004": [Wrongly("nested deep", wire=wire.with_body(lambda body: body[:-1] + b', "x": ' + DEEP + b"}"))],
    "ROBUST-005": [Wrongly("an empty body", wire=wire.with_body(lambda body: b""))],
}
ODD_BODIES = {
    "ROBUST-006": [
        Wrongly("JSON as text/plain", wire=wire.with_body(lambda body: body, "text/plain")),
        Wrongly("JSON as XML", wire=wire.with_body(lambda body: body, "application/xml")),
        Wrongly("JSON without a content type", wire=wire.without_content_type),
    ],
    "ROBUST-007": [Wrongly("a member twice", wire=wire.with_body(wire.doubled_member("timestamp", 1)))],
}
TRACE = re.compile(r"Traceback|\.(?:rb|py|java|php|go):\d+|line \d+, in |stack ?trace|/(?:usr|home|var|app)/\w+", re.I)


def keeps_its_inside(exchange):
    """Judge that a refusal says nothing about the code behind it."""
    expect(exchange).refused()
    found = TRACE.search(exchange.text)
    expect(exchange).holds(not found, "no stack trace and no path", f"{found and found.group(0)} in the body")


def send_each(sample, operation_id, ways):
    """Send every form of a request, which may be accepted; each time another sample, in case it is."""
    request = sample(operation_id)
    for requirement_id, forms in ways.items():
        for wrongly in forms:
            with deciding(requirement_id):
                exchange = sample.send(request, wrongly)
                if exchange.accepted:
                    request = sample(operation_id)
                answered(exchange, usual(sample, operation_id))
    return request


@pytest.mark.requirement(*NO_BODIES, *ODD_BODIES, "ROBUST-020", "ROBUST-021", "ROBUST-022")
def test_body_that_cannot_be_read_is_refused(operation_id, sample):
    before = sample.send(sample(operation_id))
    request = send_each(sample, operation_id, ODD_BODIES)

    answered = each_refused(sample, request, NO_BODIES)

    right = answered.pop(CONTROL)
    with deciding("ROBUST-020"):
        control(before).accepted()
        expect(right).accepted()
    for exchange in answered.values():
        with deciding("ROBUST-021"):
            keeps_its_inside(exchange)
        with deciding("ROBUST-022"):
            is_json_refusal(exchange)
    for requirement_id in (*ODD_BODIES, "ROBUST-021", "ROBUST-022"):
        with deciding(requirement_id):
            control(right).accepted()


@pytest.mark.parametrize("operation_id", ["exams_update"])
@pytest.mark.requirement("ROBUST-020")
def test_request_after_each_malformed_one_is_answered(operation_id, sample):
    request = sample(operation_id)

    control(sample.send(request)).accepted()
    for forms in (*NO_BODIES.values(), *ODD_BODIES.values()):
        for malformed in forms:
            sample.send(request, malformed)
            expect(sample.send(request)).accepted()


TEXTS = {
    "ROBUST-008": ["nul \x00 here", "bell \x07 and escape \x1b and delete \x7f"],
    "ROBUST-009": ["half a pair \ud83d"],
}


def text_parameter(request):
    """The name of a parameter of free text."""
    known = ("exam_content", "name", "lti_resource_link_name", "tool_name")
    return next(name for name in known if name in request.params)


@pytest.mark.requirement(*TEXTS)
def test_odd_characters_are_answered(operation_id, sample):
    for requirement_id, texts in TEXTS.items():
        for text in texts:
            request = sample(operation_id)
            name = text_parameter(request)
            with deciding(requirement_id):
                answered(sample.send(request, **{name: f"{request.params[name]} {text}"}), usual(sample, operation_id))
    right = sample.send(sample(operation_id))
    for requirement_id in TEXTS:
        with deciding(requirement_id):
            control(right).accepted()


NUMBERS = (10**30, -(10**30), 2**63, -1, 0)
NUMBER = {
    "exams_update": "duration_minutes",
    "exams_index": "page",
    "student_sessions_index": "limit",
    "exams_show_student": "student_session_id",
}


@pytest.mark.requirement("ROBUST-010")
def test_extreme_numbers_are_answered(operation_id, sample):
    request = sample(operation_id)

    for number in NUMBERS:
        answered(sample.send(request, **{NUMBER[operation_id]: number}), usual(sample, operation_id))

    control(sample.send(request)).accepted()


@pytest.mark.requirement("ROBUST-011")
def test_very_long_text_is_answered(operation_id, sample):
    request = sample(operation_id)

    answered(sample.send(request, **{text_parameter(request): "long " * 200_000}), usual(sample, operation_id))

    control(sample.send(request)).accepted()


MULTIPART = {
    "a wrong boundary": lambda body: body.replace(body.split(b"\r\n")[0], b"--other"),
    "no end": lambda body: body[: len(body) // 2],
    "no names": lambda body: body.replace(b'; name="', b'; nom="'),
}


@pytest.mark.requirement("ROBUST-012")
def test_malformed_multipart_is_refused(operation_id, sample):
    request = sample(operation_id)
    if operation_id == "institutes_create":
        request = replace(request, params={**request.params, "logo_image": File("logo.png", PNG, "image/png")})

    forms = [Wrongly(f"multipart with {label}", wire=wire.with_body(form)) for label, form in MULTIPART.items()]
    each_refused(sample, request, {"ROBUST-012": forms})


@pytest.mark.requirement("ROBUST-013")
def test_malformed_query_is_answered(operation_id, sample):
    request = sample(operation_id)

    for query in ("x=%zz&y=%", "x=%ff%fe%00", "page[a][b]=1&page[]=2&=&&"):
        malformed = Wrongly(f"query with {query}", wire=wire.with_raw_query(query))
        exchange = sample.send(request, malformed)
        if exchange.accepted:
            request = sample(operation_id)
        answered(exchange, usual(sample, operation_id))

    control(sample.send(request)).accepted()


NO_IDS = ("seven", "-1", 10**30, "\x00")


@pytest.mark.requirement("ROBUST-014", "ROBUST-023")
def test_ids_that_are_none_are_refused(operation_id, sample):
    request = sample(operation_id)
    name = "id" if "id" in request.params else "institute_id" if "institute_id" in request.params else "exam_id"

    for id in NO_IDS:
        with deciding("ROBUST-014"):
            exchange = sample.send(request, **{name: id})
            expect(exchange).refused()
        with deciding("ROBUST-023"):
            keeps_its_inside(exchange)
            # What stands before the API may not let a NUL through to it.
            if id != "\x00":
                is_json_refusal(exchange)

    right = sample.send(request)
    for requirement_id in ("ROBUST-014", "ROBUST-023"):
        with deciding(requirement_id):
            control(right).accepted()


@pytest.mark.requirement("ROBUST-015")
def test_odd_headers_are_answered(operation_id, sample):
    forms = {
        "a very long token": {"authorization": "Token token=" + "a" * 30_000},
        "a binary token": {"authorization": "Token token=\xff\xfe\x80"},
        "a very long Accept": {"accept": "text/" + "a" * 30_000},
        "a binary Accept": {"accept": "\xff/\xfe"},
    }
    request = sample(operation_id)

    for label, header in forms.items():
        exchange = sample.send(request, Wrongly(label, **header))
        if exchange.accepted:
            request = sample(operation_id)
        answered(exchange, usual(sample, operation_id))

    control(sample.send(request)).accepted()


@pytest.mark.requirement("ROBUST-016", "ROBUST-044")
def test_unknown_paths_are_refused(sample):
    paths = ("/api/v3/nothing", "/api/v3/exams/seven/nothing")
    forms = [Wrongly(f"the path {path}", wire=wire.path_changed(lambda _, path=path: path)) for path in paths]

    answered = each_refused(sample, sample("exams_index"), {"ROBUST-016": forms})

    with deciding("ROBUST-044"):
        observe(answered["the path /api/v3/nothing"])


@pytest.mark.requirement("ROBUST-017", "ROBUST-045")
def test_unknown_methods_are_refused(sample):
    # On the list of exams, where neither replaces anything; in a request without ids.
    forms = [Wrongly(f"the method {method}", wire=wire.method_changed(method)) for method in ("PUT", "PATCH", "BREW")]

    answered = each_refused(sample, sample("exams_index"), {"ROBUST-017": forms})

    with deciding("ROBUST-045"):
        observe(answered["the method PUT"])


@pytest.mark.requirement("ROBUST-018")
def test_very_long_query_is_answered(administrator, sample):
    # Servers stop reading at 8, 16 or 64 kB; shorter ones reach the code behind.
    for length in (7_000, 15_000, 62_000, 100_000):
        value = "a" * length
        long = administrator("exams_index", filter=f'{{"name": {{"eq": "{value}"}}}}')
        answered(long, usual(sample, "exams_index"))
        control(administrator("exams_index", purpose="control")).accepted()


@pytest.mark.requirement("ROBUST-024")
def test_simultaneous_requests_are_accepted(operation_id, sample):
    requests = [sample(operation_id) for _ in range(4)]

    def send(pair):
        context, request = pair
        return context.run(sample.send, request)

    with ThreadPoolExecutor(4) as pool:
        answered = list(pool.map(send, [(contextvars.copy_context(), request) for request in requests]))

    for exchange, request in zip(answered, requests, strict=True):
        accepted_like(sample, request, exchange)


@pytest.mark.requirement("ROBUST-040")
def test_member_that_stands_twice(sample):
    names = {"first": "timestamp of the first", "last": "timestamp of the last"}
    for key, label in names.items():
        # The timestamp is signed as it was before the second one came.
        first = wire.with_body(wire.doubled_member("timestamp", 1))
        last = wire.with_body(lambda body: body[:-1] + b', "timestamp": 1}')
        exchange = sample.send(sample("exams_update"), Wrongly(label, wire=last if key == "first" else first))
        observe(exchange, **{f"{key}_counts": exchange.accepted})


@pytest.mark.requirement("ROBUST-041")
def test_status_for_broken_json(sample):
    observe(sample.send(sample("exams_create"), NO_BODIES["ROBUST-001"][0]))


@pytest.mark.requirement("ROBUST-042")
def test_status_for_another_content_type(sample):
    for key, content_type in {"text/plain": "text/plain", "none": ""}.items():
        as_other = wire.with_body(lambda body: body, content_type)
        exchange = sample.send(sample("exams_create"), Wrongly(f"content type {key}", wire=as_other))
        observe(exchange, **{key: exchange.status})


@pytest.mark.requirement("ROBUST-043")
def test_status_for_head(sample):
    observe(sample.send(sample("exams_index"), Wrongly("the method HEAD", wire=wire.method_changed("HEAD"))))


@pytest.mark.requirement("ROBUST-046")
def test_nul_character_in_a_text(administrator, world):
    exam = world.exam()
    name = f"{exam['name']} \x00!"

    changed = administrator("exams_update", id=exam["id"], name=name)
    shown = administrator("exams_show", id=exam["id"], purpose="control")

    kept = (shown.json.get("exam") or {}).get("name")
    observe(changed, status=changed.status, kept={name: "whole", exam["name"]: "not at all"}.get(kept, "in part"))


@pytest.mark.requirement("ROBUST-047")
def test_text_of_a_megabyte(sample):
    observe(sample.send(sample("documents_update"), exam_content="long " * 200_000))


@pytest.mark.requirement("ROBUST-048")
def test_markup_in_a_text(administrator, world):
    exam = world.exam()
    name = f"{exam['name']} <b>&amp;'\"</b><script>"

    changed = administrator("exams_update", id=exam["id"], name=name)
    shown = administrator("exams_show", id=exam["id"], purpose="control")

    observe(changed, status=changed.status, kept=(shown.json.get("exam") or {}).get("name") == name)
