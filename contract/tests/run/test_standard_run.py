"""The standard profile against the mock: everything conforms, every operation is tested, each fault is named."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from contract import requirements
from contract.tests.run.conftest import conformance, mock_server
from contract.tests.run.sent import judged, judged_by_one_alone, requests_of

SEED = 7
OPERATIONS = 65
REQUESTS = 8_000
"""Fewer than are judged, each counted once."""
FEWEST_PASSING = 150
NEIGHBOURS = ("exams", "student_sessions", "users", "institutes")
NEIGHBOURS_OF_EACH_KIND = 1500


@pytest.fixture(scope="module")
def standard_run(tmp_path_factory):
    """Return a function that runs the standard profile against the embedded mock, once for the same options."""
    done = {}

    def run(*options):
        if options not in done:
            done[options] = conformance(tmp_path_factory.mktemp("standard"), "run", *options)
        return done[options]

    return run


@pytest.fixture(scope="module")
def standard(standard_run):
    """Return a run of the standard profile by two workers."""
    return standard_run("--seed", str(SEED), "--workers", "2")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return the config of a mock that is being served."""
    config = tmp_path_factory.mktemp("served") / "conformance.toml"
    with mock_server(config, "--control"):
        yield config.read_text()


def test_mock_conforms(standard):
    summary = standard.report["summary"]

    assert standard.status == 0, standard.out
    assert standard.report["verdict"] == "conforms"
    assert summary["fail"] == summary["inconclusive"] == summary["warn"] == 0
    by_level = summary["by_level"]
    assert by_level["must"]["pass"] + by_level["should"]["pass"] >= FEWEST_PASSING


def test_every_operation_is_sent_to_and_answers(standard):
    operations = standard.report["operations"]

    assert len(operations) == OPERATIONS
    silent = [each["operation_id"] for each in operations if not any(code[0] == "2" for code in each["statuses"])]
    assert silent == []


def test_nothing_is_left_behind(standard):
    assert "left behind" not in standard.out


def test_run_ends_with_at_most_25_lines_of_80_columns(standard):
    lines = standard.out.splitlines()
    closing = lines[next(index for index, line in enumerate(lines) if line.startswith("mock conforms")) :]

    assert len(closing) <= 25
    assert max(map(len, closing)) <= 80


def test_served_mock_gets_the_same_verdicts_as_the_embedded_one(standard, served, tmp_path):
    (tmp_path / "conformance.toml").write_text(served)

    finished = conformance(tmp_path, "run", "--target", "local", "--seed", str(SEED))

    assert finished.status == 0, finished.out
    assert finished.verdicts() == standard.verdicts()


def test_data_of_others_changes_no_verdict(standard, tmp_path):
    with mock_server(tmp_path / "conformance.toml", "--control") as base_url:
        for kind in NEIGHBOURS:
            seeded = {"kind": kind, "count": NEIGHBOURS_OF_EACH_KIND, "institute_id": 1, "exam_id": 1}
            requests.post(f"{base_url}/__mock__/seed", json=seeded, timeout=60).raise_for_status()
        finished = conformance(tmp_path, "run", "--target", "local", "--seed", str(SEED))

    assert finished.status == 0, finished.out
    assert finished.verdicts() == standard.verdicts()


def test_others_at_work_in_the_same_institute_change_no_verdict(tmp_path):
    def run(name, seed, config):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "conformance.toml").write_text(config)
        return conformance(folder, "run", "--target", "local", "--workers", "4", "--seed", str(seed))

    with mock_server(tmp_path / "conformance.toml"), ThreadPoolExecutor() as pool:
        config = (tmp_path / "conformance.toml").read_text()
        alone = run("alone", SEED, config)
        # A second run is as busy a neighbour as can be; what a config hands over is for one run alone.
        neighbour = pool.submit(run, "neighbour", 2, config.split("[targets.local.fixtures]")[0])
        beside = run("beside", SEED, config)

        assert neighbour.result().status == 0, neighbour.result().out
    assert (alone.status, beside.status) == (0, 0), beside.out
    changed = {id: verdict for id, verdict in beside.verdicts().items() if verdict != alone.verdicts()[id]}
    # Pages of a list that all share can be compared only while nobody else writes.
    assert changed in ({}, {"PAGE-008": "not-tested"})


def test_one_worker_sends_the_same_requests_in_the_same_order(standard_run, tmp_path):
    options = ("--seed", str(SEED), "--workers", "1")

    first = requests_of(standard_run(*options))
    second = requests_of(conformance(tmp_path, "run", *options))

    assert len(first) > OPERATIONS
    assert first == second


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("seed", [str(SEED), "2", "3"])
def test_a_clean_mock_conforms_with_every_seed_and_number_of_workers(standard, standard_run, seed, workers):
    finished = standard_run("--seed", seed, "--workers", workers)

    assert finished.status == 0, finished.out + finished.err
    assert finished.verdicts() == standard.verdicts()


@pytest.mark.parametrize("workers", ["1", "4"])
def test_any_number_of_workers_judges_the_same_requests(standard, standard_run, workers):
    finished = standard_run("--seed", str(SEED), "--workers", workers)

    assert finished.verdicts() == standard.verdicts()
    assert len(judged(standard)) > REQUESTS
    assert judged_by_one_alone(finished, standard) == []


def test_merged_shards_say_what_one_run_says(standard, tmp_path):
    parts = [conformance(tmp_path, "run", "--seed", str(SEED), "--shard", f"{k}/2", "--report-dir", k) for k in "12"]
    merged = conformance(tmp_path, "merge", "1", "2", "--report-dir", "merged")

    assert [part.status for part in (*parts, merged)] == [0, 0, 0]
    assert merged.verdicts() == standard.verdicts()
    assert judged_by_one_alone(merged, standard) == []


def test_what_a_config_lacks_is_not_tested_with_the_reason(served, tmp_path):
    kept = served.split("[targets.local.users.superuser]")[0].replace("control = true", "")
    (tmp_path / "conformance.toml").write_text(kept)

    finished = conformance(tmp_path, "run", "--target", "local", "--seed", "8")

    assert finished.status == 0, finished.out
    by_id = {each["id"]: each for each in finished.report["requirements"]}
    success = {each.short: by_id[each.id] for each in requirements.load() if each.short}
    for operation, reason in (
        ("institutes_create", "no superuser"),
        ("exams_show_lti_student", "lti_student"),
        ("student_sessions_assign_proctor", "proctors"),
        ("student_sessions_show_face_photo", "photo_sessions"),
    ):
        requirement = success[f"{operation}.success"]
        assert requirement["verdict"] == "not-tested"
        assert reason in requirement["reason"]
    outsider = [each for each in by_id.values() if each["area"] == "isolation" and "no outsider" in each["reason"]]
    assert outsider
    assert {each["verdict"] for each in outsider} == {"not-tested"}


@pytest.mark.parametrize(
    ("fault", "areas", "named"),
    [
        ("accept-any-signature", ["signing"], "SIGN-002"),
        ("accept-replayed-nonce", ["nonce"], "NONCE-001"),
        ("ignore-accept", ["accept"], "ACCEPT-002"),
    ],
)
def test_fault_is_named(tmp_path, fault, areas, named):
    selected = [word for area in areas for word in ("--area", area)]

    finished = conformance(tmp_path, "run", "--seed", str(SEED), "--fault", fault, *selected)

    assert finished.status == 1
    assert finished.verdicts()[named] == "fail"
    assert named in finished.out
