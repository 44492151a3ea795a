"""Blocks of a reply: while they come, and whole ones as the pieces that a stream would bring them in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.api import (
    BadRequest,
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
from hamr_provider_bedrock.compat import NAME
from hamr_provider_bedrock.parts import citations, hosted, read_part

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.api import Event

Block = dict[str, Any]
BEGUN = {"toolUse": "input", "toolResult": "content", "image": "source"}
"""What blocks that have a beginning of their own leave to their deltas."""
LOOSE = {"text": TextStart, "reasoningContent": ThinkingStart}
"""Blocks that begin with their first delta."""
_WORDS: dict[str, tuple[str, Callable[[int, str], Event]]] = {
    "text": ("text", TextDelta),
    "reasoningContent": ("text", ThinkingDelta),
    "toolUse": ("input", ToolCallDelta),
}
"""The name of what a block says in words, and the event that tells of it."""


def pieces(block: Block) -> tuple[Block, list[Block]]:
    """A whole block as its `contentBlockStart`, if it has one, and its deltas; nothing for one of an unknown kind."""
    from pydantic_core import to_json

    match block:
        case {"text": text}:
            return {}, [{"text": text}]
        case {"reasoningContent": {"reasoningText": dict(said)}} | {"reasoningContent": dict(said)}:
            return {}, [{"reasoningContent": said}]
        case {"citationsContent": dict(said)}:
            texts = [{"text": each.get("text")} for each in items(said.get("content")) if isinstance(each, dict)]
            return {}, [*texts, *({"citation": each} for each in items(said.get("citations")))]
    for kind, later in BEGUN.items():
        inner = block.get(kind)
        if isinstance(inner, dict):
            value = inner.get(later)
            start = {kind: {name: each for name, each in inner.items() if name != later}}
            if kind == "toolUse":
                value = to_json(value or {}).decode()
            return start, [{kind: items(value) if kind == "toolResult" else {later: value}}]
    return {}, []


class OpenBlock:
    """A block that has not ended: how it began, and by name what its deltas have said."""

    __slots__ = ("hosted", "index", "kind", "said", "start")

    def __init__(self, index: int, kind: str, start: Block) -> None:
        self.index, self.kind, self.start = index, kind, start
        self.said: dict[str, list[Any]] = {}
        self.hosted = kind not in _WORDS or start.get("type") == "server_tool_use"

    def begin(self) -> list[Event]:
        """What tells of its beginning: nothing where it is told whole, at its end."""
        if self.kind in LOOSE:
            return [LOOSE[self.kind](self.index)]
        return [] if self.hosted else [ToolCallStart(self.index, *self._named())]

    def more(self, said: Block, out: list[Event]) -> None:
        """What one delta says."""
        for name, value in said.items():
            self.said.setdefault(name, []).append(value)
            if not self.hosted and value and isinstance(value, str) and name == _WORDS[self.kind][0]:
                out.append(_WORDS[self.kind][1](self.index, value))

    @property
    def silent(self) -> bool:
        """Whether it is a call of which no arguments have come: it has none, or it was cut off."""
        return self.kind == "toolUse" and not self.hosted and not self._joined("input")

    def end(self, *, cut: bool) -> Event:
        """Its end; `cut` where the reply may have ended in its midst."""
        if self.kind == "text":
            cited = self.said.get("citation", [])
            return TextEnd(self.index, citations(cited), {NAME: {"citations": cited}} if cited else None)
        if self.kind == "reasoningContent":
            own = {"signature": self._joined("signature"), "redactedContent": self._joined_data("redactedContent")}
            return ThinkingEnd(self.index, {NAME: {**self.start, **{name: each for name, each in own.items() if each}}})
        if not self.hosted:
            return ToolCallEnd(self.index, ended_call(*self._named(), self._joined("input"), cut=cut))
        block = {self.kind: self._whole()}
        try:
            part = read_part(block, "the reply")
        except BadRequest:
            part = None
        return PartAdded(self.index, part if isinstance(part, Image | HostedTool) else hosted(block))

    def _named(self) -> tuple[str, str]:
        id, name = self.start.get("toolUseId"), self.start.get("name")
        id = id if isinstance(id, str) and id else f"call_{made_id(str(self.index))}"
        return id, name if isinstance(name, str) else ""

    def _joined(self, name: str) -> str:
        return "".join(value for value in self.said.get(name, ()) if isinstance(value, str))

    def _joined_data(self, name: str) -> str:
        """Pieces of base64 as one; what came in one piece is not touched."""
        given = [value for value in self.said.get(name, ()) if isinstance(value, str)]
        if len(given) > 1:
            try:
                return base64.b64encode(b"".join(map(base64.b64decode, given))).decode()
            except ValueError:
                pass
        return "".join(given)

    def _whole(self) -> Block:
        """The block that its beginning and its deltas come to."""
        said = {**self.start, **{name: values[-1] for name, values in self.said.items()}}
        if self.kind == "toolUse":
            said["input"] = arguments(self._joined("input"))[0]
        elif self.kind == "toolResult":
            said["content"] = [each for value in self.said.get("content", ()) for each in items(value)]
        return said


def items(value: Any) -> list[Any]:
    """A list itself, and nothing of what is none."""
    return value if isinstance(value, list) else []
