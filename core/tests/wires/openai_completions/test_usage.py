"""Pain 39: disjoint buckets that add up to what the provider counted."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.types import Usage
from hamr.wires.openai_completions.compat import Compat
from hamr.wires.openai_completions.usage import read_usage
from hamr.wires.stated_cost import stated_cost


def buckets(raw: dict[str, Any], **flags: Any) -> dict[str, int]:
    usage = read_usage(raw, Compat.read(flags, "test"))
    names = ("input", "cache_read", "cache_write_5m", "input_audio", "output", "reasoning", "output_audio")
    return {name: getattr(usage, name) for name in names if getattr(usage, name)}


def test_parts_are_taken_out_of_their_wholes() -> None:
    raw = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10, "audio_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 30, "audio_tokens": 4},
    }
    assert buckets(raw) == {
        "input": 25,
        "cache_read": 60,
        "cache_write_5m": 10,
        "input_audio": 5,
        "output": 16,
        "reasoning": 30,
        "output_audio": 4,
    }
    assert read_usage(raw, Compat()).total == 150
    assert read_usage(raw, Compat()).raw == raw


@pytest.mark.parametrize(
    "cached",
    [
        {"prompt_tokens_details": {"cached_tokens": 4}},
        {"prompt_token_details": {"cached_tokens": 4}},
        {"prompt_tokens_details": None, "num_cached_tokens": 4},
        {"cached_tokens": 4},
        {"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6},
    ],
)
def test_cached_tokens_are_found_under_every_name(cached: dict[str, Any]) -> None:
    assert buckets({"prompt_tokens": 10, **cached}) == {"input": 6, "cache_read": 4}


def test_reasoning_that_comes_on_top(compat: Callable[..., Compat]) -> None:
    """xAI and Perplexity count it apart: a flag says so, or the provider's own total does."""
    raw = {"prompt_tokens": 12, "completion_tokens": 1, "completion_tokens_details": {"reasoning_tokens": 228}}
    assert buckets({**raw, "total_tokens": 241}) == {"input": 12, "output": 1, "reasoning": 228}
    assert buckets(raw, reasoning_outside_output=True) == {"input": 12, "output": 1, "reasoning": 228}
    assert buckets({"completion_tokens": 5, "reasoning_tokens": 3}) == {"output": 2, "reasoning": 3}


def test_an_output_that_is_not_counted_follows_from_the_total() -> None:
    assert buckets({"prompt_tokens": 4, "total_tokens": 9}) == {"input": 4, "output": 5}


def test_more_cached_than_prompted_is_no_more_than_the_prompt() -> None:
    """Seen with Grok on Azure: 447 prompt tokens, 539 of them cached."""
    assert buckets({"prompt_tokens": 447, "prompt_tokens_details": {"cached_tokens": 539}}) == {"cache_read": 447}


COUNTS = st.one_of(st.integers(-5, 50), st.none(), st.just("7"), st.just(True), st.floats(allow_nan=True))


@settings(deadline=None)
@given(st.lists(COUNTS, min_size=6, max_size=6), st.booleans())
def test_no_bucket_is_negative_and_all_add_up(counts: list[Any], outside: bool) -> None:  # drawn
    prompt, output, cached, written, audio, reasoning = counts
    raw = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written, "audio_tokens": audio},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "audio_tokens": audio},
    }
    usage = read_usage(raw, Compat(reasoning_outside_output=outside))
    assert all(value >= 0 for name in Usage.__slots__ if isinstance(value := getattr(usage, name), int))
    known = isinstance(prompt, int) and not isinstance(prompt, bool) and prompt > 0
    assert usage.input_total == (prompt if known else usage.input_total)


OPENROUTER = {"usage_cost_field": "cost", "usage_upstream_cost_field": "cost_details.upstream_inference_cost"}
PERPLEXITY = {"usage_cost_field": "cost.total_cost"}
XAI = {"usage_cost_field": "cost_in_usd_ticks", "usage_cost_divisor": 10_000_000_000}


@pytest.mark.parametrize(
    ("flags", "raw", "usd"),
    [
        (OPENROUTER, {"cost": 0.0000715}, "0.0000715"),
        (OPENROUTER, {"cost": 0}, "0"),
        (PERPLEXITY, {"cost": {"total_cost": 0.5}}, "0.5"),
        (XAI, {"cost_in_usd_ticks": 25_000_000}, "0.0025"),
        (OPENROUTER, {"cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": 2}}, "2.1"),
        (OPENROUTER, {"cost": 0.1, "is_byok": False, "cost_details": {"upstream_inference_cost": 2}}, "0.1"),
        (OPENROUTER, {"cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}, "0.1"),
        (OPENROUTER, {"cost": 0.1, "is_byok": True, "cost_details": None}, "0.1"),
    ],
)
def test_cost_is_read_where_its_place_and_unit_are_known(flags: dict[str, Any], raw: dict[str, Any], usd: str) -> None:
    cost = stated_cost(raw, Compat.read(flags, "test"))
    assert cost is not None
    assert cost.usd == Decimal(usd)


@pytest.mark.parametrize(
    ("flags", "raw"),
    [
        ({}, {"cost": 1, "cost_in_usd_ticks": 1}),
        (OPENROUTER, {}),
        (OPENROUTER, {"cost": None}),
        (OPENROUTER, {"cost": True}),
        (OPENROUTER, {"cost": {"total_cost": 1}}),
        (PERPLEXITY, {"cost": 1}),
    ],
)
def test_a_cost_that_is_not_there_is_not_made_up(flags: dict[str, Any], raw: dict[str, Any]) -> None:
    assert stated_cost(raw, Compat.read(flags, "test")) is None
