"""The ready config file for a running mock: base URL, the four users, every fixture."""

from __future__ import annotations

import json
from typing import Any

from contract.mock.demo import api_token, fixtures, secret_key
from contract.mock.store import Store

USERS = ("administrator", "superuser", "teacher", "outsider")


def config_toml(store: Store, base_url: str, *, target: str = "local", control: bool = False) -> str:
    """Write the table ``targets.local`` of a config file as TOML."""
    lines = [f"[targets.{target}]", f"base_url = {_toml(base_url)}"]
    if control:
        lines.append("control = true")
    for user in USERS:
        row = store.one("SELECT institute_id FROM users WHERE api_token = ?", (api_token(user),))
        if row is not None:
            lines += ["", f"[targets.{target}.users.{user}]", f"token = {_toml(api_token(user))}"]
            lines += [f"secret_key = {_toml(secret_key(user))}", f"institute_id = {row['institute_id']}"]
    lines += ["", f"[targets.{target}.fixtures]"]
    lines += [f"{name} = {_toml(value)}" for name, value in fixtures(store).items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """TOML of texts, numbers, lists and one level of tables; texts as JSON writes them are TOML too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value)
