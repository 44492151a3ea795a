"""The provider's account of tokens, as disjoint buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.wires.openai_responses.compat import Compat


def read_usage(raw: Mapping[str, Any], compat: Compat) -> Usage:
    """Cached and written tokens are part of the input, reasoning of the output unless a flag says otherwise."""
    incoming, outgoing = _table(raw, "input_tokens_details"), _table(raw, "output_tokens_details")
    rest, cached = _take(_count(raw, "input_tokens"), _count(incoming, "cached_tokens"))
    rest, written = _take(rest, _count(incoming, "cache_write_tokens"))
    rest, heard = _take(rest, _count(incoming, "audio_tokens"))
    reasoning, output = _count(outgoing, "reasoning_tokens"), _count(raw, "output_tokens")
    if compat.reasoning_outside_output:
        output += reasoning
    told, reasoning = _take(output, reasoning)
    return Usage(
        input=rest,
        cache_read=cached,
        cache_write_5m=written,
        input_audio=heard,
        output=told,
        reasoning=reasoning,
        raw=raw,
    )


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _count(raw: Mapping[str, Any], name: str) -> int:
    value = raw.get(name)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0


def _take(whole: int, part: int) -> tuple[int, int]:
    """What is left of the whole, and the part, which is never more than it."""
    part = min(whole, part)
    return whole - part, part
