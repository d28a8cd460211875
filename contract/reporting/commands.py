"""The command lines that a report hands out, quoted for a shell."""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from contract.auth import ACCEPT
from contract.judgement import NO_CRASH, NO_SERVER_ERROR
from contract.operations import BASE_PATH
from contract.results import RunResult
from contract.signing import SIGNING_NAMES

KEPT_OPTIONS = ("--config", "--fault")
CHOICES = ("--area", "--operation", "--requirement", "--shard", "--budget-requests")
KEPT_FLAGS = ("--read-only", "--strict")
LONGEST_VALUE = 200


def again(result: RunResult, requirements: Sequence[str] = ()) -> str:
    """Return the command that runs the same cases again, or only those of *requirements*."""
    run = result.run
    words = ["conformance", "run", "--target", str(result.target.get("name", "mock"))]
    choices = () if requirements else CHOICES
    words += ["--profile", run.profile, "--seed", str(run.seed), *_kept(run.arguments, (*KEPT_OPTIONS, *choices))]
    for requirement in dict.fromkeys(name for each in requirements for name in _leading_to(each, result)):
        words += ["--requirement", requirement]
    return shlex.join(words)


def _leading_to(requirement: str, result: RunResult) -> list[str]:
    """Return *requirement*, and one of the same test where a 5xx came in a test of something else: it leads there."""
    if requirement != NO_SERVER_ERROR:
        return [requirement]
    broken = [case for each in result.requirements if each.id == requirement for case in each.cases if case.finding]
    met_in = [case.test for case in broken if case.finding and case.finding.expected == NO_CRASH][:1]
    others = [each for each in result.requirements if each.id != requirement]
    found = (each.id for test in met_in for each in others if any(case.test == test for case in each.cases))
    return [requirement, *itertools.islice(found, 1)]


def explain(requirement: str) -> str:
    """Return the command that tells all about one requirement."""
    return shlex.join(["conformance", "explain", requirement])


def cleanup(result: RunResult) -> str:
    """Return the command that removes what the run left on its target."""
    words = ["conformance", "cleanup", "--target", str(result.target["name"]), *config_of(result.run.arguments)]
    return shlex.join(words)


def repro(case: str) -> str:
    """Return the command that sends one case again and judges it."""
    return shlex.join(["conformance", "repro", case])


def sign(target: str, exchange: Mapping[str, Any], config: Sequence[str] = ()) -> str | None:
    """
    Return the command that signs the like of a recorded request anew and prints a curl line for it.

    Args:     config: ``--config`` and its file, where the run was given one.
    Returns:  None where it would not be the same request: the body is no JSON object or was cut, or a value is no
              plain one, or the path lies outside the API.
    """
    request = exchange["request"]
    parts = urlsplit(request["url"])
    _, _, path = parts.path.partition(BASE_PATH)
    params = _params(request, parts.query)
    if params is None or not path:
        return None
    words = ["conformance", "sign", "--target", target, *config, "--user", exchange["user"]]
    words += ["--method", request["method"], "--path", unquote(path)]
    for name, value in params.items():
        words += ["--param", f"{name}={value}"]
    return shlex.join(words)


def curl(target: str, exchange: Mapping[str, Any], config: Sequence[str] = ()) -> str | None:
    """
    Return a curl line for the like of a recorded request; ``conformance sign`` in it makes nonce, time and signature.

    The token is read from ``$API_TOKEN``. Arguments, and None, as those of `sign`.
    """
    signed = sign(target, exchange, config)
    if signed is None:
        return None
    method, url = exchange["request"]["method"], exchange["request"]["url"].partition("?")[0]
    words = ["curl", "-sS", "-X", method, "-H", f"Accept: {ACCEPT}"]
    token = '-H "Authorization: Token token=$API_TOKEN"'
    if method in ("GET", "DELETE"):
        return f'{shlex.join(words)} {token} {shlex.quote(url)}"?$({signed} --only query)"'
    words += ["-H", "Content-Type: application/json", url]
    return f'{shlex.join(words)} {token} -d "$({signed} --only body)"'


def config_of(arguments: Sequence[str]) -> list[str]:
    """Return ``--config`` and its file, as the run was given them."""
    return _kept(arguments, ("--config",), ())


def _kept(arguments: Sequence[str], options: Sequence[str], flags: Sequence[str] = KEPT_FLAGS) -> list[str]:
    """Return those options of the run without which the command would be another one."""
    joined = tuple(f"{option}=" for option in options)
    kept = [word for word in arguments if word in flags or word.startswith(joined)]
    for word, following in pairwise(arguments):
        if word in options:
            kept += [word, following]
    return kept


def _params(request: Mapping[str, Any], query: str) -> dict[str, str] | None:
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if request["body"]:
        try:
            body = json.loads(request["body"])
        except ValueError:
            return None
        if request["cut"] or not isinstance(body, dict):
            return None
        params.update(body)
    wanted = {name: value for name, value in params.items() if name not in SIGNING_NAMES}
    plain = all(_is_plain(value) for value in wanted.values())
    return {name: str(value) for name, value in wanted.items()} if plain else None


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) <= LONGEST_VALUE
