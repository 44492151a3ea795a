"""Blocks of a reply as the content of one whole message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import (
    HostedTool,
    PartAdded,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCallEnd,
    ToolCallStart,
)
from hamr.wires.anthropic_messages.outgoing import cited_sources, own_of

if TYPE_CHECKING:
    from hamr.types import Event


class WholeContent:
    """Gathers blocks, each at the place where it began; those of other choices than the first are left out."""

    def __init__(self) -> None:
        self._blocks: dict[int, dict[str, Any] | None] = {}
        self._pieces: dict[int, list[str]] = {}

    @property
    def content(self) -> list[dict[str, Any]]:
        """The blocks that are complete."""
        return [block for block in self._blocks.values() if block is not None]

    def take(self, event: Event) -> None:
        """Read an event."""
        match event:
            case TextStart(choice=0) | ThinkingStart(choice=0) | ToolCallStart(choice=0):
                self._blocks[event.index], self._pieces[event.index] = None, []
            case TextDelta() | ThinkingDelta():
                if event.index in self._pieces:
                    self._pieces[event.index].append(event.text)
            case TextEnd() | ThinkingEnd() | ToolCallEnd():
                if event.index in self._pieces:
                    self._blocks[event.index] = self._ended(event, "".join(self._pieces.pop(event.index)))
            case PartAdded(choice=0, part=HostedTool() as part):
                block = own_of(part.extra).get("block")  # what another provider ran has no name here
                self._blocks[event.index] = block if isinstance(block, dict) else None

    def _ended(self, event: TextEnd | ThinkingEnd | ToolCallEnd, text: str) -> dict[str, Any] | None:
        if isinstance(event, TextEnd):
            cited = cited_sources(event)
            if not text and not cited:
                return None
            return {"type": "text", "text": text, **({"citations": cited} if cited else {})}
        if isinstance(event, ThinkingEnd):
            own = own_of(event.extra)
            if isinstance(own.get("data"), str) and not text:
                return {"type": "redacted_thinking", "data": own["data"]}
            return {"type": "thinking", "thinking": text, "signature": own.get("signature") or ""}
        call = event.call
        own = {name: value for name, value in own_of(call.extra).items() if name != "issuer"}
        return {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments), **own}
