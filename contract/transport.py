"""How bytes travel: one session set up as the config says, no redirects, no cookies, bounded in time and size."""

from __future__ import annotations

import http.client
import math
import time
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict
from urllib3.connectionpool import ConnectionPool

from contract import deadline
from contract.aswritten import AsWritten
from contract.auth import ACCEPT
from contract.deadline import Watch
from contract.target import Target

LARGEST_ANSWER = 64 * 1024 * 1024
SHORTEST_WAIT_FOR_429_S = 0.05
LONGEST_WAIT_FOR_429_S = 60.0
MOST_REDIRECTS = 5
_CHUNK = 64 * 1024


class AnswerTooLarge(requests.RequestException):
    """The answer is larger than what is read of one."""


class MalformedAnswer(requests.ConnectionError):
    """What came is not HTTP."""


class _Prepared(requests.PreparedRequest):
    """A request that brings no cookies, and whose parameters are plain values or lists of them."""

    def prepare_cookies(self, cookies: object) -> None:
        """Leave them out."""

    @staticmethod
    def _encode_params(data: Any) -> Any:
        # What requests does, which first looks at everything for the protocols that it may follow: twice as long.
        if not isinstance(data, dict):
            return requests.PreparedRequest._encode_params(data)  # type: ignore[attr-defined]
        several = ((name, value if _is_several(value) else (value,)) for name, value in data.items())
        return urlencode([(name, value) for name, values in several for value in values if value is not None])


def _is_several(value: object) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str | bytes)


