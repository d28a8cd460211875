"""What tests need on the target: made under a prefix of the run, removed when the case is over."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.blocking import success_requirement
from contract.client import Client, File, created_by, destroyed_by, is_created_by_run
from contract.errors import TargetError
from contract.exchange import Exchange
from contract.judgement import Inconclusive, NotTested, require
from contract.removal import DESTROY, SHOW, Made, in_order, parents_of, path_of
from contract.target import Target, User

PASSWORD = "Str0ng!pass"
"""Fits the documented rule; of users that live for seconds."""
ENVELOPES = {
    "exam": "exam",
    "document": "document",
    "attachment": "attachment",
    "institute": "institute",
    "user": "user",
    "student_session": "student",
    "lti_resource": "lti_resource",
    "tool_provider": "tool_provider",
}
GO_WITH_THEIR_EXAM = ("document", "attachment")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f0005000"
    "1ff9f1d2b3d0000000049454e44ae426082"
)


@dataclass
class World:
    """
    Creates resources for one case, or for all cases of a worker, and removes them in reverse order.

    Every method returns the resource as the target answered it.
    """

    clients: Mapping[str, Client]
    target: Target
    prefix: str
    _made: list[Made] = field(default_factory=list)
    leaks: list[Made] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def client(self, role: str = "administrator") -> Client:
        """
        Return the client of a user.

        Raises:   NotTested: the target has no such user.
        """
        self.needs(role)
        return self.clients[role]

    def client_of(self, user: Mapping[str, Any]) -> Client:
        """
        Return a client for a user that the run created, whose answer holds token and key.

        Raises:   Inconclusive: it does not.
        """
        if not (user.get("api_token") and user.get("secret_key")):
            raise Inconclusive("the answer holds no token and key", blocked_by=success_requirement("users_create"))
        who = User("created", int(user["institute_id"]), str(user["api_token"]), str(user["secret_key"]))
        return Client(self.clients["administrator"].sender, who)

    def needs(self, *capabilities: str) -> None:
        """
        Demand a user, a fixture or the mock's control.

        Raises:   NotTested: the target lacks one.
        """
        for capability in capabilities:
            if reason := self.target.lacks(capability):
                raise NotTested(reason)

    @property
    def institute_id(self) -> int:
        """Return the institute under test."""
        return self.target.administrator.institute_id

    def name(self, what: str) -> str:
        """Return a name that nothing else on the target has."""
        return f"{self.prefix} {what} {next(self._numbers)}"

    def email(self) -> str:
        """Return an address, in a domain that receives no mail, that nothing else on the target has."""
        return f"{self.prefix}-{next(self._numbers)}@example.com"

    def exam_params(self, **params: Any) -> dict[str, Any]:
        """Return the parameters of an exam: the documented example, booleans as 1 and 0."""
        return {
            "name": self.name("exam"),
            "type": "record_review",
            "institute_id": self.institute_id,
            "use_duration": 1,
            "duration_minutes": 90,
            "start_time": "2035-11-21T00:54:00.000+01:00",
            "global_proctoring": 1,
            "global_reviewing": 1,
            "for_reviewing": 1,
            "upload_answers": 0,
            "mobile_cam": 1,
            **params,
        }

    def exam(self, **params: Any) -> dict[str, Any]:
        """Create an exam."""
        return self.create("exams_create", **self.exam_params(**params))

    def open_exam(self, **params: Any) -> dict[str, Any]:
        """Create an exam with a document, which opens it. Raises: Inconclusive: it is shown with another status."""
        return self.opened(self.exam(**params))

    def opened(self, exam: dict[str, Any]) -> dict[str, Any]:
        """Add a document to an exam, which opens it. Raises: Inconclusive: it is shown with another status."""
        self.document(exam["id"])
        shown = self.client()("exams_show", purpose="set-up", id=exam["id"]).json
        status = (
            shown["exam"].get("status") if isinstance(shown, dict) and isinstance(shown.get("exam"), dict) else None
        )
        require(status in (None, "open"), f"the exam is {status} although it has a document", blocked_by="DOC-030")
        return exam

    def document(self, exam_id: int, **params: Any) -> dict[str, Any]:
        """Create the document of an exam."""
        content = {"exam_content": "<p>Instructions</p>", **params}
        return {"exam_id": exam_id, **self.create("documents_create", exam_id=exam_id, **content)}

    def attachment(self, exam_id: int, file: File | None = None) -> dict[str, Any]:
        """Upload an attachment of an exam, under a name of its own: whether two may have one name is not documented."""
        document = file or self.picture()
        return {"exam_id": exam_id, **self.create("attachments_create", exam_id=exam_id, document=document)}

    def picture(self) -> File:
        """Return a picture whose name no other one has."""
        return File(f"pixel-{next(self._numbers)}.png", PNG, "image/png")

    def student_params(self, **params: Any) -> dict[str, Any]:
        """Return the parameters of a student session."""
        return {"name": self.name("student"), "email": self.email(), **params}

    def student_session(self, exam_id: int, **params: Any) -> dict[str, Any]:
        """Add a student to an exam; the answer's fields are not documented, so exam and address stand in any case."""
        sent = self.student_params(**params)
        created = self.create("student_sessions_create", exam_id=exam_id, **sent)
        return {"exam_id": exam_id, "email": sent["email"], **created}

    def institute_params(self, **params: Any) -> dict[str, Any]:
        """Return the parameters of an institute."""
        number = next(self._numbers)
        return {"name": f"{self.prefix} institute {number}", "short_name": f"{self.prefix}-{number}", **params}

    def institute(self, **params: Any) -> dict[str, Any]:
        """Create an institute; a superuser does."""
        return self.create("institutes_create", by="superuser", **self.institute_params(**params))

    def user_params(self, **params: Any) -> dict[str, Any]:
        """Return the parameters of a teacher of the institute under test."""
        return {
            "institute_id": self.institute_id,
            "email": self.email(),
            "name": self.name("user"),
            "password": PASSWORD,
            "password_confirmation": PASSWORD,
            "role": "teacher",
            **params,
        }

    def user(self, **params: Any) -> dict[str, Any]:
        """Create a user."""
        return self.create("users_create", **self.user_params(**params))

    def tool_provider_params(self, **params: Any) -> dict[str, Any]:
        """Return the parameters of a tool provider."""
        number = next(self._numbers)
        return {
            "tool_name": f"{self.prefix} tool {number}",
            "oauth_consumer_key": f"{self.prefix}-key-{number}",
            "oauth_consumer_secret": f"{self.prefix}-secret-{number}",
            "tool_url": "https://tool.example.com/lti",
            **params,
        }

    def tool_provider(self, **params: Any) -> dict[str, Any]:
        """Create a tool provider."""
        return self.create("tool_providers_create", **self.tool_provider_params(**params))

    def lti_resource_params(self, exam_id: int, tool_provider_id: int, **params: Any) -> dict[str, Any]:
        """Return the parameters of an LTI resource."""
        return {
            "lti_resource_link_name": self.name("link"),
            "exam_id": exam_id,
            "tool_provider_id": tool_provider_id,
            **params,
        }

    def lti_resource(self, exam_id: int, tool_provider_id: int, **params: Any) -> dict[str, Any]:
        """Link an exam to a tool provider."""
        return self.create("lti_resources_create", **self.lti_resource_params(exam_id, tool_provider_id, **params))

    def absent_id(self, kind: str) -> int:
        """
        Return an id that the target says does not exist.

        Raises:   NotTested: the target refuses to tell. Inconclusive: it shows something.
        """
        id = self.clients["administrator"].sender.absent_id()
        client = self.clients.get("superuser", self.clients["administrator"])
        parents = {"document": "exam_id", "attachment": "exam_id", "user": "institute_id"}
        params: dict[str, Any] = {"id": id}
        if kind in ("document", "attachment"):
            params["exam_id"] = self.exam()["id"]
        elif kind in parents:
            params["institute_id"] = self.institute_id
        shown = client(SHOW[kind], purpose="set-up", **params)
        if shown.refused and shown.status != 404:
            raise NotTested(f"the target does not tell that an id is absent: {shown.line}, no 404")
        if shown.status != 404:
            raise Inconclusive(f"cannot show that an id is absent: {shown.line}, wanted 404")
        return id

    def create(self, operation_id: str, by: str = "administrator", **params: Any) -> dict[str, Any]:
        """
        Create a resource and return it as answered.

        Args:     by: the user who does it.
        Raises:   Inconclusive: the target did not create it or answered something without the resource.
        """
        return self.taken(self.client(by)(operation_id, purpose="set-up", **params))

    def taken(self, exchange: Exchange) -> dict[str, Any]:
        """
        Return the resource that *exchange* created, its id as a number.

        Raises:   Inconclusive: there is none in the answer.
        """
        made = created_by(exchange)
        if not exchange.accepted or made is None:
            operation = exchange.operation.id if exchange.operation else ""
            raise Inconclusive(f"set-up failed: {exchange.line}", blocked_by=success_requirement(operation))
        resource = exchange.json.get(ENVELOPES[made[0]], exchange.json)
        return {**(resource if isinstance(resource, dict) else {}), "id": made[1]}

    def note(self, exchange: Exchange) -> None:
        """Take down what *exchange* created or destroyed, whoever sent it and for whatever reason."""
        if not exchange.accepted or exchange.operation is None:
            return
        if (made := created_by(exchange)) and is_created_by_run(exchange, self.clients["administrator"].sender.prefix):
            self._made.append(Made(*made, exchange.user, parents_of(exchange.operation, exchange.params)))
        elif exchange.operation.method == "DELETE":
            self._forget(exchange)

    def _forget(self, exchange: Exchange) -> None:
        if (gone := destroyed_by(exchange)) is not None:
            self._made = [made for made in self._made if (made.kind, made.id) != gone]

    def remove_everything(self) -> None:
        """Remove what was made, the last first; what cannot be removed is kept in `leaks`."""
        exams = {made.id for made in self._made if made.kind == "exam"}
        self.leaks += [made for made in in_order(self._made) if not self._is_removed(made)]
        # What could not be removed from an exam has gone with it.
        exams -= {each.id for each in self.leaks if each.kind == "exam"}
        self.leaks = [
            each
            for each in self.leaks
            if each.kind not in GO_WITH_THEIR_EXAM or each.parents.get("exam_id") not in exams
        ]
        self._made.clear()

    def _is_removed(self, made: Made) -> bool:
        """Remove one resource: by who made it, or by the superuser, for it may have been moved out of reach."""
        for role in dict.fromkeys((made.user if made.user in self.clients else "administrator", "superuser")):
            if role in self.clients:
                ids = path_of(DESTROY[made.kind], made) or {}
                try:
                    removed = self.clients[role](DESTROY[made.kind], purpose="clean-up", **ids)
                except TargetError:
                    return False
                if removed.status not in (401, 403):
                    return removed.accepted or removed.status in (404, 410)
        return False
