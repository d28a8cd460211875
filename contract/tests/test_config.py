"""The config file: what it may say, and errors that name file, table, key and line."""

import pytest

from contract.config import read_examples, read_target
from contract.errors import ConfigurationError

MINIMAL = """\
[targets.staging]
base_url = "https://staging.example.com"

[targets.staging.users.administrator]
token = "${TOKEN}"
secret_key = "${SECRET}"
institute_id = 1
"""
CERTIFICATE = "-----BEGIN CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\n"
ENVIRONMENT = {"TOKEN": "token-of-staging", "SECRET": "secret-of-staging"}
WHOLE = """\
[targets.staging]
base_url = "https://${HOST}/"
verify_tls = "ca.pem"
version = "${BUILD}-rc"
headers = { "X-Access" = "${GATE}" }
client_certificate = "client.pem"
basic_auth = ["gate", "${GATE}"]
proxy = "http://proxy.example.com:3128"
timeout_s = 5
known = "known.toml"
requests_per_second = 20
production = true

[targets.staging.users.administrator]
token = "a"
secret_key = "b"
institute_id = 1

[targets.staging.users.superuser]
token = "c"
secret_key = "d"
institute_id = 1

[targets.staging.users.teacher]
token = "e"
secret_key = "f"
institute_id = 1

[targets.staging.users.outsider]
token = "g"
secret_key = "h"
institute_id = 2

[targets.staging.fixtures]
photo_sessions = [17, 18]
upload_exam = 5
upload_files = ["answer.pdf"]
empty_exam = 6
lti_student = { exam_id = 4, resource_link_id = "rl-1", student_lms_id = "lms-1" }
proctors = [21, 22]

[targets.staging.answers]
invalid_signature = 403
"SIGN-041" = 403

[examples]
redis = "redis://cache.example.com"
"""


@pytest.fixture
def write(tmp_path):
    """Return a writer of config files."""

    def written(text):
        path = tmp_path / "conformance.toml"
        path.write_text(text, encoding="utf-8")
        (tmp_path / "ca.pem").write_text(CERTIFICATE)
        (tmp_path / "client.pem").write_text(CERTIFICATE + KEY)
        return path

    return written


@pytest.fixture
def problem(write):
    """Return the error that reading a text raises, without the folder of the file."""

    def raised(text, name="staging", environment=ENVIRONMENT):
        path = write(text)
        with pytest.raises(ConfigurationError) as caught:
            read_target(name, path, environment)
        return str(caught.value).replace(f"{path.parent}/", "")

    return raised


# -- what is read


def test_minimal_file_gives_a_target_with_the_documented_defaults(write):
    target = read_target("staging", write(MINIMAL), ENVIRONMENT)

    assert target.name == "staging"
    assert target.base_url == "https://staging.example.com"
    assert target.administrator.institute_id == 1
    assert (target.verify_tls, target.timeout_s, target.production) == (True, 30.0, False)
    assert list(target.users) == ["administrator"]


def test_every_key_of_the_format_arrives(write):
    environment = {"HOST": "staging.example.com", "BUILD": "2026.11", "GATE": "open-sesame"}
    path = write(WHOLE)

    target = read_target("staging", path, environment)

    assert target.base_url == "https://staging.example.com"
    assert target.verify_tls == str(path.parent / "ca.pem")
    assert target.version == "2026.11-rc"
    assert target.headers == {"X-Access": "open-sesame"}
    assert target.client_certificate == str(path.parent / "client.pem")
    assert target.basic_auth == ("gate", "open-sesame")
    assert target.proxy == "http://proxy.example.com:3128"
    assert (target.timeout_s, target.requests_per_second, target.production) == (5.0, 20.0, True)
    assert target.known == path.parent / "known.toml"
    assert target.answers == {"invalid_signature": 403, "SIGN-041": 403}
    assert [user.role for user in target.users.values()] == ["administrator", "superuser", "teacher", "outsider"]
    assert target.users["outsider"].institute_id == 2


