"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import BadRequest, CallError, Message, NoSuchModel, Request, ResponseFormat, Text, Tool, ToolChoice

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "mlx/some-model"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def test_where_it_listens_and_what_it_serves(wire: Wire) -> None:
    """N-12."""
    assert wire("mlx").call(Request(HELLO)).url == "http://127.0.0.1:8002/v1/chat/completions"
    assert wire("mlx").body(Request(HELLO))[0]["model"] == "mlx-qwen36-27b"
    assert wire("mlx", MLX_MODEL_ID="mine").body(Request(HELLO))[0]["model"] == "mine"


def test_the_length_of_the_answer_is_always_said(wire: Wire) -> None:
    body, told = wire(MODEL).body(Request(HELLO))
    assert (body["max_tokens"], told) == (16384, [("injected", "max_tokens")])
    assert wire(MODEL).body(Request(HELLO, max_tokens=5))[0]["max_tokens"] == 5


@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_the_prompt_alone_asks_for_json(schema: dict[str, object] | None, wire: Wire) -> None:
    body, told = wire(MODEL).body(Request(HELLO, response_format=ResponseFormat(schema), max_tokens=5))
    assert "response_format" not in body
    assert "JSON" in body["messages"][0]["content"]
    assert [kind for kind, _ in told] == ["emulated"]


@pytest.mark.parametrize(
    ("choice", "tools"),
    [
        (ToolChoice("required", ("g",)), ["g"]),
        (ToolChoice("none"), []),
    ],
)
def test_what_is_ignored_is_not_sent(choice: ToolChoice, tools: list[str], wire: Wire) -> None:
    request = Request(HELLO, tools=(Tool("f"), Tool("g")), tool_choice=choice, max_tokens=5)
    body, told = wire(MODEL).body(request)
    assert [tool["function"]["name"] for tool in body.get("tools", [])] == tools
    assert "tool_choice" not in body
    assert told


def test_thinking_comes_and_goes_as_reasoning(wire: Wire) -> None:
    reply = b'{"choices":[{"index":0,"message":{"content":"Hi","reasoning":"Hm"},"finish_reason":"stop"}]}'
    there = wire(MODEL)
    response = there.read(reply)
    assert there.body(Request((*HELLO, response.message)))[0]["messages"][1]["reasoning"] == "Hm"


@pytest.mark.parametrize(
    ("status", "body", "kind"), [(400, {"error": "text"}, BadRequest), (404, b"Not Found", NoSuchModel)]
)
def test_errors_are_texts(status: int, body: object, kind: type[CallError], wire: Wire) -> None:
    assert type(wire(MODEL).error(status, body)) is kind
