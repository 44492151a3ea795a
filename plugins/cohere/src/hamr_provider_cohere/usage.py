"""The provider's account of tokens, as disjoint buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_usage(raw: Mapping[str, Any]) -> Usage | None:
    """The tokens that the model read and wrote, its own template's included; `billed` are those that are charged for.

    Cached tokens are part of the input, those of thinking of the output; those of images stand beside the input
    (recorded replies of command-a-plus-05-2026, 2026-06). Without that account the billed units stand in, marked as
    estimated. None where nothing is counted.
    """
    tokens = raw.get("tokens")
    billed = raw.get("billed_units")
    counted: Mapping[str, Any] = tokens if isinstance(tokens, dict) else {}
    estimated = not counted
    if estimated:
        counted = billed if isinstance(billed, dict) else {}
    if not {"input_tokens", "output_tokens"} & counted.keys():
        return None
    incoming, outgoing = _count(counted, "input_tokens"), _count(counted, "output_tokens")
    cached = 0 if estimated else min(incoming, _count(raw, "cached_tokens"))
    reasoning = min(outgoing, _count(counted, "reasoning_tokens"))
    return Usage(
        input=incoming - cached + _count(counted, "image_tokens"),
        cache_read=cached,
        output=outgoing - reasoning,
        reasoning=reasoning,
        estimated=estimated,
        raw=raw,
        billed=None if estimated or not isinstance(billed, dict) else _billed(billed),
    )


def _billed(units: Mapping[str, Any]) -> Usage | None:
    """What is charged for, which is without the template; None where that is not said."""
    if not {"input_tokens", "output_tokens"} <= units.keys():
        return None
    incoming = _count(units, "input_tokens") + _count(units, "image_tokens")
    return Usage(input=incoming, output=_count(units, "output_tokens"))


def usage_body(usage: Usage) -> dict[str, Any]:
    """The account as this wire has it: the provider's own, where it spoke this wire too."""
    if "tokens" in usage.raw or "billed_units" in usage.raw:
        return dict(usage.raw)
    counts = {"input_tokens": usage.input_total, "output_tokens": usage.output_total}
    tokens = {**counts, **({"reasoning_tokens": usage.reasoning} if usage.reasoning else {})}
    return {"billed_units": counts, "tokens": tokens, "cached_tokens": usage.cache_read}


def _count(raw: Mapping[str, Any], name: str) -> int:
    """A count, which may be written as 12.0."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        return 0
    return int(value)
