"""A valid request for each of the operations, for the rules that hold on all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from contract.judgement import NotTested
from contract.shared import Shared
from contract.world import World


@dataclass(frozen=True)
class Sample:
    """Who sends what to get a 2xx."""

    operation_id: str
    params: dict[str, Any] = field(default_factory=dict)
    role: str = "administrator"


_BUILDERS: dict[str, Callable[[Samples], Sample]] = {}


def _sample(*operation_ids: str) -> Callable[[Callable[[Samples, str], Sample]], Callable[[Samples, str], Sample]]:
    def register(build: Callable[[Samples, str], Sample]) -> Callable[[Samples, str], Sample]:
        for operation_id in operation_ids:
            _BUILDERS[operation_id] = lambda samples, chosen=operation_id: build(samples, chosen)  # type: ignore[misc]
        return build

    return register


class Samples:
    """
    Builds samples: reads and changes go to resources shared by a worker, creations and removals to new ones.

    Each sample is good for one accepted request.
    """

    def __init__(self, world: World, shared: Shared) -> None:
        self.world = world
        self.shared = shared

    def __call__(self, operation_id: str) -> Sample:
        """
        Return a valid request for *operation_id*.

        Raises:   NotTested: the target lacks what it needs. Inconclusive: the set-up did not work.
        """
        return _BUILDERS[operation_id](self)


@_sample(
    "exams_index",
    "student_sessions_index_all",
    "tool_providers_index",
    "lti_resources_index",
    "identity_providers_index",
)
def _index(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id)


@_sample("institutes_index")
def _institutes_index(samples: Samples, operation_id: str) -> Sample:
    samples.world.needs("superuser")
    return Sample(operation_id, role="superuser")


@_sample("institutes_show")
def _institutes_show(samples: Samples, operation_id: str) -> Sample:
    # Whether others than superusers may show even their own institute is not documented.
    samples.world.needs("superuser")
    return Sample(operation_id, {"id": samples.shared.institute_id}, role="superuser")


@_sample("institutes_create")
def _institutes_create(samples: Samples, operation_id: str) -> Sample:
    samples.world.needs("superuser")
    return Sample(operation_id, samples.world.institute_params(), role="superuser")


@_sample("institutes_update", "institutes_update_put")
def _institutes_update(samples: Samples, operation_id: str) -> Sample:
    samples.world.needs("superuser")
    params = {"id": samples.shared.institute_id, **samples.world.institute_params()}
    return Sample(operation_id, params, role="superuser")


@_sample("institutes_destroy")
def _institutes_destroy(samples: Samples, operation_id: str) -> Sample:
    samples.world.needs("superuser")
    return Sample(operation_id, {"id": samples.world.institute()["id"]}, role="superuser")


@_sample("users_index")
def _users_index(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"institute_id": samples.world.institute_id})


@_sample("users_show")
def _users_show(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"institute_id": samples.world.institute_id, "id": samples.shared.user_id})


@_sample("users_create")
def _users_create(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, samples.world.user_params())


@_sample("users_update", "users_update_put")
def _users_update(samples: Samples, operation_id: str) -> Sample:
    params = {"institute_id": samples.world.institute_id, "id": samples.shared.user_id}
    return Sample(operation_id, {**params, "receives_reports": 1, "report_frequency": "week"})


@_sample("users_destroy")
def _users_destroy(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"institute_id": samples.world.institute_id, "id": samples.world.user()["id"]})


@_sample(
    "exams_show",
    "exams_index_students",
)
def _of_exam(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.exam_id})


@_sample("exams_generate_exam_documents_zip")
def _exams_generate(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.exam_id_that_can_be_zipped})


@_sample("exams_status_exam_documents_zip")
def _exams_status(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.exam_id_with_a_zip_status})


@_sample("exams_create")
def _exams_create(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, samples.world.exam_params())


@_sample("exams_update", "exams_update_put")
def _exams_update(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.exam_id, **samples.world.exam_params()})


@_sample("exams_destroy")
def _exams_destroy(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.world.exam()["id"]})


@_sample("exams_show_student")
def _exams_show_student(samples: Samples, operation_id: str) -> Sample:
    shared = samples.shared
    return Sample(operation_id, {"id": shared.exam_id, "student_session_id": shared.student_session_id})


@_sample("exams_show_lti_student")
def _exams_show_lti_student(samples: Samples, operation_id: str) -> Sample:
    samples.world.needs("lti_student")
    student = dict(samples.world.target.fixtures.lti_student or {})
    return Sample(operation_id, {"id": student.pop("exam_id"), **student})


@_sample("exams_add_student")
def _exams_add_student(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.exam_id, **samples.world.student_params()})


@_sample("exams_delete_student")
def _exams_delete_student(samples: Samples, operation_id: str) -> Sample:
    exam_id = samples.shared.exam_id
    session = samples.world.student_session(exam_id)
    return Sample(operation_id, {"id": exam_id, "student_session_id": session["id"]})


@_sample("exams_send_emails")
def _exams_send_emails(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.mailed_exam_id})


@_sample("exams_add_comanager")
def _exams_add_comanager(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.exam_id, "comanager_id": samples.shared.user_id})


@_sample("exams_remove_comanager")
def _exams_remove_comanager(samples: Samples, operation_id: str) -> Sample:
    params: dict[str, Any] = {"id": samples.shared.exam_id, "comanager_id": samples.shared.user_id}
    samples.world.client()("exams_add_comanager", purpose="set-up", **params)
    return Sample(operation_id, params)


@_sample("exams_download_exam_documents_zip")
def _exams_download(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.zipped_exam_id})


@_sample("documents_index")
def _documents_index(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"exam_id": samples.shared.documented_exam[0]})


@_sample("documents_show", "documents_update", "documents_update_put")
def _document(samples: Samples, operation_id: str) -> Sample:
    exam_id, id = samples.shared.documented_exam
    content = {} if operation_id == "documents_show" else {"exam_content": samples.world.name("instructions")}
    return Sample(operation_id, {"exam_id": exam_id, "id": id, **content})


@_sample("documents_create")
def _documents_create(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"exam_id": samples.world.exam()["id"], "exam_content": "Instructions"})


@_sample("documents_destroy")
def _documents_destroy(samples: Samples, operation_id: str) -> Sample:
    exam_id = samples.world.exam()["id"]
    return Sample(operation_id, {"exam_id": exam_id, "id": samples.world.document(exam_id)["id"]})


@_sample("attachments_index")
def _attachments_index(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"exam_id": samples.shared.exam_id})


@_sample("attachments_show")
def _attachments_show(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"exam_id": samples.shared.exam_id, "id": samples.shared.attachment_id})


@_sample("attachments_create")
def _attachments_create(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"exam_id": samples.shared.exam_id, "document": samples.world.picture()})


@_sample("attachments_destroy")
def _attachments_destroy(samples: Samples, operation_id: str) -> Sample:
    exam_id = samples.shared.exam_id
    return Sample(operation_id, {"exam_id": exam_id, "id": samples.world.attachment(exam_id)["id"]})


@_sample("student_sessions_index")
def _sessions_index(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"exam_id": samples.shared.exam_id})


@_sample("student_sessions_show")
def _session(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.student_session_id})


@_sample("student_sessions_create")
def _sessions_create(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"exam_id": samples.shared.exam_id, **samples.world.student_params()})


@_sample("student_sessions_update", "student_sessions_update_put")
def _sessions_update(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.student_session_id, **samples.world.student_params()})


@_sample("student_sessions_destroy")
def _sessions_destroy(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.world.student_session(samples.shared.exam_id)["id"]})


@_sample("student_sessions_end_exam")
def _end_exam(samples: Samples, operation_id: str) -> Sample:
    samples.shared.needs_sessions_that_can_be_ended()
    notification = {"notification_title": "Exam ended", "notification_text": "Ended", "notification_type": "warning"}
    id = samples.world.student_session(samples.shared.exam_id)["id"]
    return Sample(operation_id, {"id": id, **notification})


@_sample("student_sessions_destroy_id_card", "student_sessions_destroy_face_photo")
def _destroy_photo(samples: Samples, operation_id: str) -> Sample:
    # Photos are handed over and cannot be made again, so removing one that is not there serves where it is accepted.
    id, client = samples.shared.student_session_id, samples.world.client()
    accepted = samples.shared.once(operation_id, lambda: client(operation_id, purpose="set-up", id=id).accepted)
    if not accepted:
        raise NotTested("removing a photo that is not there is refused, and those handed over are not used up here")
    return Sample(operation_id, {"id": id})


@_sample("student_sessions_show_face_photo")
def _show_face_photo(samples: Samples, operation_id: str) -> Sample:
    samples.world.needs("photo_sessions")
    return Sample(operation_id, {"id": samples.world.target.fixtures.photo_sessions[0]})


@_sample("student_sessions_assign_proctor", "student_sessions_unassign_proctor")
def _proctor(samples: Samples, operation_id: str) -> Sample:
    samples.world.needs("proctors")
    params = {
        "id": samples.world.student_session(samples.shared.exam_id)["id"],
        "proctor_id": samples.world.target.fixtures.proctors[0],
    }
    if operation_id == "student_sessions_assign_proctor":
        return Sample(operation_id, params)
    samples.world.client()("student_sessions_assign_proctor", purpose="set-up", **params)
    return Sample(operation_id, {"id": params["id"]})


@_sample("tool_providers_show")
def _tool_providers_show(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.tool_provider_id})


@_sample("tool_providers_create")
def _tool_providers_create(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, samples.world.tool_provider_params())


@_sample("tool_providers_update", "tool_providers_update_put")
def _tool_providers_update(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.tool_provider_id, **samples.world.tool_provider_params()})


@_sample("tool_providers_destroy")
def _tool_providers_destroy(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.world.tool_provider()["id"]})


@_sample("lti_resources_show")
def _lti_show(samples: Samples, operation_id: str) -> Sample:
    return Sample(operation_id, {"id": samples.shared.lti_resource_id})


@_sample("lti_resources_create")
def _lti_create(samples: Samples, operation_id: str) -> Sample:
    shared = samples.shared
    return Sample(operation_id, samples.world.lti_resource_params(shared.exam_id, shared.tool_provider_id))


@_sample("lti_resources_update", "lti_resources_update_put")
def _lti_update(samples: Samples, operation_id: str) -> Sample:
    params = {"id": samples.shared.lti_resource_id, "lti_resource_link_name": samples.world.name("link")}
    return Sample(operation_id, params)


@_sample("lti_resources_destroy")
def _lti_destroy(samples: Samples, operation_id: str) -> Sample:
    shared = samples.shared
    return Sample(operation_id, {"id": samples.world.lti_resource(shared.exam_id, shared.tool_provider_id)["id"]})
