"""The shape of the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Message, Request, ResponseFormat, Text

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HELLO = (Message("user", (Text("Hello"),)),)
PLAIN = {"model": "a-model", "messages": [{"role": "user", "content": "Hello"}]}


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("wanted", "flags", "written", "told"),
    [
        (ResponseFormat(), {}, {"type": "json_object"}, []),
        (
            ResponseFormat(),
            {"supports_json_object": False},
            {"type": "json_schema", "json_schema": {"name": "object", "schema": {"type": "object"}}},
            [("emulated", "response_format")],
        ),
        (
            ResponseFormat(SCHEMA),
            {},
            {"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA}},
            [],
        ),
        (
            ResponseFormat(SCHEMA, "my answer!", strict=True),
            {"supports_strict_mode": False},
            {"type": "json_schema", "json_schema": {"name": "my_answer_", "schema": SCHEMA}},
            [("changed", "response_format.name"), ("dropped", "response_format.strict")],
        ),
        (
            ResponseFormat(SCHEMA),
            {"supports_json_schema": False},
            {"type": "json_object"},
            [("emulated", "response_format.schema")],
        ),
        (
            ResponseFormat(SCHEMA),
            {"supports_json_schema": False, "supports_json_object": False},
            None,
            [("emulated", "response_format.schema")],
        ),
    ],
)
def test_each_shape_of_an_answer(
    wanted: ResponseFormat, flags: dict[str, Any], written: Any, told: list[tuple[str, str]], encode: Encode
) -> None:
    body, adaptations = encode(Request(HELLO, response_format=wanted), **flags)
    assert body.get("response_format") == written
    assert adaptations == told


def test_a_schema_that_is_not_taken_stands_in_the_prompt(encode: Encode) -> None:
    system = Message("system", (Text("Be brief."),))
    request = Request((system, *HELLO), response_format=ResponseFormat(SCHEMA, description="A name."))
    body, _ = encode(request, supports_json_schema=False)
    roles = [message["role"] for message in body["messages"]]
    assert roles == ["system", "system", "user"]
    said = body["messages"][1]["content"]
    assert json.dumps(SCHEMA, separators=(",", ":")) in said
    assert "A name." in said
    alone, _ = encode(Request((system,), response_format=ResponseFormat(SCHEMA)), supports_json_schema=False)
    assert len(alone["messages"]) == 2


@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_without_any_json_mode_the_prompt_alone_asks(schema: Any, encode: Encode) -> None:
    flags = {"supports_json_schema": False, "supports_json_object": False}
    body, told = encode(Request(HELLO, response_format=ResponseFormat(schema)), **flags)
    assert "response_format" not in body
    assert "one JSON object" in body["messages"][0]["content"]
    assert [kind for kind, _ in told] == ["emulated"]
