"""Ids in the path that must be numbers, where the area's own tests do not send words for them."""

import pytest

from contract import operations, requirements
from contract.judgement import control, deciding, expect

WORD = "seven"
OF_THE_RESOURCE = (
    "INST-026", "INST-119", "INST-151", "LTI-025", "LTI-104", "LTI-130", "TOOL-026", "TOOL-096", "TOOL-137", "USER-209",
)  # fmt: skip
OF_THE_INSTITUTE = ("USER-210",)
RULES = {**dict.fromkeys(OF_THE_RESOURCE, "id"), **dict.fromkeys(OF_THE_INSTITUTE, "institute_id")}
"""Requirement -> the id of the path that it is about."""


@pytest.mark.requirement(*RULES)
def test_id_that_is_a_word_is_refused(operation_id, sample):
    register = requirements.load()
    path_names = operations.get(operation_id).path_names
    rules = {each: name for each, name in RULES.items() if operation_id in register.get(each).operations}
    request = sample(operation_id)

    words = {name: sample.send(request, **{name: WORD}) for name in path_names}
    right = sample.send(sample(operation_id) if any(word.accepted for word in words.values()) else request)

    for requirement_id, name in rules.items():
        with deciding(requirement_id):
            expect(words[name]).refused()
            control(right).accepted()