def test_every_fixture_arrives(write):
    target = read_target("staging", write(WHOLE), {"HOST": "h.example.com", "BUILD": "1", "GATE": "g"})

    fixtures = target.fixtures
    assert (fixtures.photo_sessions, fixtures.proctors) == ((17, 18), (21, 22))
    assert (fixtures.upload_exam, fixtures.upload_files, fixtures.empty_exam) == (5, ("answer.pdf",), 6)
    assert fixtures.lti_student == {"exam_id": 4, "resource_link_id": "rl-1", "student_lms_id": "lms-1"}


def test_one_target_of_several_is_read(write):
    other = MINIMAL.replace("staging", "live").replace("${TOKEN}", "${LIVE_TOKEN}")

    target = read_target("staging", write(f"{other}\n{MINIMAL}"), ENVIRONMENT)

    assert target.administrator.token == "token-of-staging"


# -- the environment


def test_variables_are_filled_in_anywhere_in_a_text(write):
    text = MINIMAL.replace('"${TOKEN}"', '"<${TOKEN}|${TOKEN}>"')

    target = read_target("staging", write(text), ENVIRONMENT)

    assert target.administrator.token == "<token-of-staging|token-of-staging>"
    assert target.administrator.secret_key == "secret-of-staging"


def test_variables_are_not_filled_in_twice(write):
    target = read_target("staging", write(MINIMAL), {"TOKEN": "${SECRET}", "SECRET": "s"})

    assert target.administrator.token == "${SECRET}"


@pytest.mark.parametrize(
    ("environment", "state"), [({"TOKEN": "t"}, "not set"), ({"TOKEN": "t", "SECRET": "  "}, "empty")]
)
def test_missing_variable_names_key_variable_and_line(problem, environment, state):
    assert problem(MINIMAL, environment=environment) == (
        "targets.staging.users.administrator.secret_key: needs the environment variable SECRET, which is "
        f"{state} (conformance.toml line 6)"
    )


def test_variable_in_a_list_names_the_key_of_the_list(problem):
    text = MINIMAL.replace("\n\n", '\nbasic_auth = ["gate", "${GATE}"]\n\n', 1)

    assert problem(text).startswith("targets.staging.basic_auth: needs the environment variable GATE")
    assert problem(text).endswith("(conformance.toml line 3)")


def test_variables_of_other_targets_are_not_needed(write):
    other = MINIMAL.replace("staging", "live").replace("${TOKEN}", "${NOWHERE}")

    assert read_target("staging", write(f"{MINIMAL}\n{other}"), ENVIRONMENT).name == "staging"


# -- errors


@pytest.mark.parametrize(
    ("after", "line", "path", "near"),
    [
        ('base_url = "https://staging.example.com"', "base_ur = 1", "targets.staging.base_ur", "base_url"),
        ("[targets.staging]", "verify_tsl = true", "targets.staging.verify_tsl", "verify_tls"),
        ("institute_id = 1", 'tokn = "x"', "targets.staging.users.administrator.tokn", "token"),
    ],
)
def test_unknown_key_names_place_and_the_nearest_known_one(problem, after, line, path, near):
    text = MINIMAL.replace(after, f"{after}\n{line}")
    number = text.splitlines().index(line) + 1

    assert problem(text).startswith(f"{path}: unknown key; allowed here: {near}, ")
    assert problem(text).endswith(f"(conformance.toml line {number})")


@pytest.mark.parametrize(
    ("table", "line", "path"),
    [
        ("[targets.staging.users.student]", 'token = "x"', "targets.staging.users.student"),
        ("[targets.staging.fixtures]", "photos = [1]", "targets.staging.fixtures.photos"),
        ("[targets.staging.fixture]", "proctors = [1]", "targets.staging.fixture"),
        ("[examples]", 'reddis = "x"', "examples.reddis"),
    ],
)
def test_unknown_key_of_a_further_table(problem, table, line, path):
    found = problem(f"{MINIMAL}\n{table}\n{line}\n")

    assert found.startswith(f"{path}: unknown key; allowed here: ")
    assert "(conformance.toml line " in found


