"""The zip of what students uploaded: generate, status, download."""

import time

import pytest

from contract.judgement import Inconclusive, control, deciding, expect, observe, require
from contract.zipjob import (
    ENDED,
    Poller,
    State,
    contents,
    download,
    generate_and_wait,
    holds_file,
    illegal_step,
    status_in,
)

requirement = pytest.mark.requirement
# The exam with uploads is handed over and has one job, so the tests that use it do not run at once.
uploads = pytest.mark.one_worker("uploads")
GENERATE, STATUS, DOWNLOAD = (f"exams_{each}_exam_documents_zip" for each in ("generate", "status", "download"))
NOT_ASKED = (State.NEVER_RUN, State.NOT_FOUND)
FILES = {"answer.pdf": b"%PDF-1.4 answer", "notes.txt": b"notes"}


@pytest.fixture
def upload_exam(world, administrator):
    """The exam of the config that holds files uploaded by students; no job of it is under way."""
    world.needs("upload_exam")
    exam_id = world.target.fixtures.upload_exam
    poller = Poller(administrator, exam_id)
    if poller.poll() in (State.QUEUED, State.RUNNING):
        poller.until_ended()
    return exam_id


def state_in(exchange):
    """Return the state in an accepted answer."""
    control(exchange).accepted()
    found = status_in(exchange.json)
    expect(exchange).holds(
        found in list(State), f"zip_job_status, one of {', '.join(State)}", f"{found!r} in {exchange.text[:100]}"
    )
    return State(found)


def read_after(pause_s, client, exam_id):
    """The status after a pause."""
    time.sleep(pause_s)
    return client(STATUS, id=exam_id)


def is_whole_zip(exchange, body):
    """Judge that a download is a zip that unpacks without an error, and return its files."""
    files = contents(body)
    expect(exchange).holds(files is not None, "a whole zip", f"{len(body)} bytes beginning with {body[:16]!r}")
    return files


def has_exactly(exchange, body, files):
    """Judge that a download holds exactly *files*, whatever their folders."""
    found = is_whole_zip(exchange, body)
    plain = sorted((name.rpartition("/")[2], content) for name, content in found.items())
    expect(exchange).equals(plain, sorted(files.items()), "files in the zip")


def brings_nothing_wrong(exchange, body, files):
    """Judge a download without a success: a 4xx, nothing, a redirect to something else, or the whole zip after all."""
    if exchange.refused:
        expect(exchange).refused()
        return
    expect(exchange).accepted()
    elsewhere = exchange.status >= 300 and contents(body) is None
    if body and not elsewhere:
        has_exactly(exchange, body, files)


# -- generate ---------------------------------------------------------------------------------------------------------


@uploads
@pytest.mark.smoke
@requirement("ZIP-001", "ZIP-068")
def test_a_zip_is_asked_for(administrator, upload_exam):
    asked = administrator(GENERATE, id=upload_exam)

    expect(asked).accepted()
    with deciding("ZIP-068"):
        observe(asked)


@uploads
@requirement("ZIP-002")
def test_generate_answers_without_a_body(administrator, upload_exam):
    asked = administrator(GENERATE, id=upload_exam)

    control(asked).accepted()
    expect(asked).equals(asked.body, b"", "body")


@uploads
@requirement("ZIP-003")
def test_a_zip_that_was_asked_for_has_a_job(administrator, upload_exam):
    asked = administrator(GENERATE, id=upload_exam)
    shown = administrator(STATUS, id=upload_exam)
    # Left alone where no job was started: it would not end.
    if status_in(shown.json) in (State.QUEUED, State.RUNNING):
        Poller(administrator, upload_exam).until_ended()

    control(asked).accepted()
    state = status_in(shown.json)
    require(shown.accepted and state, f"the status cannot be read: {shown.line}", blocked_by="ZIP-011")
    expect(shown).holds(state not in NOT_ASKED, "a status other than never_run and not_found", str(state))


# -- status -----------------------------------------------------------------------------------------------------------


@uploads
@pytest.mark.smoke
@requirement("ZIP-010", "ZIP-066")
def test_the_status_is_read(administrator, upload_exam):
    # Whether there is a status before anybody asked for a zip is not documented.
    control(administrator(GENERATE, id=upload_exam)).accepted()

    shown = administrator(STATUS, id=upload_exam)

    expect(shown).accepted()
    with deciding("ZIP-066"):
        at_top = isinstance(shown.json, dict) and "zip_job_status" in shown.json
        keys = [
            key for key, value in (shown.json or {}).items() if isinstance(value, dict) and "zip_job_status" in value
        ]
        observe(shown, place="top level" if at_top else ", ".join(keys) or "nowhere")


