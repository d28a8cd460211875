"""The life of a zip job."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from collections.abc import Callable

import pytest

from contract.tests.mock import data_makers as make
from contract.tests.mock.client import Answer, Client, MockProcess

LONG_MS = 3_600_000


class Zips:
    """The three operations on one exam."""

    def __init__(self, client: Client, exam_id: int) -> None:
        self.client, self.ids = client, {"id": exam_id}

    def generate(self) -> Answer:
        return self.client.call("PUT", "/exams/{id}/generate_exam_documents_zip", ids=self.ids)

    def status(self) -> str:
        answer = self.client.call("GET", "/exams/{id}/status_exam_documents_zip", ids=self.ids)
        assert answer.status == 200
        return str(answer.json["zip_job_status"])

    def download(self) -> Answer:
        return self.client.call("GET", "/exams/{id}/download_exam_documents_zip", ids=self.ids)

    def wait(self) -> list[str]:
        """Every status seen until the job has ended."""
        seen = [self.status()]
        deadline = time.monotonic() + 60
        while seen[-1] in ("queued", "running") and time.monotonic() < deadline:
            time.sleep(0.01)
            seen.append(self.status())
        return seen


@pytest.fixture
def mock(start: Callable[..., MockProcess]) -> MockProcess:
    return start()


def test_a_job_goes_from_never_run_to_success(mock: MockProcess) -> None:
    zips = Zips(mock.client(), mock.fixtures["upload_exam"])
    assert zips.status() == "never_run"
    assert zips.download().status == 404

    answer = zips.generate()
    assert (answer.status, answer.body) == (204, b"")
    seen = zips.wait()

    # On a slow machine a state can be over before it is asked for: test_states_last_as_long_as_set... holds each.
    assert seen == sorted(seen, key=["queued", "running", "success"].index)
    assert seen[-1] == "success"
    download = zips.download()
    assert download.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(download.body))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == sorted(mock.fixtures["upload_files"])


def test_exam_tells_about_its_zip(mock: MockProcess) -> None:
    zips = Zips(mock.client(), mock.fixtures["upload_exam"])
    zips.generate()
    zips.wait()

    exam = zips.client.call("GET", "/exams/{id}", ids=zips.ids).json["exam"]

    assert exam["uploaded_exam_documents_content_type"] == "application/zip"
    assert exam["uploaded_exam_documents_file_size"] == len(zips.download().body)


def test_states_last_as_long_as_set_and_the_clock_moves_them(mock: MockProcess) -> None:
    mock.control("POST", "zip", {"queued_ms": LONG_MS, "running_ms": LONG_MS})
    zips = Zips(mock.client(), mock.fixtures["upload_exam"])
    zips.generate()

    assert zips.status() == "queued"
    assert zips.generate().status == 204
    mock.control("POST", "clock", {"advance_ms": LONG_MS})
    assert zips.status() == "running"
    assert zips.download().status == 404
    mock.control("POST", "restart")
    assert zips.status() == "running"
    mock.control("POST", "clock", {"advance_ms": LONG_MS})
    assert zips.status() == "success"


def test_a_job_can_fail_and_be_asked_for_again(mock: MockProcess) -> None:
    mock.control("POST", "zip", {"outcome": "failure"})
    zips = Zips(mock.client(), mock.fixtures["upload_exam"])
    zips.generate()
    assert zips.wait()[-1] == "failure"
    assert zips.download().status == 404

    mock.control("POST", "zip", {"outcome": "success"})
    zips.generate()
    assert zips.wait()[-1] == "success"


def test_a_new_job_packs_what_was_uploaded_since(mock: MockProcess) -> None:
    zips = Zips(mock.client(), make.exam(mock.client())["id"])
    added = {"exam_id": zips.ids["id"], "files": {"late.txt": base64.b64encode(b"late").decode()}}
    zips.generate()
    assert zips.wait()[-1] == "success"
    assert zipfile.ZipFile(io.BytesIO(zips.download().body)).namelist() == []

    assert mock.control("POST", "uploads", added).status == 200
    assert mock.control("POST", "uploads", added).status == 200
    zips.generate()
    assert zips.wait()[-1] == "success"
    archive = zipfile.ZipFile(io.BytesIO(zips.download().body))
    assert len(archive.namelist()) == 2
    assert archive.read("late.txt") == b"late"


def test_jobs_of_two_exams_do_not_mix(mock: MockProcess) -> None:
    with_uploads = Zips(mock.client(), mock.fixtures["upload_exam"])
    without = Zips(mock.client(), mock.fixtures["empty_exam"])

    with_uploads.generate()

    assert without.status() == "never_run"
    assert with_uploads.wait()[-1] == "success"
    assert without.status() == "never_run"
