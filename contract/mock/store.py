"""
The state of the mock in SQLite: in a file (WAL) or in memory, one connection, every write inside a transaction.

The server handles a request without a pause between its first and last statement, so one connection serves all.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contract.mock.fields import Table
from contract.mock.tables import TABLES

Row = Mapping[str, Any]

# Tables beside those of the resources.
EXTRA_SQL = (
    "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, used_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS nonces_used ON nonces (used_ms)",
    "CREATE TABLE IF NOT EXISTS comanagers (exam_id INTEGER, user_id INTEGER, PRIMARY KEY (exam_id, user_id))",
    "CREATE INDEX IF NOT EXISTS comanagers_user ON comanagers (user_id)",
    "CREATE TABLE IF NOT EXISTS files (kind TEXT, owner_id INTEGER, content BLOB, PRIMARY KEY (kind, owner_id))",
    "CREATE TABLE IF NOT EXISTS uploads (id INTEGER PRIMARY KEY, exam_id INTEGER, student_session_id INTEGER,"
    " file_name TEXT, content BLOB, uploaded_ms INTEGER)",
    "CREATE INDEX IF NOT EXISTS uploads_exam ON uploads (exam_id)",
    "CREATE TABLE IF NOT EXISTS zip_jobs (exam_id INTEGER PRIMARY KEY, queued_ms INTEGER, running_from_ms INTEGER,"
    " done_ms INTEGER, outcome TEXT)",
    "CREATE TABLE IF NOT EXISTS photo_links (token TEXT PRIMARY KEY, student_session_id INTEGER, expires_ms INTEGER)",
    "CREATE TABLE IF NOT EXISTS emails (id INTEGER PRIMARY KEY, student_session_id INTEGER, exam_id INTEGER,"
    " recipient TEXT, kind TEXT, subject TEXT, sent_ms INTEGER)",
    "CREATE TABLE IF NOT EXISTS notifications (id INTEGER PRIMARY KEY, student_session_id INTEGER, title TEXT,"
    " text TEXT, type TEXT, sent_ms INTEGER)",
)
EXTRA_TABLES = (
    "settings",
    "nonces",
    "comanagers",
    "files",
    "uploads",
    "zip_jobs",
    "photo_links",
    "emails",
    "notifications",
)


class Store:
    """
    Rows by table.

    Args: path: the database file; None: in memory. now_ms: the clock of created_at and updated_at.
    """

    def __init__(self, path: Path | None, now_ms: Callable[[], int]) -> None:
        self._path = path
        self._memory_name = f"file:mock-{uuid.uuid4().hex}?mode=memory&cache=shared"
        self.now_ms = now_ms
        # A database in memory lives as long as one connection to it is open.
        self._keeper = None if path else sqlite3.connect(self._memory_name, uri=True)
        self._connection = self._open()
        self._create_tables()

    def _open(self) -> sqlite3.Connection:
        target = str(self._path) if self._path else self._memory_name
        connection = sqlite3.connect(target, uri=self._path is None, isolation_level=None, cached_statements=512)
        connection.row_factory = sqlite3.Row
        if self._path:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def reopen(self) -> None:
        """Close the connection and open it again: what a restart keeps is what the database holds."""
        self._connection.close()
        self._connection = self._open()

    def close(self) -> None:
        self._connection.close()
        if self._keeper:
            self._keeper.close()

    def _create_tables(self) -> None:
        with self.transaction():
            for table in TABLES:
                for statement in table.create_sql:
                    self._connection.execute(statement)
            for statement in EXTRA_SQL:
                self._connection.execute(statement)

    def clear(self) -> None:
        """Remove every row; ids begin at 1 again."""
        for name in (*(table.name for table in TABLES), *EXTRA_TABLES, "sqlite_sequence"):
            self._connection.execute(f"DELETE FROM {name}")

    def begin_ids_at(self, first_id: int) -> None:
        """Give the first row of every kind of resource this id."""
        rows = [(table.name, first_id - 1) for table in TABLES]
        self.execute_many("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", rows)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction: undo only what the block did when it raises."""
        self._connection.execute("SAVEPOINT request")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO request")
            self._connection.execute("RELEASE request")
            raise
        self._connection.execute("RELEASE request")

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; returns how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(sql, rows)

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row (a ``sqlite3.Row``), or None."""
        return self._connection.execute(sql, values).fetchone()

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        row = self._connection.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def get(self, table: Table, row_id: int) -> Any:
        return self.one(f"{table.select_sql} WHERE {table.name}.id = ?", (row_id,))

    def insert(self, table: Table, values: Mapping[str, Any]) -> int:
        """Add a row with the defaults of its table; returns its id."""
        now = self.now_ms()
        row = table.new_row({"created_at": now, "updated_at": now, **values})
        new_id = self._connection.execute(table.insert_sql, row).lastrowid
        assert new_id is not None
        return new_id

    def update(self, table: Table, row_id: int, values: Mapping[str, Any]) -> None:
        """Change a row; updated_at moves forward by at least a millisecond."""
        names = list(values)
        assignments = ", ".join([*(f'"{name}" = ?' for name in names), "updated_at = max(?, updated_at + 1)"])
        bound = [*(values[name] for name in names), self.now_ms(), row_id]
        self._connection.execute(f"UPDATE {table.name} SET {assignments} WHERE id = ?", bound)

    def delete(self, table: Table, row_id: int) -> None:
        self._connection.execute(f"DELETE FROM {table.name} WHERE id = ?", (row_id,))

    def setting(self, name: str, default: str) -> str:
        found = self.value("SELECT value FROM settings WHERE name = ?", (name,))
        return default if found is None else str(found)

    def set_setting(self, name: str, value: str) -> None:
        self.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    def save_file(self, kind: str, owner_id: int, content: bytes) -> None:
        sql = "INSERT OR REPLACE INTO files (kind, owner_id, content) VALUES (?, ?, ?)"
        self.execute(sql, (kind, owner_id, content))

    def file(self, kind: str, owner_id: int) -> bytes | None:
        found = self.value("SELECT content FROM files WHERE kind = ? AND owner_id = ?", (kind, owner_id))
        return None if found is None else bytes(found)
