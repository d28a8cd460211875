"""A client of the API for one user: signs, sends, remembers what was created, and hands over an Exchange."""

from __future__ import annotations

import contextlib
import itertools
import posixpath
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests
import urllib3

from contract import operations, transport
from contract.auth import RIGHT, SigningAuth, Wrongly, authorization, params_of, places_of
from contract.errors import ReadOnlyRun, SuiteError, TargetUnreachable
from contract.exchange import VALID, Exchange
from contract.interruption import OF_THIS_PROCESS
from contract.journal import Journal
from contract.nonce import Clock, NonceSource, now_ms
from contract.operations import BASE_PATH, Operation
from contract.outage import Outage
from contract.ownership import ABSENT_FROM, ABSENT_TO, Ownership, kind_of
from contract.pace import Pace
from contract.removal import DESTROY, parents_of
from contract.target import Target, User
from contract.transport import new_session

TRIES_OF_IDEMPOTENT_CALLS = 3
PAUSE_BETWEEN_TRIES_S = 0.2
TRIES_AFTER_429 = 5
READING_METHODS = frozenset({"GET", "HEAD"})
_CONNECTION = re.compile(r"^\w+\(host=.*?\): ")
"""What urllib3 puts before its reasons."""


class Unwritable(SuiteError):
    """A request that cannot be put into words of HTTP."""


