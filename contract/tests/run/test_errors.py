"""What goes wrong before a run begins: one line that says what to do, the right exit status, no secret, soon."""

import socket
import subprocess
import sys

import psutil
import pytest

from contract.tests.run.conftest import mock_server

SECRET = "demo-administrator-secret-key-0000000000000"


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """Return the config of a mock that is being served."""
    config = tmp_path_factory.mktemp("served") / "served.toml"
    with mock_server(config, "--control"):
        yield config.read_text()


def one_line(finished) -> str:
    lines = finished.err.strip().splitlines()
    assert len(lines) == 1, finished.err
    assert lines[0].startswith("conformance: ")
    assert "Traceback" not in finished.err + finished.out
    return lines[0]


def test_wrong_secret_key_is_told(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local.replace(SECRET, "x" * 43))

    finished = command("run", "--target", "local")

    assert finished.status == 3
    assert "users.administrator" in one_line(finished)
    assert "secret_key" in finished.err
    assert "x" * 43 not in finished.err + finished.out


def test_wrong_secret_key_is_told_before_the_slow_imports(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local.replace(SECRET, "x" * 43))

    finished = command("run", "--target", "local", PYTHONPROFILEIMPORTTIME="1")

    assert finished.status == 3
    imported = {line.rpartition("|")[2].strip() for line in finished.err.splitlines() if "import time:" in line}
    assert "requests" in imported
    assert imported.isdisjoint({"pytest", "_pytest", "schemathesis", "hypothesis"})


def test_a_token_with_the_line_break_of_its_file_is_told_and_not_shown(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local.replace("demo-administrator-tok", "demo-administrator-tok\\n"))

    for finished in (command("run", "--target", "local"), command("check-target", "--target", "local")):
        assert finished.status == 2
        assert "line break" in one_line(finished)
        assert "demo-administrator-tok" not in finished.err + finished.out


def test_an_unknown_fault_is_a_wrong_option(command):
    finished = command("run", "--fault", "nope")

    assert finished.status == 2
    assert "nope" in one_line(finished)


def test_a_plan_that_cannot_be_rehearsed_leaves_no_mock_behind(command):
    for options, said in ((["--last-failed"], "no run of mock"), (["--operation", "nope"], "unknown operation")):
        before = mocks()
        finished = command("run", "--dry-run", *options)

        assert finished.status == 2
        assert said in one_line(finished)
        assert mocks() <= before


def mocks() -> set[int]:
    """Return the mocks that no run answers for any more."""
    found = psutil.process_iter(["pid", "ppid", "cmdline"])
    return {
        each.info["pid"] for each in found if "contract.mock" in (each.info["cmdline"] or []) and each.info["ppid"] == 1
    }


