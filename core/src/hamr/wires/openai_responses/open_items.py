"""The items of a reply while they come, each known by its place in the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

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
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
)
from hamr.wires.arguments import arguments
from hamr.wires.openai_responses.citations import citations
from hamr.wires.openai_responses.name import NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.types import Event

BREAK = "\n\n"
"""Stands between two parts of one summary, or of one thinking."""


class OpenItem(Protocol):
    """An item that is not done yet."""

    def delta(self, kind: str, event: dict[str, Any], out: list[Event]) -> None:
        """More of it; `kind` is the event's name without its `response.`."""

    def done(self, item: dict[str, Any], out: list[Event], *, cut: bool) -> None:
        """Its end, with the whole item where that came; `cut` where the reply may have ended in its midst."""


class _Block:
    """One content part of a message."""

    __slots__ = ("annotations", "index", "pieces", "refusal")

    def __init__(self, index: int, *, refusal: bool) -> None:
        self.index, self.refusal = index, refusal
        self.pieces: list[str] = []
        self.annotations: list[Any] = []

    def rest(self, whole: str) -> str:
        """What the whole text has besides what came."""
        return whole.removeprefix("".join(self.pieces)) if self.pieces else whole


class MessageItem:
    """A message: its parts are blocks of text."""

    __slots__ = ("_blocks", "_issuer", "_item", "_next", "refused")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str) -> None:
        self._item, self._next, self._issuer = item, next_block, issuer
        self._blocks: dict[int, _Block] = {}
        self.refused = False

    def delta(self, kind: str, event: dict[str, Any], out: list[Event]) -> None:
        """Text, a refusal, or an annotation."""
        text = event.get("delta")
        if kind == "output_text.annotation.added":
            self._block(_place(event), out).annotations.append(event.get("annotation"))
        elif type(text) is str and text and kind in ("output_text.delta", "refusal.delta"):
            block = self._blocks.get(_place(event)) or self._block(_place(event), out, refusal=kind[0] == "r")
            block.pieces.append(text)
            out.append(TextDelta(block.index, text))

    def done(self, item: dict[str, Any], out: list[Event], *, cut: bool) -> None:
        """The rest of each part, and the ends of all."""
        content = item.get("content")
        parts = content if isinstance(content, list) else []
        for place, part in enumerate(parts):
            if isinstance(part, dict):
                self._finish(place, part, out)
        whole = {**self._item, **item}
        own = {name: whole[name] for name in ("id", "phase") if isinstance(whole.get(name), str)}
        for block in self._blocks.values():
            said: dict[str, Any] = {**own, "issuer": self._issuer} if own else {}
            if block.annotations:
                said["annotations"] = block.annotations
            out.append(TextEnd(block.index, citations(block.annotations), {NAME: said} if said else None))

    def _finish(self, place: int, part: dict[str, Any], out: list[Event]) -> None:
        refusal = part.get("type") == "refusal"
        whole = part.get("refusal" if refusal else "text")
        if not isinstance(whole, str) or (place not in self._blocks and not whole):
            return
        block = self._blocks.get(place) or self._block(place, out, refusal=refusal)
        if rest := block.rest(whole):
            block.pieces.append(rest)
            out.append(TextDelta(block.index, rest))
        if isinstance(part.get("annotations"), list) and part["annotations"]:
            block.annotations = part["annotations"]

    def _block(self, place: int, out: list[Event], *, refusal: bool = False) -> _Block:
        if (block := self._blocks.get(place)) is None:
            block = self._blocks[place] = _Block(self._next(), refusal=refusal)
            self.refused = self.refused or refusal
            out.append(TextStart(block.index, refusal))
        return block


class ReasoningItem:
    """Thinking: its summary, or all of it. The whole item goes back to the provider."""

    __slots__ = ("_at", "_index", "_issuer", "_item", "_next", "_said")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str) -> None:
        self._item, self._next, self._issuer = item, next_block, issuer
        self._index = -1
        self._at: tuple[bool, int] | None = None
        self._said: dict[tuple[bool, int], list[str]] = {}

    def delta(self, kind: str, event: dict[str, Any], out: list[Event]) -> None:
        """More of a summary's part, or of the thinking itself."""
        text = event.get("delta")
        if type(text) is not str or not text:
            return
        if kind == "reasoning_summary_text.delta":
            self._add((True, _number(event.get("summary_index"))), text, out)
        elif kind == "reasoning_text.delta":
            self._add((False, _number(event.get("content_index"))), text, out)

    def done(self, item: dict[str, Any], out: list[Event], *, cut: bool) -> None:
        """The rest of it, and the item, which goes back as it is."""
        for summary, name in ((True, "summary"), (False, "content")):
            parts = item.get(name)
            for place, part in enumerate(parts if isinstance(parts, list) else ()):
                whole = part.get("text") if isinstance(part, dict) else None
                if isinstance(whole, str):
                    said = "".join(self._said.get((summary, place), ()))
                    if rest := whole.removeprefix(said):
                        self._add((summary, place), rest, out)
        self._open(out)
        kept = item or ({} if cut else self._item)
        extra = {NAME: {"issuer": self._issuer, "item": kept}} if kept else None
        out.append(ThinkingEnd(self._index, extra))

    def _add(self, at: tuple[bool, int], text: str, out: list[Event]) -> None:
        self._open(out)
        if self._at is not None and self._at != at:
            out.append(ThinkingDelta(self._index, BREAK))
        self._at = at
        self._said.setdefault(at, []).append(text)
        out.append(ThinkingDelta(self._index, text))

    def _open(self, out: list[Event]) -> None:
        if self._index < 0:
            self._index = self._next()
            out.append(ThinkingStart(self._index))


