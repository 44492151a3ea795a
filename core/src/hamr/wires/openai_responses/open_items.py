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
from hamr.wires.arguments import ended_call
from hamr.wires.openai_responses.citations import citations
from hamr.wires.openai_responses.name import NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.types import Event, Extra

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

    __slots__ = ("annotations", "index", "logprobs", "pieces", "refusal")

    def __init__(self, index: int, *, refusal: bool) -> None:
        self.index, self.refusal = index, refusal
        self.pieces: list[str] = []
        self.annotations: list[Any] = []
        self.logprobs: list[Any] = []

    def rest(self, whole: str) -> str:
        """What the whole text has besides what came; nothing where that is no beginning of it."""
        said = "".join(self.pieces)
        return whole[len(said) :] if whole.startswith(said) else ""


class MessageItem:
    """A message: its parts are blocks of text."""

    __slots__ = ("_blocks", "_first", "_issuer", "_item", "_next", "refused")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str) -> None:
        self._item, self._next, self._issuer = item, next_block, issuer
        self._first: int | None = next_block()
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
        own = _kept({**self._item, **item}, "id", "phase")
        for block in self._blocks.values():
            said: dict[str, Any] = {**own, "issuer": self._issuer} if own else {}
            if block.annotations:
                said["annotations"] = block.annotations
            if block.logprobs:
                said["logprobs"] = block.logprobs
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
        if isinstance(part.get("logprobs"), list):
            block.logprobs = part["logprobs"]

    def _block(self, place: int, out: list[Event], *, refusal: bool = False) -> _Block:
        if (block := self._blocks.get(place)) is None:
            index = self._next() if self._first is None else self._first
            self._first = None
            block = self._blocks[place] = _Block(index, refusal=refusal)
            self.refused = self.refused or refusal
            out.append(TextStart(index, refusal, extra=_said(_kept(self._item, "id", "phase"))))
        return block


class ReasoningItem:
    """Thinking: its summary, or all of it. The whole item goes back to the provider."""

    __slots__ = ("_at", "_index", "_issuer", "_item", "_open", "_pieces")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str) -> None:
        self._item, self._issuer = item, issuer
        self._index = next_block()
        self._open = False
        self._at: tuple[bool, int] | None = None
        self._pieces: list[str] = []

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
        said, whole = "".join(self._pieces), ""
        for summary, name in ((True, "summary"), (False, "content")):
            parts = item.get(name)
            for place, part in enumerate(parts if isinstance(parts, list) else ()):
                text = part.get("text") if isinstance(part, dict) else None
                if not isinstance(text, str) or not text:
                    continue
                start = len(whole) + (len(BREAK) if whole else 0)
                whole = f"{whole}{BREAK}{text}" if whole else text
                if whole.startswith(said) and (rest := whole[max(start, len(said)) :]):
                    self._add((summary, place), rest, out)
        self._begin(out, raw=False)
        kept = item or ({} if cut else self._item)
        out.append(ThinkingEnd(self._index, {NAME: {"issuer": self._issuer, "item": kept}} if kept else None))

    def _add(self, at: tuple[bool, int], text: str, out: list[Event]) -> None:
        self._begin(out, raw=not at[0])
        if self._at is not None and self._at != at:
            self._pieces.append(BREAK)
            out.append(ThinkingDelta(self._index, BREAK))
        self._at = at
        self._pieces.append(text)
        out.append(ThinkingDelta(self._index, text))

    def _begin(self, out: list[Event], *, raw: bool) -> None:
        if not self._open:
            self._open = True
            own = _kept(self._item, "id") | ({"raw": True} if raw else {})
            out.append(ThinkingStart(self._index, extra=_said(own)))


class CallItem:
    """A tool call; `input` of a custom tool is no JSON."""

    __slots__ = ("_begun", "_custom", "_id", "_index", "_issuer", "_item", "_made", "_name", "_pieces")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str, made: str) -> None:
        self._item, self._issuer, self._made = item, issuer, made
        self._index = next_block()
        self._custom = item.get("type") == "custom_tool_call"
        self._begun = False
        self._id = self._name = ""
        self._pieces: list[str] = []

    def begin(self, out: list[Event], *, nameless: bool = False) -> None:
        """Tell of it, once its name is known."""
        name, id = self._item.get("name"), self._item.get("call_id") or self._item.get("id")
        name = name if isinstance(name, str) else ""
        if not self._begun and (name or nameless):
            self._begun, self._name = True, name
            self._id = id if isinstance(id, str) and id else self._made
            out.append(ToolCallStart(self._index, self._id, self._name, extra=_said(self._own())))
            out.extend(ToolCallDelta(self._index, piece) for piece in self._pieces)

    def delta(self, kind: str, event: dict[str, Any], out: list[Event]) -> None:
        """More of the arguments."""
        text = event.get("delta")
        if type(text) is str and text and kind.endswith(".delta"):
            self._pieces.append(text)
            if self._begun:
                out.append(ToolCallDelta(self._index, text))

    def done(self, item: dict[str, Any], out: list[Event], *, cut: bool) -> None:
        """The rest of the arguments, and the call."""
        self._item = {**self._item, **item}
        self.begin(out, nameless=True)
        said = "".join(self._pieces)
        whole = self._item.get("input" if self._custom else "arguments")
        if not isinstance(whole, str) or not whole.startswith(said):
            whole = said
        if rest := whole.removeprefix(said):
            out.append(ToolCallDelta(self._index, rest))
        out.append(ToolCallEnd(self._index, self._call(whole, cut=cut)))

    def _own(self) -> dict[str, Any]:
        own = _kept(self._item, "id", "namespace", "caller")
        return {**own, "type": "custom_tool_call"} if self._custom else own

    def _call(self, text: str, *, cut: bool) -> ToolCall:
        own = self._own()
        extra = _said({**own, "issuer": self._issuer} if own else own)
        if self._custom:
            problem = "the reply was cut off" if cut else None
            return ToolCall(self._id, self._name, {"input": text}, text, problem, extra)
        return ended_call(self._id, self._name, text, extra, cut=cut)


class HostedItem:
    """Anything else: a tool that the provider ran, what came of it, a compacted conversation."""

    __slots__ = ("_index", "_issuer", "_item")

    def __init__(self, item: dict[str, Any], next_block: Callable[[], int], issuer: str) -> None:
        self._item, self._issuer = item, issuer
        self._index = next_block()

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
        out.append(PartAdded(self._index, part))


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


def _kept(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := item.get(name)) is not None}


def _said(own: dict[str, Any]) -> Extra | None:
    return {NAME: own} if own else None


def _place(event: dict[str, Any]) -> int:
    return _number(event.get("content_index"))


def _number(value: Any) -> int:
    return value if type(value) is int else 0
