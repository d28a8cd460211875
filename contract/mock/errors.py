"""
Refusals: what is raised where a request is turned down, and the table of what is answered for each.

``Refusal`` carries only a kind and the values of its text. Status and text stand in ``ERRORS``, so that one entry
(or one entry of one operation) can be replaced.

Source: the error tables of the pages under https://docs.proctorexam.com/v3/apidoc.html. Statuses marked *open* are
not documented; those stand in ``answers``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """
    A request is turned down.

    Args: kind: key of ``ERRORS``. extra: further top-level keys of the body. values: fill the text.
    """

    def __init__(self, kind: str, *, extra: dict[str, Any] | None = None, **values: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.extra = extra or {}
        self.values = values


@dataclass(frozen=True)
class ErrorAnswer:
    """What is answered for one kind of refusal. With *field* the text is that of one attribute of a record."""

    status: int
    text: str
    field: str | None = None


NOT_AUTHORIZED = "You are not authorized to access this page."

ERRORS: dict[str, ErrorAnswer] = {
    # documented
    "not_authorized": ErrorAnswer(403, NOT_AUTHORIZED),
    "not_authorized_read": ErrorAnswer(401, NOT_AUTHORIZED),
    "not_authorized_endpoint": ErrorAnswer(401, "You are not authorized to access this endpoint"),
    "missing": ErrorAnswer(422, "Param is missing or the value is empty: '{param}'"),
    "email_taken": ErrorAnswer(422, "has already been taken", field="email"),
    "name_taken": ErrorAnswer(422, "has already been taken", field="name"),
    "exam_not_found": ErrorAnswer(404, "Couldn't find Exam with 'id'={id}"),
    "session_not_found": ErrorAnswer(404, "Couldn't find Student Session with 'id'={id}"),
    "lti_session_not_found": ErrorAnswer(
        404, "Couldn't find Student Session with 'id'={id} and 'resource_link_id'={resource_link_id}"
    ),
    "user_not_found": ErrorAnswer(404, "Couldn't find User with 'id'={id}"),
    "institute_not_found": ErrorAnswer(404, "Couldn't find Institute with 'id'={id}"),
    "lti_resource_not_found": ErrorAnswer(404, "Couldn't find lti resource with 'id'={id}"),
    "tool_provider_not_found": ErrorAnswer(404, "Couldn't find tool provider with 'id'={id}"),
    "tool_provider_in_use": ErrorAnswer(
        423, "Tool provider destruction is locked while Lti Resources in use are linked to it."
    ),
    "proctor_not_found": ErrorAnswer(404, "Not found error."),
    "proctor_invalid": ErrorAnswer(422, "Invalid parameters."),
    # open: the documentation gives neither status nor text
    "invalid": ErrorAnswer(422, "{rule}", field="{param}"),
    "document_not_found": ErrorAnswer(404, "Couldn't find Document with 'id'={id}"),
    "attachment_not_found": ErrorAnswer(404, "Couldn't find Attachment with 'id'={id}"),
    "identity_provider_not_found": ErrorAnswer(422, "must exist", field="omniauth_config_id"),
    "photo_not_found": ErrorAnswer(404, "The student has no face photo."),
    "zip_not_ready": ErrorAnswer(404, "The zip file is not ready: {status}."),
    "accept_not_supported": ErrorAnswer(406, "The Accept header must be application/vnd.procwise.v3."),
    "token_missing": ErrorAnswer(401, "HTTP Token: Access denied."),
    "token_unknown": ErrorAnswer(401, "HTTP Token: Access denied."),
    "signing_param_missing": ErrorAnswer(422, "Param is missing or the value is empty: '{param}'"),
    "signing_param_invalid": ErrorAnswer(422, "{rule}", field="{param}"),
    "signature_wrong": ErrorAnswer(403, "The signature is not valid."),
    "nonce_used": ErrorAnswer(403, "The nonce has already been used."),
    "timestamp_skewed": ErrorAnswer(403, "The timestamp is too far from the time of the server."),
    "path_id_conflict": ErrorAnswer(403, "The parameter '{param}' differs from the one in the path."),
    "route_not_found": ErrorAnswer(404, "No route matches this path."),
    "method_not_allowed": ErrorAnswer(405, "This path does not take this method."),
    "body_malformed": ErrorAnswer(400, "The request could not be read: {reason}."),
    "body_too_large": ErrorAnswer(413, "The request body is too large."),
    "content_type_not_supported": ErrorAnswer(415, "The content type of the request body is not supported."),
    "internal": ErrorAnswer(500, "Internal server error."),
}


def error_body(answer: ErrorAnswer, refusal: Refusal) -> dict[str, Any]:
    """Write the body: ``{"errors": text}``, or ``{"errors": {attribute: [text]}}`` as Rails does for a record."""
    text = answer.text.format(**refusal.values)
    errors: Any = text if answer.field is None else {answer.field.format(**refusal.values): [text]}
    return {**refusal.extra, "errors": errors}
