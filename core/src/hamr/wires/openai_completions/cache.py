"""Marks that ask for the prompt to be cached up to a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import CacheMark
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told


def mark(written: dict[str, Any], wanted: CacheMark | None, place: str, compat: Compat, told: Told) -> None:
    """Set the mark on a content part or a tool, where the provider knows such marks."""
    if wanted is None:
        return
    if compat.cache_control_format != "anthropic":
        told("dropped", f"{place}.cache", "this provider takes no such marks")
        return
    if wanted != "5m" and not compat.supports_long_cache_retention:
        told("clamped", f"{place}.cache", "this provider keeps it for its own time")
        wanted = "5m"
    # Five minutes is what the mark means without a time (Anthropic, "Prompt caching", 2026-11).
    written["cache_control"] = {"type": "ephemeral"} if wanted == "5m" else {"type": "ephemeral", "ttl": wanted}


def read_mark(written: Mapping[str, Any]) -> CacheMark | None:
    """The mark on a content part or a tool."""
    found = written.get("cache_control")
    if not isinstance(found, dict) or found.get("type") != "ephemeral":
        return None
    return "1h" if found.get("ttl") == "1h" else "5m"
