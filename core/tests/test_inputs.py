"""What may be given to be embedded."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.inputs import embedding_request


@pytest.mark.parametrize(
    ("inputs", "read"),
    [
        ("hi", ("hi",)),
        ("", ("",)),
        (["a", "b"], ("a", "b")),
        (("a",), ("a",)),
        ([1, 2], ((1, 2),)),
        ([[1, 2], [3]], ((1, 2), (3,))),
        (["a", (1, 2)], ("a", (1, 2))),
    ],
)
def test_texts_tokens_and_lists_of_them(inputs: Any, read: Any) -> None:
    assert embedding_request(inputs, {}).inputs == read


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ([], "nothing to embed"),
        ((), "nothing to embed"),
        (None, "the input is no text, but NoneType"),
        (b"bytes", "the input is no text, but bytes"),
        ({"text": "hi"}, "the input is no text, but dict"),
        (["a", None], "input 1 is no text, but NoneType"),
        (["a", []], "input 1 is no text, but list"),
        ([[1, "2"]], "input 0 is no text, but list"),
        ([1, 2.5], "input 0 is no text, but list"),
        ([b"x"], "input 0 is no text, but bytes"),
    ],
)
def test_anything_else_is_named_with_its_place(inputs: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        embedding_request(inputs, {})


def test_options_are_those_of_the_request() -> None:
    request = embedding_request("hi", {"dimensions": 8, "user": "me", "options": {"a": 1}, "timeout": 3, "retries": 0})
    assert (request.dimensions, request.user, request.options) == (8, "me", {"a": 1})


def test_an_unknown_option_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean dimensions"):
        embedding_request("hi", {"dimension": 8})  # type: ignore[typeddict-unknown-key]  # what is tested
