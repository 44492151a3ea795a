"""The content blocks of a reply while they come, each known by its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from hamr.types import (
    HostedTool,
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
from hamr.wires.anthropic_messages.citations import citations
from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.arguments import arguments, ended_call

if TYPE_CHECKING:
    from hamr.types import Event

_OWN_OF_CALL = frozenset({"type", "id", "name", "input"})


class OpenBlock(Protocol):
    """A block that has not stopped yet."""

    def delta(self, delta: dict[str, Any], out: list[Event]) -> None:
        """More of it."""

    def done(self, out: list[Event], *, cut: bool) -> None:
        """Its end; `cut` where the reply may have ended in its midst."""


class TextBlock:
    """Text, which begins with its first character: an empty one cannot go back, and is none."""

    __slots__ = ("_begun", "_citations", "_index", "_issuer")

    def __init__(self, block: dict[str, Any], index: int, issuer: str, out: list[Event]) -> None:
        self._index, self._issuer = index, issuer
        self._begun = False
        cited = block.get("citations")
        self._citations: list[Any] = list(cited) if isinstance(cited, list) else []
        self._add(block.get("text"), out)

    def delta(self, delta: dict[str, Any], out: list[Event]) -> None:
        """Text, or a source of it."""
        text = delta.get("text")
        if self._begun and type(text) is str and text:
            out.append(TextDelta(self._index, text))
        elif delta.get("type") == "citations_delta":
            self._citations.append(delta.get("citation"))
        else:
            self._add(text, out)

    def done(self, out: list[Event], *, cut: bool) -> None:
        """The sources of the text."""
        if not self._begun and not self._citations:
            return
        self._begin(out)
        extra = {NAME: {"issuer": self._issuer, "citations": self._citations}} if self._citations else None
        out.append(TextEnd(self._index, citations(self._citations), extra))

    def _add(self, text: Any, out: list[Event]) -> None:
        if type(text) is str and text:
            self._begin(out)
            out.append(TextDelta(self._index, text))

    def _begin(self, out: list[Event]) -> None:
        if not self._begun:
            self._begun = True
            out.append(TextStart(self._index))


class ThinkingBlock:
    """Thinking with its signature, or the cipher of thinking that is not shown."""

    __slots__ = ("_data", "_index", "_issuer", "_signature")

    def __init__(self, block: dict[str, Any], index: int, issuer: str, out: list[Event]) -> None:
        self._index, self._issuer = index, issuer
        self._data = block.get("data") if block.get("type") == "redacted_thinking" else None
        self._signature = ""
        out.append(ThinkingStart(index))
        self.delta(block, out)

    def delta(self, delta: dict[str, Any], out: list[Event]) -> None:
        """Thinking, or the signature of it all."""
        text = delta.get("thinking")
        if type(text) is str and text:
            out.append(ThinkingDelta(self._index, text))
        signature = delta.get("signature")
        if type(signature) is str:
            self._signature += signature

    def done(self, out: list[Event], *, cut: bool) -> None:
        """The signature, without which it cannot go back to whoever gave it."""
        own = {"signature": self._signature} if self._data is None else {"data": self._data}
        out.append(ThinkingEnd(self._index, {NAME: {"issuer": self._issuer, **own}}))


class CallBlock:
    """A tool call."""

    __slots__ = ("_block", "_id", "_index", "_issuer", "_name", "_pieces")

    def __init__(self, block: dict[str, Any], index: int, issuer: str, made: str, out: list[Event]) -> None:
        self._block, self._index, self._issuer = block, index, issuer
        id, name = block.get("id"), block.get("name")
        self._id = id if isinstance(id, str) and id else made
        self._name = name if isinstance(name, str) else ""
        self._pieces: list[str] = []
        out.append(ToolCallStart(index, self._id, self._name))

    @property
    def unsaid(self) -> bool:
        """Whether there are no arguments: there are none to say, or they were cut off."""
        return not self._block.get("input") and all(piece.isspace() for piece in self._pieces)

    def delta(self, delta: dict[str, Any], out: list[Event]) -> None:
        """More of the arguments."""
        text = delta.get("partial_json")
        if type(text) is str and text:
            self._pieces.append(text)
            out.append(ToolCallDelta(self._index, text))

    def done(self, out: list[Event], *, cut: bool) -> None:
        """The call."""
        text = "".join(self._pieces)
        if not self._pieces and (text := written(self._block.get("input"))):
            out.append(ToolCallDelta(self._index, text))
        own = {name: value for name, value in self._block.items() if name not in _OWN_OF_CALL and value is not None}
        extra = {NAME: {"issuer": self._issuer, **own}} if own else None
        out.append(ToolCallEnd(self._index, ended_call(self._id, self._name, text, extra, cut=cut)))


class AnswerBlock:
    """The answer, asked for as the arguments of a tool."""

    __slots__ = ("_input", "_said", "_text")

    def __init__(self, block: dict[str, Any], index: int, issuer: str, out: list[Event]) -> None:
        self._text = TextBlock({}, index, issuer, out)
        self._input = block.get("input")
        self._said = False

    def delta(self, delta: dict[str, Any], out: list[Event]) -> None:
        """More of it."""
        if delta.get("partial_json"):
            self._said = True
            self._text.delta({"text": delta["partial_json"]}, out)

    def done(self, out: list[Event], *, cut: bool) -> None:
        """Its end."""
        if not self._said:
            self._text.delta({"text": written(self._input)}, out)
        self._text.done(out, cut=cut)


class HostedBlock:
    """Anything else: a tool that the provider ran, what came of it, a summary, or what is not known here."""

    __slots__ = ("_block", "_index", "_issuer", "_pieces")

    def __init__(self, block: dict[str, Any], index: int, issuer: str) -> None:
        self._block, self._index, self._issuer = dict(block), index, issuer
        self._pieces: list[str] = []

    def delta(self, delta: dict[str, Any], out: list[Event]) -> None:
        """Arguments are gathered; what else comes is laid behind what is there."""
        text = delta.get("partial_json")
        if type(text) is str:
            self._pieces.append(text)
            return
        for name, value in delta.items():
            before = self._block.get(name)
            if name == "type":
                continue
            both = type(before) is type(value) and isinstance(value, str | list)
            self._block[name] = before + value if both else value

    def done(self, out: list[Event], *, cut: bool) -> None:
        """The block as it goes back."""
        if text := "".join(self._pieces):
            self._block["input"] = arguments(text)[0]
        extra = {NAME: {"issuer": self._issuer, "block": self._block}}
        out.append(PartAdded(self._index, hosted(self._block, extra)))


def hosted(block: dict[str, Any], extra: dict[str, Any]) -> HostedTool:
    """A block of the provider's own, by the name of its tool where that can be told, and by the call it belongs to."""
    name, id = block.get("name"), block.get("id") or block.get("tool_use_id")
    if not isinstance(name, str) or not name:
        name = str(block.get("type")).removesuffix("_tool_result")
    return HostedTool(name, block, id if isinstance(id, str) else None, extra)


def written(value: Any) -> str:
    """Arguments that came in one piece, as text; an empty object is nothing to say."""
    from pydantic_core import to_json

    if isinstance(value, str):
        return value
    return to_json(value).decode() if value else ""