@dataclass(frozen=True)
class File:
    """A file to upload as multipart."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass
class Sender:
    """What all clients of one process share: connections, nonces, the ids they may change, who listens."""

    target: Target
    nonces: NonceSource
    ownership: Ownership
    clock: Clock = now_ms
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    sleep: Callable[[float], None] = time.sleep
    read_only: bool = False
    pace: Pace = field(default_factory=Pace)
    prefix: str = ""
    """What the names of everything that is created begin with; without one every answer is believed."""
    outage: Outage = field(default_factory=Outage)
    journal: Journal | None = None
    """Where creations are written down before they are sent."""
    tag: str = ""
    """What tells the exchanges of one part of a sharded run from those of the others."""
    sets_up: bool = False
    """Whether what is sent now is for several cases: each worker does it once, and none of it judges the one case."""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.noting = threading.Lock()
        self._random = random.Random()
        self.session = new_session(self.target)

    def next_id(self) -> str:
        """Return an id for the next exchange, unique in this run."""
        return f"x{self.tag}{self.nonces.worker}-{next(self._numbers):06d}"

    def client(self, role: str) -> Client:
        """Return a client for one user of the target."""
        return Client(self, self.target.users[role])

    def absent_id(self) -> int:
        """Return an id that most likely does not exist; a GET that answers 404 shows it."""
        return self._random.randrange(ABSENT_FROM, ABSENT_TO)


@dataclass(frozen=True)
class Client:
    """Sends requests of one user."""

    sender: Sender
    user: User

    def __call__(
        self,
        operation_id: str,
        *,
        wrongly: Wrongly | None = None,
        purpose: str = "judged",
        path: str | None = None,
        **params: Any,
    ) -> Exchange:
        """
        Send one request and return the exchange.

        Args:     operation_id: as in the description; *params* by name: ids of the path are put there, a `File` makes
                  the body multipart, the rest goes into the query of GET and DELETE and into the JSON body elsewhere.
                  wrongly: how the request departs from the documented form. purpose: ``judged``, ``control``,
                  ``set-up``, ``clean-up`` or ``poll``. path: another template than the described one, with the same
                  names of ids.
        Raises:   UnsafeRequest: it would change what is not the run's. ReadOnlyRun: it would change anything at all,
                  in a run that may not. TargetUnreachable: no answer came.
        """
        operation = operations.get(operation_id)
        sent = wrongly.sent(dict(params)) if wrongly and wrongly.sent else params
        request = self._request(operation, sent, wrongly, path)
        auth = SigningAuth(self.user, self.sender.nonces, self.sender.clock, wrongly)
        if path or (wrongly and wrongly.sent):
            auth.signed_params = {name: value for name, value in params.items() if not isinstance(value, File)}
        request.auth = auth
        if self.sender.read_only and operation.changes_state:
            raise ReadOnlyRun(f"{operation.method} {operation.path}")
        self.sender.ownership.check(operation, sent)
        return self.exchange(operation, request, wrongly.intent if wrongly else VALID, purpose, sent)

    def exchange(
        self,
        operation: Operation | None,
        request: requests.Request,
        intent: str,
        purpose: str,
        params: Mapping[str, Any] | None,
    ) -> Exchange:
        """
        Send a request that was built elsewhere; 429 is waited for, idempotent calls are tried again when cut off.

        Args:     params: what is sent, as far as it is known; None: what the request holds when it is written.
        Raises:   Unwritable, UnsafeRequest, ReadOnlyRun: before anything is sent. TargetUnreachable: no answer came.
        """
        purpose = "set-up" if self.sender.sets_up else purpose
        for tries_left in range(TRIES_AFTER_429, -1, -1):
            with OF_THIS_PROCESS.postponed() if request.method == "POST" else contextlib.nullcontext():
                exchange = self._send_retrying(operation, request, intent, purpose, params)
                self._note(exchange)
            if exchange.status == 429 and tries_left == 0:
                self.sender.outage.note(False, self._is_there)
            if exchange.status != 429 or tries_left == 0:
                return exchange
            self.sender.sleep(transport.retry_after_s(exchange.header("Retry-After"), time.time()))
        raise AssertionError("unreachable")

    def guard(self, operation: Operation | None, prepared: requests.PreparedRequest) -> None:
        """
        Refuse a request by what it names as it will be sent: spoiled after signing, its path normalised on the way.

        ``DELETE /institutes/1/users/..`` would address the institute.

        Raises:   UnsafeRequest, ReadOnlyRun: before anything leaves the process.
        """
        method = prepared.method or ""
        if self.sender.read_only and method not in READING_METHODS:
            raise ReadOnlyRun(f"{method} {operation.path if operation else 'requests'}")
        if method in READING_METHODS:
            return
        path = unquote(unquote(urlsplit(prepared.url or "").path))
        paths = dict.fromkeys((path, posixpath.normpath(path)))
        addressed = [match for each in paths if (match := operations.match(method, each))]
        if not addressed:
            # A method that the path is not documented with could still change what the path names.
            addressed = [match for each in paths for match in operations.changing(each)]
        for meant in dict.fromkeys([*(found for found, _ in addressed), operation]):
            if meant is not None and meant.changes_state:
                for place in places_of(prepared):
                    self.sender.ownership.check(meant, place)
        for found, ids in addressed:
            self.sender.ownership.check(found, ids)

    def _request(
        self, operation: Operation, params: Mapping[str, Any], wrongly: Wrongly | None, path: str | None
    ) -> requests.Request:
        path = path or operation.path
        for name in operation.path_names:
            path = path.replace(f"{{{name}}}", quote(str(params[name]), safe=""))
        rest = {name: value for name, value in params.items() if name not in operation.path_names}
        files = {name: value for name, value in rest.items() if isinstance(value, File)}
        fields = {name: value for name, value in rest.items() if name not in files}
        request = requests.Request(operation.method, self.sender.target.base_url + BASE_PATH + path)
        if operation.parameters_go_in_query:
            request.params = fields
        elif files:
            request.files = {name: (each.name, each.content, each.content_type) for name, each in files.items()}
            request.data = fields
        else:
            request.json = fields
        request.headers = self._headers(wrongly)
        return request

    def _headers(self, wrongly: Wrongly | None) -> dict[str, str | None]:
        headers: dict[str, str | None] = {"Authorization": authorization(self.user.token)}
        if wrongly and wrongly.authorization is not RIGHT:
            headers["Authorization"] = wrongly.authorization  # type: ignore[assignment]
        if wrongly and wrongly.accept is not RIGHT:
            headers["Accept"] = wrongly.accept  # type: ignore[assignment]
        return headers

    def _send_retrying(
        self,
        operation: Operation | None,
        request: requests.Request,
        intent: str,
        purpose: str,
        params: Mapping[str, Any] | None,
    ) -> Exchange:
        idempotent = request.method == "GET" and intent == VALID
        tries_left = TRIES_OF_IDEMPOTENT_CALLS if idempotent else 1
        while tries_left > 0:
            self.sender.outage.check()
            self.sender.pace.wait()
            started_ms, started = now_ms(), time.perf_counter()
            prepared = self._prepared(request)
            self.guard(operation, prepared)
            id = self.sender.next_id()
            self._write_down(id, operation, prepared)
            response, error = self._send(prepared)
            tries_left = tries_left - 1 if error and transport.was_cut_off(error) else 0
            exchange = Exchange(
                id=id,
                operation=operation,
                user=self.user.role,
                intent=intent,
                purpose=purpose,
                started_ms=started_ms,
                elapsed_ms=(time.perf_counter() - started) * 1000,
                request=prepared,
                response=response,
                error=_described(error) if error else None,
                given=params,
            )
            self.sender.pace.answered(exchange.elapsed_ms / 1000, exchange.status)
            if exchange.status != 429:
                self.sender.outage.note(error is None, self._is_there)
            if error is None:
                return exchange
            self._note(exchange)
            if tries_left:
                self.sender.sleep(PAUSE_BETWEEN_TRIES_S)
        raise TargetUnreachable(f"{exchange.line}; is {self.sender.target.base_url} up?")

    def _prepared(self, request: requests.Request) -> requests.PreparedRequest:
        try:
            return self.sender.session.prepare_request(request)
        except (ValueError, TypeError, requests.RequestException) as error:
            raise Unwritable(f"{request.method} request cannot be written: {type(error).__name__}") from None

    def _send(
        self, prepared: requests.PreparedRequest
    ) -> tuple[requests.Response | None, requests.RequestException | None]:
        try:
            return transport.send(self.sender.session, prepared, self.sender.target.timeout_s), None
        except requests.RequestException as error:
            return None, error

    def _is_there(self) -> bool:
        """Ask for what every target answers; whatever it is but that there is too much to do, somebody is there."""
        for operation_id in ("exams_index", "users_index"):
            with contextlib.suppress(TargetUnreachable):
                home = self.sender.target.administrator.institute_id
                if self(operation_id, purpose="poll", limit=1, institute_id=home).status != 429:
                    return True
        return False

    def _write_down(self, id: str, operation: Operation | None, prepared: requests.PreparedRequest) -> None:
        """Write a creation into the journal, by what the request addresses as well as by what it is meant to be."""
        if self.sender.journal is None or prepared.method in READING_METHODS:
            return
        addressed = operations.match(prepared.method or "", unquote(urlsplit(prepared.url or "").path))
        for meant in (addressed[0] if addressed else None, operation):
            if meant is not None and meant.id in CREATED_KIND:
                sent = params_of(prepared)
                self.sender.journal.creating(id, CREATED_KIND[meant.id], self.user.role, parents_of(meant, sent), sent)
                return

    def _complete(self, exchange: Exchange, journal: Journal) -> None:
        """Complete the journal by the answer; one that leaves open whether something was created completes nothing."""
        gone = destroyed_by(exchange)
        if exchange.accepted and (made := created_by(exchange)) and is_created_by_run(exchange, self.sender.prefix):
            journal.made(exchange.id, made[1], resource_in(exchange).get("created_at"))
        elif exchange.refused and exchange.request.method == "POST":
            journal.refused(exchange.id)
        elif gone and (exchange.accepted or (exchange.purpose == "clean-up" and exchange.status in (404, 410))):
            journal.gone(*gone)

    def _note(self, exchange: Exchange) -> None:
        # Some tests send from several threads; what listens need not know.
        with self.sender.noting:
            self._remember(exchange)
            for listener in self.sender.listeners:
                listener(exchange)

    def _remember(self, exchange: Exchange) -> None:
        operation, ownership = exchange.operation, self.sender.ownership
        if self.sender.journal is not None:
            self._complete(exchange, self.sender.journal)
        if operation is None:
            return
        if exchange.accepted and (made := created_by(exchange)) and is_created_by_run(exchange, self.sender.prefix):
            ownership.add(*made)
        if exchange.status == 404 and exchange.intent == VALID and operation.id.endswith("_show"):
            id = str(exchange.params.get("id", ""))
            if (kind := kind_of(operation, "id")) and id.isdecimal():
                ownership.add_absent(kind, int(id))


CREATED_KIND = {
    "attachments_create": "attachment",
    "documents_create": "document",
    "exams_create": "exam",
    "exams_add_student": "student_session",
    "institutes_create": "institute",
    "lti_resources_create": "lti_resource",
    "student_sessions_create": "student_session",
    "tool_providers_create": "tool_provider",
    "users_create": "user",
}


def created_by(exchange: Exchange) -> tuple[str, int] | None:
    """
    Return kind and id of what an accepted *exchange* created.

    The answer has it in its envelope, flat, or one level down; in this order, for a resource may hold others.
    """
    kind = CREATED_KIND.get(exchange.operation.id) if exchange.operation else None
    return (kind, int(resource["id"])) if kind and (resource := resource_in(exchange)) else None


def resource_in(exchange: Exchange) -> Mapping[str, Any]:
    """Return the created resource in an answer, an empty one where it holds none with an id."""
    kind = CREATED_KIND.get(exchange.operation.id) if exchange.operation else None
    if kind is None or not isinstance(exchange.json, dict):
        return {}
    enveloped = exchange.json.get("student" if kind == "student_session" else kind)
    for candidate in (enveloped, exchange.json, *exchange.json.values()):
        if isinstance(candidate, dict) and str(candidate.get("id", "")).isdecimal():
            return candidate
    return {}


def is_created_by_run(exchange: Exchange, prefix: str) -> bool:
    """
    Tell whether the resource in the answer is the one that was asked for.

    A target that answers with somebody else's must not get us to change or remove that one: where a text with the
    run's *prefix* was sent, the resource has to bear it, in whatever letter case, or not to show that field.
    """
    resource = resource_in(exchange)
    sent = {name for name, value in exchange.params.items() if isinstance(value, str) and prefix in value}
    shown = [value.casefold() for name in sent if isinstance(value := resource.get(name), str) and value]
    return not shown or any(prefix in value for value in shown)


_DESTROYED_KIND = {operation_id: (kind, "id") for kind, operation_id in DESTROY.items()}
_DESTROYED_KIND["exams_delete_student"] = ("student_session", "student_session_id")


def destroyed_by(exchange: Exchange) -> tuple[str, int] | None:
    """Return kind and id of what a request asks to destroy."""
    kind, name = _DESTROYED_KIND.get(exchange.operation.id if exchange.operation else "", ("", ""))
    id = str(exchange.params.get(name, ""))
    return (kind, int(id)) if kind and id.isdecimal() else None


_QUERY = re.compile(r"\?[^\s'\")]*")


def _described(error: requests.RequestException) -> str:
    """Return what went wrong, without the query: signatures stand there."""
    return f"{type(error).__name__}: {_QUERY.sub('', _told(error))[:200]}"


def _told(error: BaseException) -> str:
    """Return the innermost reason in words, without the names of our classes, hosts and pools before it."""
    reason = error.args[0] if error.args and isinstance(error.args[0], BaseException) else error
    while isinstance(reason, urllib3.exceptions.MaxRetryError) and reason.reason:
        reason = reason.reason
    if isinstance(reason, urllib3.exceptions.ProxyError):
        return f"no way through the proxy: {_told(reason.original_error)}"
    words = [each for each in reason.args if isinstance(each, str)]
    return _CONNECTION.sub("", words[-1] if words else str(reason))
