"""Blocks of a reply: while they come, and whole ones as the pieces that a stream would bring them in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, ClassVar

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
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
)
from hamr.wirekit import arguments, ended_call, made_id
from hamr_provider_bedrock.tables import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Event


Block = dict[str, Any]


class OpenBlock:
    """A block that has not ended: how it began, and by name what its deltas have said."""

    takes: Sequence[str] = ()
    """The kinds of deltas that belong to it."""
    words: ClassVar[str] = ""
    """The name under which its words come."""
    delta: ClassVar[type[TextDelta | ThinkingDelta | ToolCallDelta]]
    """The event that tells of these."""
    starts: ClassVar[type[TextStart | ThinkingStart] | None] = None
    """The one that tells of its beginning."""

    def __init__(self, index: int, start: Block, out: list[Event]) -> None:
        self.index, self._start = index, start
        self._said: dict[str, list[Any]] = {}
        if self.starts is not None:
            out.append(self.starts(index))

    def more(self, said: dict[str, Any], out: list[Event]) -> None:
        """What one delta says."""
        for name, value in said.items():
            self._said.setdefault(name, []).append(value)
            if name == self.words and value and isinstance(value, str):
                out.append(self.delta(self.index, value))

    def end(self, out: list[Event], *, cut: bool) -> None:
        """Its end; `cut` where the reply may have ended in its midst."""

    def _texts(self, name: str) -> list[str]:
        return [value for value in self._said.get(name, ()) if isinstance(value, str)]


class TextBlock(OpenBlock):
    """Text, and what it cites."""

    takes, words, delta, starts = ("text", "citation"), "text", TextDelta, TextStart

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The sources, read and as they came."""
        cited = self._said.get("citation", [])
        out.append(TextEnd(self.index, citations(cited), {NAME: {"citations": cited}} if cited else None))


class ThinkingBlock(OpenBlock):
    """Thinking, with what goes back to the vendor of the model as it came."""

    takes, words, delta, starts = ("reasoningContent",), "text", ThinkingDelta, ThinkingStart

    def end(self, out: list[Event], *, cut: bool) -> None:
        """What goes back, unless it may be half of it."""
        own = dict(self._start)
        if signature := self._texts("signature"):
            own["signature"] = "".join(signature)
        if hidden := self._texts("redactedContent"):
            own["redactedContent"] = _joined(hidden)
        out.append(ThinkingEnd(self.index, {NAME: own}))


class CallBlock(OpenBlock):
    """A tool call."""

    takes, words, delta = ("toolUse",), "input", ToolCallDelta

    def __init__(self, index: int, start: Block, out: list[Event]) -> None:
        super().__init__(index, start, out)
        id, name = start.get("toolUseId"), start.get("name")
        self._id = id if isinstance(id, str) and id else f"call_{made_id(str(index))}"
        self._name = name if isinstance(name, str) else ""
        out.append(ToolCallStart(index, self._id, self._name))

    @property
    def silent(self) -> bool:
        """Whether none of its arguments have come: what has none sends nothing, and so does what is cut off."""
        return not any(self._texts("input"))

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The call."""
        call = ended_call(self._id, self._name, "".join(self._texts("input")), cut=cut)
        out.append(ToolCallEnd(self.index, call))


class HostedUse(OpenBlock):
    """A call of a tool that the provider runs itself: whole, at its end."""

    takes = ("toolUse",)

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The block as the provider takes it back."""
        given = arguments("".join(self._texts("input")))[0]
        out.append(PartAdded(self.index, hosted({"toolUse": {**self._start, "input": given}})))


class HostedResult(OpenBlock):
    """What came of such a call."""

    takes = ("toolResult",)

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The block as the provider takes it back."""
        content = [each for value in self._said.get("toolResult", ()) for each in items(value)]
        out.append(PartAdded(self.index, hosted({"toolResult": {**self._start, "content": content}})))


class ImageBlock(OpenBlock):
    """An image that the model made."""

    takes = ("image",)

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The image; what is elsewhere, or went wrong, is kept as it was said."""
        data, rest = list[bytes](), {name: values[-1] for name, values in self._said.items() if name != "source"}
        for source in self._said.get("source", ()):
            try:
                data.append(base64.b64decode(source["bytes"], validate=True))
            except (KeyError, TypeError, ValueError):
                rest["source"] = source
        media_type, extra = f"image/{self._start.get('format')}", {NAME: rest} if rest else None
        out.append(PartAdded(self.index, Image(data=b"".join(data), media_type=media_type, extra=extra)))


def pieces(block: Block) -> tuple[Block, list[Block]]:
    """What its `contentBlockStart` says, if it has one, and its deltas; nothing for a block of an unknown kind."""
    from pydantic_core import to_json

    start: Block = {}
    deltas: list[Block] = []
    match block:
        case {"text": text}:
            deltas = [{"text": text}]
        case {"reasoningContent": {"reasoningText": dict(said)}} | {"reasoningContent": dict(said)}:
            deltas = [{"reasoningContent": said}]
        case {"citationsContent": dict(said)}:
            texts = [{"text": each.get("text")} for each in items(said.get("content")) if isinstance(each, dict)]
            deltas = [*texts, *({"citation": each} for each in items(said.get("citations")))]
        case {"toolUse": dict(said)}:
            given = to_json(said.get("input") or {}).decode()
            start, deltas = _without("input", block), [{"toolUse": {"input": given}}]
        case {"toolResult": dict(said)}:
            start, deltas = _without("content", block), [{"toolResult": items(said.get("content"))}]
        case {"image": dict(said)}:
            start, deltas = {"image": {"format": said.get("format")}}, [_without("format", block)]
    return start, deltas


def hosted(block: dict[str, Any]) -> HostedTool:
    """A block that has no words of its own in hamr, kept as it is."""
    kind, inner = next(iter(block.items()), ("", {}))
    said = inner if isinstance(inner, dict) else {}
    id = said.get("toolUseId")
    name = (said.get("name") or said.get("type")) if kind in ("toolUse", "toolResult") else None
    return HostedTool(str(name or kind), said, id if isinstance(id, str) else None, {NAME: {"block": block}})


def citations(raw: Sequence[Any]) -> tuple[Citation, ...]:
    """The sources that can be told; what is no source is passed over."""
    return tuple(_citation(each) for each in raw if isinstance(each, dict))


def _citation(raw: dict[str, Any]) -> Citation:
    quoted = [
        str(each["text"]) for each in items(raw.get("sourceContent")) if isinstance(each, dict) and "text" in each
    ]
    location, title = raw.get("location"), raw.get("title")
    web = location.get("web") if isinstance(location, dict) else None
    url = web.get("url") if isinstance(web, dict) else raw.get("source")
    return Citation(
        url=url if isinstance(url, str) else None,
        title=title if isinstance(title, str) else None,
        quote="".join(quoted) or None,
    )


def _joined(pieces: list[str]) -> str:
    """Pieces of base64 as one; what came in one piece is not touched."""
    if len(pieces) == 1:
        return pieces[0]
    try:
        return base64.b64encode(b"".join(map(base64.b64decode, pieces))).decode()
    except ValueError:
        return "".join(pieces)


def items(value: Any) -> list[Any]:
    """A list itself, and nothing of what is none."""
    return value if isinstance(value, list) else []


def _without(name: str, block: Block) -> Block:
    return {kind: {key: value for key, value in said.items() if key != name} for kind, said in block.items()}