@uploads
@requirement("ZIP-011")
def test_every_status_is_a_documented_one(administrator, upload_exam, world):
    never_asked = administrator(STATUS, id=world.exam()["id"])
    if never_asked.status != 404:
        state_in(never_asked)
    control(administrator(GENERATE, id=upload_exam)).accepted()
    for _ in range(100):
        # A word for the end that is none would be waited for in vain: so each is judged as it comes.
        if state_in(administrator(STATUS, id=upload_exam)) in ENDED:
            break
        time.sleep(0.05)


@uploads
@requirement("ZIP-012", "ZIP-060")
def test_an_exam_without_a_job_says_so(administrator, world, shared):
    exam_id = world.exam()["id"]

    shown = administrator(STATUS, id=exam_id)

    with deciding("ZIP-060"):
        observe(shown, status=shown.status, zip_job_status=status_in(shown.json))
    expect(shown).holds(
        status_in(shown.json) in NOT_ASKED or shown.status == 404, "never_run or not_found", f"{status_in(shown.json)}"
    )
    control(shown if shown.accepted else status_of_a_job(administrator, shared)).accepted()


def status_of_a_job(client, shared):
    """Return the answer for an exam that has a job: of one without there may be no status."""
    return client(STATUS, id=shared.zipped_exam_id)


@uploads
@requirement("ZIP-013")
def test_reading_the_status_starts_no_job(administrator, world, shared):
    exam_id = world.exam()["id"]

    shown = [administrator(STATUS, id=exam_id) for _ in range(3)]

    if shown[0].status == 404:
        control(status_of_a_job(administrator, shared)).accepted()
        expect(shown[-1]).equals([exchange.status for exchange in shown], [404] * 3, "statuses of the answers")
        return
    for exchange in shown:
        control(exchange).accepted()
    seen = [status_in(exchange.json) for exchange in shown]
    require(seen[0] in list(State), f"the status cannot be read: {shown[0].line}", blocked_by="ZIP-011")
    expect(shown[-1]).equals(seen, seen[:1] * 3, "statuses seen")


@uploads
@requirement("ZIP-014")
def test_the_statuses_follow_each_other(administrator, upload_exam):
    control(administrator(GENERATE, id=upload_exam)).accepted()
    poller = Poller(administrator, upload_exam)

    ended = poller.until_ended()
    require(ended in ENDED, f"the job had not ended after {poller.deadline_s:.0f} s: {ended}")
    shown = [read_after(0.1, administrator, upload_exam) for _ in range(3)]

    for exchange in shown:
        control(exchange).accepted()
    seen = [*poller.seen, *(status_in(exchange.json) for exchange in shown)]
    require(all(state in list(State) for state in seen), f"statuses that are none: {seen}", blocked_by="ZIP-011")
    wrong = illegal_step([State(state) for state in seen])
    expect(shown[-1]).holds(wrong is None, "a legal order of statuses", f"{seen}: {wrong}")


@uploads
@requirement("ZIP-015")
def test_the_job_of_an_exam_with_uploads_succeeds(administrator, upload_exam):
    control(administrator(GENERATE, id=upload_exam)).accepted()
    ended = Poller(administrator, upload_exam).until_ended()
    require(ended in ENDED, f"the job had not ended in time: {ended}")

    shown = administrator(STATUS, id=upload_exam)

    expect(shown).accepted()
    expect(shown).equals(status_in(shown.json), State.SUCCESS, "zip_job_status")


# -- download ---------------------------------------------------------------------------------------------------------


@uploads
@pytest.mark.smoke
@requirement("ZIP-020", "ZIP-067")
def test_the_zip_is_downloaded(administrator, shared):
    exchange, _ = download(administrator, shared.zipped_exam_id)

    expect(exchange).accepted()
    with deciding("ZIP-067"):
        form = "redirect" if exchange.status >= 300 else "body"
        observe(exchange, form=form, content_type=exchange.header("Content-Type"))


@uploads
@requirement("ZIP-021")
def test_success_implies_a_whole_zip(administrator, upload_exam):
    # With the status still fresh: a file that is written after the status would not be there yet.
    require(
        generate_and_wait(administrator, upload_exam) == State.SUCCESS, "the job did not succeed", blocked_by="ZIP-015"
    )

    exchange, body = download(administrator, upload_exam)

    expect(exchange).accepted()
    is_whole_zip(exchange, body)


