"""How much to think, and how long the answer may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Message, Request, Text, ThinkingConfig, ThinkingLevel
from hamr.wires.thinking_levels import LEVELS, level_of

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HI = (Message("user", (Text("hi"),)),)
BOTH: dict[str, Any] = {
    "thinking_types": ["adaptive", "enabled", "disabled"],
    "thinking_levels": ["low", "medium", "high"],
}


def asked(level: ThinkingLevel | None = None, tokens: int | None = None, **more: Any) -> Request:
    return Request(HI, thinking=ThinkingConfig(level, tokens), **more)


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "off"])
def test_a_level_is_a_budget_that_reads_as_that_level(level: ThinkingLevel, encode: Encode) -> None:
    body, told = encode(asked(level))
    budget = body["thinking"]["budget_tokens"]
    assert (body["thinking"]["type"], level_of(budget), told) == ("enabled", level, [])
    assert body["max_tokens"] == 16384 + budget


def test_a_providers_own_budgets(encode: Encode) -> None:
    body, _ = encode(asked("low"), thinking_budgets={"low": 2000}, thinking_display="omitted")
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 2000, "display": "omitted"}


@pytest.mark.parametrize(
    ("flags", "request_", "fields", "told"),
    [
        ({}, asked("off"), {"thinking": {"type": "disabled"}}, []),
        ({}, asked(tokens=0), {"thinking": {"type": "disabled"}}, []),
        (
            {},
            asked(tokens=100),
            {"thinking": {"type": "enabled", "budget_tokens": 1024}},
            [("clamped", "thinking.tokens")],
        ),
        ({}, asked(), {"thinking": {"type": "enabled", "budget_tokens": 10240}}, []),
        (BOTH, asked(), {"thinking": {"type": "adaptive"}}, []),
        (BOTH, asked("low"), {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}, []),
        (
            BOTH,
            asked("max"),
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}},
            [("clamped", "thinking.level")],
        ),
        (BOTH, asked(tokens=5000), {"thinking": {"type": "enabled", "budget_tokens": 5000}}, []),
        (
            BOTH,
            asked("low", 5000),
            {"thinking": {"type": "enabled", "budget_tokens": 5000}, "output_config": {"effort": "low"}},
            [],
        ),
        (
            {},
            asked("low", 5000),
            {"thinking": {"type": "enabled", "budget_tokens": 5000}},
            [("dropped", "thinking.level")],
        ),
        (
            {"thinking_types": ["adaptive"], "thinking_levels": ["low", "high"]},
            asked(tokens=5000),
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}},
            [("changed", "thinking.tokens"), ("clamped", "thinking.level")],
        ),
        (
            {"thinking_types": ["adaptive"], "thinking_levels": ["low"]},
            asked("low", 5000),
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
            [("dropped", "thinking.tokens")],
        ),
        (
            {"thinking_types": ["adaptive"]},
            asked("low"),
            {"thinking": {"type": "adaptive"}},
            [("dropped", "thinking.level")],
        ),
        ({"thinking_types": ["adaptive"]}, asked("off"), {}, [("dropped", "thinking.level")]),
        (
            {"thinking_types": ["adaptive"], "thinking_levels": ["high", "low"]},
            asked("off"),
            {"output_config": {"effort": "low"}},
            [("clamped", "thinking.level")],
        ),
        (
            {"thinking_types": ["adaptive", "between_tools"]},
            asked("off"),
            {"thinking": {"type": "between_tools"}},
            [("clamped", "thinking.level")],
        ),
        ({"thinking_types": []}, asked("low"), {}, [("dropped", "thinking")]),
    ],
)
def test_what_is_asked_of_each_kind_of_model(
    flags: dict[str, Any],
    request_: Request,
    fields: dict[str, Any],
    told: list[tuple[str, str]],
    encode: Encode,
) -> None:
    body, found = encode(request_, **flags)
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == fields
    assert found == told


@pytest.mark.parametrize(
    ("request_", "limit", "most", "budget", "told"),
    [
        (asked(tokens=5000, max_tokens=8000), 0, 8000, 5000, []),
        (asked(tokens=5000, max_tokens=5000), 0, 5000, 2952, [("clamped", "thinking.tokens")]),
        (asked(tokens=5000, max_tokens=1500), 0, 1500, 1024, [("clamped", "thinking.tokens")]),
        (asked("high", max_tokens=8000), 0, 8000, 5952, []),
        (asked("high", max_tokens=1024), 0, 1024, None, [("dropped", "thinking")]),
        (asked("max"), 64000, 64000, 61952, []),
        (asked("low"), 64000, 20480, 4096, []),
        (Request(HI, max_tokens=9000), 8192, 8192, None, [("clamped", "max_tokens")]),
        (Request(HI), 8192, 8192, None, []),
        (Request(HI, max_tokens=0), 8192, 0, None, []),
    ],
)
def test_the_answer_has_room_for_the_thinking(
    request_: Request, limit: int, most: int, budget: int | None, told: list[tuple[str, str]], encode: Encode
) -> None:
    body, found = encode(request_, max_tokens=limit)
    assert body["max_tokens"] == most
    assert body.get("thinking", {}).get("budget_tokens") == budget
    assert found == told
