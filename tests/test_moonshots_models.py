"""What both doors to Moonshot's models, the coding plan and the API, make of requests and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    Message,
    QuotaSpent,
    RateLimited,
    Request,
    Text,
    ThinkingConfig,
    ThinkingLevel,
    Tool,
    ToolCall,
    ToolChoice,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)

pytestmark = pytest.mark.parametrize("door", ["kimi", "moonshot"])


@pytest.mark.parametrize(
    ("model", "level", "sent"),
    [
        ("kimi-k3", "medium", {"reasoning_effort": "high"}),
        ("kimi-k3", "off", {"reasoning_effort": "low"}),
        ("kimi-k2.6", "high", {"thinking": {"type": "enabled"}}),
        ("kimi-k2.6", "off", {"thinking": {"type": "disabled"}}),
        ("kimi-k2.7-code", "off", {"thinking": {"type": "enabled"}}),
        ("moonshot-v1-8k", "high", {}),
    ],
)
def test_each_model_thinks_in_its_own_way(
    door: str, model: str, level: ThinkingLevel, sent: dict[str, object], wire: Wire
) -> None:
    body, _ = wire(f"{door}/{model}").body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert {name: body[name] for name in ("thinking", "reasoning_effort") if name in body} == sent


@pytest.mark.parametrize(
    ("model", "sent"), [("kimi-k3", None), ("kimi-for-coding", None), ("kimi-k2.6", None), ("moonshot-v1-8k", 1.0)]
)
def test_how_the_thinking_models_sample_is_fixed(door: str, model: str, sent: float | None, wire: Wire) -> None:
    body, told = wire(f"{door}/{model}").body(Request(HELLO, temperature=1.5))
    assert body.get("temperature") == sent
    assert [field for _, field in told] == ["temperature"] * len(told)
    assert told


def test_a_tool_cannot_be_forced(door: str, wire: Wire) -> None:
    request = Request(HELLO, tools=(Tool("f", strict=True), Tool("g")), tool_choice=ToolChoice("required", ("f",)))
    body, told = wire(f"{door}/kimi-k2.6").body(request)
    assert ([tool["function"] for tool in body["tools"]], body["tool_choice"]) == (
        [{"name": "f", "parameters": {"type": "object", "properties": {}}}],
        "auto",
    )
    assert {field for _, field in told} == {"tool_choice.names", "tool_choice.mode", "tools[0].strict"}


def test_lost_thinking_is_a_blank_and_ids_stay(door: str, wire: Wire) -> None:
    history = (*HELLO, Message("assistant", (ToolCall("functions.f:0", "f", {}),)))
    message = wire(f"{door}/kimi-k2.6").body(Request(history))[0]["messages"][1]
    assert (message["reasoning_content"], message["tool_calls"][0]["id"]) == (" ", "functions.f:0")


def test_usage_may_stand_in_the_choice(door: str, wire: Wire) -> None:
    stream = (
        b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
        b'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop",'
        b'"usage":{"prompt_tokens":4,"completion_tokens":1,"total_tokens":5,"cached_tokens":3}}]}\n\n'
        b"data: [DONE]\n\n"
    )
    response = wire(f"{door}/kimi-k2.6").read(stream)
    assert response.usage is not None
    assert (counted(response), response.usage.cache_read) == (5, 3)


def test_a_spent_balance_is_not_a_rate_limit(door: str, wire: Wire) -> None:
    """Pain 26."""
    for kind, error in (("exceeded_current_quota_error", QuotaSpent), ("rate_limit_reached_error", RateLimited)):
        assert type(wire(f"{door}/kimi-k3").error(429, {"error": {"type": kind, "message": "no"}})) is error
