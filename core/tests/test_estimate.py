"""How many tokens a request may come to."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.estimate import input_tokens, output_tokens
from hamr.types import (
    Audio,
    EmbeddingRequest,
    File,
    HostedTool,
    Image,
    Message,
    Part,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        (Text("four char"), 3),
        (Text("日本語"), 3),
        (Text(""), 0),
        (Thinking("12345678"), 2),
        (ToolCall("1", "name", {"a": 1}, '{"a": 1}'), 3),
        (ToolResult("1", (Text("1234"), Image(url="x"))), 1_001),
        (Audio(b"x"), 1_000),
        (File(b"x" * 100_000), 2_000),
        (HostedTool("search", {"q": "1"}), 3),
    ],
)
def test_every_kind_of_part_counts(part: Part, tokens: int) -> None:
    assert input_tokens(Request((Message("user", (part,)),))) == tokens + 4


def test_tools_and_schemas_count() -> None:
    plain: dict[str, Any] = {"messages": (Message("user", (Text("hi"),)),)}
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    assert input_tokens(Request(**plain, tools=(Tool("t", "d" * 40, schema),))) > input_tokens(Request(**plain)) + 20
    assert input_tokens(Request(**plain, response_format=ResponseFormat(schema))) > input_tokens(Request(**plain)) + 10


def test_what_may_come_out_is_what_is_asked_for() -> None:
    asked = (Message("user", (Text("hi"),)),)
    assert output_tokens(Request(asked, max_tokens=50, n=2)) == 100
    assert output_tokens(Request(asked)) == 1_000
    assert output_tokens(Request(asked), 7) == 7


def test_texts_and_tokens_to_be_embedded_count() -> None:
    request = EmbeddingRequest(("12345678", (1, 2, 3)))
    assert (input_tokens(request), output_tokens(request)) == (5, 0)
