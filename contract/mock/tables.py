"""
What the mock stores and what its answers look like: one table of data per resource.

Fields and their order are those of the printed examples: https://docs.proctorexam.com/v3/apidoc.html and the page of
each operation below it. Columns that no shape names are the mock's own (keys for uniqueness, institute of a row).
"""

from __future__ import annotations

from contract.mock.fields import Field, Shape, Table, shape


def _times() -> tuple[Field, ...]:
    return Field("created_at", "time", required=True), Field("updated_at", "time", required=True)


def _file(name: str) -> tuple[Field, ...]:
    return (
        Field(f"{name}_file_name"),
        Field(f"{name}_content_type"),
        Field(f"{name}_file_size", "integer"),
        Field(f"{name}_updated_at", "time"),
    )


def _nulls(names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names.split())


def _flags(names: str, default: bool) -> tuple[Field, ...]:
    return tuple(Field(name, "boolean", int(default), required=True) for name in names.split())


def _integers(names: str, default: int | None = None) -> tuple[Field, ...]:
    return tuple(Field(name, "integer", default, required=default is not None) for name in names.split())


_ID = Field("id", "integer", required=True)
MISSING_LOGO = "/logo_images/original/missing.png"

INSTITUTES = Table(
    "institutes",
    (
        _ID,
        Field("name", required=True),
        *_times(),
        Field("short_name", required=True),
        *_file("logo_image"),
        *_nulls("callback_url tawk_url"),
        *_flags(
            "check_requirements_emails_enabled reminder_emails_enabled exam_link_emails_enabled"
            " exam_changed_emails_enabled exam_finalized_emails_enabled",
            True,
        ),
        *_flags("global_proctor global_reviewer", False),
        *_integers("token_value", 30),
        *_nulls("tawk_api_key"),
        Field("default_exam_languages", default="en-GB", required=True),
        Field("default_locale", default="en-GB", required=True),
        Field("default_language", default="en-GB", required=True),
        Field("custom_languages", "list", "[]"),
        Field("logo_image", default=MISSING_LOGO, required=True),
        Field("tokens", "list", "[]"),
        Field("session_retention_period", default="6", required=True),
        *_integers("pre_assigned_proctor_fallback_threshold connected_proctor_fallback_threshold", 0),
        *_flags("block_students_until_proctor_connected", False),
    ),
    indexes=("created_at",),
    unique=("name",),
)

USERS = Table(
    "users",
    (
        _ID,
        *_integers("institute_id"),
        Field("email", required=True),
        *_nulls("student_number"),
        Field("name", required=True),
        *_times(),
        Field("role", default="teacher", required=True),
        *_nulls("invitation_token"),
        Field("invitation_created_at", "time"),
        Field("invitation_sent_at", "time"),
        Field("invitation_accepted_at", "time"),
        *_integers("invitation_limit invited_by_id"),
        *_nulls("invited_by_type"),
        Field("api_token", required=True),
        Field("secret_key", required=True),
        *_flags("receives_reports", False),
        Field("report_frequency", default="week", required=True),
        *_flags("first_visit_guide", True),
        *_flags("global_proctor global_reviewer", False),
        Field("logo_image", default=MISSING_LOGO, required=True),
        Field("institute_name", sql="SELECT name FROM institutes WHERE institutes.id = users.institute_id"),
        Field("omniauth_config_id"),
        Field("email_key", required=True),
        Field("password_digest"),
    ),
    indexes=("institute_id", "institute_id, email", "institute_id, name", "institute_id, role"),
    unique=("email_key", "api_token"),
)

EXAMS = Table(
    "exams",
    (
        _ID,
        *_integers("institute_id"),
        Field("name", required=True),
        *_nulls("terms"),
        *_times(),
        *_integers("duration_minutes"),
        *_nulls("clipboard"),
        Field("start_time", "time"),
        Field("mode", default="01010000", required=True),
        *_flags("upload_answers", False),
        Field("token", required=True),
        *_integers("user_id"),
        Field("end_time", "time"),
        Field("restrictions", required=True),
        *_flags("published", False),
        Field("status", default="draft", required=True),
        *_flags("for_reviewing", False),
        *_file("uploaded_exam_documents"),
        *_integers("timezone", 0),
        *_flags("use_duration", False),
        *_flags("global_proctoring global_reviewing", False),
        Field("exam_language", default="en-GB"),
        *_flags("web_cam", True),
        *_flags("mobile_cam", False),
        *_flags("screen_share", True),
        *_flags("live_proctoring", False),
        Field("type", default="record_review"),
        Field("allowances", default="{}"),
    ),
    indexes=(
        "institute_id",
        "institute_id, start_time",
        "institute_id, name",
        "institute_id, created_at",
        "institute_id, status",
        "user_id",
        "start_time",
        "name",
    ),
)

_CHECKS = "screenshare_check microphone_check speakers_check webcam_check mobile_check"

