"""
The documented parameters of every operation beside timestamp, nonce and signature, and those in the path.

Source: the parameter table of each page below https://docs.proctorexam.com/v3/apidoc.html. Where a table is cut or
missing, the parameters are those of the printed example or of the twin operation, and not required.
"""

from __future__ import annotations

from dataclasses import replace

from contract.mock.access import ROLES
from contract.mock.parameters import Param

Params = tuple[Param, ...]

SESSION_STATUSES = (
    "registered",
    "before_check_req_mail",
    "email_bounced",
    "email_sent",
    "after_check_req_mail",
    "before_check_req",
    "after_check_req",
    "in_setup",
    "exam_not_started",
    "exam_started",
    "exam_finished",
)
EXAM_STATUSES = ("draft", "open", "closed", "deleted")
EXAM_TYPES = ("demo", "classroom", "classic", "record_review", "live_proctoring")


def _all(kind: str, names: str, column: str | None = None) -> Params:
    return tuple(Param(name, kind, column=column) for name in names.split())


def _for_update(params: Params) -> Params:
    """What create requires may be left out of an update, but not be empty."""
    return tuple(replace(param, required=False, filled=True) if param.required else param for param in params)


PAGE: Params = (Param("page", "number", minimum=1), Param("limit", "number", minimum=1))
FILTER: Params = (Param("filter", "json"), Param("sort", "json"))

EXAM_INDEX: Params = (Param("status", choices=EXAM_STATUSES), *PAGE, *FILTER)
SESSION_INDEX: Params = (Param("status", choices=SESSION_STATUSES), *PAGE, *FILTER)
INDEX: Params = (*PAGE, *FILTER)

EXAM_CREATE: Params = (
    Param("name", required=True),
    Param("type", required=True, choices=EXAM_TYPES),
    *_all("number", "institute_id duration_minutes"),
    *_all("boolean", "use_duration global_proctoring global_reviewing for_reviewing upload_answers mobile_cam"),
    *_all("time", "start_time end_time"),
    Param("restrictions"),
    *_all(
        "boolean",
        "allow_websites allow_external_applications allow_textbooks allow_calculator allow_pen_paper allow_additional",
        column="",
    ),
    *_all(
        "string",
        "allowed_websites allowed_external_applications allowed_textbooks allowed_calculator_type allowed_additional",
        column="",
    ),
)
EXAM_UPDATE: Params = (*_for_update(EXAM_CREATE), Param("student_experience", "boolean", column=""))
COMANAGER: Params = (Param("comanager_id", "number", required=True, column=""),)

SESSION_CREATE: Params = (
    Param("name", required=True),
    Param("email", required=True),
    Param("individual_info"),
    *_all("boolean", "is_individual_info_html skip_requirements"),
    Param("open_time", "epoch"),
)
SESSION_UPDATE: Params = _for_update(SESSION_CREATE)
SESSION_OF_EXAM: Params = (Param("student_session_id", "number", required=True, column=""),)
LTI_STUDENT: Params = tuple(
    Param(name, "text", required=True, column="") for name in ("student_lms_id", "resource_link_id")
)
END_EXAM: Params = tuple(
    Param(f"notification_{part}", "text", required=True, column="") for part in ("title", "text", "type")
)
PROCTOR: Params = (Param("proctor_id", "number", required=True, column=""),)

DOCUMENT_CREATE: Params = (Param("exam_content", required=True),)
DOCUMENT_UPDATE: Params = _for_update(DOCUMENT_CREATE)
ATTACHMENT_CREATE: Params = (Param("document", "file", required=True, column=""),)

INSTITUTE_CREATE: Params = (
    Param("name", required=True),
    Param("short_name", required=True),
    *_all("text", "callback_url tawk_url default_exam_languages default_locale default_language"),
    *_all("boolean", "global_proctor global_reviewer block_students_until_proctor_connected"),
    Param("logo_image", "file", column=""),
    Param("session_retention_period", "text"),
    Param("pre_assigned_proctor_fallback_threshold", "number", minimum=0),
    Param("connected_proctor_fallback_threshold", "number", minimum=0),
)
INSTITUTE_UPDATE: Params = _for_update(INSTITUTE_CREATE)

USER_CREATE: Params = (
    Param("email", required=True),
    Param("name", required=True),
    Param("password", "password", required=True, column=""),
    Param("password_confirmation", column=""),
    Param("role", choices=ROLES),
    Param("omniauth_config_id", "text"),
)
USER_UPDATE: Params = (
    Param("receives_reports", "boolean"),
    Param("report_frequency", choices=("day", "week", "month")),
    Param("omniauth_config_id", "text"),
)

TOOL_PROVIDER_CREATE: Params = (
    Param("tool_name", required=True),
    Param("oauth_consumer_key", "text", required=True),
    Param("oauth_consumer_secret", "text", required=True),
    Param("institute_id", "number"),
    Param("use_as_basic_link", "boolean"),
    *_all("text", "lti_custom_data tool_url"),
)
TOOL_PROVIDER_UPDATE: Params = _for_update(TOOL_PROVIDER_CREATE)

LTI_RESOURCE_CREATE: Params = (
    Param("lti_resource_link_name", required=True),
    Param("exam_id", "number", required=True),
    Param("tool_provider_id", "number", required=True),
    Param("lti_resource_launch_url"),
    Param("open_in_new_tab", "boolean"),
    Param("lti_custom_data"),
)
LTI_RESOURCE_UPDATE: Params = _for_update(LTI_RESOURCE_CREATE)
