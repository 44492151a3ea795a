"""Marks in the manner of Anthropic's `cache_control`, which other wires have taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import CacheMark


def cache_control(wanted: CacheMark) -> dict[str, str]:
    """The mark; five minutes is what it means without a time (Anthropic, "Prompt caching", 2026-11)."""
    return {"type": "ephemeral"} if wanted == "5m" else {"type": "ephemeral", "ttl": wanted}


def read_mark(written: Mapping[str, Any]) -> CacheMark | None:
    """The mark on a content part or a tool."""
    found = written.get("cache_control")
    if not isinstance(found, dict) or found.get("type") != "ephemeral":
        return None
    return "1h" if found.get("ttl") == "1h" else "5m"
