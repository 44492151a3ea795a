"""Models as the manifest describes them: how each is asked to think."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hamr import Hamr
from hamr.api import Call, Message, Request, Text, ThinkingConfig, Tool, ToolChoice

HI = Message("user", (Text("Hi."),))
Body = dict[str, Any]


def model_body(model: str, **fields: Any) -> tuple[Body, list[tuple[str, str]]]:
    """The body for a model as the manifest describes it."""
    pipeline = Hamr(environ={}).pipeline(f"bedrock/{model}")
    call: Call = pipeline.wire.encode(Request((HI,), **fields), pipeline.route)
    return json.loads(call.body), [(each.kind, each.field) for each in call.adaptations]


ADAPTIVE = {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "high"}}
HIGH = ThinkingConfig("high")


@pytest.mark.parametrize(
    ("model", "wanted", "written", "adapted"),
    [
        ("us.anthropic.claude-sonnet-5", HIGH, ADAPTIVE, []),
        ("anthropic.claude-sonnet-4-6", HIGH, ADAPTIVE, []),
        ("anthropic.claude-sonnet-5", ThinkingConfig("off"), {"thinking": {"type": "disabled"}}, []),
        (
            "eu.anthropic.claude-sonnet-4-20250514-v1:0",
            ThinkingConfig(tokens=2000),
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            [],
        ),
        (
            "us.amazon.nova-2-lite-v1:0",
            HIGH,
            {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}},
            [],
        ),
        ("openai.gpt-oss-120b-1:0", HIGH, {"reasoning_effort": "high"}, []),
        (
            "openai.gpt-oss-120b-1:0",
            ThinkingConfig("off"),
            {"reasoning_effort": "low"},
            [("clamped", "thinking.level")],
        ),
        ("openai.gpt-6", HIGH, {"reasoning": {"effort": "high"}}, []),
        ("qwen.qwen3-32b-v1:0", HIGH, {"reasoning_config": "high"}, []),
        ("us.anthropic.claude-3-5-haiku-20241022-v1:0", HIGH, None, [("dropped", "thinking")]),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/x", HIGH, None, [("dropped", "thinking")]),
        ("amazon.nova-lite-v1:0", ThinkingConfig("off"), None, []),
    ],
)
def test_thinking_is_asked_for_in_the_words_of_the_model(
    model: str, wanted: ThinkingConfig, written: Body | None, adapted: list[tuple[str, str]]
) -> None:
    body, told = model_body(model, thinking=wanted)
    assert body.get("additionalModelRequestFields") == written
    assert told == adapted


def test_a_budget_leaves_room_for_the_answer_and_no_sampling() -> None:
    model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    body, told = model_body(model, thinking=ThinkingConfig(tokens=100), max_tokens=500, temperature=0.5, top_k=3)
    assert body["additionalModelRequestFields"]["thinking"]["budget_tokens"] == 1024
    assert body["inferenceConfig"] == {"maxTokens": 1524}
    assert told == [
        ("clamped", "thinking.tokens"), ("changed", "max_tokens"), ("dropped", "temperature"), ("dropped", "top_k")
    ]  # fmt: skip
    assert "inferenceConfig" not in model_body(model, thinking=ThinkingConfig(tokens=2000))[0]


@pytest.mark.parametrize("model", ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-opus-5-5-v1"])
def test_no_model_that_thinks_is_made_to_call_a_tool(model: str) -> None:
    must = {"tools": (Tool("f"),), "tool_choice": ToolChoice("required")}
    body, told = model_body(model, thinking=ThinkingConfig(tokens=2000), **must)
    assert "toolChoice" not in body["toolConfig"]
    assert ("dropped", "tool_choice") in told


def test_a_model_that_always_thinks_is_not_told_to_stop() -> None:
    body, told = model_body("anthropic.claude-opus-5-5-v1", thinking=ThinkingConfig("off"), temperature=0.5)
    assert body["additionalModelRequestFields"]["output_config"] == {"effort": "low"}
    assert told == [("clamped", "thinking.level"), ("dropped", "temperature")]
