"""The provider's account of tokens, as disjoint buckets, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.types import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.wires.anthropic_messages.compat import Compat


def read_usage(raw: Mapping[str, Any], compat: Compat) -> Usage:
    """Cached and written tokens are no part of `input_tokens`; those of thinking are part of `output_tokens`.

    Only what was written to the cache for an hour is told apart; the rest was written for five minutes. What a summary
    of the conversation used stands beside the account and is added (Anthropic, "Compaction", 2026-11). What a model
    that was asked for advice used stays in `raw`, for it has a price of its own.
    """
    used = _read(raw, compat)
    iterations = raw.get("iterations")
    for each in iterations if isinstance(iterations, list) else ():
        if isinstance(each, dict) and each.get("type") == "compaction":
            used = replace(used + _read(each, compat), raw=raw)
    return used


def _read(raw: Mapping[str, Any], compat: Compat) -> Usage:
    lasting = _count(_table(raw, "cache_creation"), "ephemeral_1h_input_tokens")
    brief = _count(_table(raw, "cache_creation"), "ephemeral_5m_input_tokens")
    written = max(_count(raw, "cache_creation_input_tokens"), lasting + brief)
    output = _count(raw, "output_tokens")
    reasoning = _count(_table(raw, "output_tokens_details"), "thinking_tokens")
    if compat.thinking_outside_output:
        output += reasoning
    reasoning = min(reasoning, output)
    return Usage(
        input=_count(raw, "input_tokens"),
        cache_read=_count(raw, "cache_read_input_tokens"),
        cache_write_5m=written - lasting,
        cache_write_1h=lasting,
        output=output - reasoning,
        reasoning=reasoning,
        raw=raw,
    )


def later_usage(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The account with a later one laid over it.

    Counts grow with the reply, so that a zero or a null does not take away what was counted: some servers that copy
    the wire repeat the fields without their values.
    """
    return {**before, **{name: value for name, value in now.items() if value or name not in before}}


def usage_body(usage: Usage) -> dict[str, Any]:
    """The buckets as this wire counts them."""
    body: dict[str, Any] = {
        "input_tokens": usage.input + usage.input_audio,
        "cache_creation_input_tokens": usage.cache_write_5m + usage.cache_write_1h,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write_5m,
            "ephemeral_1h_input_tokens": usage.cache_write_1h,
        },
        "output_tokens": usage.output_total,
    }
    if usage.reasoning:
        body["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return body


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _count(raw: Mapping[str, Any], name: str) -> int:
    value = raw.get(name)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0
