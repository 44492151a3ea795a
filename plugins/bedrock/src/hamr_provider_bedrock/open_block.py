"""Blocks of a reply while they come."""

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
from hamr_provider_bedrock.name import NAME
from hamr_provider_bedrock.pieces import items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Event


class OpenBlock:
    """A block that has not ended: how it began, and by name what its deltas have said."""

    takes: Sequence[str] = ()
    """The kinds of deltas that belong to it."""
    words: ClassVar[str] = ""
    """The name under which its words come."""
    delta: ClassVar[type[TextDelta | ThinkingDelta | ToolCallDelta]]
    """The event that tells of these."""

    def __init__(self, index: int, start: dict[str, Any], out: list[Event]) -> None:
        self.index, self._start = index, start
        self._said: dict[str, list[Any]] = {}
        self._begin(out)

    def more(self, said: dict[str, Any], out: list[Event]) -> None:
        """What one delta says."""
        for name, value in said.items():
            self._said.setdefault(name, []).append(value)
            if name == self.words and value and isinstance(value, str):
                out.append(self.delta(self.index, value))

    def end(self, out: list[Event], *, cut: bool) -> None:
        """Its end; `cut` where the reply may have ended in its midst."""

    def _begin(self, out: list[Event]) -> None:
        """Its beginning, where that is told."""

    def _texts(self, name: str) -> list[str]:
        return [value for value in self._said.get(name, ()) if isinstance(value, str)]


class TextBlock(OpenBlock):
    """Text, and what it cites."""

    takes, words, delta = ("text", "citation"), "text", TextDelta

    def _begin(self, out: list[Event]) -> None:
        out.append(TextStart(self.index))

    def end(self, out: list[Event], *, cut: bool) -> None:
        """The sources, read and as they came."""
        cited = self._said.get("citation", [])
        out.append(TextEnd(self.index, citations(cited), {NAME: {"citations": cited}} if cited else None))


class ThinkingBlock(OpenBlock):
    """Thinking, with what goes back to the vendor of the model as it came."""

    takes, words, delta = ("reasoningContent",), "text", ThinkingDelta

    def _begin(self, out: list[Event]) -> None:
        out.append(ThinkingStart(self.index))

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

    def _begin(self, out: list[Event]) -> None:
        id, name = self._start.get("toolUseId"), self._start.get("name")
        self._id = id if isinstance(id, str) and id else f"call_{made_id(str(self.index))}"
        self._name = name if isinstance(name, str) else ""
        out.append(ToolCallStart(self.index, self._id, self._name))

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
        data, rest = b"", {name: values[-1] for name, values in self._said.items() if name != "source"}
        for source in self._said.get("source", ()):
            try:
                data += base64.b64decode(source["bytes"], validate=True)
            except (KeyError, TypeError, ValueError):
                rest["source"] = source
        image = Image(data=data, media_type=f"image/{self._start.get('format')}", extra={NAME: rest} if rest else None)
        out.append(PartAdded(self.index, image))


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