STUDENT_SESSIONS = Table(
    "student_sessions",
    (
        _ID,
        *_integers("session_id student_id"),
        *_nulls("external_id"),
        *_integers("proctor_id pre_assigned_proctor_id"),
        *_integers("time_slot", 1),
        *_times(),
        Field("email", required=True),
        *_nulls("operating_system browser browser_version"),
        Field("status", default="registered", required=True),
        *_nulls("token"),
        *(Field(name, default="not_started", required=True) for name in _CHECKS.split()),
        *_nulls("dummy_exam_survey"),
        *_flags("skip_requirements send_confirmation", False),
        Field("name", required=True),
        Field("start_time", "time"),
        *_integers("exam_id"),
        Field("expires_at", "time"),
        Field("end_time", "time"),
        *_flags("entered_room", False),
        Field("reservation_time", "time"),
        *_nulls("exam_document_content_type"),
        *_integers("exam_document_file_size"),
        Field("exam_document_updated_at", "time"),
        Field("reviewed", default="00", required=True),
        *_nulls("id_card_file_name id_card_content_type"),
        *_integers("id_card_file_size"),
        *_nulls("face_photo_file_name face_photo_content_type"),
        *_integers("face_photo_file_size"),
        Field("bandwidth_check", default="not_started", required=True),
        *_integers("bandwidth_speed"),
        Field("open_time", "time"),
        *_nulls("individual_info"),
        *_integers("rtc_session_id", 0),
        *_flags("in_setup in_check_requirements", False),
        *_integers("attempt", 0),
        *_flags("archived", False),
        Field("current_exam_mode", default="01010000", required=True),
        Field("rtc_session_ids", "list", "[]"),
        Field("transcoding_status", default="not_sent_to_queue", required=True),
        *_flags("is_individual_info_html", False),
        Field("priority", default="01", required=True),
        Field("recording_started_at", "time"),
        Field("recording_ended_at", "time"),
        *_flags("is_email_sent preserve", False),
        *_integers("institute_id"),
        Field("email_key", required=True),
        *_nulls("student_lms_id resource_link_id"),
    ),
    indexes=(
        "exam_id",
        "institute_id",
        "exam_id, email",
        "exam_id, status",
        "exam_id, name",
        "institute_id, status",
        "institute_id, email",
        "institute_id, name",
        "proctor_id",
        "exam_id, resource_link_id, student_lms_id",
    ),
    unique=("exam_id, email_key, attempt",),
)

DOCUMENTS = Table(
    "documents",
    (
        _ID,
        Field("exam_content", required=True),
        *_times(),
        *_integers("exam_id"),
        *_file("file"),
        *_flags("file_processing", False),
    ),
    indexes=("exam_id",),
)

ATTACHMENTS = Table(
    "attachments",
    (_ID, *_times(), *_file("document"), *_integers("exam_id"), Field("placeholder", required=True)),
    indexes=("exam_id, document_file_name",),
)

TOOL_PROVIDERS = Table(
    "tool_providers",
    (
        _ID,
        Field("tool_name", required=True),
        Field("tool_url", default="", required=True),
        Field("oauth_consumer_key", required=True),
        Field("oauth_consumer_secret", required=True),
        *_integers("institute_id"),
        *_times(),
        *_flags("use_as_basic_link", True),
        Field("lti_custom_data", default="{}", required=True),
    ),
    indexes=("institute_id",),
)

LTI_RESOURCES = Table(
    "lti_resources",
    (
        _ID,
        *_nulls("lti_resource_link_id"),
        *_integers("tool_provider_id"),
        Field("lti_resource_link_name", required=True),
        *_integers("exam_id"),
        *_times(),
        Field("lti_resource_launch_url", default="", required=True),
        Field("lti_custom_data", default="", required=True),
        *_flags("open_in_new_tab", False),
        Field("placeholder", default="", required=True),
        *_integers("institute_id"),
    ),
    indexes=("institute_id, lti_resource_link_name", "tool_provider_id", "exam_id"),
)

IDENTITY_PROVIDERS = Table(
    "identity_providers",
    (
        _ID,
        Field("name", required=True),
        Field("idp_sso_target_url", required=True),
        Field("issuer", required=True),
        *_times(),
    ),
)

TABLES = (
    INSTITUTES,
    USERS,
    EXAMS,
    STUDENT_SESSIONS,
    DOCUMENTS,
    ATTACHMENTS,
    TOOL_PROVIDERS,
    LTI_RESOURCES,
    IDENTITY_PROVIDERS,
)


def _names(table: Table, *without: str) -> str:
    return " ".join(column.name for column in table.fields if column.name not in without)


def new_shapes() -> dict[str, Shape]:
    """The objects of the answers, by name; a fresh copy, so that a fault can change one."""
    user_full = _names(USERS, "email_key", "password_digest")
    return {
        "institute": shape("institute", "institutes", INSTITUTES, _names(INSTITUTES)),
        "user_short": shape("user", "users", USERS, "id email name role logo_image institute_name omniauth_config_id"),
        "user_full": shape("user", "users", USERS, user_full),
        "comanager": shape("comanager", "comanagers", USERS, user_full.replace(" omniauth_config_id", "")),
        "exam": shape("exam", "exams", EXAMS, _names(EXAMS, "type", "allowances")),
        "student": shape(
            "student",
            "students",
            STUDENT_SESSIONS,
            _names(STUDENT_SESSIONS, "institute_id", "email_key", "student_lms_id", "resource_link_id"),
        ),
        "student_status": shape("student", "students", STUDENT_SESSIONS, "id status"),
        "document": shape("document", "documents", DOCUMENTS, _names(DOCUMENTS)),
        "attachment": shape("attachment", "attachments", ATTACHMENTS, _names(ATTACHMENTS)),
        "tool_provider": shape("tool_provider", "tool_providers", TOOL_PROVIDERS, _names(TOOL_PROVIDERS)),
        "lti_resource": shape(
            "lti_resource",
            "lti_resources",
            LTI_RESOURCES,
            _names(LTI_RESOURCES, "institute_id"),
            # Printed as a string in every example, beside exam_id as a number.
            tool_provider_id=str,
        ),
        "identity_provider": shape(
            "identity_provider", "identity_providers", IDENTITY_PROVIDERS, _names(IDENTITY_PROVIDERS)
        ),
    }
