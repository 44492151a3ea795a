"""Blocks of a reply as the content blocks of this wire, with the events that tell of each."""

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
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
)
from hamr.wires.anthropic_messages.citations import citation_body
from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.anthropic_messages.one_by_one import OneByOne
from hamr.wires.anthropic_messages.open_blocks import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hamr.types import Event, Extra

Frame = dict[str, Any]
_ARGUED = frozenset({"server_tool_use", "mcp_tool_use"})
"""Blocks of the provider's own that begin without their arguments."""


class Outgoing:
    """Makes the frames of a stream."""

    def __init__(self) -> None:
        self._order = OneByOne()
        self._place = 0
        self._begun = self._argued = False

    def read(self, event: Event) -> Iterator[Frame]:
        """The frames that tell of this event, and of those that have waited for it."""
        for each in self._order.put(event):
            yield from self._frames(each)

    def close(self) -> Iterator[Frame]:
        """End what is still open."""
        for each in self._order.rest():
            yield from self._frames(each)
        if self._begun:
            yield self._stop()

    def _frames(self, event: Event) -> Iterator[Frame]:
        match event:
            case TextStart() | ThinkingStart():
                if self._begun:  # the end of the block before never came
                    yield self._stop()
            case TextDelta():
                yield from self._begin({"type": "text", "text": ""})
                yield self._delta("text_delta", text=event.text)
            case ThinkingDelta():
                yield from self._begin({"type": "thinking", "thinking": "", "signature": ""})
                yield self._delta("thinking_delta", thinking=event.text)
            case ToolCallStart():
                if self._begun:
                    yield self._stop()
                self._argued = False
                yield from self._begin({"type": "tool_use", "id": event.id, "name": event.name, "input": {}})
            case ToolCallDelta():
                self._argued = True
                yield self._delta("input_json_delta", partial_json=event.text)
            case TextEnd():
                yield from self._end_text(event)
            case ThinkingEnd():
                yield from self._end_thinking(event)
            case ToolCallEnd():
                if not self._argued and (text := arguments_text(event.call)):
                    yield self._delta("input_json_delta", partial_json=text)
                yield self._stop()
            case PartAdded(part=HostedTool() as part):
                yield from self._hosted(part)

    def _begin(self, block: dict[str, Any]) -> Iterator[Frame]:
        if not self._begun:
            self._begun = True
            yield {"type": "content_block_start", "index": self._place, "content_block": block}

    def _delta(self, kind: str, **said: Any) -> Frame:
        return {"type": "content_block_delta", "index": self._place, "delta": {"type": kind, **said}}

    def _stop(self) -> Frame:
        self._begun = False
        self._place += 1
        return {"type": "content_block_stop", "index": self._place - 1}

    def _end_text(self, event: TextEnd) -> Iterator[Frame]:
        cited = cited_sources(event)
        if cited:
            yield from self._begin({"type": "text", "text": ""})
        for each in cited:
            yield self._delta("citations_delta", citation=each)
        if self._begun:
            yield self._stop()

    def _end_thinking(self, event: ThinkingEnd) -> Iterator[Frame]:
        own = own_of(event.extra)
        if isinstance(own.get("data"), str) and not self._begun:
            yield from self._begin({"type": "redacted_thinking", "data": own["data"]})
        else:
            yield from self._begin({"type": "thinking", "thinking": "", "signature": ""})
            if own.get("signature"):
                yield self._delta("signature_delta", signature=own["signature"])
        yield self._stop()

    def _hosted(self, part: HostedTool) -> Iterator[Frame]:
        """A block of this wire's; what another provider ran has no name here."""
        block = own_of(part.extra).get("block")
        if not isinstance(block, dict):
            return
        if block.get("type") in _ARGUED and block.get("input"):
            yield from self._begin({**block, "input": {}})
            yield self._delta("input_json_delta", partial_json=written(block["input"]))
        else:
            yield from self._begin(block)
        yield self._stop()


def own_of(extra: Extra | None) -> dict[str, Any]:
    """The opaque data that is this wire's."""
    own = (extra or {}).get(NAME)
    return own if isinstance(own, dict) else {}


def cited_sources(event: TextEnd) -> list[Any]:
    """The sources of a text, as they came or as this wire has them."""
    own = own_of(event.extra).get("citations")
    return own if isinstance(own, list) else [citation_body(each) for each in event.citations]


def arguments_text(call: ToolCall) -> str:
    """The arguments of a call that came in one piece."""
    return call.text if call.text is not None else written(dict(call.arguments))
