"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import Message, NoSuchModel, Request, Text, ThinkingConfig, ThinkingLevel, Tool
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


LLAMA, OSS = "together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "together/openai/gpt-oss-120b"


def test_fields_as_it_has_them(wire: Wire) -> None:
    request = Request(
        HELLO, max_tokens=5, logprobs=3, tools=(Tool("f", strict=True),), parallel_tool_calls=True, store=True
    )
    body, told = wire(LLAMA).body(request)
    assert (body["max_tokens"], body["logprobs"]) == (5, 3)
    assert not body.keys() & {"top_logprobs", "parallel_tool_calls", "store", "max_completion_tokens"}
    assert "strict" not in str(body)
    assert told == [("dropped", "tools[0].strict"), ("dropped", "store"), ("dropped", "parallel_tool_calls")]


@pytest.mark.parametrize(
    ("model", "level", "sent"),
    [
        (LLAMA, "high", {"reasoning": {"enabled": True}}),
        (LLAMA, "off", {"reasoning": {"enabled": False}}),
        (OSS, "xhigh", {"reasoning": {"enabled": True}, "reasoning_effort": "high"}),
    ],
)
def test_thinking_is_switched_and_its_level_known_to_some(
    model: str, level: ThinkingLevel, sent: dict[str, object], wire: Wire
) -> None:
    """H-132, H-139."""
    body, _ = wire(model).body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert {name: body[name] for name in ("reasoning", "reasoning_effort") if name in body} == sent


@pytest.mark.parametrize(
    "error",
    [
        {"message": "no", "type": "invalid_request_error", "code": "model_not_available"},
        {"message": "Unable to access non-serverless model m", "type": "invalid_request_error", "code": None},
    ],
)
def test_a_model_on_servers_of_ones_own_is_no_wrong_request(error: object, wire: Wire) -> None:
    """M-64, N-161."""
    assert type(wire(LLAMA).error(400, {"error": error})) is NoSuchModel


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    for _, response in wire(LLAMA).read_all(recordings("together.openai-chat")):
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"]


def test_a_turn_may_end_with_eos(wire: Wire) -> None:
    reply = b'{"id":"1","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"eos"}]}'
    assert wire(LLAMA).read(reply).finish_reason == "stop"
