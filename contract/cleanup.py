"""
Removes what a run left on a target: what its journal names, and what the lists show under its prefix.

A resource is touched only if it is certainly the run's: it bears the run's prefix, was created at the moment that the
journal has for it, or is inside something that is. An id alone proves nothing, for a staging database may have been
set back since. What cannot be removed the plain way is tried by the other ways that the API has; what is there even
then is told.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract import journal, preflight
from contract.client import Client, Sender
from contract.errors import SuiteError, TargetError
from contract.exchange import Exchange
from contract.journal import PREFIX, Entry, Left
from contract.removal import DESTROY, INSIDE_AN_EXAM, SHOW, Made, in_order, number_in, path_of, ways
from contract.results import Leak
from contract.state import State
from contract.target import Target

PAGE = 300
MOST_PAGES = 1000
PATIENCE_S = 30.0
GONE = (404, 410)
ROLES_THAT_HELP = ("administrator", "superuser", "outsider")
_LISTS = {
    "exam": "exams_index",
    "student_session": "student_sessions_index_all",
    "lti_resource": "lti_resources_index",
    "user": "users_index",
    "tool_provider": "tool_providers_index",
    "institute": "institutes_index",
}
_KEYS = {"student_session": "students"}
"""Under which key a list stands, where it is not the plural of the kind."""


@dataclass
class Cleaner:
    """Removes what runs left, through one connection to the target."""

    sender: Sender
    removed: int = 0
    _ours: set[tuple[str, int]] = field(default_factory=set)
    _gone: set[tuple[str, int]] = field(default_factory=set)
    _rows: dict[str, dict[tuple[str, int], Mapping[str, Any]]] = field(default_factory=dict)
    _unread: dict[str, str] = field(default_factory=dict)

    def clean(self, left: Left) -> list[Leak]:
        """
        Remove what one run left; its journals go once nothing is left.

        Returns:  what is still there.
        """
        found = self._listed(left.prefix)
        told = [Made(each.kind, each.id, each.user, each.parents) for each in reversed(left.made) if each.id]
        known = {(each.kind, each.id) for each in told}
        entries = {(each.kind, each.id): each for each in left.made if each.id}
        more = [each for each in (*found, *self._of_untold(left)) if (each.kind, each.id) not in known]
        # What stands inside an exam was created after it; of what only the lists show nothing else is known.
        inside = [each for each in more if each.kind in INSIDE_AN_EXAM]
        waiting = in_order([each for each in more if each not in inside] + told + inside)
        self._find_ours(waiting, entries, left.prefix)
        still_there = [(each, "") for each in waiting]
        for _ in range(2):  # What could not go while something else was there may go now.
            still_there = [(each, reason) for each, _ in still_there if (reason := self._remove(each))]
        leaks = [Leak(each.kind, each.id, left.run_id, reason) for each, reason in still_there]
        leaks += self._untraceable(left)
        if leaks:
            left.keep(self._gone)
        else:
            left.forget()
        return leaks

    def prefixes(self) -> dict[str, int]:
        """Return the prefixes of runs that the lists show, with how many resources bear each."""
        counted: dict[str, int] = {}
        for rows in (self._all(kind) for kind in _LISTS):
            for row in rows.values():
                if found := PREFIX.search(_texts(row)):
                    counted[found[0]] = counted.get(found[0], 0) + 1
        return counted

    # -- what there is

    def _listed(self, prefix: str) -> list[Made]:
        """Return what the lists show under *prefix*."""
        return [
            Made(kind, id, str(row["_user"]), self._parents(kind, row))
            for kind in _LISTS
            for (_, id), row in self._all(kind).items()
            if prefix in _texts(row)
        ]

    def _parents(self, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
        names = ("exam_id", "institute_id", "tool_provider_id")
        home = {"institute_id": self.sender.target.users[str(row["_user"])].institute_id} if kind == "user" else {}
        return home | {name: row[name] for name in names if str(row.get(name, "")).isdecimal()}

    def _all(self, kind: str) -> Mapping[tuple[str, int], Mapping[str, Any]]:
        if kind not in self._rows:
            self._rows[kind] = {}
            for role in self.sender.target.users if kind != "institute" else ("superuser",):
                if role in self.sender.target.users and role != "teacher":
                    for row in self._read(kind, _LISTS[kind], role):
                        self._rows[kind].setdefault((kind, int(row["id"])), {**row, "_user": role})
        return self._rows[kind]

    def _read(self, kind: str, operation_id: str, role: str, **params: Any) -> Iterator[Mapping[str, Any]]:
        if operation_id == "users_index":
            params["institute_id"] = self.sender.target.users[role].institute_id
        seen: set[int] = set()
        for page in range(1, MOST_PAGES + 1):
            exchange = self._send(role, operation_id, limit=PAGE, page=page, **params)
            rows = _rows_of(exchange, kind) if isinstance(exchange, Exchange) and exchange.accepted else None
            if isinstance(exchange, Exchange) and exchange.status in GONE:
                return  # with what it is a list of
            if rows is None:
                self._unread[kind] = exchange.line if isinstance(exchange, Exchange) else exchange
                return
            new = [row for row in rows if int(row["id"]) not in seen]
            yield from (row for row in new if not _is_gone(row))
            seen.update(int(row["id"]) for row in new)
            if not new or len(rows) < PAGE:
                return

    def _of_untold(self, left: Left) -> Iterator[Made]:
        """Yield the documents and attachments of exams in which the run was about to create one."""
        for kind in ("document", "attachment"):
            exams = {str(each.parents.get("exam_id")): each for each in left.untold if each.kind == kind}
            for exam_id, entry in exams.items():
                if exam_id.isdecimal():
                    for row in self._read(kind, f"{kind}s_index", self._owner(kind, entry.user), exam_id=int(exam_id)):
                        yield Made(kind, int(row["id"]), entry.user, {"exam_id": int(exam_id)})

    # -- whose it is

    def _find_ours(self, waiting: list[Made], entries: Mapping[tuple[str, int], Entry], prefix: str) -> None:
        """Take note of what is certainly the run's, what holds other things first."""
        for made in reversed(waiting):
            key = (made.kind, made.id)
            if key in self._gone:
                continue
            row, entry = self._shown(made), entries.get(key)
            if row is not None and self._is_ours(made, row, entry, prefix):
                self._ours.add(key)
            elif row is None or _is_anothers(row, entry):
                self._gone.add(key)

    def _shown(self, made: Made) -> Mapping[str, Any] | None:
        """Return the resource as the target shows it, {} where that cannot be found out, None where it is gone."""
        ids = path_of(SHOW[made.kind], made)
        listed = self._rows.get(made.kind, {}).get((made.kind, made.id), {})
        if ids is None:
            return listed
        exchange = self._send(self._owner(made.kind, made.user), SHOW[made.kind], **ids)
        if not isinstance(exchange, Exchange):
            return listed
        if exchange.status in GONE:
            return None
        row = _resource(exchange, made.id) if exchange.accepted else None
        return listed if row is None else None if _is_gone(row) else row

    def _is_ours(self, made: Made, row: Mapping[str, Any], entry: Entry | None, prefix: str) -> bool:
        if prefix in _texts(row):
            return True
        if entry is not None and entry.created_at is not None and row.get("created_at") == entry.created_at:
            return True
        names = {"exam": "exam_id", "institute": "institute_id"}
        if made.kind not in INSIDE_AN_EXAM:
            del names["exam"]
        return any((kind, number_in(made.parents.get(name))) in self._ours for kind, name in names.items())

    # -- off with it

    def _remove(self, made: Made) -> str:
        """Remove one resource by whatever way works; return why it is still there, nothing where it is gone."""
        key = (made.kind, made.id)
        if key in self._gone:
            return ""
        if key not in self._ours:
            return "it cannot be shown to be the run's, so it was left alone"
        reasons = []
        for operation_id, ids in ways(made, self._ours):
            for role in self._roles(made, operation_id):
                self._own(made, operation_id, ids)
                exchange = self._send(role, operation_id, **ids)
                reasons.append(exchange.line if isinstance(exchange, Exchange) else exchange)
                if isinstance(exchange, Exchange) and (exchange.accepted or exchange.status in GONE):
                    if self._shown(made) is None:
                        self._gone.add(key)
                        self.removed += 1
                        return ""
                    reasons[-1] += ", but it is still shown"
                if not isinstance(exchange, Exchange) or exchange.status not in (401, 403, *GONE):
                    break
        return "; ".join(dict.fromkeys(reasons)) or "no way to remove it is known"

    def _own(self, made: Made, operation_id: str, ids: Mapping[str, Any]) -> None:
        kinds = {operation: kind for kind, operation in DESTROY.items()}
        self.sender.ownership.add(made.kind, made.id)
        if "exam_id" in ids or operation_id == "exams_delete_student":
            self.sender.ownership.add("exam", int(ids.get("exam_id", ids["id"])))
        if "institute_id" in ids and ("institute", int(ids["institute_id"])) in self._ours:
            self.sender.ownership.add("institute", int(ids["institute_id"]))
        if operation_id in kinds:
            self.sender.ownership.add(kinds[operation_id], int(ids["id"]))

    def _roles(self, made: Made, operation_id: str) -> list[str]:
        first = "superuser" if operation_id == "institutes_destroy" else made.user
        return [role for role in dict.fromkeys((first, *ROLES_THAT_HELP)) if role in self.sender.target.users]

    def _owner(self, kind: str, user: str) -> str:
        """Return who is to look: for others it may be hidden rather than gone."""
        if kind == "institute" and "superuser" in self.sender.target.users:
            return "superuser"
        return user if user in self.sender.target.users else "administrator"

    def _send(self, role: str, operation_id: str, **params: Any) -> Exchange | str:
        """Send one request; where there is no answer, return why."""
        try:
            client = Client(self.sender, self.sender.target.users[role])
            return client(operation_id, purpose="clean-up", **params)
        except (TargetError, SuiteError) as error:
            return str(error)

    def _untraceable(self, left: Left) -> list[Leak]:
        """Return the creations of which nobody can tell whether they took place."""
        leaks = []
        for entry in left.untold:
            exam_id = str(entry.parents.get("exam_id"))
            if entry.kind in INSIDE_AN_EXAM and exam_id.isdecimal() and ("exam", int(exam_id)) in self._gone:
                continue
            if entry.kind in self._unread:
                leaks.append(Leak(entry.kind, None, left.run_id, f"cannot look for it: {self._unread[entry.kind]}"))
            elif entry.kind in _LISTS and not entry.named:
                leaks.append(Leak(entry.kind, None, left.run_id, "no answer was seen, and it bore no name to look for"))
        return leaks


