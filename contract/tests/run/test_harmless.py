"""What may not change a target does not: dry runs send nothing, read-only runs and production get GETs only."""

import json
import re

import pytest

from contract.tests.recording_server import Answer, recording_server
from contract.tests.run.conftest import conformance, mock_server

CONFIG = """
[targets.staging]
base_url = "{base_url}"
{more}
[targets.staging.users.administrator]
token = "token-of-administrator"
secret_key = "key-of-administrator"
institute_id = 1
"""
SOME = ("--operation", "exams_create", "--operation", "exams_index", "--profile", "smoke", "--workers", "1")


@pytest.fixture
def target():
    """Serve empty lists and refusals; remember what arrives."""
    with recording_server() as server:
        server.otherwise = lambda received: (
            Answer(body={"exams": []}) if received.path.endswith("/exams") else Answer(status=404)
        )
        yield server


@pytest.fixture
def run(tmp_path, target):
    def run(*options, more=""):
        (tmp_path / "conformance.toml").write_text(CONFIG.format(base_url=target.base_url, more=more))
        return conformance(
            tmp_path, "run", "--target", "staging", *SOME, *options, CONFORMANCE_STATE_DIR=str(tmp_path / "state")
        )

    return run


def test_dry_run_tells_what_would_be_sent_and_sends_nothing(run, target, tmp_path):
    finished = run("--dry-run", "--json", "--seed", "7", more="requests_per_second = 10")

    assert finished.status == 0, finished.err
    plan = json.loads(finished.out)
    assert target.received == []
    assert plan["target"] == {"name": "staging", "base_url": target.base_url}
    assert plan["requests"] == sum(plan["by_operation"].values()) == sum(plan["by_method"].values()) > 0
    assert plan["created"]["exam"] > 0
    assert "institute" not in plan["created"], "the config names no superuser"
    assert plan["shortest_s"] == plan["requests"] / 10
    assert not (tmp_path / "state").exists()
    assert not (tmp_path / "reports").exists()


def test_dry_run_plans_what_the_run_sends(tmp_path):
    options = ("run", *SOME, "--seed", "7")
    planned = json.loads(conformance(tmp_path, *options, "--dry-run", "--json").out)
    done = conformance(tmp_path, *options)

    sent = {each["operation_id"]: each["requests"] for each in done.report["operations"] if each["requests"]}
    assert planned["by_operation"] == sent


@pytest.mark.parametrize(("options", "more"), [(("--read-only",), ""), ((), "production = true")])
def test_only_gets_arrive_where_nothing_may_be_changed(run, target, options, more):
    finished = run(*options, more=more)

    assert {received.method for received in target.received} == {"GET"}
    create = next(each for each in finished.report["requirements"] if each["operations"] == ["exams_create"])
    assert create["verdict"] == "not-tested"
    by = "--read-only" if options else more
    assert f"Read-only ({by}): " in finished.report["sentence"]
    assert finished.report["run"]["read_only"] == by


def test_production_can_be_written_to_by_who_says_so(run, target):
    run("--i-know-this-is-production", more="production = true")

    assert "POST" in {received.method for received in target.received}


def test_one_broken_operation_leaves_the_others_their_verdicts(tmp_path):
    broken = "exams-create-forbidden"
    with mock_server(tmp_path / "conformance.toml", "--fault", broken):
        finished = conformance(
            tmp_path, "run", "--target", "local", "--operation", "exams_create", "--operation", "users_create",
            "--operation", "documents_create", "--profile", "smoke", CONFORMANCE_STATE_DIR=str(tmp_path / "state"),
        )  # fmt: skip

    by_operation: dict[str, set[str]] = {}
    for each in finished.report["requirements"]:
        if each["verdict"] != "not-tested" and len(each["operations"]) == 1:
            by_operation.setdefault(each["operations"][0], set()).add(each["verdict"])
    assert finished.status == 1
    assert "fail" in by_operation["exams_create"]
    assert by_operation["users_create"] == {"pass"}
    assert by_operation["documents_create"] == {"inconclusive"}
    reasons = [each["reason"] for each in finished.report["requirements"] if each["operations"] == ["documents_create"]]
    assert any(re.search(r"set-up failed: POST /exams -> 403.*blocked by EXAM-\d+", reason) for reason in reasons)
