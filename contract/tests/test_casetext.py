"""Planned cases on disk: every value comes back as it was, type and all."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.cases import POSITIVE, Nothing, PlannedCase
from contract.casetext import case_from_plain, case_to_plain, dumps, from_plain, to_plain

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=8)
NAMES = st.one_of(TEXTS, TEXTS.map(lambda text: "$" + text), st.sampled_from(["$bytes", "$map", "$nothing"]))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**5000, max_value=10**5000 + 9),
    st.floats(),
    TEXTS,
    st.binary(max_size=8),
    st.just(Nothing.BODY),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(NAMES, inner, max_size=3),
        st.dictionaries(st.integers(), inner, max_size=2),
    ),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are alike: 1 is not True, 0.0 not -0.0, and NaN is NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=True) if len(one) == len(other) else None
        return pairs is not None and all(same(a, c) and same(b, d) for (a, b), (c, d) in pairs)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    text = dumps(to_plain(value))

    assert text.isascii()
    assert same(from_plain(json.loads(text)), value)


AWKWARD = [
    *(math.nan, -math.inf, -0.0, 5e-324, 2**63, -(2**63), -(10**4400)),
    *("\ud83d\ude00", "\U0001f600", "\udfff", b"\xff\x00"),
    *((1, [2]), {"$bytes": "AA=="}, {1: 2}, {"a\ud800": 0}, Nothing.BODY, None, True, 1, 1.0),
]


@pytest.mark.parametrize("number", range(len(AWKWARD)))
def test_what_json_cannot_say_comes_back_too(number: int) -> None:
    assert same(from_plain(json.loads(dumps(to_plain(AWKWARD[number])))), AWKWARD[number])


def test_a_case_comes_back_as_it_was() -> None:
    case = PlannedCase("exams_show", POSITIVE, {"id": "1"}, {"page": [1, "\ud800"]}, Nothing.BODY, None)

    assert case_from_plain(json.loads(dumps(case_to_plain(case)))) == case


def test_a_value_that_would_come_back_as_another_is_refused() -> None:
    class Text(str):
        __slots__ = ()

    with pytest.raises(TypeError, match="Text"):
        to_plain([Text("a")])