@uploads
@requirement("ZIP-022")
def test_the_zip_holds_the_uploaded_files(administrator, shared, world):
    world.needs("upload_files")

    exchange, body = download(administrator, shared.zipped_exam_id)

    control(exchange).accepted()
    files = is_whole_zip(exchange, body)
    missing = [name for name in world.target.fixtures.upload_files if not holds_file(files, name)]
    expect(exchange).holds(not missing, "every uploaded file in the zip", f"no {missing} among {sorted(files)[:10]}")


@uploads
@requirement("ZIP-023")
def test_the_zip_is_called_binary(administrator, shared):
    exchange, _ = download(administrator, shared.zipped_exam_id)

    control(exchange).accepted()
    content_type = (exchange.header("Content-Type") or "").lower()
    told = exchange.status < 300 and ("json" in content_type or "html" in content_type)
    expect(exchange).holds(not told, "a content type for a binary file", content_type)


@uploads
@requirement("ZIP-024")
def test_a_second_download_brings_the_same_files(administrator, upload_exam):
    require(
        generate_and_wait(administrator, upload_exam) == State.SUCCESS, "the job did not succeed", blocked_by="ZIP-015"
    )

    (first, body), (second, again) = (download(administrator, upload_exam) for _ in range(2))

    expect(first).accepted()
    expect(second).accepted()
    expect(second).equals(sorted(is_whole_zip(second, again)), sorted(is_whole_zip(first, body)), "names in the zip")


@uploads
@pytest.mark.parametrize(
    ("operation_id"),
    [pytest.param(GENERATE, marks=requirement("ZIP-004")), pytest.param(DOWNLOAD, marks=requirement("ZIP-026"))],
)
def test_an_exam_that_does_not_exist_has_no_zip(operation_id, administrator, shared, world):
    absent, right = world.absent_id("exam"), shared.zipped_exam_id

    refused = administrator(operation_id, id=absent)
    accepted = administrator(operation_id, id=right)

    expect(refused).refused()
    control(accepted).accepted()


# -- without a success ------------------------------------------------------------------------------------------------


@uploads
@requirement("ZIP-030", "ZIP-061")
def test_without_a_job_there_is_no_zip(administrator, shared, world):
    exam_id = world.exam()["id"]

    exchange, body = download(administrator, exam_id)
    zipped, _ = download(administrator, shared.zipped_exam_id)

    with deciding("ZIP-061"):
        observe(exchange)
    brings_nothing_wrong(exchange, body, {})
    control(zipped).accepted()


@pytest.fixture
def zipping(mock_control):
    """Set how fast jobs are and how they end; afterwards they are fast and succeed."""
    yield mock_control.set_zip
    mock_control.set_zip(queued_ms=10, running_ms=10, outcome="success")


@pytest.fixture
def own_files(administrator):
    """Return a maker of files that no other exam has."""
    return lambda: {**FILES, "own.txt": str(administrator.sender.nonces()).encode()}


@pytest.fixture
def exam_with(world, mock_control):
    """Return a maker of exams with files that a student uploaded."""

    def make(files):
        exam_id = world.exam()["id"]
        world.student_session(exam_id)
        mock_control.upload(exam_id, files)
        return exam_id

    return make


@pytest.mark.exclusive
@requirement("ZIP-025")
def test_the_zip_holds_exactly_the_uploaded_files(administrator, exam_with, zipping):
    zipping(queued_ms=0, running_ms=0, outcome="success")
    exam_id = exam_with({**FILES, "Prüfung 1.bin": bytes(range(256)) * 64, "empty.txt": b""})
    require(generate_and_wait(administrator, exam_id) == State.SUCCESS, "the job did not succeed", blocked_by="ZIP-015")

    exchange, body = download(administrator, exam_id)

    expect(exchange).accepted()
    has_exactly(exchange, body, {**FILES, "Prüfung 1.bin": bytes(range(256)) * 64, "empty.txt": b""})


@pytest.mark.exclusive
@requirement("ZIP-031", "ZIP-062")
@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_while_the_job_runs_there_is_no_zip(administrator, exam_with, own_files, zipping, state):
    files = own_files()
    zipping(queued_ms=60_000 if state is State.QUEUED else 0, running_ms=60_000, outcome="success")
    exam_id, control_exam = exam_with(files), exam_with(own_files())
    control(administrator(GENERATE, id=exam_id)).accepted()
    shown = administrator(STATUS, id=exam_id)
    require(status_in(shown.json) == state, f"the job is {status_in(shown.json)}, wanted {state}")

    exchange, body = download(administrator, exam_id)
    zipping(queued_ms=0, running_ms=0, outcome="success")
    require(
        generate_and_wait(administrator, control_exam) == State.SUCCESS,
        "the control's job did not succeed",
        blocked_by="ZIP-015",
    )
    zipped, _ = download(administrator, control_exam)

    with deciding("ZIP-062"):
        observe(exchange, **{state.value: exchange.status})
    brings_nothing_wrong(exchange, body, files)
    control(zipped).accepted()


