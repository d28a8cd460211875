"""How bytes travel: one session set up as the config says, no redirects, no cookies, bounded in time and size."""

from __future__ import annotations

import math
import time
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3

from contract.aswritten import AsWritten
from contract.auth import ACCEPT
from contract.target import Target

LARGEST_ANSWER = 64 * 1024 * 1024
SHORTEST_WAIT_FOR_429_S = 0.05
LONGEST_WAIT_FOR_429_S = 60.0
_CHUNK = 64 * 1024


class AnswerTooLarge(requests.RequestException):
    """The answer is larger than what is read of one."""


class _Session(requests.Session):
    """Goes nowhere by itself: answers that lead elsewhere are answers, and no user gets another one's cookies."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def new_session(target: Target) -> requests.Session:
    """Return a keep-alive session set up as the target's config says; the environment's proxies are not used."""
    session = _Session()
    adapter = AsWritten(pool_connections=4, pool_maxsize=32, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update({"User-Agent": "procwise-conformance", "Accept": ACCEPT, **target.headers})
    session.verify = target.verify_tls
    session.cert = target.client_certificate
    if target.proxy:
        session.proxies = {"http": target.proxy, "https": target.proxy}
    return session


def send(session: requests.Session, prepared: requests.PreparedRequest, timeout_s: float) -> requests.Response:
    """
    Send a request and read the whole answer.

    Args:     timeout_s: for the connection, for the beginning of the answer, and for all of its body.
    Raises:   requests.RequestException: no whole answer came in time, or it is larger than `LARGEST_ANSWER`.
    """
    settings: Any = session.merge_environment_settings(prepared.url, {}, True, None, None)
    response = session.send(prepared, timeout=timeout_s, allow_redirects=False, **settings)
    try:
        response._content = _whole_body(response, timeout_s)  # what `content` returns from now on
    except BaseException:
        response.close()
        raise
    response._content_consumed = True  # type: ignore[attr-defined]
    return response


def _whole_body(response: requests.Response, timeout_s: float) -> bytes:
    end, body = time.monotonic() + timeout_s, bytearray()
    try:
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise AnswerTooLarge(f"the answer has more than {LARGEST_ANSWER} bytes")
            if time.monotonic() > end:
                raise requests.ReadTimeout(f"the answer was not whole after {timeout_s:g} s")
    except requests.ConnectionError as error:
        if error.args and isinstance(error.args[0], urllib3.exceptions.ReadTimeoutError):
            raise requests.ReadTimeout(f"nothing more came for {timeout_s:g} s") from None
        raise
    return bytes(body)


def was_cut_off(error: requests.RequestException) -> bool:
    """Tell whether a connection failed, so that the same call may work at once; one that took too long would again."""
    kinds = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, kinds) and not isinstance(error, requests.Timeout)


def retry_after_s(header: str | None, now_s: float) -> float:
    """Return how long a ``Retry-After`` asks to wait, in seconds or until a date; a second where it does not say."""
    try:
        wanted = float(header or 1)
    except ValueError:
        try:
            wanted = parsedate_to_datetime(str(header)).timestamp() - now_s
        except ValueError:
            wanted = 1.0
    if math.isnan(wanted):
        wanted = 1.0
    return min(max(wanted, SHORTEST_WAIT_FOR_429_S), LONGEST_WAIT_FOR_429_S)
