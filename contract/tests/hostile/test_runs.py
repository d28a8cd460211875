"""A whole run against each hostile target: exit 3 or a clear verdict, in time, with little memory, and no pass."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from contract.tests.hostile import servers
from contract.tests.hostile.servers import HostileServer, hostile_server
from contract.tests.recording_server import recording_server

TIMEOUT_S = 0.5
BEFORE_S, DURING_S = 45.0, 150.0
"""Bounds on a run that ends before it begins and on one that begins, on a machine that has other things to do."""
MOST_MIB = 450
CONFIG = """
[targets.hostile]
base_url = "{base_url}"
timeout_s = {timeout_s}
{more}
[targets.hostile.users.administrator]
token = "token-of-administrator"
secret_key = "key-of-administrator"
institute_id = 1
"""
KINDS = {
    "drips its head": servers.drips_its_head,
    "drips its body": servers.drips_its_body,
    "never ends its body": servers.never_ends_its_body,
    "interim answers": servers.continues_for_ever,
    "zip bomb": servers.zip_bomb,
    "closes halfway": servers.closes_halfway,
    "html": servers.html,
    "malformed json": servers.malformed_json,
    "deep json": servers.deep_json,
    "wrong length": servers.too_long,
    "no http": servers.no_http,
    "500 storm": servers.storm,
    "hangs": servers.hangs,
}
DURING = ("drips its body", "zip bomb", "closes halfway", "html", "malformed json", "500 storm", "hangs")
"""Kinds that a run meets differently than what comes before it."""


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    took_s: float
    most_mib: float
    report: dict[str, Any] | None

    @property
    def passed(self) -> list[str]:
        return [each["id"] for each in (self.report or {}).get("requirements", []) if each["verdict"] == "pass"]


def run(folder: Path, server: HostileServer, *options: str, more: str = "", timeout_s: float = TIMEOUT_S) -> Ended:
    (folder / "conformance.toml").write_text(CONFIG.format(base_url=server.base_url, timeout_s=timeout_s, more=more))
    arguments = ["run", "--target", "hostile", "--workers", "1", "--report-dir", "report", *options]
    began = time.monotonic()
    with (folder / "out").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "contract", *arguments],
            cwd=folder,
            env={**os.environ, "CONFORMANCE_STATE_DIR": str(folder / "state")},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    report = folder / "report" / "report.json"
    return Ended(
        process.returncode,
        (folder / "out").read_text(),
        time.monotonic() - began,
        used.ru_maxrss / 1024,
        json.loads(report.read_text()) if report.exists() else None,
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_hostile_from_the_beginning_is_told_in_a_line(tmp_path, kind):
    with hostile_server(KINDS[kind]) as server:
        ended = run(tmp_path, server, timeout_s=10.0 if kind == "zip bomb" else TIMEOUT_S)

    assert ended.status == 3, ended.out
    assert len(ended.out.splitlines()) == 1, ended.out
    assert server.base_url in ended.out
    assert ended.took_s < BEFORE_S
    assert ended.most_mib < MOST_MIB
    assert ended.report is None


@pytest.mark.parametrize("kind", DURING)
def test_hostile_during_the_run_gets_no_pass(tmp_path, kind):
    with hostile_server(KINDS[kind], polite=1) as server:
        ended = run(tmp_path, server, "--operation", "exams_index", "--area", "signing", "--area", "exams",
                    "--area", "nonce", "--profile", "smoke", timeout_s=TIMEOUT_S)  # fmt: skip

    assert ended.status in (1, 3), ended.out
    assert "Traceback" not in ended.out
    assert ended.report is not None
    assert ended.report["verdict"] != "conforms"
    assert ended.passed == []
    assert ended.took_s < DURING_S
    assert ended.most_mib < MOST_MIB


def test_token_does_not_follow_a_redirect(tmp_path):
    with recording_server() as elsewhere, hostile_server(servers.redirects_to(elsewhere.base_url)) as server:
        ended = run(tmp_path, server)

        assert ended.status == 3
        assert "302" in ended.out
        assert elsewhere.received == []


def test_clock_that_is_off_is_named_as_the_cause(tmp_path):
    with hostile_server(servers.clock_off_by(5)) as server:
        ended = run(tmp_path, server)

    assert ended.status == 3
    assert re.search(r"the target's clock is \+(299|300|301) s off", ended.out)


def test_target_that_limits_the_rate_for_ever_is_told(tmp_path):
    with hostile_server(servers.limits_for_ever) as server:
        ended = run(tmp_path, server)

    assert ended.status == 3
    assert "429" in ended.out
    assert ended.took_s < BEFORE_S


def tls(authority: trustme.CA, **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(options.pop("name", "127.0.0.1"), **options).configure_cert(context)
    return context


@pytest.mark.parametrize("wrong", ["unknown authority", "another name", "expired"])
def test_wrong_certificate_is_told_and_no_token_is_sent(tmp_path, wrong):
    authority = trustme.CA()
    options: dict[str, Any] = {}
    if wrong == "another name":
        options = {"name": "other.example.com"}
    if wrong == "expired":
        options = {"not_after": datetime.now(UTC) - timedelta(days=1)}
    trusted = trustme.CA() if wrong == "unknown authority" else authority
    trusted.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with hostile_server(servers.html, tls=tls(authority, **options)) as server:
        ended = run(tmp_path, server, more='verify_tls = "ca.pem"')

    assert ended.status == 3
    assert len(ended.out.splitlines()) == 1
    assert "SSL" in ended.out
    assert server.heads == []