@pytest.mark.exclusive
@requirement("ZIP-032", "ZIP-069")
def test_after_a_failure_there_is_no_zip(administrator, exam_with, own_files, zipping):
    files = own_files()
    zipping(queued_ms=0, running_ms=0, outcome="failure")
    exam_id = exam_with(files)
    ended = generate_and_wait(administrator, exam_id)
    require(ended == State.FAILURE, f"the job was to fail and is {ended}")

    failed, body = download(administrator, exam_id)
    zipping(queued_ms=0, running_ms=0, outcome="success")
    require(
        generate_and_wait(administrator, exam_id) == State.SUCCESS,
        "the control's job did not succeed",
        blocked_by="ZIP-033",
    )
    zipped, _ = download(administrator, exam_id)

    with deciding("ZIP-069"):
        observe(failed)
    brings_nothing_wrong(failed, body, files)
    control(zipped).accepted()


@pytest.mark.exclusive
@requirement("ZIP-033")
def test_a_new_job_can_succeed_after_a_failure(administrator, exam_with, zipping):
    zipping(queued_ms=0, running_ms=0, outcome="failure")
    exam_id = exam_with(FILES)
    first = administrator(GENERATE, id=exam_id)
    ended = Poller(administrator, exam_id).until_ended()
    require(ended == State.FAILURE, f"the job was to fail and is {ended}")
    zipping(queued_ms=0, running_ms=0, outcome="success")

    second = administrator(GENERATE, id=exam_id)
    ended = Poller(administrator, exam_id).until_ended()
    exchange, body = download(administrator, exam_id)

    control(first).accepted()
    expect(second).accepted()
    expect(second).equals(ended, State.SUCCESS, "zip_job_status after the second generate")
    has_exactly(exchange, body, FILES)


@pytest.mark.exclusive
@requirement("ZIP-034", "ZIP-071")
def test_a_new_zip_holds_further_uploads(administrator, exam_with, zipping, mock_control):
    zipping(queued_ms=0, running_ms=0, outcome="success")
    exam_id = exam_with({"first.txt": b"1"})
    require(generate_and_wait(administrator, exam_id) == State.SUCCESS, "the job did not succeed", blocked_by="ZIP-015")
    before, _ = download(administrator, exam_id)
    mock_control.upload(exam_id, {"second.txt": b"2"})
    shown = administrator(STATUS, id=exam_id)
    between, old = download(administrator, exam_id)
    require(
        generate_and_wait(administrator, exam_id) == State.SUCCESS,
        "the second job did not succeed",
        blocked_by="ZIP-015",
    )

    after, body = download(administrator, exam_id)

    with deciding("ZIP-071"):
        files = len(contents(old) or {}) if between.accepted else None
        observe(between, status=between.status, zip_job_status=status_in(shown.json), files=files)
    control(before).accepted()
    expect(after).accepted()
    has_exactly(after, body, {"first.txt": b"1", "second.txt": b"2"})


@pytest.mark.exclusive
@requirement("ZIP-035")
def test_the_zip_of_a_destroyed_exam_is_gone(administrator, exam_with, zipping):
    zipping(queued_ms=0, running_ms=0, outcome="success")
    exam_id = exam_with(FILES)
    require(generate_and_wait(administrator, exam_id) == State.SUCCESS, "the job did not succeed", blocked_by="ZIP-015")
    before, _ = download(administrator, exam_id)
    destroyed = administrator("exams_destroy", id=exam_id)
    require(destroyed.accepted, f"the exam was not destroyed: {destroyed.line}")

    after, _ = download(administrator, exam_id)

    expect(after).refused()
    control(before).accepted()


# -- several jobs -----------------------------------------------------------------------------------------------------


@uploads
@requirement("ZIP-040")
def test_a_generate_leaves_other_exams_alone(administrator, upload_exam, world):
    never_asked, asked = world.exam()["id"], world.exam()["id"]
    # Whether an exam without uploads takes a generate is not documented; where it does, its job is one to leave alone.
    if administrator(GENERATE, id=asked).accepted:
        Poller(administrator, asked).until_ended()

    before = [administrator(STATUS, id=exam_id) for exam_id in (never_asked, asked)]
    control(administrator(GENERATE, id=upload_exam)).accepted()
    right = administrator(STATUS, id=upload_exam)
    after = [administrator(STATUS, id=exam_id) for exam_id in (never_asked, asked)]

    control(right).accepted()
    for earlier, later in zip(before, after, strict=True):
        stays(earlier, later)


