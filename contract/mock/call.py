"""One request on its way through the server, and what a handler answers with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from contract.mock.clock import write_time
from contract.mock.errors import Refusal

if TYPE_CHECKING:
    from contract.mock.fields import Table
    from contract.mock.operations import Operation
    from contract.mock.rules import Rules
    from contract.mock.store import Store
    from contract.mock.wire import UploadedFile, WireRequest


@dataclass
class Reply:
    """An answer; *body* is JSON data, bytes, or None for no body. *chunk_bytes*: send it in chunks of so many."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    chunk_bytes: int | None = None

    def content(self) -> bytes:
        # After a 204 no body is read: what came would be taken for the beginning of the next answer.
        if self.body is None or self.status == 204:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        try:
            return orjson.dumps(self.body)
        except TypeError:
            # Whole numbers of more than 64 bits, which orjson does not write.
            return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass
class Call:
    """
    A request to one operation.

    Args:
        request: as it came in. path_ids: from the path, by route name. sent: from query and body.
        signed: both, the path winning.
        params: the documented parameters, checked; there once the handler runs.
        found: rows that the path names, by kind. now_ms: one moment for the whole request.
    """

    rules: Rules
    store: Store
    operation: Operation
    request: WireRequest
    headers: dict[str, str]
    path_ids: dict[str, str]
    sent: dict[str, Any]
    files: dict[str, UploadedFile]
    signed: dict[str, Any]
    now_ms: int
    base_url: str
    nonces_unique: bool = True
    user: Any = None
    params: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)

    def write_time(self, epoch_ms: int) -> str:
        text = write_time(epoch_ms, self.rules.answers.utc_offset_minutes)
        return text.replace("+00:00", "Z") if self.rules.answers.utc_written_as_z else text

    def render(self, shape_name: str, row: Any) -> dict[str, Any]:
        return self.rules.shapes[shape_name].render(row, self.write_time)

    def object(self, shape_name: str, row: Any) -> Reply:
        """The answer for one object: its envelope, with the success status of the operation."""
        return self.reply({self.rules.shapes[shape_name].key: self.render(shape_name, row)})

    def stored(self, shape_name: str, row_id: int) -> Reply:
        """The answer for one object, read afresh."""
        return self.object(shape_name, self.store.get(self.rules.shapes[shape_name].table, row_id))

    def reply(self, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        return Reply(getattr(self.rules.answers, f"status_{self.operation.success}"), body, headers or {})

    def columns(self) -> dict[str, Any]:
        """What of the checked parameters is stored as it is: column -> value; null where a column must have one is
        left out."""
        table = self.rules.tables[self.operation.resource]
        values: dict[str, Any] = {}
        for name, value in self.params.items():
            column = self.operation.params[name].stored_in
            if column and not (value is None and table.by_name[column].required):
                values[column] = value
        return values

    def refuse_unless(self, allowed: bool, kind: str | None = None) -> None:
        if not allowed:
            raise Refusal(kind or self.operation.not_authorized)

    def find(self, table: Table, row_id: Any, kind: str) -> Any:
        """A row by id. Raises: Refusal *kind*: there is none."""
        row = None if row_id is None else self.store.get(table, row_id)
        if row is None:
            raise Refusal(kind, id=row_id)
        return row
