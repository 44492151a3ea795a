"""The provider's account of tokens, as disjoint buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_usage(raw: Mapping[str, Any]) -> Usage:
    """What is cached is part of the prompt; thoughts and what tools put in stand beside (`UsageMetadata`, 2026-11)."""
    prompt, cached = _count(raw, "promptTokenCount"), _count(raw, "cachedContentTokenCount")
    rest, cached = _take(prompt, cached)
    heard = _sound(raw, "promptTokensDetails") - _sound(raw, "cacheTokensDetails")
    rest, heard = _take(rest, max(0, heard))
    told, spoken = _take(_count(raw, "candidatesTokenCount"), _sound(raw, "candidatesTokensDetails"))
    return Usage(
        input=rest + _count(raw, "toolUsePromptTokenCount"),
        cache_read=cached,
        input_audio=heard,
        output=told,
        reasoning=_count(raw, "thoughtsTokenCount"),
        output_audio=spoken,
        raw=raw,
    )


def written_usage(usage: Usage) -> dict[str, Any]:
    """The buckets as this wire counts them."""
    written: dict[str, Any] = {"promptTokenCount": usage.input_total}
    if usage.cache_read:
        written["cachedContentTokenCount"] = usage.cache_read
    written["candidatesTokenCount"] = usage.output + usage.output_audio
    if usage.reasoning:
        written["thoughtsTokenCount"] = usage.reasoning
    written["totalTokenCount"] = usage.total
    for name, sound, whole in (
        ("promptTokensDetails", usage.input_audio, usage.input_total),
        ("candidatesTokensDetails", usage.output_audio, usage.output + usage.output_audio),
    ):
        if sound:
            rest = {"modality": "TEXT", "tokenCount": whole - sound}
            written[name] = [rest, {"modality": "AUDIO", "tokenCount": sound}]
    return written


def _count(raw: Mapping[str, Any], name: str) -> int:
    """A number, or a text of one, as 64 bits are written in JSON by Google's own rules."""
    value = raw.get(name)
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 16:
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15 else 0


def _sound(raw: Mapping[str, Any], name: str) -> int:
    details = raw.get(name)
    rows = details if isinstance(details, list) else []
    return sum(_count(row, "tokenCount") for row in rows if isinstance(row, dict) and row.get("modality") == "AUDIO")


def _take(whole: int, part: int) -> tuple[int, int]:
    """What is left of the whole, and the part, which is never more than it."""
    part = min(whole, part)
    return whole - part, part
