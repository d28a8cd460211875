"""A deviation: what one operation does otherwise; and how an area adds it to the catalogue as a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from contract.mock.call import Call, Reply
from contract.mock.faults.registry import fault
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

Deviation = Callable[[Rules, Operation], None]
Around = Callable[[Call, Handler], Reply]
Edit = Callable[[Call, Reply], Reply]
When = Callable[[Call], bool]


class Add(Protocol):
    """
    Register a fault: id, operation or operations, what the server does wrong, deviation, requirements.

    Args: elsewhere: the deviation changes further operations than those it is about.
    """

    def __call__(
        self,
        fault_id: str,
        operations: str | tuple[str, ...],
        description: str,
        deviation: Deviation,
        *breaks: str,
        also: tuple[str, ...] = (),
        elsewhere: bool = False,
    ) -> None: ...


def area(module: str) -> Add:
    """Return the ``add`` of the area whose faults are written in *module*."""

    def add(
        fault_id: str,
        operations: str | tuple[str, ...],
        description: str,
        deviation: Deviation,
        *breaks: str,
        also: tuple[str, ...] = (),
        elsewhere: bool = False,
    ) -> None:
        names = (operations,) if isinstance(operations, str) else operations

        def change(rules: Rules) -> None:
            for name in names:
                deviation(rules, rules.operations[name])

        change.__module__ = module
        within = () if elsewhere else names
        operation = names[0] if len(within) == 1 else None
        fault(fault_id, description, *breaks, also=also, operation=operation, within=within)(change)

    return add


def always(call: Call) -> bool:
    return True


def by_role(*roles: str) -> When:
    """The caller has one of *roles*."""
    return lambda call: call.user is not None and call.user["role"] in roles


def sends(*names: str) -> When:
    """One of the parameters *names* was sent, by whatever value."""
    return lambda call: any(name in call.sent or name in call.files for name in names)


def both(*deviations: Deviation) -> Deviation:
    """Every one of *deviations*, the first first."""

    def deviation(rules: Rules, operation: Operation) -> None:
        for each in deviations:
            each(rules, operation)

    return deviation


def wrap(around: Around, when: When = always) -> Deviation:
    """Put *around* the handler: it sees the checked parameters and the rows of the path, and may store things."""

    def deviation(rules: Rules, operation: Operation) -> None:
        inner = operation.handler
        operation.handler = lambda call: around(call, inner) if when(call) else inner(call)

    return deviation


def finish(edit: Edit, when: When = always) -> Deviation:
    """Edit every answer of the operation, refusals too; nothing that was stored is undone by it."""

    def deviation(rules: Rules, operation: Operation) -> None:
        def finisher(call: Call | None, reply: Reply) -> Reply:
            ours = call is not None and call.operation.id == operation.id and call.user is not None
            return edit(call, reply) if ours and call is not None and when(call) else reply

        rules.finishers.append(finisher)

    return deviation


def override(policy: Any, **methods: Callable[..., Any]) -> None:
    """Replace methods of one policy object; each is called without ``self``."""
    for name, method in methods.items():
        setattr(policy, name, method)


def succeeded(reply: Reply) -> bool:
    return 200 <= reply.status < 300
