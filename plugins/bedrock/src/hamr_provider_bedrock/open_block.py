"""Blocks of a reply while they come."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Protocol

from hamr.api import (
    Citation,
    HostedTool,
    Image,
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
from hamr.wirekit import arguments, made_id
from hamr_provider_bedrock.name import NAME
from hamr_provider_bedrock.pieces import items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Event


class OpenBlock(Protocol):
    """A block that has not ended; `takes` are the kinds of deltas that belong to it."""

    @property
    def takes(self) -> Sequence[str]:
        """Those kinds."""

    def delta(self, kind: str, value: Any, out: list[Event]) -> None:
        """More of it."""

    def end(self, out: list[Event], *, cut: bool) -> None:
        """Its end; `cut` where the reply may have ended in its midst."""


class TextBlock:
    """Text, and what it cites."""

    takes = ("text", "citation")

    def __init__(self, index: int, out: list[Event]) -> None:
        self.index = index
        self._cited: list[Any] = []
        out.append(TextStart(index))

    def delta(self, kind: str, value: Any, out: list[Event]) -> None:
        """More text, or a source."""
        if kind == "citation":
            self._cited.append(value)
        elif isinstance(value, str) and value:
            out.append(TextDelta(self.index, value))

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The sources, read and as they came."""
        extra = {NAME: {"citations": self._cited}} if self._cited else None
        out.append(TextEnd(self.index, citations(self._cited), extra))


class ThinkingBlock:
    """Thinking, with what goes back to the vendor of the model as it came."""

    takes = ("reasoningContent",)

    def __init__(self, index: int, out: list[Event], vendor: str | None) -> None:
        self.index = index
        self._own: dict[str, Any] = {} if vendor is None else {"vendor": vendor}
        out.append(ThinkingStart(index))

    def delta(self, kind: str, value: Any, out: list[Event]) -> None:
        """More thinking, its signature, or thinking that is hidden."""
        said = value if isinstance(value, dict) else {}
        if isinstance(text := said.get("text"), str) and text:
            out.append(ThinkingDelta(self.index, text))
        if isinstance(signature := said.get("signature"), str):
            self._own["signature"] = self._own.get("signature", "") + signature
        if isinstance(hidden := said.get("redactedContent"), str):
            self._own["redactedContent"] = _joined(self._own.get("redactedContent"), hidden)

    def end(self, out: list[Event], *, cut: bool) -> None:
        """What goes back, unless it may be half of it."""
        out.append(ThinkingEnd(self.index, {NAME: self._own}))


class CallBlock:
    """A tool call."""

    takes = ("toolUse",)

    def __init__(self, index: int, out: list[Event], start: dict[str, Any]) -> None:
        id, name = start.get("toolUseId"), start.get("name")
        self.index = index
        self._id = id if isinstance(id, str) and id else f"call_{made_id(str(index))}"
        self._name = name if isinstance(name, str) else ""
        self._pieces: list[str] = []
        out.append(ToolCallStart(index, self._id, self._name))

    @property
    def silent(self) -> bool:
        """Whether none of its arguments have come: what has none sends nothing, and so does what is cut off."""
        return not self._pieces

    def delta(self, kind: str, value: Any, out: list[Event]) -> None:
        """More of the arguments."""
        text = value.get("input") if isinstance(value, dict) else None
        if isinstance(text, str) and text:
            self._pieces.append(text)
            out.append(ToolCallDelta(self.index, text))

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The call."""
        text = "".join(self._pieces)
        read, problem = arguments(text)
        if cut and (problem is not None or not text.strip()):
            read, problem = {}, "the reply ended in the midst of the arguments"
        if not self._name:
            read, problem = {}, "the call names no tool"
        out.append(ToolCallEnd(self.index, ToolCall(self._id, self._name, read, text, problem)))


class HostedBlock:
    """A call of a tool that the provider runs itself, or what came of it: whole, at its end."""

    def __init__(self, index: int, kind: str, start: dict[str, Any]) -> None:
        self.index, self.takes = index, (kind,)
        self._start = start
        self._pieces: list[str] = []
        self._content: list[Any] = []

    def delta(self, kind: str, value: Any, out: list[Event]) -> None:
        """More of its input, or of its result."""
        if isinstance(value, list):
            self._content += value
        elif isinstance(value, dict) and isinstance(value.get("input"), str):
            self._pieces.append(value["input"])

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The block as the provider takes it back."""
        kind, id = self.takes[0], self._start.get("toolUseId")
        more = {"input": arguments("".join(self._pieces))[0]} if kind == "toolUse" else {"content": self._content}
        name = self._start.get("name") or self._start.get("type") or kind
        out.append(hosted(self.index, {kind: {**self._start, **more}}, str(name), id if isinstance(id, str) else None))


class ImageBlock:
    """An image that the model made."""

    takes = ("image",)

    def __init__(self, index: int, start: dict[str, Any]) -> None:
        self.index, self._format = index, start.get("format")
        self._pieces: list[bytes] = []
        self._rest: dict[str, Any] = {}

    def delta(self, kind: str, value: Any, out: list[Event]) -> None:
        """More of its bytes."""
        for name, each in (value if isinstance(value, dict) else {}).items():
            data: Any = each.get("bytes") if name == "source" and isinstance(each, dict) else None
            try:
                self._pieces.append(base64.b64decode(data, validate=True))
            except (TypeError, ValueError):  # it is elsewhere, or went wrong, and what is said of that is kept
                self._rest[name] = each

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The image."""
        data = b"".join(self._pieces)
        extra = {NAME: self._rest} if self._rest else None
        out.append(PartAdded(self.index, Image(data=data, media_type=f"image/{self._format}", extra=extra)))


def hosted(index: int, block: dict[str, Any], name: str, id: str | None = None) -> PartAdded:
    """A block that has no words of its own in hamr, kept as it is."""
    inner = next(iter(block.values()))
    return PartAdded(index, HostedTool(name, inner if isinstance(inner, dict) else block, id, {NAME: {"block": block}}))


def citations(raw: Sequence[Any]) -> tuple[Citation, ...]:
    """The sources that can be told; what is no source is passed over."""
    return tuple(_citation(each) for each in raw if isinstance(each, dict))


def _citation(raw: dict[str, Any]) -> Citation:
    quoted = [each["text"] for each in items(raw.get("sourceContent")) if isinstance(each, dict) and "text" in each]
    location = raw.get("location")
    web = location.get("web") if isinstance(location, dict) else None
    url = web.get("url") if isinstance(web, dict) else raw.get("source")
    title = raw.get("title")
    return Citation(
        url=url if isinstance(url, str) else None,
        title=title if isinstance(title, str) else None,
        quote="".join(map(str, quoted)) or None,
    )


def _joined(before: str | None, more: str) -> str:
    """Two pieces of base64 as one; what came in one piece is not touched."""
    if before is None:
        return more
    try:
        return base64.b64encode(base64.b64decode(before) + base64.b64decode(more)).decode()
    except ValueError:
        return before + more