class CallItem:
    """A tool call; `input` of a custom tool is no JSON."""

    __slots__ = ("_custom", "_id", "_index", "_issuer", "_item", "_made", "_name", "_next", "_pieces")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str, made: str) -> None:
        self._item, self._next, self._issuer, self._made = item, next_block, issuer, made
        self._custom = item.get("type") == "custom_tool_call"
        self._index = -1
        self._id = self._name = ""
        self._pieces: list[str] = []

    def begin(self, out: list[Event]) -> None:
        """Tell of it, once its name is known."""
        name, id = self._item.get("name"), self._item.get("call_id") or self._item.get("id")
        if self._index < 0 and isinstance(name, str) and name:
            self._index, self._name = self._next(), name
            self._id = id if isinstance(id, str) and id else self._made
            out.append(ToolCallStart(self._index, self._id, name))
            out.extend(ToolCallDelta(self._index, piece) for piece in self._pieces)

    def delta(self, kind: str, event: dict[str, Any], out: list[Event]) -> None:
        """More of the arguments."""
        text = event.get("delta")
        if type(text) is str and text and kind.endswith(".delta"):
            self._pieces.append(text)
            if self._index >= 0:
                out.append(ToolCallDelta(self._index, text))

    def done(self, item: dict[str, Any], out: list[Event], *, cut: bool) -> None:
        """The rest of the arguments, and the call."""
        self._item = {**self._item, **item}
        self.begin(out)
        if self._index < 0:
            self._index, self._id = self._next(), self._made
            out.append(ToolCallStart(self._index, self._id, ""))
        said = "".join(self._pieces)
        whole = self._item.get("input" if self._custom else "arguments")
        if not isinstance(whole, str) or not whole.startswith(said):
            whole = said
        if rest := whole.removeprefix(said):
            out.append(ToolCallDelta(self._index, rest))
        out.append(ToolCallEnd(self._index, self._call(whole, cut=cut)))

    def _call(self, text: str, *, cut: bool) -> ToolCall:
        own: dict[str, Any] = {
            name: value for name in ("id", "namespace", "caller") if (value := self._item.get(name)) is not None
        }
        if own:
            own["issuer"] = self._issuer
        if self._custom:
            own["type"] = "custom_tool_call"
        extra = {NAME: own} if own else None
        if self._custom:
            problem = "the reply was cut off" if cut else None
            return ToolCall(self._id, self._name, {"input": text}, text, problem, extra)
        read, problem = arguments(text)
        if cut and (problem is not None or not text.strip()):
            read, problem = {}, "the reply ended in the midst of the arguments"
        if not self._name:
            read, problem = {}, "the call names no tool"
        return ToolCall(self._id, self._name, read, text, problem, extra)


class HostedItem:
    """Anything else: a tool that the provider ran, what came of it, a compacted conversation."""

    __slots__ = ("_issuer", "_item", "_next")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str) -> None:
        self._item, self._next, self._issuer = item, next_block, issuer

    def delta(self, kind: str, event: dict[str, Any], out: list[Event]) -> None:
        """Its progress is not told."""

    def done(self, item: dict[str, Any], out: list[Event], *, cut: bool) -> None:
        """The item as it is; an image that was made is one."""
        item = item or self._item
        extra = {NAME: {"issuer": self._issuer, "item": item}}
        id = item.get("id")
        part: HostedTool | Image = HostedTool(str(item.get("type")), item, id if isinstance(id, str) else None, extra)
        if item.get("type") == "image_generation_call":
            part = _image(item, self._issuer) or part
        out.append(PartAdded(self._next(), part))


def _image(item: dict[str, Any], issuer: str) -> Image | None:
    import base64

    try:
        data = base64.b64decode(item["result"], validate=True)
    except (KeyError, TypeError, ValueError):  # it failed, and holds none
        return None
    kept = {name: value for name, value in item.items() if name != "result"}
    form = item.get("output_format")
    return Image(
        data=data,
        media_type=f"image/{form if isinstance(form, str) else 'png'}",
        extra={NAME: {"issuer": issuer, "item": kept}},
    )


def _place(event: dict[str, Any]) -> int:
    return _number(event.get("content_index"))


def _number(value: Any) -> int:
    return value if type(value) is int else 0
