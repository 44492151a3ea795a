"""What the plugin makes of requests, and of replies, at the side that is compatible with OpenAI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hamr import Message, NotLetIn, Request, Text, ThinkingConfig, ThinkingLevel, Tool, ToolChoice

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "cohere/command-a-03-2025"
F, G = Tool("f"), Tool("g")


@pytest.fixture
def compatible(wire: Wire) -> Any:
    """The wire of that side."""
    return wire(MODEL, COHERE_API_MODE="openai")


def test_where_it_asks(compatible: Any, wire: Wire) -> None:
    url = "https://api.cohere.ai/compatibility/v1/chat/completions"
    assert compatible.call(Request(HELLO)).url == url
    there = wire(MODEL, COHERE_BASE_URL="https://proxy.test/compatibility/v1")
    assert there.call(Request(HELLO)).url == "https://proxy.test/compatibility/v1/chat/completions"


def test_what_it_does_not_know_is_left_out(compatible: Any) -> None:
    request = Request(HELLO, max_tokens=5, logprobs=1, n=2, user="me", store=True, logit_bias={"1": 1.0}, stream=True)
    body, told = compatible.body(request)
    assert body == {
        "model": "command-a-03-2025",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 5,
        "stream": True,
    }
    assert {field for _, field in told} == {"logprobs", "top_logprobs", "n", "user", "store", "logit_bias"}


@pytest.mark.parametrize(
    ("choice", "tools"),
    [
        (ToolChoice("auto"), ["f", "g"]),
        (ToolChoice("required", ("g",)), ["g"]),
        (ToolChoice("none"), []),
    ],
)
def test_a_choice_of_tools_is_a_choice_of_what_is_offered(
    choice: ToolChoice, tools: list[str], compatible: Any
) -> None:
    body, told = compatible.body(Request(HELLO, tools=(F, G), tool_choice=choice))
    assert [tool["function"]["name"] for tool in body.get("tools", [])] == tools
    assert "tool_choice" not in body
    assert told


@pytest.mark.parametrize(("level", "sent"), [("off", "none"), ("low", "high"), ("max", "high")])
def test_thinking_is_none_or_high(level: ThinkingLevel, sent: str, compatible: Any) -> None:
    assert compatible.body(Request(HELLO, thinking=ThinkingConfig(level)))[0]["reasoning_effort"] == sent


def test_a_turn_may_end_in_its_own_words(compatible: Any) -> None:
    reply = b'{"id":"1","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"COMPLETE"}]}'
    assert compatible.read(reply).finish_reason == "stop"


def test_errors_are_a_message(compatible: Any) -> None:
    assert type(compatible.error(401, {"id": "1", "message": "invalid api token"})) is NotLetIn
