"""The provider's account of tokens, as disjoint buckets, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_usage(raw: Mapping[str, Any]) -> Usage:
    """`inputTokens` are those that no cache was read or written for; what was written is told by time to live."""
    written, lasting = _count(raw, "cacheWriteInputTokens"), 0
    details = raw.get("cacheDetails")
    for each in details if isinstance(details, list) else ():
        if isinstance(each, dict) and each.get("ttl") == "1h":
            lasting += _count(each, "inputTokens")
    lasting = min(lasting, written)
    return Usage(
        input=_count(raw, "inputTokens"),
        cache_read=_count(raw, "cacheReadInputTokens"),
        cache_write_5m=written - lasting,
        cache_write_1h=lasting,
        output=_count(raw, "outputTokens"),
        raw=raw,
    )


def usage_body(usage: Usage) -> dict[str, Any]:
    """The buckets as this wire counts them."""
    body: dict[str, Any] = {
        "inputTokens": usage.input + usage.input_audio,
        "outputTokens": usage.output_total,
        "totalTokens": usage.total,
    }
    written = {"1h": usage.cache_write_1h, "5m": usage.cache_write_5m}
    if usage.cache_read:
        body["cacheReadInputTokens"] = usage.cache_read
    if any(written.values()):
        body["cacheWriteInputTokens"] = sum(written.values())
        body["cacheDetails"] = [{"ttl": ttl, "inputTokens": tokens} for ttl, tokens in written.items() if tokens]
    return body


def _count(raw: Mapping[str, Any], name: str) -> int:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