class _Session(requests.Session):
    """Goes nowhere by itself: answers that lead elsewhere are answers, and no user gets another one's cookies."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        # What requests does, but for merging cookies, hooks, parameters and credentials that no session of ours has:
        # half of the time that it takes to prepare a request.
        headers = CaseInsensitiveDict(self.headers)
        headers.update(request.headers)
        prepared = _Prepared()
        prepared.prepare(
            method=(request.method or "").upper(),
            url=request.url,
            headers={name: value for name, value in headers.items() if value is not None},
            files=request.files,
            data=request.data,
            json=request.json,
            params=request.params,
            auth=request.auth,
        )
        return prepared

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Adapter(AsWritten):
    """Shows a proxy the credentials of the config."""

    def __init__(self, basic_auth: str | None) -> None:
        self._basic_auth = basic_auth
        self._pools: dict[str, ConnectionPool] = {}
        super().__init__(pool_connections=4, pool_maxsize=32, max_retries=0)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> ConnectionPool:
        # All requests of a session go with the same settings, and finding their pool anew takes longer than signing.
        origin = "/".join((request.url or "").split("/", 3)[:3])
        if origin not in self._pools:
            self._pools[origin] = super().get_connection_with_tls_context(request, *args, **kwargs)
        return self._pools[origin]

    def close(self) -> None:
        self._pools.clear()
        super().close()

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        given = {"Proxy-Authorization": self._basic_auth} if self._basic_auth else {}
        return {**super().proxy_headers(proxy), **given}


def basic(credentials: tuple[str, str]) -> str:
    """Return the value of a header with basic credentials."""
    return f"Basic {b64encode(':'.join(credentials).encode()).decode()}"


def new_session(target: Target) -> requests.Session:
    """Return a keep-alive session set up as the target's config says; the environment's proxies are not used."""
    session = _session_through_the_gateway(target)
    session.headers.update({"Accept": ACCEPT, **target.headers})
    return session


def _session_through_the_gateway(target: Target) -> requests.Session:
    """Return a session that shows what stands in front of the target who we are; nothing says what we want."""
    session = _bare_session(target)
    session.headers.update(target.headers)
    session.cert = target.client_certificate
    if target.basic_auth and not target.proxy:
        # Authorization holds the API's token, and there is one such header: this is the other one that there is.
        session.headers["Proxy-Authorization"] = basic(target.basic_auth)
    return session


def _bare_session(target: Target) -> requests.Session:
    """Return a session that shows nothing of what the config has for the target itself."""
    session = _Session()
    adapter = _Adapter(basic(target.basic_auth) if target.basic_auth and target.proxy else None)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update({"User-Agent": "procwise-conformance"})
    session.verify = target.verify_tls
    if target.proxy:
        session.proxies = {"http": target.proxy, "https": target.proxy}
    return session


def fetch(target: Target, url: str, base: str = "") -> requests.Response:
    """
    Fetch what an answer of the target points to, without token; *base* is what was asked for, where *url* is relative.

    Headers, certificate and basic credentials of the config are for what stands in front of the target: no other host
    gets them.

    Raises:   requests.RequestException: it is no address, cannot be fetched whole and in time, or leads on and on.
    """
    here, location = base, url
    for _ in range(MOST_REDIRECTS + 1):
        try:
            here = urljoin(here, location)
            origin = urlsplit(here)[:2]
        except ValueError:  # brackets that hold no IPv6 address
            raise requests.exceptions.InvalidURL("no address") from None
        if origin[0] not in ("http", "https"):
            raise requests.exceptions.InvalidSchema(f"leads to {origin[0]}:")
        at_home = origin == urlsplit(target.base_url)[:2]
        with _session_through_the_gateway(target) if at_home else _bare_session(target) as session:
            response = send(session, session.prepare_request(requests.Request("GET", here)), target.timeout_s)
        location = response.headers.get("Location", "")
        if not 300 <= response.status_code < 400 or not location:
            return response
    raise requests.TooManyRedirects(f"more than {MOST_REDIRECTS} redirects")


def send(session: requests.Session, prepared: requests.PreparedRequest, timeout_s: float) -> requests.Response:
    """
    Send a request and read the whole answer.

    Args:     timeout_s: for the connection, for the beginning of the answer, and for all of its body.
    Raises:   requests.RequestException: no whole answer came in time, or it is larger than `LARGEST_ANSWER`.
    """
    with deadline.within(timeout_s) as watch:
        try:
            response = _sent(session, prepared, timeout_s, watch)
        except (requests.RequestException, urllib3.exceptions.HTTPError, *_MALFORMED) as error:
            if watch.fired:
                raise requests.ReadTimeout(f"the answer was not whole after {timeout_s:g} s") from None
            if isinstance(error, requests.RequestException):
                raise
            raise MalformedAnswer(f"the answer is no HTTP: {type(error).__name__}") from None
        if watch.fired:
            raise requests.ReadTimeout(f"the answer was not whole after {timeout_s:g} s")
    return response


# What parsers raise and requests does not translate.
_MALFORMED = (http.client.HTTPException, ValueError, OSError)


def _sent(
    session: requests.Session, prepared: requests.PreparedRequest, timeout_s: float, watch: Watch
) -> requests.Response:
    watch.allow(2 * timeout_s)  # for the connection and for the beginning of the answer
    response = session.send(prepared, timeout=timeout_s, allow_redirects=False, stream=True)
    watch.allow(timeout_s)
    try:
        response._content = _whole_body(response, timeout_s)  # what `content` returns from now on
    except BaseException:  # Ctrl-C too: half an answer must not stay in the pool for the next request
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


def http_date(header: str | None) -> datetime | None:
    """Return the moment that a header such as ``Date`` names, None where it names none."""
    try:
        moment = parsedate_to_datetime(header or "")
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # years of eleven digits, too
        return None


def retry_after_s(header: str | None, now_s: float) -> float:
    """Return how long a ``Retry-After`` asks to wait, in seconds or until a date; a second where it does not say."""
    try:
        wanted = float(header or 1)
    except ValueError:
        date = http_date(header)
        wanted = date.timestamp() - now_s if date else 1.0
    if math.isnan(wanted):
        wanted = 1.0
    return min(max(wanted, SHORTEST_WAIT_FOR_429_S), LONGEST_WAIT_FOR_429_S)
