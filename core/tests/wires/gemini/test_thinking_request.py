from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Message, Request, Text, ThinkingConfig

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]
HELLO = (Message("user", (Text("hello"),)),)
LEVELS = {"thinking_levels": ["low", "high"]}
BUDGET = {
    "thinking_control": "budget",
    "thinking_levels": ["off", "minimal", "low", "medium", "high"],
    "thinking_budgets": {"minimal": 512},
    "thinking_budget_min": 512,
    "thinking_budget_max": 24576,
}


@pytest.mark.parametrize(
    ("wanted", "flags", "config", "told"),
    [
        (ThinkingConfig("high"), {}, {"thinkingLevel": "HIGH", "includeThoughts": True}, []),
        (ThinkingConfig("medium"), LEVELS, {"thinkingLevel": "HIGH", "includeThoughts": True}, ["clamped"]),
        (ThinkingConfig("max"), LEVELS, {"thinkingLevel": "HIGH", "includeThoughts": True}, ["clamped"]),
        (ThinkingConfig("off"), LEVELS, {"thinkingLevel": "LOW"}, ["clamped"]),
        (ThinkingConfig(tokens=2000), LEVELS, {"thinkingLevel": "LOW", "includeThoughts": True}, ["changed"]),
        (ThinkingConfig("off"), {}, {"thinkingLevel": "MINIMAL"}, ["clamped"]),
        (ThinkingConfig("off"), BUDGET, {"thinkingBudget": 0}, []),
        (ThinkingConfig("minimal"), BUDGET, {"thinkingBudget": 512, "includeThoughts": True}, []),
        (ThinkingConfig("medium"), BUDGET, {"thinkingBudget": 8192, "includeThoughts": True}, []),
        (ThinkingConfig("max"), BUDGET, {"thinkingBudget": 24576, "includeThoughts": True}, ["clamped"]),
        (ThinkingConfig(tokens=0), BUDGET, {"thinkingBudget": 0}, []),
        (ThinkingConfig(tokens=-1), BUDGET, {"thinkingBudget": -1, "includeThoughts": True}, []),
        (ThinkingConfig(tokens=3), BUDGET, {"thinkingBudget": 512, "includeThoughts": True}, ["clamped"]),
        (ThinkingConfig(tokens=99999), BUDGET, {"thinkingBudget": 24576, "includeThoughts": True}, ["clamped"]),
        (ThinkingConfig("low"), {"includes_thoughts": False}, {"thinkingLevel": "LOW"}, []),
        (ThinkingConfig("low"), {"thinking_levels": []}, None, ["dropped"]),
        (ThinkingConfig(), {}, None, []),
    ],
)
def test_each_model_thinks_by_its_own_measure(
    wanted: ThinkingConfig, flags: dict[str, Any], config: dict[str, Any] | None, told: list[str], encode: Encode
) -> None:
    body, said = encode(Request(HELLO, thinking=wanted), **flags)
    assert body.get("generationConfig", {}).get("thinkingConfig") == config
    assert [kind for kind, _ in said] == told


def test_a_word_of_the_users_own_is_laid_into_the_table(encode: Encode) -> None:
    options = {"generationConfig": {"thinkingConfig": {"includeThoughts": False}}}
    body, _ = encode(Request(HELLO, thinking=ThinkingConfig("low"), options=options))
    assert body["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "LOW", "includeThoughts": False}
