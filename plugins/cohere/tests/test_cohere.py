"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import Message, NotLetIn, Request, Text, ThinkingConfig, ThinkingLevel, Tool, ToolChoice

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "cohere/command-a-03-2025"
F, G = Tool("f"), Tool("g")


def test_what_it_does_not_know_is_left_out(wire: Wire) -> None:
    request = Request(HELLO, max_tokens=5, logprobs=1, n=2, user="me", store=True, logit_bias={"1": 1.0}, stream=True)
    body, told = wire(MODEL).body(request)
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
def test_a_choice_of_tools_is_a_choice_of_what_is_offered(choice: ToolChoice, tools: list[str], wire: Wire) -> None:
    body, told = wire(MODEL).body(Request(HELLO, tools=(F, G), tool_choice=choice))
    assert [tool["function"]["name"] for tool in body.get("tools", [])] == tools
    assert "tool_choice" not in body
    assert told


@pytest.mark.parametrize(("level", "sent"), [("off", "none"), ("low", "high"), ("max", "high")])
def test_thinking_is_none_or_high(level: ThinkingLevel, sent: str, wire: Wire) -> None:
    assert wire(MODEL).body(Request(HELLO, thinking=ThinkingConfig(level)))[0]["reasoning_effort"] == sent


def test_a_turn_may_end_in_its_own_words(wire: Wire) -> None:
    reply = b'{"id":"1","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"COMPLETE"}]}'
    assert wire(MODEL).read(reply).finish_reason == "stop"


def test_errors_are_a_message(wire: Wire) -> None:
    assert type(wire(MODEL).error(401, {"id": "1", "message": "invalid api token"})) is NotLetIn
