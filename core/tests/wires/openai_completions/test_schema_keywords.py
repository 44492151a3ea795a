from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hamr.types import Message, Request, ResponseFormat, Text, Tool

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HELLO = (Message("user", (Text("hi"),)),)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"$id": {"$id": "x", "type": "string", "default": {"$id": 1}}, "b": {"anyOf": [{"$id": "y"}]}},
}
KEPT = {
    "type": "object",
    "properties": {"$id": {"type": "string", "default": {"$id": 1}}, "b": {"anyOf": [{}]}},
}
REFUSED = ["$id", "$schema"]


def test_keywords_are_left_out_of_tools_and_answers_wherever_they_stand(encode: Encode) -> None:
    """Mistral refuses `$id` and `$schema`; a property of that name stays, and so does a value."""
    request = Request(HELLO, tools=(Tool("f", "", SCHEMA),), response_format=ResponseFormat(SCHEMA))
    body, told = encode(request, unsupported_schema_keywords=REFUSED)
    assert body["tools"][0]["function"]["parameters"] == KEPT
    assert body["response_format"]["json_schema"]["schema"] == KEPT
    assert told == [
        ("dropped", "response_format.schema.$schema"),
        ("dropped", "response_format.schema.$id"),
        ("dropped", "tools[0].parameters.$schema"),
        ("dropped", "tools[0].parameters.$id"),
    ]


def test_without_the_flag_a_schema_goes_as_it_is(encode: Encode) -> None:
    body, told = encode(Request(HELLO, tools=(Tool("f", "", SCHEMA),)))
    assert (body["tools"][0]["function"]["parameters"], told) == (SCHEMA, [])


def test_a_schema_without_them_is_not_told_of(encode: Encode) -> None:
    body, told = encode(Request(HELLO, tools=(Tool("f", "", KEPT),)), unsupported_schema_keywords=["$anchor"])
    assert (body["tools"][0]["function"]["parameters"], told) == (KEPT, [])
