"""
Institutes and identity providers.

Source: https://docs.proctorexam.com/v3/apidoc/institutes/create.html and neighbours.
"""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.resources.listing import all_of, page_of
from contract.mock.tables import INSTITUTES


def index(call: Call) -> Reply:
    return page_of(call, "institute", call.rules.access.institutes_scope(call))


def show(call: Call) -> Reply:
    return call.object("institute", call.found["institute"])


def create(call: Call) -> Reply:
    refuse_taken_name(call, call.params["name"])
    institute_id = call.store.insert(INSTITUTES, call.columns())
    save_logo(call, institute_id)
    return call.stored("institute", institute_id)


def update(call: Call) -> Reply:
    institute_id = call.found["institute"]["id"]
    values = call.columns()
    if "name" in values:
        refuse_taken_name(call, values["name"], institute_id)
    call.store.update(INSTITUTES, institute_id, values)
    save_logo(call, institute_id)
    return call.stored("institute", institute_id)


def destroy(call: Call) -> Reply:
    """With everything that belongs to it."""
    institute_id = call.found["institute"]["id"]
    exams = "SELECT id FROM exams WHERE institute_id = ?"
    for table in ("documents", "attachments", "comanagers", "uploads", "zip_jobs"):
        call.store.execute(f"DELETE FROM {table} WHERE exam_id IN ({exams})", (institute_id,))
    for table in ("student_sessions", "lti_resources", "tool_providers", "exams", "users"):
        call.store.execute(f"DELETE FROM {table} WHERE institute_id = ?", (institute_id,))
    call.store.delete(INSTITUTES, institute_id)
    return call.reply({})


def refuse_taken_name(call: Call, name: str, but_id: int = 0) -> None:
    if call.rules.unique.institute_name_taken(call, name, but_id):
        raise Refusal("name_taken")


def save_logo(call: Call, institute_id: int) -> None:
    logo = call.params.get("logo_image")
    if logo is None:
        return
    values: dict[str, Any] = {
        "logo_image_file_name": logo.name,
        "logo_image_content_type": logo.content_type,
        "logo_image_file_size": len(logo.content),
        "logo_image_updated_at": call.now_ms,
        "logo_image": f"/logo_images/{institute_id}/original/{logo.name}",
    }
    call.store.update(INSTITUTES, institute_id, values)
    call.store.save_file("logo_image", institute_id, logo.content)


def index_identity_providers(call: Call) -> Reply:
    return all_of(call, "identity_provider", call.rules.access.identity_providers_scope(call))
