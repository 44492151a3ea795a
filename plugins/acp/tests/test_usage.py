"""What a prompt used, in buckets that add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hamr_provider_acp.usage import read_cost, read_usage


@pytest.mark.parametrize(
    ("total", "went_in", "out"),
    [(115, 50, 30), (80, 20, 25), (110, 50, 25), (85, 20, 30), (999, 50, 30)],
    ids=["all apart", "both inside", "thoughts inside", "cache inside", "a total of something else"],
)
def test_the_total_tells_what_is_part_of_what(total: int, went_in: int, out: int) -> None:
    said = {"totalTokens": total, "inputTokens": 50, "outputTokens": 30, "thoughtTokens": 5, "cachedReadTokens": 20}
    said["cachedWriteTokens"] = 10
    usage = read_usage(said)
    assert usage is not None
    assert (usage.input, usage.cache_read, usage.cache_write_5m) == (went_in, 20, 10)
    assert (usage.output, usage.reasoning) == (out, 5)
    assert not usage.estimated
    if total != 999:
        assert usage.total == said["totalTokens"]


@pytest.mark.parametrize("said", [None, [], "x", 3])
def test_no_usage_is_none(said: Any) -> None:
    assert read_usage(said) is None


def test_odd_counts_are_none() -> None:
    usage = read_usage({"totalTokens": "9", "inputTokens": -3, "outputTokens": None, "thoughtTokens": 1.5})
    assert usage is not None
    assert usage.total == 0


def test_a_cost_is_what_was_added_to_the_sessions() -> None:
    cost = read_cost({"amount": 0.3, "currency": "USD"}, 0.1)
    assert cost is not None
    assert cost.usd == Decimal("0.2")


@pytest.mark.parametrize("said", [None, {}, {"amount": 1, "currency": "EUR"}, {"amount": "1", "currency": "USD"}])
def test_a_cost_that_is_not_known_is_none(said: Any) -> None:
    assert read_cost(said, 0.0) is None


def test_a_cost_without_a_beginning_is_none() -> None:
    """A session that was brought back has cost something before."""
    assert read_cost({"amount": 0.3, "currency": "USD"}, None) is None
