"""The blocks of a reply that are on their way out, each of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import TextEnd, ThinkingEnd, ToolCallEnd
from hamr.wires.openai_responses.made import sealed
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.open_items import BREAK
from hamr.wires.openai_responses.outgoing_parts import annotation, text_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hamr.types import Event, Extra

Frame = tuple[str, dict[str, Any]]
"""The name of an event, without its `response.`, and what it says."""


class Slot:
    """One item of the output, at its place; `parts` are those of a message, None while they come."""

    __slots__ = ("is_done", "item", "parts", "place")

    def __init__(self, place: int, item: dict[str, Any]) -> None:
        self.place, self.item = place, item
        self.parts: list[dict[str, Any] | None] = []
        self.is_done = False

    @property
    def where(self) -> dict[str, Any]:
        """How an event says which item it is about."""
        return {"item_id": self.item.get("id"), "output_index": self.place}

    def finish(self, more: dict[str, Any]) -> Iterator[Frame]:
        """The item is complete."""
        self.item = {**self.item, **more}
        self.is_done = True
        yield "output_item.done", {"output_index": self.place, "item": self.item}


class MessageBlock:
    """One content part of a message."""

    __slots__ = ("_at", "_pieces", "_refusal", "_slot", "_where")

    def __init__(self, slot: Slot, *, refusal: bool) -> None:
        self._slot, self._refusal = slot, refusal
        self._at = len(slot.parts)
        slot.parts.append(None)
        self._pieces: list[str] = []
        self._where = {**slot.where, "content_index": self._at}

    def begin(self) -> Iterator[Frame]:
        """It begins."""
        part = {"type": "refusal", "refusal": ""} if self._refusal else text_part("", [], [])
        yield "content_part.added", {**self._where, "part": part}

    def delta(self, text: str) -> Iterator[Frame]:
        """More of it."""
        self._pieces.append(text)
        if self._refusal:
            yield "refusal.delta", {**self._where, "delta": text}
        else:
            yield "output_text.delta", {**self._where, "delta": text, "logprobs": []}

    def end(self, event: Event | None) -> Iterator[Frame]:
        """Its end, and that of the message with its last part; None where the reply breaks off."""
        text, own = "".join(self._pieces), _own(event)
        if self._refusal:
            part: dict[str, Any] = {"type": "refusal", "refusal": text}
            yield "refusal.done", {**self._where, "refusal": text}
        else:
            notes = own.get("annotations")
            cited = event.citations if isinstance(event, TextEnd) else ()
            notes = notes if isinstance(notes, list) else [annotation(each) for each in cited]
            for at, note in enumerate(notes):
                yield "output_text.annotation.added", {**self._where, "annotation_index": at, "annotation": note}
            part = text_part(text, notes, own.get("logprobs") or [])
            yield "output_text.done", {**self._where, "text": text, "logprobs": part["logprobs"]}
        yield "content_part.done", {**self._where, "part": part}
        self._slot.parts[self._at] = part
        if None not in self._slot.parts:
            phase = {"phase": own["phase"]} if own.get("phase") is not None else {}
            status = "incomplete" if event is None else "completed"
            yield from self._slot.finish({"content": self._slot.parts, "status": status, **phase})


class ReasoningBlock:
    """Thinking: as a summary, or `raw` as all of it."""

    __slots__ = ("_kind", "_number", "_part", "_parts", "_pieces", "_slot")

    def __init__(self, slot: Slot, *, raw: bool) -> None:
        self._slot = slot
        self._kind, self._part = ("content", "reasoning_text") if raw else ("summary", "summary_text")
        self._number = -1
        self._pieces: list[str] = []
        self._parts: list[dict[str, Any]] = []

    def delta(self, text: str) -> Iterator[Frame]:
        """More of it; a break ends one part, and what comes next begins another."""
        if text == BREAK and self._pieces:
            yield from self._end_part()
            return
        if not self._pieces:
            self._number += 1
            name = "content_part.added" if self._kind == "content" else "reasoning_summary_part.added"
            yield name, {**self._where, "part": {"type": self._part, "text": ""}}
        self._pieces.append(text)
        name = "reasoning_text.delta" if self._kind == "content" else "reasoning_summary_text.delta"
        yield name, {**self._where, "delta": text}

    def end(self, event: Event | None) -> Iterator[Frame]:
        """Its end, with the item that the provider gave, where it did."""
        if self._pieces:
            yield from self._end_part()
        kept = _own(event).get("item") if isinstance(event, ThinkingEnd) else None
        if not isinstance(kept, dict):
            kept = {self._kind: self._parts}
            if isinstance(event, ThinkingEnd) and (cipher := sealed(event.extra)) is not None:
                kept["encrypted_content"] = cipher
        yield from self._slot.finish(kept)

    def _end_part(self) -> Iterator[Frame]:
        text = "".join(self._pieces)
        self._pieces = []
        part = {"type": self._part, "text": text}
        self._parts.append(part)
        if self._kind == "content":
            yield "reasoning_text.done", {**self._where, "text": text}
            yield "content_part.done", {**self._where, "part": part}
        else:
            yield "reasoning_summary_text.done", {**self._where, "text": text}
            yield "reasoning_summary_part.done", {**self._where, "part": part}

    @property
    def _where(self) -> dict[str, Any]:
        return {**self._slot.where, f"{self._kind}_index": self._number}


class CallBlock:
    """A tool call."""

    __slots__ = ("_field", "_kind", "_pieces", "_slot", "_where")

    def __init__(self, slot: Slot, *, custom: bool) -> None:
        self._slot, self._where = slot, slot.where
        self._field = "input" if custom else "arguments"
        self._kind = "custom_tool_call_input" if custom else "function_call_arguments"
        self._pieces: list[str] = []

    def delta(self, text: str) -> Iterator[Frame]:
        """More of the arguments."""
        self._pieces.append(text)
        yield f"{self._kind}.delta", {**self._where, "delta": text}

    def end(self, event: Event | None) -> Iterator[Frame]:
        """The arguments are complete; or broken off."""
        text = "".join(self._pieces)
        call = event.call if isinstance(event, ToolCallEnd) else None
        if call is not None and not text:
            text = call.text or ""
        named = {} if self._field == "input" else {"name": self._slot.item["name"]}
        yield f"{self._kind}.done", {**self._where, self._field: text, **named}
        whole = call is not None and call.problem is None
        yield from self._slot.finish({self._field: text, "status": "completed" if whole else "incomplete"})


def _own(event: Event | None) -> Extra:
    extra = event.extra if isinstance(event, TextEnd | ThinkingEnd) else None
    own = (extra or {}).get(NAME)
    return own if isinstance(own, dict) else {}
