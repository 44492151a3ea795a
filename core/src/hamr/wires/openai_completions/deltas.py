"""Events to the deltas that a client of this wire expects."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.types import (
    Audio,
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
from hamr.wires.data_url import data_url
from hamr.wires.openai_completions.name import NAME
from hamr.wires.told import own_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.types import Citation, Event, File

Delta = tuple[int, dict[str, Any]]
"""The number of the choice, and its delta."""


class Deltas:
    """Knows which block belongs to which choice, and which call has which index."""

    def __init__(self, custom: frozenset[str] = frozenset()) -> None:
        self._custom = custom
        self._field: dict[int, str] = {}
        self._choice: dict[int, int] = {}
        self._place: dict[int, int] = {}
        self._counts: dict[int, int] = {}
        self._silent: set[int] = set()
        self._readers: Mapping[type, Callable[[Any], Delta | None]] = {
            TextStart: self._open_text,
            TextDelta: self._text,
            TextEnd: self._sources,
            ThinkingStart: self._open_thinking,
            ThinkingDelta: self._text,
            ThinkingEnd: self._details,
            ToolCallStart: self._call,
            ToolCallDelta: self._grown,
            ToolCallEnd: self._closed,
            PartAdded: self._added,
        }

    def read(self, event: Event) -> Delta | None:
        """The delta that one event of a block stands for, if it says anything."""
        read = self._readers.get(type(event))
        return read(event) if read is not None else None

    def _text(self, event: TextDelta | ThinkingDelta) -> Delta:
        return self._choice[event.index], {self._field[event.index]: event.text}

    def _open_text(self, event: TextStart) -> None:
        self._field[event.index], self._choice[event.index] = "refusal" if event.refusal else "content", event.choice

    def _open_thinking(self, event: ThinkingStart) -> None:
        self._field[event.index], self._choice[event.index] = "reasoning_content", event.choice

    def _sources(self, event: TextEnd) -> Delta | None:
        sources = [_annotation(each) for each in event.citations]
        return (self._choice[event.index], {"annotations": sources}) if sources else None

    def _details(self, event: ThinkingEnd) -> Delta | None:
        details = own_of(event.extra, NAME).get("reasoning_details")
        return (self._choice[event.index], {"reasoning_details": details}) if details else None

    def _added(self, event: PartAdded) -> Delta | None:
        said = _part(event.part)
        return (event.choice, said) if said else None

    def _call(self, event: ToolCallStart) -> Delta:
        place = self._counts.get(event.choice, 0)
        self._counts[event.choice] = place + 1
        self._choice[event.index], self._place[event.index] = event.choice, place
        self._silent.add(event.index)
        custom = event.name in self._custom
        self._field[event.index] = "custom" if custom else "function"
        body = {"name": event.name, "input" if custom else "arguments": ""}
        kind = self._field[event.index]
        return event.choice, {"tool_calls": [{"index": place, "id": event.id, "type": kind, kind: body}]}

    def _grown(self, event: ToolCallDelta) -> Delta:
        self._silent.discard(event.index)
        return self._fragment(event.index, event.text)

    def _fragment(self, index: int, text: str) -> Delta:
        kind = self._field[index]
        body = {"input" if kind == "custom" else "arguments": text}
        return self._choice[index], {"tool_calls": [{"index": self._place[index], kind: body}]}

    def _closed(self, event: ToolCallEnd) -> Delta | None:
        """What the deltas did not say: arguments that came whole, and data that must come back with the call."""
        more = {name: value for name, value in own_of(event.call.extra, NAME).items() if name != "type"}
        said: Delta | None = None
        if event.index in self._silent:
            said = self._fragment(event.index, _arguments(event))
        if not more:
            return said
        choice, delta = said or (self._choice[event.index], {"tool_calls": [{"index": self._place[event.index]}]})
        return choice, {"tool_calls": [{**delta["tool_calls"][0], **more}]}


def _arguments(event: ToolCallEnd) -> str:
    from pydantic_core import to_json

    call = event.call
    return call.text if call.text is not None else to_json(call.arguments).decode()


def _annotation(source: Citation) -> dict[str, Any]:
    said = {
        "start_index": source.start,
        "end_index": source.end,
        "url": source.url,
        "title": source.title,
        "content": source.quote,
    }
    return {"type": "url_citation", "url_citation": {name: value for name, value in said.items() if value is not None}}


def _part(part: Image | Audio | File | HostedTool) -> dict[str, Any] | None:
    if isinstance(part, Image):
        url = part.url if part.data is None else data_url(part.data, part.media_type or "image/png")
        return {"images": [{"type": "image_url", "image_url": {"url": url}}]} if url else None
    if isinstance(part, Audio):
        data = base64.b64encode(part.data or b"").decode()
        return {"audio": {"id": part.file_id or "", "data": data, "transcript": part.transcript or "", "expires_at": 0}}
    return {"executed_tools": [dict(part.data)]} if isinstance(part, HostedTool) else None
