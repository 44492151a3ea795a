"""Blocks of a reply as the items of this wire, with the events that tell of each."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.types import (
    HostedTool,
    Image,
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
from hamr.wires.openai_responses.name import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hamr.types import Citation, Event, Extra

Frame = tuple[str, dict[str, Any]]
"""The name of an event, without its `response.`, and what it says."""


class Outgoing:
    """Makes items; `done` holds those that are complete."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        self._item: dict[str, Any] | None = None
        self._block = -1
        self._refusal = False
        self._pieces: list[str] = []

    def take(self, event: Event) -> None:
        """Read an event of which nothing is told yet."""
        for _ in self.read(event):
            pass

    def finish(self) -> None:
        """The end of a reply of which nothing was told."""
        for _ in self.close():
            pass

    def read(self, event: Event) -> Iterator[Frame]:
        """The events that tell of this one; blocks that are not the first choice's are left out."""
        match event:
            case TextStart(index, refusal, 0):
                yield from self._text(index, refusal=refusal)
            case ThinkingStart(index, 0):
                yield from self._thinking(index)
            case ToolCallStart(index, id, name, 0):
                yield from self._call(index, id, name)
            case TextDelta(index, text) | ThinkingDelta(index, text) | ToolCallDelta(index, text):
                if index == self._block:
                    yield self._delta(text)
            case TextEnd(index) if index == self._block:
                yield from self._end_text(event.citations, event.extra)
            case ThinkingEnd(index) if index == self._block:
                yield from self._end_thinking(event.extra)
            case ToolCallEnd(index) if index == self._block:
                yield from self._end_call(event)
            case PartAdded(choice=0):
                yield from self._whole(event.part)

    def close(self) -> Iterator[Frame]:
        """End what is still open."""
        if self._item is None:
            return
        kind = self._item["type"]
        if kind == "message":
            yield from self._end_text((), None)
        elif kind == "reasoning":
            yield from self._end_thinking(None)
        else:
            yield from self._finish({"arguments": "".join(self._pieces), "status": "incomplete"})

    @property
    def _where(self) -> dict[str, Any]:
        item = self._item or {}
        return {"item_id": item.get("id"), "output_index": len(self.done)}

    def _open(self, index: int, item: dict[str, Any]) -> Iterator[Frame]:
        yield from self.close()
        self._item, self._block, self._pieces = item, index, []
        yield "output_item.added", {"output_index": len(self.done), "item": dict(item)}

    def _finish(self, more: dict[str, Any]) -> Iterator[Frame]:
        item = {**(self._item or {}), **more}
        yield "output_item.done", {"output_index": len(self.done), "item": item}
        self.done.append(item)
        self._item, self._block = None, -1

    def _text(self, index: int, *, refusal: bool) -> Iterator[Frame]:
        id = f"msg_hamr{len(self.done)}"
        item = {"type": "message", "id": id, "status": "in_progress", "role": "assistant", "content": []}
        yield from self._open(index, item)
        part = {"type": "refusal", "refusal": ""} if refusal else _output_text("", [])
        self._refusal = refusal
        yield "content_part.added", {**self._where, "content_index": 0, "part": part}

    def _thinking(self, index: int) -> Iterator[Frame]:
        yield from self._open(index, {"type": "reasoning", "id": f"rs_hamr{len(self.done)}", "summary": []})
        part = {"type": "summary_text", "text": ""}
        yield "reasoning_summary_part.added", {**self._where, "summary_index": 0, "part": part}

    def _call(self, index: int, id: str, name: str) -> Iterator[Frame]:
        item = {"type": "function_call", "id": f"fc_hamr{len(self.done)}", "status": "in_progress"}
        yield from self._open(index, {**item, "call_id": id, "name": name, "arguments": ""})

    def _delta(self, text: str) -> Frame:
        self._pieces.append(text)
        kind = (self._item or {})["type"]
        if kind == "message":
            name = "refusal.delta" if self._refusal else "output_text.delta"
            more: dict[str, Any] = {} if self._refusal else {"logprobs": []}
            return name, {**self._where, "content_index": 0, "delta": text, **more}
        if kind == "reasoning":
            return "reasoning_summary_text.delta", {**self._where, "summary_index": 0, "delta": text}
        return "function_call_arguments.delta", {**self._where, "delta": text}

    def _end_text(self, cited: tuple[Citation, ...], extra: Extra | None) -> Iterator[Frame]:
        text, own = "".join(self._pieces), _own(extra)
        where = {**self._where, "content_index": 0}
        if self._refusal:
            part: dict[str, Any] = {"type": "refusal", "refusal": text}
            yield "refusal.done", {**where, "refusal": text}
        else:
            notes = own.get("annotations")
            notes = notes if isinstance(notes, list) else [_annotation(each) for each in cited]
            for at, note in enumerate(notes):
                yield "output_text.annotation.added", {**where, "annotation_index": at, "annotation": note}
            part = _output_text(text, notes)
            yield "output_text.done", {**where, "text": text, "logprobs": []}
        yield "content_part.done", {**where, "part": part}
        phase = {"phase": own["phase"]} if own.get("phase") is not None else {}
        yield from self._finish({"content": [part], "status": "completed", **phase})

    def _end_thinking(self, extra: Extra | None) -> Iterator[Frame]:
        text = "".join(self._pieces)
        part = {"type": "summary_text", "text": text}
        yield "reasoning_summary_text.done", {**self._where, "summary_index": 0, "text": text}
        yield "reasoning_summary_part.done", {**self._where, "summary_index": 0, "part": part}
        kept = _own(extra).get("item")
        kept = kept if isinstance(kept, dict) else {"summary": [part] if text else []}
        yield from self._finish({**kept, "id": (self._item or {})["id"]} if "id" not in kept else kept)

    def _end_call(self, event: ToolCallEnd) -> Iterator[Frame]:
        text = "".join(self._pieces)
        yield "function_call_arguments.done", {**self._where, "arguments": text}
        broken = event.call.problem is not None
        yield from self._finish({"arguments": text, "status": "incomplete" if broken else "completed"})

    def _whole(self, part: Any) -> Iterator[Frame]:
        item = _own(part.extra).get("item")
        if isinstance(part, HostedTool) and not isinstance(item, dict):
            return  # what another provider ran has no type here
        if isinstance(part, Image) and part.data is not None:
            kept = item if isinstance(item, dict) else {"id": f"ig_hamr{len(self.done)}", "status": "completed"}
            item = {"type": "image_generation_call", **kept, "result": base64.b64encode(part.data).decode()}
        if isinstance(item, dict):
            yield from self._open(-2, item)
            yield from self._finish({})


def _own(extra: Extra | None) -> dict[str, Any]:
    own = (extra or {}).get(NAME)
    return own if isinstance(own, dict) else {}


def _output_text(text: str, annotations: list[Any]) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def _annotation(cited: Citation) -> dict[str, Any]:
    return {
        "type": "url_citation",
        "url": cited.url or "",
        "title": cited.title or "",
        "start_index": cited.start or 0,
        "end_index": cited.end or 0,
    }
