"""JSON with comments, as people write it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.config import jsonc

PLAIN = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(PLAIN, lambda each: st.lists(each) | st.dictionaries(st.text(), each))


@settings(deadline=None)
@given(VALUES)
def test_plain_json_is_what_it_is(value: object) -> None:
    assert jsonc.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, // one\n "b": 2}', {"a": 1, "b": 2}),
        ('/* head */ {"a": /* in */ 1}', {"a": 1}),
        ('{"url": "http://a//b", "c": "/* no */"}', {"url": "http://a//b", "c": "/* no */"}),
        ('{"a": [1, 2,], "b": "x,]",}', {"a": [1, 2], "b": "x,]"}),
        ('{"a": 1, // last\n}', {"a": 1}),
        ('\ufeff{"a": "\\"// no"}', {"a": '"// no'}),
        ('{\r\n"a": 1 // one\r\n}\r\n', {"a": 1}),
    ],
)
def test_comments_and_commas_count_for_nothing(text: str, value: object) -> None:
    assert jsonc.loads(text) == value


def test_a_fault_is_told_with_its_place_and_none_of_the_text() -> None:
    with pytest.raises(ValueError, match=r"^line 3, column 13: ") as raised:
        jsonc.loads('{\n  // one\n  "apiKey": sk-canary\n}')
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "{'a': 1}", "/* open"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line \d+, column \d+|nested"):
        jsonc.loads(text)
