"""Load from ``wrk``, with requests that were signed beforehand: each has a nonce of its own and is sent once."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from contract.auth import ACCEPT, authorization
from contract.benchmark import CannotMeasure
from contract.nonce import NonceSource, now_ms
from contract.operations import BASE_PATH
from contract.signing import sign
from contract.target import User

# Each request stands in the file behind its length. wrk calls request() once for every request that it sends; more
# than there are it gets over and over, which a target that checks nonces refuses and `refused` shows.
SCRIPT = """
local sent, list = 0, {}
function init(args)
    local file = io.open(args[1], "rb")
    while true do
        local length = file:read("*l")
        if not length then break end
        list[#list + 1] = file:read(tonumber(length))
    end
    file:close()
end
function request()
    sent = sent + 1
    return list[(sent - 1) % #list + 1]
end
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\\nFIGURES {"requests": %d, "duration_us": %d, "refused": %d, "broken": %d, "median_us": %d}\\n',
        summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50)))
end
"""


@dataclass(frozen=True)
class Load:
    """What came back: requests in so many seconds, how many of them were refused, and the median latency."""

    requests: int
    seconds: float
    refused: int
    median_ms: float

    @property
    def per_second(self) -> float:
        """Return the requests that were answered in a second."""
        return self.requests / self.seconds


def needed() -> str:
    """Return where wrk is. Raises: CannotMeasure: it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise CannotMeasure("wrk is not installed; on Debian: apt-get install wrk")
    return found


@dataclass(frozen=True)
class Kind:
    """One kind of request, of which as many can be signed as are wanted."""

    method: str
    path: str
    """Below the base path of the API, with the ids in it."""
    ids: Mapping[str, Any]
    """The ids of the path by name: they are signed too."""
    params: Mapping[str, Any]

    def written(
        self, base_url: str, user: User, nonces: NonceSource, base_path: str = BASE_PATH, accept: str = ACCEPT
    ) -> bytes:
        """Return one request as it travels: signed, with the next nonce."""
        fields = {**self.params, "timestamp": now_ms(), "nonce": nonces()}
        fields["signature"] = sign({**fields, **self.ids}, user.secret_key)
        target, body = f"{base_path}{self.path}", b""
        head = [
            f"Host: {urlsplit(base_url).netloc}",
            f"Authorization: {authorization(user.token)}",
            f"Accept: {accept}",
        ]
        if self.method == "GET":
            target += f"?{urlencode(fields)}"
        else:
            body = json.dumps(fields).encode()
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([f"{self.method} {target} HTTP/1.1", *head, "", ""]).encode() + body


def once(request: bytes, base_url: str) -> requests.Response:
    """Send one request as it would travel in a load, and return the answer."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    return requests.request(method, base_url + path, headers=headers, data=body, timeout=60)


def load(base_url: str, signed: Iterable[bytes], seconds: int, connections: int) -> Load:
    """
    Send *signed* requests for some seconds over so many connections, from one thread.

    Raises:   CannotMeasure: there is no wrk. RuntimeError: connections broke, or nothing came back.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-bench-") as folder:
        script, listed = Path(folder) / "signed.lua", Path(folder) / "requests"
        script.write_text(SCRIPT, encoding="ascii")
        listed.write_bytes(b"".join(b"%d\n%s" % (len(each), each) for each in signed))
        command = [
            needed(),
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            "-s",
            str(script),
            base_url,
            "--",
            str(listed),
        ]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    figures = done.stdout.partition("FIGURES ")[2]
    if not figures:
        raise RuntimeError(f"wrk said no figures: {(done.stderr or done.stdout)[-300:]}")
    said = json.loads(figures)
    if said["broken"] or not said["requests"]:
        raise RuntimeError(f"{said['broken']} of {said['requests']} requests of wrk got no answer")
    return Load(said["requests"], said["duration_us"] / 1e6, said["refused"], said["median_us"] / 1000)
