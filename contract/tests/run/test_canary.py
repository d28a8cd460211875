"""No secret that we send, are handed or are answered is found in any artefact, log or line of a run."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator

import pytest

from contract.tests.run.canary import CANARY, gateway
from contract.tests.run.conftest import Finished, conformance, mock_server

pytestmark = pytest.mark.xdist_group("canary")
GATE = "g4te-of-the-canaries"
CHOSEN = [
    "--requirement", "USER-00*", "--requirement", "USER-02*", "--requirement", "USER-04*", "--requirement", "EXAM-02*",
    "--requirement", "ZIP-01*", "--requirement", "TOKEN-00*", "--requirement", "SIGN-00*", "--requirement", "LTI-02*",
    "--operation", "users_show", "--operation", "users_create", "--operation", "users_index",
    "--operation", "exams_show", "--operation", "exams_download_exam_documents_zip",
    "--operation", "lti_resources_show", "--operation", "lti_resources_create",
]  # fmt: skip
WHOLE_SIGNATURE = re.compile(r"(?<![0-9A-Za-z+/=])[0-9a-f]{64}(?![0-9A-Za-z+/=])")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Finished, list[str]]]:
    """Run part of the suite through the gateway; return how it ended and the secrets of the config."""
    folder = tmp_path_factory.mktemp("canary")
    config = folder / "served.toml"
    with mock_server(config, "--control") as upstream, gateway(upstream) as url:
        text = config.read_text(encoding="utf-8")
        secrets = re.findall(r'(?:token|secret_key) *= *"([^"]+)"', text)
        head = re.search(r"^\[targets\.local\]\n", text, re.MULTILINE)
        assert head
        text = re.sub(r'base_url *= *"[^"]+"', f'base_url = "{url}"', text)
        text = text.replace(head[0], head[0] + 'headers = { "X-Access" = "${CANARY_GATE}" }\n')
        (folder / "conformance.toml").write_text(text, encoding="utf-8")
        summary = str(folder / "step-summary.md")
        github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary, "CANARY_GATE": GATE}
        finished = conformance(folder, "run", "--target", "local", "--seed", "7", *CHOSEN, **github)
        yield finished, [*secrets, GATE]


def texts(finished: Finished) -> dict[str, str]:
    """Return every artefact by name, what is compressed inside of one unpacked, and both streams."""
    folder = finished.report_folder.parent
    found = {"stdout": finished.out, "stderr": finished.err}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".toml":
            found[str(path.relative_to(folder))] = path.read_text(encoding="utf-8", errors="replace")
    embedded = re.search(r'id="data">([^<]+)<', found["report/index.html"])
    assert embedded
    found["data of index.html"] = gzip.decompress(base64.b64decode(embedded[1])).decode()
    return found


def test_the_run_sent_and_found_enough_to_tell(run: tuple[Finished, list[str]]) -> None:
    finished, _ = run
    report = finished.report

    assert finished.status in (1, 3), finished.err
    assert report["summary"]["requests"] > 100
    assert {"fail", "pass"} <= {each["verdict"] for each in report["requirements"]}
    assert {"index.html", "report.json", "junit.xml", "exchanges.har", "pytest.html"} <= {
        path.name for path in finished.report_folder.iterdir()
    }
    assert (finished.report_folder.parent / "step-summary.md").stat().st_size > 100
    assert "planted" in json.dumps([entry["response"] for entry in finished.entries])
    assert any(entry["_error"] for entry in finished.entries)


def test_no_artefact_and_no_line_holds_a_secret(run: tuple[Finished, list[str]]) -> None:
    finished, secrets = run
    leaks = [
        (name, secret, text[max(0, text.find(secret) - 80) : text.find(secret) + 60])
        for name, text in texts(finished).items()
        for secret in [*secrets, CANARY, "99887766554433"]
        if secret in text
    ]

    assert leaks == []


def test_no_artefact_holds_a_signature_that_could_be_used_again(run: tuple[Finished, list[str]]) -> None:
    finished, _ = run
    whole = {name: found[0] for name, text in texts(finished).items() if (found := WHOLE_SIGNATURE.search(text))}

    assert whole == {}


def test_the_search_would_find_them(run: tuple[Finished, list[str]]) -> None:
    finished, secrets = run
    report = finished.report_folder / "planted.txt"
    report.write_text(f"{secrets[0]} {'ef' * 32}", encoding="utf-8")
    try:
        text = texts(finished)["report/planted.txt"]
    finally:
        report.unlink()

    assert secrets[0] in text
    assert WHOLE_SIGNATURE.search(text)
