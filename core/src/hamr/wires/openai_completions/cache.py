"""Marks that ask for the prompt to be cached up to a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.cache_mark import cache_control

if TYPE_CHECKING:
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
    written["cache_control"] = cache_control(wanted)
