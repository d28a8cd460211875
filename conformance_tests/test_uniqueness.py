"""What may be there once only stays so: whatever became of who has it, and when two ask for it at once."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from contract.judgement import NotTested, control, expect, require
from contract.marks import per_operation
from contract.printed import documented_example

AT_ONCE = 3


def ended_and_emailed(administrator, world, shared, exam_id):
    """Return students of an exam: one to whom its email was sent, and one who has finished, where that can be had."""
    ended, emailed = world.student_session(exam_id), world.student_session(exam_id)
    was_sent = administrator("exams_send_emails", purpose="set-up", id=exam_id)
    require(was_sent.accepted, f"the emails were not sent: {was_sent.line}", blocked_by="EXAM-300")
    with suppress(NotTested):
        shared.needs_sessions_that_can_be_ended()
        notification = documented_example("student_sessions_end_exam")
        was_ended = administrator("student_sessions_end_exam", purpose="set-up", id=ended["id"], **notification)
        require(was_ended.accepted, f"the session was not ended: {was_ended.line}", blocked_by="SESSION-180")
    return ended, emailed


@per_operation(
    student_sessions_create="SESSION-065",
    exams_add_student="EXAM-244",
    student_sessions_update="SESSION-120",
    student_sessions_update_put="SESSION-120",
)
def test_email_of_a_student_is_taken_in_every_status(operation_id, administrator, world, shared):
    exam_id = world.open_exam()["id"]
    others = ended_and_emailed(administrator, world, shared, exam_id)
    if "update" in operation_id:
        place = {"id": world.student_session(exam_id)["id"]}
    else:
        place = {"id" if operation_id == "exams_add_student" else "exam_id": exam_id}

    refused = [administrator(operation_id, **place, **world.student_params(email=each["email"])) for each in others]
    right = administrator(operation_id, **place, **world.student_params())

    control(right).accepted()
    for exchange in refused:
        expect(exchange).refused(422)


UNIQUE = {"student_sessions_create": "email", "exams_add_student": "email", "users_create": "email"}
"""The parameter that is unique; of institutes it is the name."""


def same_at_once(sample, operation_id, name):
    """Send one creation several times at the same moment; return the answers."""
    request = sample(operation_id)

    def send(context):
        return context.run(sample.send, request, None, None, **{name: request.params[name]})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, [contextvars.copy_context() for _ in range(AT_ONCE)]))


@per_operation(
    student_sessions_create="SESSION-065",
    exams_add_student="EXAM-244",
    users_create="USER-046",
    institutes_create="INST-045",
)
def test_of_several_at_once_one_is_accepted(operation_id, sample):
    answered = same_at_once(sample, operation_id, UNIQUE.get(operation_id, "name"))
    right = sample.send(sample(operation_id))
    accepted = [exchange for exchange in answered if exchange.accepted]

    control(right).accepted()
    few = f"one of {AT_ONCE} equal requests to be accepted, none of the others"
    expect(answered[0]).holds(len(accepted) <= 1, few, f"{len(accepted)} were")
    for exchange in answered:
        if not exchange.accepted:
            expect(exchange).refused()
