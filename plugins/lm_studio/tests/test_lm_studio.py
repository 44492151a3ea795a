"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hamr import BrokenReply, Message, Request, ResponseFormat, Text, Tool, ToolChoice

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "lm_studio/qwen3-8b"


def test_json_needs_a_schema(wire: Wire) -> None:
    body, told = wire(MODEL).body(Request(HELLO, response_format=ResponseFormat()))
    assert body["response_format"]["type"] == "json_schema"
    assert told == [("emulated", "response_format")]


def test_a_tool_that_is_forced_goes_alone(wire: Wire) -> None:
    request = Request(HELLO, tools=(Tool("f"), Tool("g")), tool_choice=ToolChoice("required", ("g",)))
    body, told = wire(MODEL).body(request)
    assert ([tool["function"]["name"] for tool in body["tools"]], body["tool_choice"]) == (["g"], "required")
    assert told == [("emulated", "tool_choice.names")]


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_thinking_goes_back_as_it_came(field: str, wire: Wire) -> None:
    choice = {"index": 0, "message": {"content": "Hi", field: "Hm"}, "finish_reason": "stop"}
    there = wire(MODEL)
    response = there.read(json.dumps({"id": "1", "choices": [choice]}).encode())
    assert there.body(Request((*HELLO, response.message)))[0]["messages"][1][field] == "Hm"


def test_an_error_in_the_midst_of_a_stream(wire: Wire) -> None:
    stream = (
        b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
        b'event: error\ndata: {"error":{"message":"The model has crashed"}}\n\n'
    )
    with pytest.raises(BrokenReply, match="crashed"):
        wire(MODEL).read(stream)


def test_no_key_is_needed(wire: Wire) -> None:
    """H-9."""
    assert wire(MODEL).pipeline.route.secret() is None
    assert wire(MODEL).call(Request(HELLO)).url == "http://localhost:1234/v1/chat/completions"
