"""
The demo data: a user for every role and every fixture that a config file can name.

Credentials are fixed, so that a config file can be committed; they open nothing but a mock.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from contract.mock.resources import photos, zips
from contract.mock.rules import Rules
from contract.mock.store import Store
from contract.mock.tables import (
    ATTACHMENTS,
    DOCUMENTS,
    EXAMS,
    IDENTITY_PROVIDERS,
    INSTITUTES,
    LTI_RESOURCES,
    STUDENT_SESSIONS,
    TOOL_PROVIDERS,
    USERS,
)

PHOTO_SESSIONS = 12
UPLOADS = {"answer.pdf": b"%PDF-1.4\n% demo answer of a student\n%%EOF\n", "notes.txt": "Notes: 2 + 2 = 4 ✓\n".encode()}
PROCTORS = 3
NO_RESTRICTIONS = json.dumps([[False, [""]]] * 7, separators=(",", ":"))
START_MS = 1_767_258_000_000  # 2026-01-01T09:00:00.000Z


def api_token(user: str) -> str:
    """22 URL-safe base64 characters that say what they are."""
    return f"demo-{user}-token".ljust(22, "0")[:22]


def secret_key(user: str) -> str:
    """43 URL-safe base64 characters that say what they are."""
    return f"demo-{user}-secret-key-".ljust(43, "0")[:43]


def png(grey: int = 128) -> bytes:
    """A grey picture of 8 by 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([grey]) * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def fill_if_empty(store: Store, rules: Rules) -> None:
    """Write the demo data into an empty database; leave any other alone."""
    if store.value("SELECT 1 FROM users") is None:
        if rules.answers.first_id > 1:
            store.begin_ids_at(rules.answers.first_id)
        _Demo(store, rules).fill()


def fixtures(store: Store) -> dict[str, Any]:
    """The fixtures of the config file, by key, with ids of this database."""
    return dict(json.loads(store.setting("fixtures", "{}")))


