"""Blocks of a reply as the items of this wire, with the events that tell of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import (
    PartAdded,
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
from hamr.wires.openai_responses.made import item_id
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.outgoing_blocks import CallBlock, Frame, MessageBlock, ReasoningBlock, Slot
from hamr.wires.openai_responses.outgoing_parts import whole_item
from hamr.wires.told import own_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hamr.types import Event, Extra


class Outgoing:
    """Makes items out of blocks, which may come in turns; `done` holds those that are complete.

    `response_id` is what made ids depend on, so that they differ between responses.
    """

    def __init__(self) -> None:
        self.response_id = ""
        self._slots: list[Slot] = []
        self._blocks: dict[int, MessageBlock | ReasoningBlock | CallBlock] = {}
        self._messages: dict[str, Slot] = {}

    @property
    def done(self) -> list[dict[str, Any]]:
        """The items that are complete, in the order in which they began."""
        return [slot.item for slot in self._slots if slot.is_done]

    def take(self, event: Event) -> None:
        """An event of which nothing is told yet."""
        for _ in self.read(event):
            pass

    def finish(self) -> None:
        """The end of a reply of which nothing was told."""
        for _ in self.close():
            pass

    def read(self, event: Event) -> Iterator[Frame]:
        """The events that tell of this one; blocks that are not the first choice's are left out."""
        match event:
            case TextDelta(index, text) | ThinkingDelta(index, text) | ToolCallDelta(index, text):
                if (block := self._blocks.get(index)) is not None:
                    yield from block.delta(text)
            case TextStart(index, refusal, 0):
                yield from self._text(index, own_of(event.extra, NAME), refusal=refusal)
            case ThinkingStart(index, 0):
                own = own_of(event.extra, NAME)
                yield from self._open({"type": "reasoning", "id": self._id("rs", own), "summary": []})
                self._blocks[index] = ReasoningBlock(self._slots[-1], raw=bool(own.get("raw")))
            case ToolCallStart(index, id, name, 0):
                yield from self._call(index, id, name, dict(own_of(event.extra, NAME)))
            case TextEnd(index) | ThinkingEnd(index) | ToolCallEnd(index):
                if (block := self._blocks.pop(index, None)) is not None:
                    yield from block.end(event)
            case PartAdded(choice=0):
                if (item := whole_item(event.part, self._id("ig", {}))) is not None:
                    yield from self._open(item)
                    yield from self._slots[-1].finish({})

    def close(self) -> Iterator[Frame]:
        """End what is still open."""
        for block in self._blocks.values():
            yield from block.end(None)
        self._blocks.clear()

    def _id(self, kind: str, own: Extra) -> str:
        """The id that the provider gave, or one that depends on nothing but the response and the place in it."""
        id = own.get("id")
        return id if isinstance(id, str) else item_id(kind, f"{self.response_id} {len(self._slots)}")

    def _open(self, item: dict[str, Any]) -> Iterator[Frame]:
        slot = Slot(len(self._slots), item)
        self._slots.append(slot)
        yield "output_item.added", {"output_index": slot.place, "item": dict(item)}

    def _text(self, index: int, own: Extra, *, refusal: bool) -> Iterator[Frame]:
        """A new message, or another part of the one with this id that is not done yet."""
        id = self._id("msg", own)
        slot = self._messages.get(id)
        if slot is None or slot.is_done:
            phase = {"phase": own["phase"]} if own.get("phase") is not None else {}
            item = {"type": "message", "id": id, "status": "in_progress", "role": "assistant", "content": [], **phase}
            yield from self._open(item)
            slot = self._messages[id] = self._slots[-1]
        block = self._blocks[index] = MessageBlock(slot, refusal=refusal)
        yield from block.begin()

    def _call(self, index: int, id: str, name: str, own: dict[str, Any]) -> Iterator[Frame]:
        custom = own.pop("type", "") == "custom_tool_call"
        item = {
            "type": "custom_tool_call" if custom else "function_call",
            "id": self._id("ctc" if custom else "fc", own),
            "status": "in_progress",
            "call_id": id,
            "name": name,
            "input" if custom else "arguments": "",
        }
        yield from self._open({**own, **item})
        self._blocks[index] = CallBlock(self._slots[-1], custom=custom)
