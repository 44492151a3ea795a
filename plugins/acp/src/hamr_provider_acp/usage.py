"""What a prompt has used, as the agent says, or as a guess."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hamr.api import Cost, Usage

CHARACTERS = 4
"""Of an answer, for a token, where the agent says nothing of it (N-184)."""

_COUNTS = ("inputTokens", "outputTokens", "thoughtTokens", "cachedReadTokens", "cachedWriteTokens")
_INSIDE = ((False, False), (True, True), (False, True), (True, False))
"""Whether the tokens of the cache are among those of the input, and those of thoughts among the output."""


def read_usage(said: Any) -> Usage | None:
    """The buckets of a `usage`; its total tells which of the counts are part of another."""
    if not isinstance(said, dict):
        return None
    went_in, out, thought, read, written = (_count(said, name) for name in _COUNTS)
    total = _count(said, "totalTokens")
    cached = read + written
    sums = ((went_in + (0 if c else cached) + out + (0 if t else thought), c, t) for c, t in _INSIDE)
    _, cached_inside, thought_inside = next((each for each in sums if each[0] == total), (total, False, False))
    return Usage(
        input=max(went_in - cached, 0) if cached_inside else went_in,
        cache_read=read,
        cache_write_5m=written,
        output=max(out - thought, 0) if thought_inside else out,
        reasoning=thought,
        raw=said,
    )


def guessed_usage(tokens_in: int, characters_out: int, characters_thought: int) -> Usage:
    """A guess by length, where the agent says nothing."""
    return Usage(
        input=tokens_in,
        output=-(-characters_out // CHARACTERS),
        reasoning=-(-characters_thought // CHARACTERS),
        estimated=True,
    )


def read_cost(said: Any, before: float | None) -> Cost | None:
    """What this prompt cost, where the session's total is in dollars; `before` is what it was, where that is known."""
    if before is None or not isinstance(said, dict) or said.get("currency") != "USD":
        return None
    amount = said.get("amount")
    if not isinstance(amount, int | float) or isinstance(amount, bool):
        return None
    return Cost(max(Decimal(str(amount)) - Decimal(str(before)), Decimal(0)), "the agent says so")


def _count(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) and value > 0 else 0