class _Demo:
    """Writes the demo data; one method for each group of rows."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self.store, self.rules = store, rules

    def fill(self) -> None:
        self.institute = self.store.insert(INSTITUTES, _institute("Demo Institute", "demo"))
        self.other_institute = self.store.insert(INSTITUTES, _institute("Other Institute", "other"))
        self.users()
        identity_provider = self.identity_providers()
        self.exam(self.institute, "Demo exam", status="open", document=True, students=3)
        self.exam(self.institute, "Demo draft")
        self.exam(self.institute, "Demo closed exam", status="closed", document=True, students=1)
        self.exam(self.institute, "Demo exam of the teacher", user_id=self.teacher, students=1)
        self.other_side()
        found = {
            "photo_sessions": self.photo_sessions(),
            "upload_exam": self.upload_exam(),
            "upload_files": list(UPLOADS),
            "empty_exam": self.exam(self.institute, "Demo exam without uploads", status="open", document=True),
            "lti_student": self.lti_student(),
            "proctors": self.proctors,
            "identity_provider": identity_provider,
        }
        self.store.set_setting("fixtures", json.dumps(found))

    def users(self) -> None:
        self.user("superuser", "superuser", self.institute)
        self.administrator = self.user("administrator", "administrator", self.institute)
        self.teacher = self.user("teacher", "teacher", self.institute)
        self.outsider = self.user("outsider", "administrator", self.other_institute)
        self.proctors = [self.user(f"proctor-{n}", "proctor", self.institute) for n in range(1, PROCTORS + 1)]
        self.user("reviewer", "reviewer", self.institute)
        self.user("teacher-two", "teacher", self.institute)

    def user(self, name: str, role: str, institute_id: int) -> int:
        email = f"{name}@demo.example.com"
        return self.store.insert(
            USERS,
            {
                "institute_id": institute_id,
                "email": email,
                "email_key": email,
                "name": f"Demo {name.replace('-', ' ')}",
                "role": role,
                "api_token": api_token(name),
                "secret_key": secret_key(name),
            },
        )

    def identity_providers(self) -> int:
        ids = [
            self.store.insert(
                IDENTITY_PROVIDERS,
                {
                    "name": f"Demo identity provider {number}",
                    "idp_sso_target_url": f"https://idp-{number}.example.com/sso",
                    "issuer": f"demo_issuer_{number}",
                },
            )
            for number in (1, 2)
        ]
        return ids[0]

    def exam(
        self,
        institute_id: int,
        name: str,
        *,
        status: str = "draft",
        user_id: int | None = None,
        document: bool = False,
        students: int = 0,
    ) -> int:
        number = self.store.value("SELECT count(*) FROM exams")
        values = {
            "institute_id": institute_id,
            "name": name,
            "status": status,
            "user_id": user_id or (self.administrator if institute_id == self.institute else self.outsider),
            "duration_minutes": 90,
            "use_duration": 1,
            "start_time": START_MS + number * 86_400_000,
            "restrictions": NO_RESTRICTIONS,
            "token": f"{number:032x}",
        }
        exam_id = self.store.insert(EXAMS, values)
        if document:
            self.store.insert(DOCUMENTS, {"exam_id": exam_id, "exam_content": "<p>Demo instructions</p>"})
        for student in range(students):
            self.session(exam_id, institute_id, f"Demo student {student + 1}")
        return exam_id

    def session(self, exam_id: int, institute_id: int, name: str, **values: Any) -> int:
        email = f"{name.lower().replace(' ', '-')}.{exam_id}@demo.example.com"
        row = {"exam_id": exam_id, "institute_id": institute_id, "name": name, "email": email, "email_key": email}
        return self.store.insert(STUDENT_SESSIONS, {**row, "open_time": START_MS, **values})

    def photo_sessions(self) -> list[int]:
        exam_id = self.exam(self.institute, "Demo exam with photos", status="open", document=True)
        ids = []
        for number in range(1, PHOTO_SESSIONS + 1):
            ids.append(self.session(exam_id, self.institute, f"Photo student {number}"))
            photos.add(self.store, ids[-1], png(grey=16 * number))
        return ids

    def upload_exam(self) -> int:
        exam_id = self.exam(self.institute, "Demo exam with uploads", status="open", document=True)
        for number, (file_name, content) in enumerate(UPLOADS.items(), start=1):
            finished = {"status": "exam_finished", "end_time": START_MS, "start_time": START_MS}
            session_id = self.session(exam_id, self.institute, f"Upload student {number}", **finished)
            zips.add_upload(self.store, exam_id, session_id, file_name, content, 0)
        return exam_id

    def lti_student(self) -> dict[str, Any]:
        """A student who came from an LMS, in an exam that an external platform is linked to."""
        exam_id = self.exam(self.institute, "Demo LTI exam", status="open", document=True)
        self.lti(self.institute, exam_id, "Demo platform")
        keys = {"resource_link_id": "demo-resource-link-1", "student_lms_id": "demo-lms-student-1"}
        self.session(exam_id, self.institute, "Demo LTI student", **keys)
        return {"exam_id": exam_id, **keys}

    def lti(self, institute_id: int, exam_id: int, name: str) -> None:
        provider_id = self.store.insert(
            TOOL_PROVIDERS,
            {
                "tool_name": name,
                "tool_url": "https://lms.example.com/lti",
                "oauth_consumer_key": "demo-consumer-key",
                "oauth_consumer_secret": "demo-consumer-secret",
                "institute_id": institute_id,
            },
        )
        values = {"tool_provider_id": provider_id, "exam_id": exam_id, "institute_id": institute_id}
        link = {"lti_resource_link_name": f"{name} link", "lti_resource_launch_url": "https://lms.example.com/lti"}
        resource_id = self.store.insert(LTI_RESOURCES, {**values, **link})
        self.store.execute(
            "UPDATE lti_resources SET placeholder = ? WHERE id = ?", (f"LTI_EXAM_{resource_id}", resource_id)
        )

    def other_side(self) -> None:
        """What belongs to the outsider: nothing of it may be seen from the demo institute."""
        exam_id = self.exam(self.other_institute, "Other exam", status="open", document=True, students=2)
        self.lti(self.other_institute, exam_id, "Other platform")
        content = b"An attachment of the other institute\n"
        values = {
            "exam_id": exam_id,
            "document_file_name": "other.txt",
            "document_content_type": "text/plain",
            "document_file_size": len(content),
            "document_updated_at": START_MS,
            "placeholder": "1767258000_other.txt",
        }
        self.store.save_file("attachment", self.store.insert(ATTACHMENTS, values), content)


def _institute(name: str, short_name: str) -> dict[str, Any]:
    return {"name": name, "short_name": short_name}
