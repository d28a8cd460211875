"""
Tool providers (External Platforms) and LTI resources (LTI connections).

Source: https://docs.proctorexam.com/v3/apidoc/tool_providers/destroy.html, .../lti_resources/create.html and their
neighbours.
"""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.resources.exams import named_exam, usable_institute
from contract.mock.resources.listing import all_of, page_of
from contract.mock.tables import LTI_RESOURCES, TOOL_PROVIDERS


def index_tool_providers(call: Call) -> Reply:
    return all_of(call, "tool_provider", call.rules.access.tool_providers_scope(call))


def show_tool_provider(call: Call) -> Reply:
    return call.object("tool_provider", call.found["tool_provider"])


def create_tool_provider(call: Call) -> Reply:
    institute_id = call.params.get("institute_id", call.user["institute_id"])
    usable_institute(call, institute_id)
    values = {**call.columns(), "institute_id": institute_id}
    return call.stored("tool_provider", call.store.insert(TOOL_PROVIDERS, values))


def update_tool_provider(call: Call) -> Reply:
    provider_id = call.found["tool_provider"]["id"]
    values = call.columns()
    if "institute_id" in values:
        usable_institute(call, values["institute_id"])
    call.store.update(TOOL_PROVIDERS, provider_id, values)
    return call.stored("tool_provider", provider_id)


def destroy_tool_provider(call: Call) -> Reply:
    provider_id = call.found["tool_provider"]["id"]
    open_exams = exams_in_use(call, provider_id)
    if open_exams:
        listed = [[{"id": exam["id"], "name": exam["name"]} for exam in open_exams]]
        raise Refusal("tool_provider_in_use", extra={"error": {"open_exam": listed}})
    call.store.execute("DELETE FROM lti_resources WHERE tool_provider_id = ?", (provider_id,))
    call.store.delete(TOOL_PROVIDERS, provider_id)
    return call.reply({})


def exams_in_use(call: Call, provider_id: int) -> list[Any]:
    """The exams that an LTI resource of the provider is linked to, and that keep it from going."""
    sql = (
        "SELECT DISTINCT exams.id, exams.name, exams.status FROM lti_resources"
        " JOIN exams ON exams.id = lti_resources.exam_id WHERE lti_resources.tool_provider_id = ? ORDER BY exams.id"
    )
    linked = call.store.all(sql, (provider_id,))
    return [exam for exam in linked if call.rules.effects.exam_locks_tool_provider(exam)]


def index_lti_resources(call: Call) -> Reply:
    return page_of(call, "lti_resource", call.rules.access.lti_resources_scope(call))


def show_lti_resource(call: Call) -> Reply:
    return call.object("lti_resource", call.found["lti_resource"])


def create_lti_resource(call: Call) -> Reply:
    exam = named_exam(call, call.params["exam_id"])
    provider = usable_provider(call, call.params["tool_provider_id"])
    defaults = call.rules.effects.lti_defaults(provider)
    values = {**defaults, **call.columns(), "institute_id": exam["institute_id"]}
    resource_id = call.store.insert(LTI_RESOURCES, values)
    placeholder = call.rules.effects.lti_placeholder(resource_id)
    call.store.execute("UPDATE lti_resources SET placeholder = ? WHERE id = ?", (placeholder, resource_id))
    return call.stored("lti_resource", resource_id)


def update_lti_resource(call: Call) -> Reply:
    resource_id = call.found["lti_resource"]["id"]
    values = call.columns()
    if "exam_id" in values:
        values["institute_id"] = named_exam(call, values["exam_id"])["institute_id"]
    if "tool_provider_id" in values:
        usable_provider(call, values["tool_provider_id"])
    call.store.update(LTI_RESOURCES, resource_id, values)
    return call.stored("lti_resource", resource_id)


def destroy_lti_resource(call: Call) -> Reply:
    call.store.delete(LTI_RESOURCES, call.found["lti_resource"]["id"])
    return call.reply({})


def usable_provider(call: Call, provider_id: int) -> Any:
    provider = call.find(TOOL_PROVIDERS, provider_id, "tool_provider_not_found")
    call.refuse_unless(call.rules.access.administers(call, provider["institute_id"]))
    return provider
