"""Blocks one after another: this wire has no more than one open at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.types import PartAdded, TextEnd, TextStart, ThinkingEnd, ThinkingStart, ToolCallEnd, ToolCallStart

if TYPE_CHECKING:
    from hamr.types import Event

STARTS = (TextStart, ThinkingStart, ToolCallStart, PartAdded)
ENDS = (TextEnd, ThinkingEnd, ToolCallEnd, PartAdded)


class OneByOne:
    """Holds back what belongs to a block that was begun before the one in front of it ended."""

    __slots__ = ("_open", "_others", "_waiting")

    def __init__(self) -> None:
        self._open = -1
        self._waiting: dict[int, list[Event]] = {}
        self._others: set[int] = set()

    def put(self, event: Event) -> list[Event]:
        """The events of blocks that may be told now; blocks of other choices than the first are left out."""
        index: int = getattr(event, "index", -1)
        if index < 0 or index in self._others:
            return []
        if isinstance(event, STARTS) and event.choice:
            self._others.add(index)
            return []
        if self._open not in (-1, index):
            self._waiting.setdefault(index, []).append(event)
            return []
        self._open = -1 if isinstance(event, ENDS) else index
        out = [event]
        while self._open < 0 and self._waiting:
            index = next(iter(self._waiting))
            out += self._waiting.pop(index)
            self._open = -1 if isinstance(out[-1], ENDS) else index
        return out

    def rest(self) -> list[Event]:
        """What still waits, for the block in front of it will not end any more."""
        out = [event for events in self._waiting.values() for event in events]
        self._waiting.clear()
        return out