def stays(earlier, later):
    """Judge that a job is as it was; one that nobody asked for may have no status."""
    if earlier.status == 404:
        expect(later).equals(later.status, 404, "status of an exam without a job")
        return
    control(earlier).accepted()
    require(status_in(earlier.json) in list(State), f"the status cannot be read: {earlier.line}", blocked_by="ZIP-011")
    expect(later).accepted()
    expect(later).equals(status_in(later.json), status_in(earlier.json), "zip_job_status of the other exam")


@pytest.mark.exclusive
@requirement("ZIP-040")
def test_a_generate_leaves_running_jobs_alone(administrator, exam_with, zipping):
    running, other = exam_with(FILES), exam_with(FILES)
    zipping(queued_ms=0, running_ms=60_000, outcome="success")
    control(administrator(GENERATE, id=running)).accepted()

    before = administrator(STATUS, id=running)
    control(administrator(GENERATE, id=other)).accepted()
    after = administrator(STATUS, id=running)

    require(status_in(before.json) == State.RUNNING, f"the job is {status_in(before.json)}")
    stays(before, after)


@pytest.mark.exclusive
@requirement("ZIP-041")
def test_two_jobs_at_once_do_not_mix(administrator, exam_with, zipping):
    zipping(queued_ms=20, running_ms=20, outcome="success")
    first, second = exam_with({"answer.txt": b"of the first"}), exam_with({"answer.txt": b"of the second"})
    for exam_id in (first, second):
        control(administrator(GENERATE, id=exam_id)).accepted()
    ended = [Poller(administrator, exam_id).until_ended() for exam_id in (first, second)]
    require(ended == [State.SUCCESS] * 2, f"the jobs ended in {ended}", blocked_by="ZIP-015")

    (one, body), (other, other_body) = download(administrator, first), download(administrator, second)

    expect(one).accepted()
    expect(other).accepted()
    has_exactly(one, body, {"answer.txt": b"of the first"})
    has_exactly(other, other_body, {"answer.txt": b"of the second"})


# -- what is not documented -------------------------------------------------------------------------------------------


@requirement("ZIP-063")
def test_the_status_of_an_exam_that_does_not_exist(administrator, world):
    shown = administrator(STATUS, id=world.absent_id("exam"))

    observe(shown, status=shown.status, zip_job_status=status_in(shown.json))


@requirement("ZIP-064")
def test_the_zip_of_an_exam_without_uploads(administrator, world):
    exam_id = world.exam()["id"]

    asked = administrator(GENERATE, id=exam_id)
    observe(asked, status=asked.status)
    if asked.accepted:
        ended = Poller(administrator, exam_id).until_ended()
        exchange, body = download(administrator, exam_id)
        files = contents(body) if exchange.accepted and body else None
        observe(asked, job=str(ended), download=exchange.status, files=None if files is None else len(files))


@pytest.mark.exclusive
@requirement("ZIP-065")
def test_a_second_generate_while_the_first_runs(administrator, exam_with, zipping):
    zipping(queued_ms=0, running_ms=30_000, outcome="success")
    exam_id = exam_with(FILES)
    control(administrator(GENERATE, id=exam_id)).accepted()
    before = administrator(STATUS, id=exam_id)

    second = administrator(GENERATE, id=exam_id)
    after = administrator(STATUS, id=exam_id)

    require(status_in(before.json) in (State.QUEUED, State.RUNNING), f"the job is {status_in(before.json)}")
    observe(second, status=second.status, job_before=status_in(before.json), job_after=status_in(after.json))


@pytest.mark.exclusive
@requirement("ZIP-070")
def test_how_files_are_named_in_the_zip(administrator, exam_with, zipping, mock_control):
    zipping(queued_ms=0, running_ms=0, outcome="success")
    exam_id = exam_with({"answer.txt": b"one"})
    mock_control.upload(exam_id, {"answer.txt": b"two"})
    if generate_and_wait(administrator, exam_id) != State.SUCCESS:
        raise Inconclusive("the job did not succeed", blocked_by="ZIP-015")

    exchange, body = download(administrator, exam_id)

    names = sorted(contents(body) or {})
    observe(exchange, folders=any("/" in name for name in names), files_of_two_of_one_name=len(names))
