"""``conformance sign``: sign one request and show how."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from contract import config, operations, signing
from contract.auth import ACCEPT
from contract.cli.options import config_option
from contract.errors import ConfigurationError
from contract.nonce import NonceSource, new_run_number, now_ms
from contract.operations import BASE_PATH
from contract.target import EMBEDDED, ROLES

EPILOG = """
\b
Examples:
  conformance sign --target staging --method POST --path /exams --param name=A
  conformance sign --target staging --path /exams/7 --user administrator
  conformance sign --secret-key KEY --path /exams \\
      --nonce 7 --timestamp 1527500365052
  conformance sign --target staging --path /exams/7 --only curl | sh

The curl line reads the token from $API_TOKEN; no secret is printed.
"""


@click.command("sign", epilog=EPILOG)
@click.option(
    "--method", default="GET", show_default=True, type=click.Choice(["GET", "POST", "PATCH", "PUT", "DELETE"], False)
)
@click.option("--path", required=True, metavar="PATH", help="The path below /api/v3, such as /exams/7.")
@click.option("--param", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable.")
@click.option("--target", metavar="NAME", help="Take base URL and secret key from this target of the config.")
@click.option("--user", type=click.Choice(ROLES), default="administrator", show_default=True, help="Whose key signs.")
@click.option(
    "--secret-key",
    envvar="CONFORMANCE_SECRET_KEY",
    help="Sign with this key instead; better in CONFORMANCE_SECRET_KEY.",
)
@click.option("--nonce", help="Use this nonce.  [default: a new one]")
@click.option("--timestamp", type=int, help="Use this time in milliseconds.  [default: now]")
@click.option(
    "--only",
    type=click.Choice(["curl", "query", "body"]),
    help="Print only the curl line, or what goes into the query or the JSON body.",
)
@config_option
def command(
    method: str, path: str, pairs: tuple[str, ...], target: str | None, user: str, secret_key: str | None,
    nonce: str | None, timestamp: int | None, only: str | None, config_file: Path | None,
) -> None:  # fmt: skip
    """Sign one request: print the base string, the signature and a ready curl line."""
    base_url, key = _target(target, user, secret_key, config_file)
    params = dict(_pair(pair) for pair in pairs)
    path = "/" + path.removeprefix(BASE_PATH).strip("/")
    matched = operations.match(method, path)
    if matched is None:
        raise ConfigurationError(f"no operation {method} {path}; paths look like /exams/7 or /institutes/1/users")
    fields: dict[str, Any] = {
        "timestamp": now_ms() if timestamp is None else timestamp,
        "nonce": NonceSource(new_run_number())() if nonce is None else nonce,
    }
    signed = {**params, **matched[1], **fields}
    signature = signing.sign(signed, key)
    sent = {**params, **fields, "signature": signature}
    if only in ("query", "body"):
        click.echo(_query(sent) if only == "query" else _body(sent))
        return
    if not only:
        click.echo(f"operation    {matched[0].id}")
        click.echo(f"base string  {signing.message(signed).decode()}")
        click.echo(f"signature    {signature}")
    click.echo(_curl(method, base_url + BASE_PATH + quote(path), sent))


def _target(name: str | None, user: str, secret_key: str | None, file: Path | None) -> tuple[str, str]:
    if name is None:
        if not secret_key:
            raise ConfigurationError("nothing to sign with: give --target NAME, or --secret-key KEY")
        return "http://127.0.0.1:8080", secret_key
    if name == EMBEDDED:
        raise ConfigurationError(
            "the embedded mock is there only during a run; serve one with 'conformance mock --config-out local.toml' "
            "and sign with --target local --config local.toml"
        )
    target = config.read_target(name, file)
    if user not in target.users:
        raise ConfigurationError(f"target {name} has no user {user}; it has: {', '.join(target.users)}")
    return target.base_url, secret_key or target.users[user].secret_key


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or name in signing.SIGNING_NAMES:
        raise ConfigurationError(
            f"--param {text!r} is not NAME=VALUE; timestamp, nonce and signature are added by itself"
        )
    return name, value


def _query(sent: dict[str, Any]) -> str:
    return urlencode(sent, quote_via=quote)


def _body(sent: dict[str, Any]) -> str:
    return json.dumps(sent, ensure_ascii=False)


def _curl(method: str, url: str, sent: dict[str, Any]) -> str:
    headers = ["-H", f"Accept: {ACCEPT}"]
    if method in ("GET", "DELETE"):
        words = ["curl", "-sS", "-X", method, f"{url}?{_query(sent)}", *headers]
    else:
        words = ["curl", "-sS", "-X", method, url, *headers, "-H", "Content-Type: application/json"]
        words += ["-d", _body(sent)]
    # Double quotes, so that the shell fills the token in.
    return shlex.join(words) + ' -H "Authorization: Token token=$API_TOKEN"'
