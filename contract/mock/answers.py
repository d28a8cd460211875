"""
Open answers: what the mock does where the documentation says nothing, each choice in one place.

The choices are what a Rails API would most likely do. A conforming variant replaces one of them; none of them may be
relied on by a client. Statuses and texts of refusals stand in ``errors.ERRORS``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DAY_MS = 24 * 60 * 60 * 1000


@dataclass
class OpenAnswers:
    """One attribute per silence of the documentation."""

    # success
    status_ok: int = 200
    status_created: int = 201
    status_destroyed: int = 200
    status_accepted_without_body: int = 204  # generate_exam_documents_zip: "This endpoint does not return body."
    documents_index_none: object = None  # what stands under "document" when the exam has none
    newest_document_first: bool = True  # which one is shown when the exam has several

    # times
    utc_offset_minutes: int = 60  # of the times in answers, as in the printed examples
    utc_written_as_z: bool = False
    naive_time_offset_minutes: int = 0  # of a time without zone in a request
    milliseconds_from: int = 100_000_000_000  # an epoch number at least this large is read as milliseconds

    # signing
    clock_skew_ms: int | None = None  # None: any timestamp
    nonce_window_ms: int = DAY_MS
    nonce_per_user: bool = False
    record_nonce_of_refused: bool = False  # True: a nonce is used up by a wrong signature too
    signature_ignores_case: bool = False
    path_id_conflict_refused: bool = True

    # lists
    limit_above_maximum_refused: bool = False  # False: capped
    nulls_last: bool = True  # of an ascending sort; descending is the other way round, as in PostgreSQL
    maximum_conjuncts: int = 200

    # resources
    first_id: int = 1  # of every kind of resource
    exam_types: dict[str, str] = field(
        default_factory=lambda: {  # type -> mode without the mobile camera (index 2)
            "demo": "01010000",
            "classroom": "00000000",
            "classic": "00000000",
            "record_review": "01010000",
            "live_proctoring": "01011000",
        }
    )
    initial_exam_status: str = "draft"
    proctor_roles: tuple[str, ...] = ("proctor", "global_proctor")
    proctor_session_limit: int | None = None  # pre-assigned candidates per proctor and exam; None: any number
    default_user_role: str = "teacher"
    face_photo_redirect: bool = False
    face_photo_key: str = "url"
    zip_of_exam_without_uploads: str = "success"  # how its job ends
    zip_queued_ms: int = 50
    zip_running_ms: int = 50
    zip_nested: bool = False  # True: {"exam": {"zip_job_status": …}}
    maximum_body_bytes: int = 32 * 1024 * 1024
    maximum_json_bytes: int = 32 * 1024 * 1024  # of a body without files
