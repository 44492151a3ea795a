"""How many tokens a request may come to."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.estimate import input_tokens, output_tokens, used
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
    Usage,
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


ASKED = Request((Message("user", (Text("h" * 40),)),))


def test_what_the_provider_says_has_been_used_counts() -> None:
    said = Usage(input=3, output=2, raw={"x": 1})
    assert used(ASKED, said, 4000, whole=True) is said
    assert used(ASKED, said, 8, whole=False) is said


def test_what_nobody_has_said_is_an_estimate_and_marked_as_one() -> None:
    assert used(ASKED, None, 40, whole=True) == Usage(input=14, output=10, estimated=True)


def test_of_a_reply_that_broke_off_at_least_what_came_was_used() -> None:
    """Anthropic says at the beginning that one token has come out, and how many did only at the end."""
    said = Usage(input=3, cache_read=7, output=1)
    assert used(ASKED, said, 400, whole=False) == Usage(input=3, cache_read=7, output=100, estimated=True)
    thought = Usage(input=3, output=1, reasoning=60)
    assert used(ASKED, thought, 400, whole=False).output_total == 100
