"""Makes plans: schemathesis invents the cases of an operation from the description, and sends none of them.

What only the target can choose, ids above all, is entered when a case is sent; so the same seed makes the same plan for
every target. A plan takes seconds to make and is kept; see `contract.plans`. As a command it makes plans::

    python -m contract.planning --profile standard --seed 1 --folder DIR exams_index exams_create
    python -m contract.planning --profile standard --seed 1 --ship
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import click
import hypothesis
import hypothesis.errors
import requests
import schemathesis
from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.config._phases import InferenceConfig
from schemathesis.core import NotSet
from schemathesis.core.control import SkipTest
from schemathesis.core.transport import Response
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.transport.serialization import Binary
from urllib3.response import HTTPResponse

from contract import description, operations, plans
from contract.cases import BUDGETS, NEGATIVE, POSITIVE, Budget, Nothing, PlannedCase, Step, is_single_use
from contract.client import CREATED_KIND
from contract.operations import Operation
from contract.signing import SIGNING_NAMES

# Where Hypothesis sees a CI server it loads a profile that heeds no seed, and schemathesis prefers that to ours.
hypothesis.settings.load_profile("default")
FIRST_NUMBER = 7_000_000_001
"""No id that is made up for a path comes near it."""


@functools.cache
def view(mode: str) -> dict[str, Any]:
    """
    Return the description as cases are generated from it.

    Timestamp, nonce and signature are taken out, for the signer would overwrite what is made up for them; so is the
    token, for which values would be made up too. Both are tested by explicit cases. Valid data is made from what
    ``x-generate`` narrows the schemas to; departures are made from the schemas themselves.
    """
    document = dict(description.load())
    document.pop("security", None)
    narrowed: dict[str, Any] = _viewed(document, mode)
    return narrowed


def _viewed(node: Any, mode: str) -> Any:
    if isinstance(node, list):
        return [_viewed(item, mode) for item in node if not _is_left_out(item, mode)]
    if not isinstance(node, dict):
        return node
    if mode == POSITIVE and isinstance(node.get("x-generate"), dict):
        node = {**node, **node["x-generate"]}
    kept = {
        key: value if key in _LITERAL else _viewed(value, mode)
        for key, value in node.items()
        if key != "x-generate" and not (isinstance(value, dict) and _is_left_out(value, mode))
    }
    dropped = node.keys() - kept.keys()
    if isinstance(kept.get("properties"), dict):
        dropped |= node["properties"].keys() - kept["properties"].keys()
    if isinstance(kept.get("required"), list):
        kept["required"] = [name for name in kept["required"] if name not in {*dropped, *SIGNING_NAMES}]
    for name in ("example", "examples", "default"):
        # Examples hold the signing fields as they are printed; values are made from the schemas.
        if isinstance(kept.get(name), dict | list) and "properties" in kept:
            kept.pop(name)
    return kept


_LITERAL = frozenset({"enum", "const"})


def _is_left_out(node: Any, mode: str) -> bool:
    if not isinstance(node, dict):
        return False
    return bool(node.get("x-signing")) or (mode == POSITIVE and node.get("x-generate") is False)


@functools.cache
def schema(mode: str) -> Any:
    """Return the view as a schemathesis schema that makes cases of one mode only."""
    loaded = schemathesis.openapi.from_dict(view(mode))
    loaded.config.generation.update(modes=[schemathesis.GenerationMode(mode)])
    return loaded


@functools.cache
def _operations(mode: str) -> dict[str, Any]:
    found = (result.ok() for result in schema(mode).get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


def plan(operation: Operation, seed: int, budget: Budget) -> list[PlannedCase]:
    """
    Make the cases of one operation: boundary values and single departures from the schema, then random ones.

    Returns:  at most ``budget.cases`` cases in an order that follows from *seed*, positive ones first; the same for
              every target.
    """
    rng = random.Random(f"{seed} {operation.id}")
    most = budget.single_use if is_single_use(operation) else max(1, budget.cases // 2)
    chosen = _chosen(operation, POSITIVE, seed, rng, budget.drawn, most)
    return chosen + _chosen(operation, NEGATIVE, seed, rng, budget.drawn, budget.cases - len(chosen))


def _chosen(operation: Operation, mode: str, seed: int, rng: random.Random, drawn: int, most: int) -> list[PlannedCase]:
    """
    Choose by *rng* at most *most* from the boundary values, or departures, and *drawn* random cases.

    Schemathesis takes as long for a few random cases as for all others, so only those are made that are chosen.
    """
    made = _boundary_cases(operation, mode, seed)
    places = list(range(len(made) + drawn))
    # The first positive one is the plain case, which is never left out.
    first, rest = (places[:1], places[1:]) if mode == POSITIVE else ([], places)
    rng.shuffle(rest)
    places = (first + rest)[:most]
    if (needed := max(places, default=0) - len(made) + 1) > 0:
        made += _random_cases(operation, mode, seed, needed)
    return [made[place] for place in places if place < len(made)]


def _boundary_cases(operation: Operation, mode: str, seed: int) -> list[PlannedCase]:
    """Return all boundary values of an operation, or all single departures from its schema."""

    def nothing(case: schemathesis.Case[Any]) -> None:
        pass

    test = _test(operation, mode, seed, HypothesisTestMode.COVERAGE, nothing, _settings(1, hypothesis.Phase.explicit))
    # Hypothesis would run them in this order, and take longer to show each than schemathesis takes to make it.
    cases = [example.kwargs["case"] for example in reversed(getattr(test, "hypothesis_explicit_examples", []))]
    return [planned(operation, mode, case) for case in cases if case.method == operation.method]


def _random_cases(operation: Operation, mode: str, seed: int, most: int) -> list[PlannedCase]:
    """Return at most *most* random cases of an operation."""
    made: list[PlannedCase] = []

    def keep(case: schemathesis.Case[Any]) -> None:
        if case.method == operation.method:
            made.append(planned(operation, mode, case))

    # An operation without parameters has nothing to depart from.
    with contextlib.suppress(hypothesis.errors.Unsatisfiable, SkipTest), _no_local_constants():
        _test(operation, mode, seed, HypothesisTestMode.FUZZING, keep, _settings(most))()
    return made


def _test(
    operation: Operation,
    mode: str,
    seed: int,
    kind: HypothesisTestMode,
    keep: Callable[[schemathesis.Case[Any]], None],
    settings: hypothesis.settings,
) -> Callable[[], None]:
    """Return a test of schemathesis that hands its cases to *keep*."""
    config = HypothesisTestConfig(project=schema(mode).config, modes=[kind], settings=settings, seed=seed)
    with _no_local_constants():
        test: Callable[[], None] = create_test(operation=_operations(mode)[operation.id], test_func=keep, config=config)
    return test


def _no_local_constants() -> contextlib.AbstractContextManager[Any]:
    """
    Keep Hypothesis from mixing in the constants of whatever modules happen to be imported from outside site-packages.

    With them a plan would differ between a checkout and a wheel, and change with code that has nothing to do with it.
    """
    cache: LRUCache[Any, Any] = LRUCache(providers.CONSTANTS_CACHE.max_size)
    return mock.patch.multiple(providers, _get_local_constants=Constants, CONSTANTS_CACHE=cache)


def _settings(
    examples: int, phase: hypothesis.Phase = hypothesis.Phase.generate, **further: Any
) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[phase],
        print_blob=False,
        **further,
    )


def planned(operation: Operation, mode: str, case: schemathesis.Case[Any]) -> PlannedCase:
    """Return what *case* says, without anything of schemathesis in it."""
    body = Nothing.BODY if isinstance(case.body, NotSet) else _plain(case.body, case.media_type)
    path, query = (_plain(dict(part), None) for part in (case.path_parameters, case.query))
    return PlannedCase(operation.id, mode, path, query, body, case.media_type)


def _plain(value: Any, media_type: str | None) -> Any:
    """Return *value* in plain types; of bytes in the place of a text JSON keeps nothing, a form the bytes."""
    if isinstance(value, dict):
        return {_plain(name, media_type): _plain(item, media_type) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, media_type) for item in value]
    if isinstance(value, Binary):
        return "" if media_type == "application/json" else value.data
    return str(value) if isinstance(value, str) else value


# -- sequences along the links ----------------------------------------------------------------------------------------


def sequences(seed: int, budget: Budget) -> list[list[Step]]:
    """
    Make sequences of requests in which later ones name what earlier ones created.

    No target is asked: everything is pretended to be accepted, and what is created gets a number that stands for the
    id until the sequence is sent.
    """
    if not budget.sequences:
        return []
    loaded = schema(POSITIVE)
    # Only the links that the description states: inferred ones join what merely has the same name.
    loaded.config.phases.stateful.inference = InferenceConfig(algorithms=[])
    made: list[list[Step]] = []

    class Machine(loaded.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            made.append([])
            self.numbers = itertools.count(FIRST_NUMBER)

        def call(self, case: schemathesis.Case[Any], **kwargs: Any) -> Response:
            operation = operations.get(case.operation.definition.raw["operationId"])
            kind = CREATED_KIND.get(operation.id)
            number = next(self.numbers) if kind else None
            made[-1].append(Step(planned(operation, POSITIVE, case), number))
            return _pretended(case, kind, number)

        def validate_response(self, response: Response, case: schemathesis.Case[Any], **kwargs: Any) -> None:
            """Nothing answered."""

    Machine._hypothesis_internal_use_seed = seed
    with _no_local_constants():
        run_state_machine_as_test(Machine, settings=_settings(budget.sequences, stateful_step_count=budget.steps))
    return [steps for steps in made if steps]


def _pretended(case: schemathesis.Case[Any], kind: str | None, number: int | None) -> Response:
    """Return the answer of a target that accepts everything, in all the envelopes that a link may look into."""
    names = (kind, "student" if kind == "student_session" else kind)
    body = {"id": number, **{str(name): {"id": number} for name in names}} if kind else {}
    answer = requests.Response()
    answer.status_code = 200
    answer.headers["Content-Type"] = "application/json"
    answer._content = json.dumps(body).encode()
    url = f"http://pretended.invalid{case.operation.path}"
    answer.request = requests.Request(case.operation.method.upper(), url).prepare()
    answer.raw = HTTPResponse(version=11)
    return Response.from_requests(answer, verify=True)


# -- as a command -----------------------------------------------------------------------------------------------------


@click.command()
@click.option("--profile", type=click.Choice(list(BUDGETS)), required=True)
@click.option("--seed", type=int, required=True)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where the plans go.")
@click.option("--ship", is_flag=True, help="Write the plans of all operations into the package.")
@click.argument("names", nargs=-1, metavar="OPERATION...")
def command(profile: str, seed: int, folder: Path | None, ship: bool, names: tuple[str, ...]) -> None:
    """Make the plans of some operations, or of all."""
    chosen = names or (*operations.table(), plans.SEQUENCES)
    made = ((name, _plain_plan(name, seed, BUDGETS[profile])) for name in chosen)
    if ship:
        click.echo(plans.ship(plans.Key.of(seed, profile), dict(made)))
        return
    if folder is None:
        raise click.UsageError("say where the plans go: --folder DIR, or --ship")
    for name, plan_of_it in made:
        plans.Shelf(folder, plans.Key.of(seed, profile)).put(name, plan_of_it)


def _plain_plan(name: str, seed: int, budget: Budget) -> Any:
    if name == plans.SEQUENCES:
        return plans.sequences_to_plain(sequences(seed, budget))
    return plans.to_plain(plan(operations.get(name), seed, budget))


if __name__ == "__main__":
    command()
