"""
The mock as a service: a request goes in, a reply comes out, and the state has changed or has not.

Order of the checks: Accept, token, timestamp and nonce and signature, nonce used before, then who may, what the path
names, and the parameters. A request refused for its signature changes nothing.
"""

from __future__ import annotations

import logging
from pathlib import Path

from contract.mock import demo, faults
from contract.mock.call import Call, Reply
from contract.mock.clock import Clock
from contract.mock.errors import Refusal
from contract.mock.loading import load
from contract.mock.operations import BEFORE_LOADING, Operation
from contract.mock.routing import PREFIX, Router
from contract.mock.rules import Rules, new_rules
from contract.mock.store import Store
from contract.mock.wire import Parameters, WireRequest, read_parameters

log = logging.getLogger("contract.mock")


class Service:
    """One mock: rules, state and clock. Args: database: the file of the state; None: in memory."""

    def __init__(self, database: Path | None = None, fault_ids: tuple[str, ...] = ()) -> None:
        self.fault_ids = fault_ids
        self.clock = Clock()
        self.rules = self._new_rules()
        self.router = Router(self.rules.operations.values())
        self.store = Store(database, self.clock.now_ms)
        with self.store.transaction():
            demo.fill_if_empty(self.store, self.rules)
        self._read_settings()

    def _new_rules(self) -> Rules:
        rules = new_rules()
        faults.apply(rules, self.fault_ids)
        return rules

    def _read_settings(self) -> None:
        self.clock.offset_ms = int(self.store.setting("clock_offset_ms", "0"))
        self.nonces_unique = self.store.setting("nonces_unique", "true") == "true"

    def restart(self) -> None:
        """Drop every state in memory and read the database again, as a new process would."""
        self.rules = self._new_rules()
        self.router = Router(self.rules.operations.values())
        self.store.reopen()
        self._read_settings()

    def reset(self) -> None:
        """Back to the demo data, the machine's time and no nonces."""
        with self.store.transaction():
            self.store.clear()
            self.clock.offset_ms = 0
            demo.fill_if_empty(self.store, self.rules)
        self._read_settings()

    # requests --------------------------------------------------------------------------------------------------------

    async def handle(self, request: WireRequest) -> Reply:
        """Answer a request to /api/…; whatever is wrong with it is a reply too."""
        if self.rules.around is None:
            return await self._handle(request)
        return await self.rules.around(request, self._handle)

    async def _handle(self, request: WireRequest) -> Reply:
        operation: Operation | None = None
        call: Call | None = None
        try:
            operation, path_ids = self._route(request)
            call = self._new_call(request, operation, path_ids)
            # Read first, as it has to be awaited; who asks is looked at before what is wrong with the reading.
            parameters = await self._read(request)
            reply = self._answer(call, parameters)
        except Refusal as refusal:
            reply = self.rules.refusal(operation, refusal)
        except Exception:
            # As a server does: whatever breaks, a seeded fault included, is a documented 500, and the log says why.
            log.exception("%s %s", request.method, "/".join(request.segments))
            reply = self.rules.refusal(operation, Refusal("internal"))
        for finish in self.rules.finishers:
            reply = finish(call, reply)
        return reply

    def _route(self, request: WireRequest) -> tuple[Operation, dict[str, str]]:
        prefix, segments = tuple(request.segments[: len(PREFIX)]), request.segments[len(PREFIX) :]
        if prefix != PREFIX:
            raise Refusal("route_not_found")
        return self.router.match(request.method, segments)

    async def _read(self, request: WireRequest) -> Parameters | Refusal:
        answers = self.rules.answers
        holds_files = request.media_type == "multipart/form-data"
        if len(request.body) > (answers.maximum_body_bytes if holds_files else answers.maximum_json_bytes):
            return Refusal("body_too_large")
        try:
            return await read_parameters(request)
        except Refusal as refusal:
            return refusal

    def _new_call(self, request: WireRequest, operation: Operation, path_ids: dict[str, str]) -> Call:
        return Call(
            rules=self.rules,
            store=self.store,
            operation=operation,
            request=request,
            headers=request.headers,
            path_ids=path_ids,
            sent={},
            files={},
            signed={},
            now_ms=self.clock.now_ms(),
            base_url=request.base_url,
            nonces_unique=self.nonces_unique,
        )

    def _answer(self, call: Call, parameters: Parameters | Refusal) -> Reply:
        """Everything that reads or writes the state, in one go; what is refused for whom it comes from undoes all."""
        if isinstance(parameters, Parameters):
            call.sent, call.files = parameters.values, parameters.files
            call.signed = {**call.sent, **call.path_ids}
        try:
            self.rules.accept.check(call)
            call.user = self.rules.token.user(call)
            if isinstance(parameters, Refusal):
                raise parameters
            self._check_signature(call)
            with self.store.transaction():
                self.rules.nonce.use(call)
                return self._perform_or_refuse(call)
        except Refusal as refusal:
            self._leave_behind(call, refusal)
            raise

    def _check_signature(self, call: Call) -> None:
        try:
            self.rules.signature.check(call)
        except Refusal:
            if self.rules.answers.record_nonce_of_refused and "nonce" in call.signed:
                with self.store.transaction():
                    self.rules.nonce.record(call, 0)
            raise

    def _perform_or_refuse(self, call: Call) -> Reply:
        """A refusal undoes what the operation did; the nonce stays used."""
        try:
            with self.store.savepoint():
                return self._perform(call)
        except Refusal as refusal:
            self._leave_behind(call, refusal)
            return self.rules.refusal(call.operation, refusal)

    def _leave_behind(self, call: Call, refusal: Refusal) -> None:
        for effect in self.rules.refusal_effects:
            effect(call, refusal)

    def _perform(self, call: Call) -> Reply:
        operation = call.operation
        may = getattr(self.rules.access, f"may_{operation.access}")
        first, rest = operation.loads[:1], operation.loads[1:]
        if operation.access in BEFORE_LOADING:
            call.refuse_unless(may(call))
        for kind, id_name in first:
            load(call, kind, id_name)
        if operation.access not in BEFORE_LOADING:
            call.refuse_unless(may(call))
        for kind, id_name in rest:
            load(call, kind, id_name)
        call.params = self.rules.parameters.clean(operation.params, {**call.sent, **call.files})
        return operation.handler(call)
