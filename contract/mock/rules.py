"""
Everything the server decides, in one object.

A fault or a variant changes one of these: an entry of a table, an open answer, or one method of a policy. Handlers
hold no decision of their own that a test could want otherwise; where they do, the handler itself can be replaced in
``operations[...]``.

Where a decision lives:

    status, text or wrapping of a refusal      errors[kind], operations[id].errors[kind], Rules.wrap_error
    parameter rule, required, choices          operations[id].params[name], parameters.kinds[kind]
    success status                             answers.status_…, operations[id].success
    field of an answer, its order and type     shapes[name].fields, .convert (of one operation: finishers)
    envelope key                               shapes[name].key, .plural
    Accept, token, signature, nonce            accept, token, signature, nonce (one small method a rule)
    who may, which rows a list holds           access.may_…, access.…_scope, operations[id].access, .rows
    which row an id in the path names          loaders[kind]
    filter operator, column, value, order      grammar
    page, limit, the four headers              paging
    uniqueness, side effects, placeholders     unique, effects
    zip states, content; photo links           zips, photo_links
    anything about one operation only          operations[id].handler (wrap it), finishers
    what a refused request leaves behind       refusal_effects: nothing
    what happens before a request is read      around: nothing
    where the documentation is silent          answers
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contract.mock.access import AccessPolicy
from contract.mock.answers import OpenAnswers
from contract.mock.authentication import AcceptPolicy, NoncePolicy, SignaturePolicy, TokenPolicy
from contract.mock.call import Call, Reply
from contract.mock.effects import Effects, Uniqueness
from contract.mock.errors import ERRORS, ErrorAnswer, Refusal, error_body
from contract.mock.fields import Shape, Table
from contract.mock.filters import FilterGrammar
from contract.mock.loading import LOADERS, Loader
from contract.mock.operations import Operation, new_operations
from contract.mock.paging import Paging
from contract.mock.parameters import ParameterRules
from contract.mock.resources.photos import PhotoLinks
from contract.mock.resources.zips import ZipPolicy
from contract.mock.tables import TABLES, new_shapes
from contract.mock.wire import WireRequest

# Changes an answer before it is sent; the call is None where no operation was found.
Finish = Callable[[Call | None, Reply], Reply]
# What a refused request leaves behind; it runs after everything was undone.
RefusalEffect = Callable[[Call, Refusal], None]
# Sees a request before it is handled, and its answer; may wait.
Handle = Callable[[WireRequest], Awaitable[Reply]]
Around = Callable[[WireRequest, Handle], Awaitable[Reply]]


@dataclass
class Rules:
    """The decisions of one mock."""

    answers: OpenAnswers
    errors: dict[str, ErrorAnswer]
    operations: dict[str, Operation]
    tables: dict[str, Table]
    shapes: dict[str, Shape]
    accept: AcceptPolicy
    token: TokenPolicy
    signature: SignaturePolicy
    nonce: NoncePolicy
    access: AccessPolicy
    loaders: dict[str, Loader]
    parameters: ParameterRules
    grammar: FilterGrammar
    paging: Paging
    unique: Uniqueness
    effects: Effects
    zips: ZipPolicy
    photo_links: PhotoLinks
    finishers: list[Finish]
    refusal_effects: list[RefusalEffect]
    around: Around | None = None

    def refusal(self, operation: Operation | None, refusal: Refusal) -> Reply:
        """What is answered for a refusal: the operation's own entry, or else the common one."""
        own = operation.errors if operation else {}
        answer = own.get(refusal.kind) or self.errors[refusal.kind]
        headers = {"Allow": str(refusal.values["allowed"])} if "allowed" in refusal.values else {}
        return Reply(answer.status, self.wrap_error(answer, refusal), headers)

    def wrap_error(self, answer: ErrorAnswer, refusal: Refusal) -> object:
        return error_body(answer, refusal)


def new_rules() -> Rules:
    """The rules as documented, with our choices where nothing is."""
    answers = OpenAnswers()
    return Rules(
        answers=answers,
        errors=dict(ERRORS),
        operations=new_operations(),
        tables={table.name: table for table in TABLES},
        shapes=new_shapes(),
        accept=AcceptPolicy(),
        token=TokenPolicy(),
        signature=SignaturePolicy(),
        nonce=NoncePolicy(),
        access=AccessPolicy(),
        loaders=dict(LOADERS),
        parameters=ParameterRules(answers),
        grammar=FilterGrammar(answers),
        paging=Paging(answers),
        unique=Uniqueness(),
        effects=Effects(),
        zips=ZipPolicy(),
        photo_links=PhotoLinks(),
        finishers=[],
        refusal_effects=[],
    )