@pytest.mark.parametrize(
    "arguments", [("requirements",), ("run", "--profile", "smoke", "--area", "token", "--seed", "1")]
)
def test_a_reader_who_leaves_changes_no_verdict(tmp_path, arguments):
    with subprocess.Popen(
        [sys.executable, "-m", "contract", *arguments],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()

        assert process.wait(120) == 0
        assert process.stderr.read() == ""


def test_a_full_disk_is_one_line(tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "contract", "requirements"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    assert done.returncode == 3
    assert done.stderr.startswith("conformance: ")
    assert "Traceback" not in done.stderr


def test_unknown_token_is_told(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local.replace("demo-administrator-tok", "y" * 22))

    finished = command("run", "--target", "local")

    assert finished.status == 3
    assert "users.administrator" in one_line(finished)
    assert "y" * 22 not in finished.err


def test_target_that_is_down_is_told(command, tmp_path, local):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    lines = [f'base_url = "http://127.0.0.1:{port}"' if "base_url" in line else line for line in local.splitlines()]
    (tmp_path / "conformance.toml").write_text("\n".join(lines))

    finished = command("run", "--target", "local")

    assert finished.status == 3
    assert f"127.0.0.1:{port}" in one_line(finished)
    assert "Connection refused" in finished.err
    assert "Watched" not in finished.err, "our own classes are nobody's concern"


def test_unknown_key_is_named_with_its_line(command, tmp_path, local):
    text = local.replace("institute_id = 1", "institut_id = 1", 1)
    number = next(index for index, line in enumerate(text.splitlines(), 1) if "institut_id" in line)
    (tmp_path / "conformance.toml").write_text(text)

    finished = command("run", "--target", "local")

    assert finished.status == 2
    line = one_line(finished)
    assert "users.administrator.institut" in line
    assert "institute_id" in line
    assert f"line {number}" in line


def test_missing_variable_is_named(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local.replace(SECRET, "${NOT_SET_ANYWHERE}"))

    finished = command("run", "--target", "local")

    assert finished.status == 2
    assert "NOT_SET_ANYWHERE" in one_line(finished)


def test_a_wrong_list_of_known_deviations_is_told_before_anything_is_sent(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local.replace("control = true", 'control = true\nknown = "known.toml"'))

    missing = command("run", "--target", "local")
    (tmp_path / "known.toml").write_text('[[known]]\nrequirement = "SIGN-999"\nreason = "why"\n')
    unknown = command("run", "--target", "local")

    assert (missing.status, unknown.status) == (2, 2)
    assert "no file known.toml with known deviations" in one_line(missing)
    assert "known deviation 1: unknown requirement 'SIGN-999'" in one_line(unknown)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["diff", "nowhere", "elsewhere"], "no nowhere"),
        (["run", "--target", "nowhere"], "no config file"),
        (["run", "--requirement", "SIGN-999"], "SIGN-999"),
        (["run", "--area", "singing"], "signing"),
        (["run", "--operation", "exams_shw"], "exams_show"),
        (["run", "--target", "local", "--fault", "ignore-accept"], "--fault"),
        (["explain", "SIGN-999"], "SIGN-999"),
        (["sign", "--path", "/exams/7"], "--target"),
        (["sign", "--path", "/exams/7", "--target", "mock"], "--target local --config local.toml"),
        (["sign", "--path", "/exmas/7", "--secret-key", "s"], "/exmas/7"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_wrong_use_is_told_in_one_line(command, arguments, named):
    finished = command(*arguments)

    assert finished.status == 2
    assert named in one_line(finished)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--shard", "x"], "'--shard': give K/N"),
        (["run", "--max-duration", "nan"], "'--max-duration': give a number of seconds"),
        (["run", "--workers", "65"], "'--workers': give a number from 1 to 64"),
        (["init", "--config", "-"], "--config: give the name of a file"),
        (["mock", "--variant", "slo"], "unknown fault or variant 'slo'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_with_a_value_is_told(command, arguments, told):
    finished = command(*arguments)

    assert finished.status == 2
    assert told in finished.err


@pytest.mark.parametrize("arguments", [["run", "--profil", "smoke"], ["run", "--profile", "huge"], ["rum"]])
def test_unknown_options_are_refused_with_a_hint(command, arguments):
    finished = command(*arguments)

    assert finished.status == 2
    assert "Usage: " in finished.err
    assert "Traceback" not in finished.err


def test_init_keeps_an_existing_file(command, tmp_path):
    first, second = command("init"), command("init")

    assert first.status == 0
    assert (tmp_path / "conformance.toml").read_text().startswith("# Targets")
    assert second.status == 2
    assert "exists" in one_line(second)


def test_check_target_tells_what_can_be_tested(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local)

    finished = command("check-target", "--target", "local")

    assert finished.status == 0
    said = dict(line.split(None, 1) for line in finished.out.splitlines())
    assert said["administrator"] == said["superuser"] == said["teacher"] == said["outsider"] == "accepted"
    assert said["can"] == "test       everything"
    assert SECRET not in finished.out


def test_check_target_refuses_wrong_credentials(command, tmp_path, local):
    (tmp_path / "conformance.toml").write_text(local.replace(SECRET, "x" * 43))

    finished = command("check-target", "--target", "local")

    assert finished.status == 3
    assert "1 of 4 users were refused" in finished.err


@pytest.mark.parametrize("name", ["run", "check-target"])
def test_misspelt_answer_is_told(command, tmp_path, local, name):
    (tmp_path / "conformance.toml").write_text(local + "\n[targets.local.answers]\ninvalid_signatur = 403\n")

    finished = command(name, "--target", "local")

    assert finished.status == 2
    assert "answers.invalid_signatur" in one_line(finished)
    assert "invalid_signature" in finished.err


@pytest.mark.parametrize("wrong", [2, 99999], ids=["another", "absent"])
def test_a_wrong_institute_is_told_and_not_blamed_on_the_target(command, tmp_path, local, wrong):
    (tmp_path / "conformance.toml").write_text(local.replace("institute_id = 1", f"institute_id = {wrong}", 1))

    for finished in (command("run", "--target", "local"), command("check-target", "--target", "local")):
        assert finished.status == 2
        line = one_line(finished)
        assert f"targets.local.users.administrator.institute_id = {wrong} is not the institute of this user" in line
        assert f"whose exams are of 1: GET /institutes/{wrong}/users" in line