def test_unknown_table_names_the_allowed_ones(problem):
    assert problem(f"{MINIMAL}\n[target.staging]\nx = 1\n") == (
        "target: unknown table; allowed: targets, examples; did you mean targets? (conformance.toml line 9)"
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "number"),
    [
        ("institute_id = 1", 'institute_id = "1"', "targets.staging.users.administrator.institute_id", 7),
        ("institute_id = 1", "institute_id = 0", "targets.staging.users.administrator.institute_id", 7),
        ('token = "${TOKEN}"', "token = 5", "targets.staging.users.administrator.token", 5),
        ('token = "${TOKEN}"', 'token = ""', "targets.staging.users.administrator.token", 5),
        ("https://staging.example.com", "staging.example.com", "targets.staging.base_url", 2),
        ("https://staging.example.com", "ftp://staging.example.com", "targets.staging.base_url", 2),
        (
            "https://staging.example.com",
            "https://staging.example.com/api/v3/",
            "targets.staging.base_url: leave out",
            2,
        ),
        ("\n\n", "\nverify_tls = 5\n\n", "targets.staging.verify_tls", 3),
        ("\n\n", '\ntimeout_s = "30"\n\n', "targets.staging.timeout_s", 3),
        ("\n\n", "\ntimeout_s = 0\n\n", "targets.staging.timeout_s", 3),
        ("\n\n", "\ntimeout_s = inf\n\n", "targets.staging.timeout_s", 3),
        ("\n\n", "\ntimeout_s = nan\n\n", "targets.staging.timeout_s: input should be a finite number", 3),
        ("\n\n", "\ntimeout_s = 1e12\n\n", "targets.staging.timeout_s", 3),
        ("\n\n", "\nrequests_per_second = nan\n\n", "targets.staging.requests_per_second", 3),
        ("\n\n", '\nbudget_requests = "x"\n\n', "targets.staging.budget_requests: give a number above 0", 3),
        ("\n\n", "\nbudget_requests = 0\n\n", "targets.staging.budget_requests: give a number above 0", 3),
        ("\n\n", "\nbudget_requests = {smoke = -3}\n\n", "targets.staging.budget_requests.smoke: ", 3),
        ("\n\n", "\nbudget_requests = {smok = 3}\n\n", "targets.staging.budget_requests.smok: unknown key", 3),
        ("\n\n", '\nproxy = "http://[::1"\n\n', "targets.staging.proxy: this is no URL", 3),
        ("\n\n", '\nheaders = { "X Y" = "1" }\n\n', "targets.staging.headers.X Y", 3),
        ("\n\n", '\nheaders = { X = "a\\n" }\n\n', "targets.staging.headers.X: no line break", 3),
        ("\n\n", "\nproduction = 1\n\n", "targets.staging.production", 3),
        ("\n\n", '\nbasic_auth = ["gate"]\n\n', "targets.staging.basic_auth", 3),
        ("\n\n", "\nheaders = { X = 1 }\n\n", "targets.staging.headers.X", 3),
        ("\n\n", "\nfixtures = { proctors = [21, 0] }\n\n", "targets.staging.fixtures.proctors", 3),
        ("\n\n", "\nfixtures = { lti_student = { exam_id = 1 } }\n\n", "targets.staging.fixtures.lti_student", 3),
    ],
)
def test_wrong_value_names_table_key_and_line(problem, old, new, path, number):
    found = problem(MINIMAL.replace(old, new, 1))

    assert found.startswith(f"{path}")
    assert found.endswith(f"(conformance.toml line {number})")


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1", "http://host:99999", "http://a host", "http://.../", "http://", "https://host?x=1",
        "https://host/#x", "https://me:pass-word@host",
    ],
)  # fmt: skip
def test_a_base_url_that_no_request_can_be_sent_to_is_refused(problem, url):
    found = problem(MINIMAL.replace("https://staging.example.com", url, 1))

    assert found.startswith("targets.staging.base_url: ")
    assert "pass-word" not in found


