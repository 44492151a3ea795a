"""The provider's account of tokens, as disjoint buckets."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from hamr.types import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.wires.openai_completions.compat import Compat

# Cached tokens go by many names: OpenAI, a misspelling of Mistral's, Mistral, Together and Moonshot, DeepSeek
# (their API references, 2026-11).
_CACHED = ("num_cached_tokens", "cached_tokens", "prompt_cache_hit_tokens")
_INPUT_DETAILS = ("prompt_tokens_details", "prompt_token_details", "input_tokens_details")
_OUTPUT_DETAILS = ("completion_tokens_details", "output_tokens_details")


def read_usage(raw: Mapping[str, Any], compat: Compat) -> Usage:
    """Buckets that add up to what the provider counted: a part never exceeds its whole.

    Cached tokens are part of the prompt. Reasoning is part of the output unless a flag, or the provider's own
    total, says that it comes on top.
    """
    incoming, outgoing = _details(raw, _INPUT_DETAILS), _details(raw, _OUTPUT_DETAILS)
    total = _count(raw, "total_tokens")
    prompt = _count(raw, "prompt_tokens", "input_tokens")
    output = _count(raw, "completion_tokens", "output_tokens")
    reasoning = _count(outgoing, "reasoning_tokens") or _count(raw, "reasoning_tokens")
    if not output and total > prompt:
        output = total - prompt
    elif reasoning and (compat.reasoning_outside_output or total == prompt + output + reasoning):
        output += reasoning
    cached = _count(incoming, "cached_tokens") or _count(raw, *_CACHED)
    rest, cached = _take(prompt, cached)
    rest, written = _take(rest, _count(incoming, "cache_write_tokens", "cache_creation_tokens"))
    rest, heard = _take(rest, _count(incoming, "audio_tokens"))
    told, reasoning = _take(output, reasoning)
    told, spoken = _take(told, _count(outgoing, "audio_tokens"))
    return Usage(
        input=rest,
        cache_read=cached,
        cache_write_5m=written,
        input_audio=heard,
        output=told,
        reasoning=reasoning,
        output_audio=spoken,
        raw=raw,
    )


def _details(raw: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    for name in names:
        found = raw.get(name)
        if type(found) is dict:
            return found
    return {}


def _count(raw: Mapping[str, Any], *names: str) -> int:
    for name in names:
        value = raw.get(name)
        if type(value) is int and value > 0:
            return value
        if isinstance(value, float) and isfinite(value) and value > 0:
            return int(value)
    return 0


def _take(whole: int, part: int) -> tuple[int, int]:
    """What is left of the whole, and the part, which is never more than it."""
    part = min(whole, part)
    return whole - part, part