def clean_up(target: Target, state: State, run_id: str | None = None) -> tuple[int, list[Leak]]:
    """
    Remove what the journals of a target tell about, of one run or of all.

    Returns:  how many resources were removed, and what is still there.
    """
    removed, leaks = 0, list[Leak]()
    for left in journal.read(state.folder):
        if run_id not in (None, left.run_id):
            continue
        if not _wait_until_free(left):
            leaks.append(Leak("resources", None, left.run_id, "a process of that run still writes its journal"))
        elif not left.created:
            left.forget()
        else:
            cleaner = Cleaner(preflight.sender_for(target))
            leaks += cleaner.clean(left)
            removed += cleaner.removed
    return removed, leaks


def _wait_until_free(left: Left) -> bool:
    """Wait for the workers of a run that was killed: they end when they notice."""
    end = time.monotonic() + PATIENCE_S
    while not all(journal.is_free(path) for path in left.paths):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _rows_of(exchange: Exchange, kind: str) -> list[Mapping[str, Any]] | None:
    """Return the rows of a list, or of a single document; None where there is none."""
    body = exchange.json
    if isinstance(body, dict):
        body = body.get(_KEYS.get(kind, f"{kind}s"), body.get(kind))
    if isinstance(body, dict):
        body = [body]
    if not isinstance(body, list):
        return None
    return [row for row in body if isinstance(row, dict) and str(row.get("id")).isdecimal()]


def _resource(exchange: Exchange, id: int) -> Mapping[str, Any] | None:
    body = exchange.json
    for candidate in (body, *(body.values() if isinstance(body, dict) else ())):
        if isinstance(candidate, dict) and str(candidate.get("id")) == str(id):
            return candidate
    return None


def _is_anothers(row: Mapping[str, Any], entry: Entry | None) -> bool:
    """Tell whether the id was given anew: what has it now was created at another moment."""
    told = entry.created_at if entry else None
    return told is not None and row.get("created_at") not in (None, told)


def _is_gone(row: Mapping[str, Any]) -> bool:
    return row.get("status") == "deleted" or row.get("archived") in (True, 1)


def _texts(row: Mapping[str, Any]) -> str:
    """Return the texts of a row itself, not of what is nested in it."""
    return "\n".join(value for value in row.values() if isinstance(value, str))
