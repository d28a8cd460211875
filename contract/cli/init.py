"""``conformance init``: a config file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from contract.errors import ConfigurationError

TEXT = """\
# Targets of `conformance run --target NAME`. ${NAME}, anywhere in a string, is read from the environment.

[targets.staging]
base_url = "https://staging.example.com"      # without /api/v3
# verify_tls = true                            # or the path of a CA bundle
# version = "${STAGING_BUILD}"                 # build under test, shown in reports and histories
# headers = { "X-Access" = "${GATE}" }         # sent with every request; values are secrets
# client_certificate = "client.pem"            # with its private key, beside this file
# proxy = "http://proxy.example.com:3128"
# basic_auth = ["user", "${GATE_PASSWORD}"]    # for the proxy, or a gateway that reads Proxy-Authorization
# timeout_s = 30                               # per request
# known = "known.toml"                         # known deviations: they do not fail the run; see docs/history.md
# requests_per_second = 20                     # upper bound over all workers
# budget_requests = 5000                       # about; or by profile: { smoke = 500, standard = 5000 }
# production = false                           # true: only read-only runs, unless --i-know-this-is-production

[targets.staging.users.administrator]          # required: an administrator of the institute under test
token = "${STAGING_ADMIN_TOKEN}"
secret_key = "${STAGING_ADMIN_SECRET}"
institute_id = 1

# [targets.staging.users.superuser]            # without it, institutes index, create and destroy are not tested
# token = "${STAGING_SUPERUSER_TOKEN}"
# secret_key = "${STAGING_SUPERUSER_SECRET}"
# institute_id = 1

# [targets.staging.users.teacher]              # a non-administrator of the same institute
# token = "${STAGING_TEACHER_TOKEN}"
# secret_key = "${STAGING_TEACHER_SECRET}"
# institute_id = 1

# [targets.staging.users.outsider]             # an administrator of another institute: isolation is tested with it
# token = "${STAGING_OUTSIDER_TOKEN}"
# secret_key = "${STAGING_OUTSIDER_SECRET}"
# institute_id = 2

# [targets.staging.fixtures]                   # what no call of the API can create
# photo_sessions = [17, 18]                    # sessions with an ID photo and a face photo; tests delete them
# upload_exam = 5                              # an exam with files uploaded by students
# upload_files = ["answer.pdf"]                # the names that its zip must hold
# empty_exam = 6                               # an exam without uploads
# lti_student = { exam_id = 4, resource_link_id = "rl-1", student_lms_id = "lms-1" }
# proctors = [21, 22]                          # users that can be assigned as proctors
# identity_provider = 1                        # an identity provider that users of the run may be given

# [targets.staging.answers]                    # pins an answer that the documentation leaves open
# invalid_signature = 403                      # by the requirement's short name, or "SIGN-041" = 403

# [examples]                                   # generated cases that found something, shared by several machines
# redis = "${EXAMPLES_REDIS}"                  # redis://host:6379/0
"""


@click.command("init", epilog="\b\nExample:\n  conformance init\n  conformance check-target --target staging")
@click.option("--config", "file", type=click.Path(dir_okay=False, path_type=Path), default=Path("conformance.toml"),
              show_default=True, help="The file to write; an existing one is kept.")  # fmt: skip
def command(file: Path) -> None:
    """Write a commented config file to start from."""
    if str(file) == "-":
        raise click.BadParameter(
            "give the name of a file; nothing is written to standard output", param_hint="--config"
        )
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(TEXT)
    except FileExistsError:
        raise ConfigurationError(f"{file} exists and was kept; name another file with --config") from None
    except OSError as error:
        raise ConfigurationError(f"cannot write {file}: {error.strerror}") from None
    click.echo(f"wrote {file}; set the variables it names, then: conformance check-target --target staging")
