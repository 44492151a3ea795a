"""Blocks of a reply as the events of this wire."""

from __future__ import annotations

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
)
from hamr_provider_cohere import citations
from hamr_provider_cohere.name import NAME, PLAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hamr.api import Event, Extra

Frame = dict[str, Any]
"""One event: its `type`, its `index` where it has one, and its `delta`."""


class Outgoing:
    """Knows the block that is open; those of other choices than the first are left out, for this wire has none."""

    def __init__(self) -> None:
        self._block = -1
        self._kind = ""
        self._index = -1
        self._contents = self._calls = self._sources = 0
        self._pieces: list[str] = []

    def read(self, event: Event) -> Iterator[Frame]:
        """The events of this wire that tell of this one."""
        match event:
            case TextDelta(index, text) | ThinkingDelta(index, text) | ToolCallDelta(index, text):
                if index == self._block:
                    self._pieces.append(text)
                    yield self._delta(text)
            case TextStart(index, choice=0):
                plans = own(event.extra).get("field") == PLAN
                yield from self._open(index, PLAN if plans else "text")
            case ThinkingStart(index, 0):
                yield from self._open(index, "thinking")
            case ToolCallStart(index, id, name, 0):
                yield from self._open(index, "call")
                call = {"id": id, "type": "function", "function": {"name": name, "arguments": ""}}
                yield self._frame("tool-call-start", {"tool_calls": call})
            case TextEnd(index) if index == self._block:
                yield from self._cited(event)
                yield from self.close()
            case ThinkingEnd(index) if index == self._block:
                yield from self._sourced(own(event.extra).get("citations"))
                yield from self.close()
            case ToolCallEnd(index) if index == self._block:
                yield from self._ended(event)

    def close(self) -> Iterator[Frame]:
        """End what is open."""
        if self._kind in ("text", "thinking"):
            yield {"type": "content-end", "index": self._index}
        elif self._kind == "call":
            yield {"type": "tool-call-end", "index": self._index}
        self._block, self._kind = -1, ""

    def _open(self, block: int, kind: str) -> Iterator[Frame]:
        yield from self.close()
        self._block, self._kind, self._pieces = block, kind, []
        if kind == "call":
            self._index, self._calls = self._calls, self._calls + 1
        elif kind != PLAN:
            self._index, self._contents = self._contents, self._contents + 1
            yield self._frame("content-start", {"content": {"type": kind, kind: ""}})

    def _delta(self, text: str) -> Frame:
        if self._kind == PLAN:
            return {"type": "tool-plan-delta", "delta": {"message": {PLAN: text}}}
        if self._kind == "call":
            return self._frame("tool-call-delta", {"tool_calls": {"function": {"arguments": text}}})
        return self._frame("content-delta", {"content": {self._kind: text}})

    def _frame(self, kind: str, message: dict[str, Any]) -> Frame:
        return {"type": kind, "index": self._index, "delta": {"message": message}}

    def _cited(self, event: TextEnd) -> Iterator[Frame]:
        sources = own(event.extra).get("citations")
        if not isinstance(sources, list):
            place = max(self._index, 0) if self._kind != PLAN else 0
            sources = citations.written(event.citations, "".join(self._pieces), place) if event.citations else []
            if self._kind == PLAN:
                sources = [{**each, "type": "PLAN"} for each in sources]
        yield from self._sourced(sources)

    def _sourced(self, sources: Any) -> Iterator[Frame]:
        for source in sources if isinstance(sources, list) else ():
            yield {"type": "citation-start", "index": self._sources, "delta": {"message": {"citations": source}}}
            yield {"type": "citation-end", "index": self._sources}
            self._sources += 1

    def _ended(self, event: ToolCallEnd) -> Iterator[Frame]:
        """Arguments that came whole are said at the end."""
        from pydantic_core import to_json

        call = event.call
        if not self._pieces:
            text = call.text if call.text is not None else to_json(call.arguments).decode()
            if text:
                yield self._delta(text)
        yield from self.close()


def own(extra: Extra | None) -> dict[str, Any]:
    """The opaque data that is this wire's."""
    mine = (extra or {}).get(NAME)
    return mine if isinstance(mine, dict) else {}
