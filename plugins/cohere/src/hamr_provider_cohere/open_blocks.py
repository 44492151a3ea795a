"""Blocks of a reply while they come."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from hamr.api import (
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Warned,
)
from hamr.wirekit import ended_call, made_id
from hamr_provider_cohere.citations import citations
from hamr_provider_cohere.name import NAME, PLAN

if TYPE_CHECKING:
    from hamr.api import Event

_CALL = frozenset({"id", "type", "function"})


class Words:
    """One text, thought or plan at a time; each ends where another block begins, for sources may come behind it."""

    __slots__ = ("_blocks", "_cited", "block", "kind", "place")

    def __init__(self, blocks: count[int]) -> None:
        self._blocks = blocks
        self.block = -1
        self.kind: str | None = None
        self.place: Any = None
        self._cited: list[Any] = []

    def open(self, kind: str, place: Any, out: list[Event]) -> None:
        """Begin a block of `text`, `thinking` or `tool_plan`, unless that very one is open."""
        if self.kind == kind and self.place == place:
            return
        self.close(out)
        self.kind, self.place, self.block = kind, place, next(self._blocks)
        if kind == "thinking":
            out.append(ThinkingStart(self.block))
        else:
            extra = {NAME: {"field": PLAN}} if kind == PLAN else None
            out.append(TextStart(self.block, extra=extra))

    def say(self, text: str, out: list[Event]) -> None:
        """More of the block that is open."""
        out.append(ThinkingDelta(self.block, text) if self.kind == "thinking" else TextDelta(self.block, text))

    def cite(self, value: Any) -> bool:
        """Take a source; False where the block that it belongs to is not open."""
        place = value.get("content_index") if isinstance(value, dict) else None
        if self.kind is None or (place is not None and self.kind != PLAN and place != self.place):
            return False
        self._cited.append(value)
        return True

    def close(self, out: list[Event]) -> None:
        """End the block that is open, if one is."""
        if self.kind is None:
            return
        own: dict[str, Any] = {"field": PLAN} if self.kind == PLAN else {}
        if self._cited:
            own["citations"] = self._cited
        extra = {NAME: own} if own else None
        if self.kind == "thinking":
            out.append(ThinkingEnd(self.block, extra))
        else:
            out.append(TextEnd(self.block, citations(self._cited), extra))
        self.kind, self._cited = None, []


class OpenCall:
    """One tool call while its arguments come."""

    __slots__ = ("_pieces", "block", "extra", "id", "name")

    def __init__(self, block: int, id: str, value: dict[str, Any]) -> None:
        function = value.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        self.block, self.id = block, id
        self.name = name if isinstance(name, str) else ""
        self.extra = {key: each for key, each in value.items() if key not in _CALL and each is not None}
        self._pieces: list[str] = []

    def begin(self, out: list[Event]) -> None:
        """Tell of it."""
        out.append(ToolCallStart(self.block, self.id, self.name))

    def say(self, text: str, out: list[Event]) -> None:
        """More of the arguments."""
        self._pieces.append(text)
        out.append(ToolCallDelta(self.block, text))

    def close(self, out: list[Event], *, cut: bool) -> None:
        """The call as it stands; `cut` says that the reply may have ended in its midst."""
        text = "".join(self._pieces)
        if not cut and text.strip() == "null":  # a tool without parameters
            text = "{}"
        extra = {NAME: self.extra} if self.extra else None
        out.append(ToolCallEnd(self.block, ended_call(self.id, self.name, text, extra, cut=cut)))


class Calls:
    """The calls of a reply, by their index."""

    __slots__ = ("_blocks", "_ids", "_open", "seed")

    def __init__(self, blocks: count[int]) -> None:
        self._blocks = blocks
        self._open: dict[Any, OpenCall] = {}
        self._ids: set[str] = set()
        self.seed = ""

    def __bool__(self) -> bool:
        return bool(self._ids)

    def start(self, place: Any, value: dict[str, Any], out: list[Event]) -> None:
        """A call begins; one that was open at this place has ended."""
        self.end(place, out)
        call = OpenCall(next(self._blocks), self._id(value.get("id"), out), value)
        self._open[place] = call
        call.begin(out)
        self.delta(place, value, out)

    def delta(self, place: Any, value: Any, out: list[Event]) -> None:
        """More of its arguments."""
        function = value.get("function") if isinstance(value, dict) else None
        text = function.get("arguments") if isinstance(function, dict) else None
        if text and isinstance(text, str) and (call := self._open.get(place)) is not None:
            call.say(text, out)

    def end(self, place: Any, out: list[Event]) -> None:
        """The call is complete."""
        if (call := self._open.pop(place, None)) is not None:
            call.close(out, cut=False)

    def close(self, out: list[Event], *, cut: bool) -> None:
        """End those that are open still."""
        for place in list(self._open):
            self._open.pop(place).close(out, cut=cut)

    def _id(self, given: Any, out: list[Event]) -> str:
        if isinstance(given, str) and given and given not in self._ids:
            self._ids.add(given)
            return given
        if isinstance(given, str) and given:
            out.append(Warned("two tool calls came with the same id; the later one was given another"))
        made = f"call_{made_id(f'{self.seed}/{len(self._ids)}')}"
        self._ids.add(made)
        return made