@pytest.mark.parametrize(
    ("variable", "secret"),
    [
        ("TOKEN", "s3cr3t-value\n"), ("TOKEN", " s3cr3t-value"), ("TOKEN", "s3cr3t\r\nvalue"),
        ("TOKEN", "s3cr3t-\u540d"), ("SECRET", "s3cr3t-value\n"), ("SECRET", "s3cr3t\0value"),
    ],
)  # fmt: skip
def test_a_secret_with_the_end_of_its_file_is_refused_and_not_shown(problem, variable, secret):
    found = problem(MINIMAL, environment={**ENVIRONMENT, variable: secret})

    assert "a header" in found or "files often end with a line break" in found
    assert "s3cr3t" not in found


def test_a_key_may_have_any_letters(write):
    target = read_target("staging", write(MINIMAL), {**ENVIRONMENT, "SECRET": "s3cr3t-\u540d"})

    assert target.administrator.secret_key == "s3cr3t-\u540d"


@pytest.mark.parametrize("name", ["../esc", "a/b", ".hidden", "a b"])
def test_a_name_that_is_no_folder_is_refused(problem, name):
    found = problem(MINIMAL.replace("targets.staging", f'targets."{name}"'), name)

    assert "folders are named after a target" in found


@pytest.mark.parametrize("key", ["token", "secret_key", "institute_id"])
def test_missing_key_names_the_line_of_its_table(problem, key):
    text = "\n".join(line for line in MINIMAL.splitlines() if not line.startswith(key))

    assert problem(text).startswith(f"targets.staging.users.administrator.{key}: ")
    assert problem(text).endswith("(conformance.toml line 4)")


def test_missing_base_url_names_the_line_of_its_table(problem):
    text = MINIMAL.replace('base_url = "https://staging.example.com"\n', "")

    assert problem(text).startswith("targets.staging.base_url: ")
    assert problem(text).endswith("(conformance.toml line 1)")


def test_missing_administrator_says_what_is_required(problem):
    text = '[targets.staging]\nbase_url = "https://staging.example.com"\n'

    assert problem(text) == (
        "targets.staging.users.administrator: this table is required; it needs token, secret_key and institute_id "
        "(conformance.toml line 1)"
    )


def test_key_is_found_in_the_table_of_its_own_target(problem):
    first = MINIMAL.replace("staging", "live")
    second = MINIMAL.replace("institute_id = 1", "institute_id = -1")

    assert problem(f"{first}\n{second}").endswith(f"(conformance.toml line {len(first.splitlines()) + 8})")


def test_unknown_target_lists_those_of_the_file(problem):
    assert problem(MINIMAL, name="stagin") == (
        "conformance.toml has no target 'stagin'; it has: staging ('mock' needs no config)"
    )


@pytest.mark.parametrize("text", ["", "[examples]\n"])
def test_file_without_targets_says_so(problem, text):
    assert "no target 'staging'; it has: none" in problem(text)


@pytest.mark.parametrize("text", ["targets = 5\n", 'targets = ["staging"]\n', "[targets]\nstaging = 5\n"])
def test_targets_that_are_no_tables_are_a_config_error(problem, text):
    assert "conformance.toml line" in problem(text)


def test_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigurationError, match=r"no config file .*; 'conformance init' writes one to start from"):
        read_target("staging", tmp_path / "conformance.toml")


def test_file_that_is_not_toml_names_the_line(problem):
    assert "conformance.toml is not valid TOML" in problem(MINIMAL + "token\n")
    assert "line 8" in problem(MINIMAL + "token\n")


def test_file_that_is_not_text_is_a_config_error(tmp_path):
    path = tmp_path / "conformance.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigurationError, match="cannot read the config file"):
        read_target("staging", path)


def test_errors_end_the_command_with_status_2(write):
    with pytest.raises(ConfigurationError) as caught:
        read_target("nowhere", write(MINIMAL), ENVIRONMENT)

    assert caught.value.exit_code == 2


