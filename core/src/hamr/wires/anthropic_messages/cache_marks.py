"""Where the provider is asked to cache the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hamr.wires.cache_mark import cache_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import CacheMark
    from hamr.wires.anthropic_messages.compat import Compat
    from hamr.wires.told import Told


class _Mark(NamedTuple):
    block: dict[str, Any]
    wanted: CacheMark
    place: str


class CacheMarks:
    """Gathers the marks in the order of the cached prompt, tools before system before messages, and then sets them."""

    def __init__(self, compat: Compat, told: Told) -> None:
        self._compat, self._told = compat, told
        self._tools: list[_Mark] = []
        self._system: list[_Mark] = []
        self._messages: list[_Mark] = []

    def on_tool(self, tool: dict[str, Any], wanted: CacheMark, place: str) -> None:
        """Mark a tool."""
        if not self._compat.supports_cache_control_on_tools:
            self._told("dropped", f"{place}.cache", "this provider takes no marks on tools")
        elif tool.get("defer_loading"):
            self._told("dropped", f"{place}.cache", "a deferred tool is no part of the prompt")
        else:
            self._tools.append(_Mark(tool, wanted, place))

    def on(self, block: dict[str, Any], wanted: CacheMark, place: str) -> None:
        """Mark a block."""
        self._messages.append(_Mark(block, wanted, place))

    def lift(self, blocks: Sequence[dict[str, Any]]) -> None:
        """These, marked last, stand before all messages."""
        first = len(self._messages) - sum(mark.block is block for mark in self._messages for block in blocks)
        self._system += self._messages[first:]
        del self._messages[first:]

    def set(self, *, taken: int = 0) -> bool:
        """Write the marks into their blocks; whether one of them is for an hour.

        There may be so many, less those `taken` already: of more, the first ones of the messages are left out, for
        each later one covers them. A mark for an hour stands before those for five minutes (Anthropic, "Prompt
        caching", 2026-11).
        """
        if not self._tools and not self._system and not self._messages:
            return False
        if not self._compat.supports_cache_control:
            for mark in (*self._tools, *self._system, *self._messages):
                self._told("dropped", f"{mark.place}.cache", "this provider takes no marks")
            return False
        brief = long = False
        for mark in self._fewer(self._compat.max_cache_marks - taken):
            wanted = mark.wanted
            if wanted == "1h" and (brief or not self._compat.supports_long_cache):
                why = "a mark for five minutes stands before it" if brief else "this provider caches no longer"
                self._told("clamped", f"{mark.place}.cache", why)
                wanted = "5m"
            brief, long = brief or wanted == "5m", long or wanted == "1h"
            mark.block["cache_control"] = cache_control(wanted)
        return long

    def _fewer(self, most: int) -> list[_Mark]:
        first = [*self._tools, *self._system]
        over = len(first) + len(self._messages) - max(most, 0)
        if over <= 0:
            return first + self._messages
        left_out = [*self._messages[:over], *first[: max(over - len(self._messages), 0)]]
        for mark in left_out:
            self._told("dropped", f"{mark.place}.cache", f"this provider takes {max(most, 0)} marks at most")
        return [mark for mark in (*first, *self._messages) if mark not in left_out]
