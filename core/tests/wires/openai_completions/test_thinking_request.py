"""How much the model should think."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Message, Request, Text, ThinkingConfig
from hamr.wires.openai_completions.compat import THINKING_FORMATS

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HELLO = (Message("user", (Text("Hello"),)),)
PLAIN = {"model": "a-model", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize(
    ("form", "level", "written"),
    [
        ("openai", "high", {"reasoning_effort": "high"}),
        ("openai", "off", {"reasoning_effort": "none"}),
        ("openrouter", "high", {"reasoning": {"effort": "high"}}),
        ("openrouter", "off", {"reasoning": {"enabled": False}}),
        ("deepseek", "high", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("deepseek", "off", {"thinking": {"type": "disabled"}}),
        ("together", "low", {"reasoning": {"enabled": True}, "reasoning_effort": "low"}),
        ("together", "off", {"reasoning": {"enabled": False}}),
        ("zai", "low", {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
        ("qwen", "low", {"enable_thinking": True}),
        ("qwen", "off", {"enable_thinking": False}),
        ("qwen-chat-template", "low", {"chat_template_kwargs": {"enable_thinking": True}}),
        ("chat-template", "off", {"chat_template_kwargs": {"enable_thinking": False}}),
        ("baseten", "low", {"chat_template_args": {"enable_thinking": True}}),
        ("string-thinking", "low", {"thinking": "low"}),
        ("none", "low", {}),
    ],
)
def test_each_format_of_thinking(form: str, level: Any, written: dict[str, Any], encode: Encode) -> None:
    """H-139."""
    body, told = encode(Request(HELLO, thinking=ThinkingConfig(level)), thinking_format=form)
    assert body == {**PLAIN, **written}
    assert told == ([] if written else [("dropped", "thinking")])


@pytest.mark.parametrize("form", THINKING_FORMATS)
def test_no_format_loses_a_budget_in_silence(form: str, encode: Encode) -> None:
    body, told = encode(Request(HELLO, thinking=ThinkingConfig(tokens=2000)), thinking_format=form)
    assert "2000" in json.dumps(body) or told


@pytest.mark.parametrize(
    ("tokens", "level"),
    [(0, "none"), (500, "minimal"), (2000, "low"), (10_000, "medium"), (30_000, "high"), (10**6, "max")],
)
def test_a_budget_becomes_a_level_where_only_levels_are_known(tokens: int, level: str, encode: Encode) -> None:
    body, told = encode(Request(HELLO, thinking=ThinkingConfig(tokens=tokens)))
    assert body["reasoning_effort"] == level
    assert told == [("emulated", "thinking.tokens")]


def test_a_budget_goes_where_it_is_known(encode: Encode) -> None:
    budget = Request(HELLO, thinking=ThinkingConfig(tokens=2000))
    body, told = encode(budget, thinking_token_budget_field="thinking_budget", thinking_format="qwen")
    assert (body["thinking_budget"], body["enable_thinking"], told) == (2000, True, [])
    assert encode(budget, thinking_format="openrouter") == ({**PLAIN, "reasoning": {"max_tokens": 2000}}, [])
    both = Request(HELLO, thinking=ThinkingConfig("low", 2000))
    assert encode(both) == ({**PLAIN, "reasoning_effort": "low"}, [("dropped", "thinking.tokens")])


@pytest.mark.parametrize(
    ("level", "accepted", "sent"),
    [
        ("minimal", ["low", "high"], "low"),
        ("medium", ["low", "high"], "high"),
        ("max", ["low", "high"], "high"),
        ("off", ["low", "high"], "low"),
        ("high", ["off", "low"], "low"),
    ],
)
def test_a_level_that_is_not_taken_moves_up_first_then_down(
    level: Any, accepted: Any, sent: str, encode: Encode
) -> None:
    """H-160."""
    body, told = encode(Request(HELLO, thinking=ThinkingConfig(level)), thinking_levels=accepted)
    assert body["reasoning_effort"] == sent
    assert told == [("clamped", "thinking.level")]


def test_levels_by_another_word(encode: Encode) -> None:
    """Groq's Qwen models know `none` and `default` ("Reasoning", console.groq.com, 2026-11)."""
    body, told = encode(Request(HELLO, thinking=ThinkingConfig("high")), effort_names={"high": "default"})
    assert (body["reasoning_effort"], told) == ("default", [])


def test_an_empty_wish_for_thinking_is_none(encode: Encode) -> None:
    assert encode(Request(HELLO, thinking=ThinkingConfig())) == (PLAIN, [])