# -- secrets


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("institute_id = 1", 'institute_id = "${TOKEN}"'),
        ("\n\n", '\nverify_tls = ["${SECRET}"]\n\n'),
        ("\n\n", '\nheaders = { X = ["${SECRET}"] }\n\n'),
        ("https://staging.example.com", "${SECRET}"),
    ],
)
def test_no_error_shows_a_value_of_the_environment(problem, old, new):
    found = problem(MINIMAL.replace(old, new, 1))

    assert "secret-of-staging" not in found
    assert "token-of-staging" not in found


def test_secrets_stay_out_of_repr(write):
    environment = {"HOST": "h.example.com", "BUILD": "1", "GATE": "open-sesame", **ENVIRONMENT}
    shown = repr(read_target("staging", write(MINIMAL), environment))
    shown += repr(read_target("staging", write(WHOLE), environment))

    for secret in ("token-of-staging", "secret-of-staging", "open-sesame"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("line", "budgets"),
    [
        ("budget_requests = 500", {"smoke": 500, "standard": 500, "deep": 500}),
        ("budget_requests = { standard = 500 }", {"standard": 500}),
        ("", {}),
    ],
)
def test_a_budget_holds_for_all_profiles_or_by_profile(tmp_path, line, budgets):
    file = tmp_path / "budget.toml"
    text = '[targets.t]\nbase_url = "http://localhost"\n' + line
    file.write_text(text + '\n[targets.t.users.administrator]\ntoken = "t"\nsecret_key = "s"\ninstitute_id = 1\n')

    assert read_target("t", file, {}).budget_requests == budgets


@pytest.mark.parametrize("url", ["redis://host/0", "rediss://:${PASSWORD}@host/0"])
def test_the_redis_of_the_examples_is_read(tmp_path, url):
    file = tmp_path / "examples.toml"
    file.write_text(f'[examples]\nredis = "{url}"\n')

    assert read_examples(file, {"PASSWORD": "p"}) == url.replace("${PASSWORD}", "p")


def test_what_is_no_redis_is_refused_with_its_line(tmp_path):
    file = tmp_path / "examples.toml"
    file.write_text('[examples]\nredis = "http://host"\n')

    with pytest.raises(ConfigurationError, match=r"examples\.redis.*line 2"):
        read_examples(file, {})


# -- the way to the target


@pytest.mark.parametrize(
    ("line", "content", "said"),
    [
        ('verify_tls = "mine.pem"', None, "no PEM file with a certificate is at mine.pem"),
        ('verify_tls = "mine.pem"', "nothing", "no PEM file with a certificate is at mine.pem"),
        ('client_certificate = "mine.pem"', None, "no PEM file with a certificate is at mine.pem"),
        ('client_certificate = "mine.pem"', CERTIFICATE, "has to hold the private key too"),
        (
            'client_certificate = "mine.pem"',
            CERTIFICATE + "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            "is encrypted; nobody is there to type its passphrase",
        ),
    ],
)
def test_certificates_that_cannot_be_used_are_told_before_anything_is_sent(problem, tmp_path, line, content, said):
    if content is not None:
        (tmp_path / "mine.pem").write_text(content)

    told = problem(MINIMAL.replace("\n\n", f"\n{line}\n\n", 1))

    assert told.startswith(f"targets.staging.{line.split()[0]}: ")
    assert said in told
    assert "line 3" in told


def test_proxy_has_to_be_a_url(problem):
    assert problem(MINIMAL.replace("\n\n", '\nproxy = "proxy.example.com"\n\n', 1)).startswith("targets.staging.proxy")


def test_passwords_of_gateway_and_proxy_are_secrets(write):
    lines = '\nproxy = "http://me:p%40ss@proxy.example.com"\nbasic_auth = ["gate", "open-sesame"]\n\n'
    target = read_target("staging", write(MINIMAL.replace("\n\n", lines, 1)), ENVIRONMENT)

    assert {"open-sesame", "p%40ss", "p@ss", "Z2F0ZTpvcGVuLXNlc2FtZQ=="} <= target.secrets
    assert "gate" not in target.secrets, "removing every 'gate' from a report would spoil it"
