"""One answer of a reply while it comes: at most one block is open at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import (
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
from hamr.wires.gemini.citations import citations
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.partial_args import PartialArgs
from hamr.wires.gemini.replay import BESIDE, ISSUER, MADE
from hamr.wires.gemini.reply_parts import whole_part
from hamr.wires.made_id import made_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.types import Citation, Event

_KNOWN = frozenset({"index", "content", "finishReason"})


class _Call:
    """A call that is not complete yet; `own` is what must go back with it."""

    __slots__ = ("args", "id", "index", "name", "own")

    def __init__(self, index: int, id: str, name: str, own: dict[str, Any]) -> None:
        self.index, self.id, self.name, self.own = index, id, name, own
        self.args = PartialArgs()


class Candidate:
    """Parts as blocks: unsigned texts that follow one another are one, all else stands by itself."""

    __slots__ = (
        *("_before", "_block", "_calls", "_issuer", "_kind", "_new", "_next", "_number", "_partial", "_pieces"),
        *("_seed", "extra", "raw"),
    )

    def __init__(self, number: int, next_block: Callable[[], int], seed: str, issuer: str) -> None:
        self.raw: str | None = None
        self.extra: dict[str, Any] = {}
        self._number, self._next, self._seed, self._issuer = number, next_block, seed, issuer
        self._kind, self._block, self._new = "", -1, False
        self._pieces: list[str] = []
        self._before = self._calls = 0
        self._partial: _Call | None = None

    @property
    def calls(self) -> bool:
        """Whether it asks for a tool."""
        return self._calls > 0

    def parts(self, parts: list[Any], out: list[Event]) -> None:
        """The parts of one chunk: each is a part of its own, but the first may go on where the last chunk ended."""
        self._new = False
        for part in parts:
            if type(part) is dict:
                self._part(part, out)
                self._new = True

    def more(self, said: dict[str, Any]) -> None:
        """What a candidate says besides its content; what is said last counts."""
        for name, value in said.items():
            if name not in _KNOWN and value not in (None, {}, []):
                self.extra[name] = value

    def close(self, out: list[Event]) -> None:
        """End what is open."""
        self._end_call(out, "the reply ended in the midst of the arguments")
        self._end(out)

    def _part(self, part: dict[str, Any], out: list[Event]) -> None:
        text = part.get("text")
        if type(text) is str:
            if len(part) == 1:  # as nearly every part is
                self._say("text", text, out)
            else:
                self._odd_text(part, text, out)
        elif type(call := part.get("functionCall")) is dict:
            self._call(call, part, out)
        elif (found := whole_part(part, self._own({}))) is not None:
            self._end(out)
            out.append(PartAdded(self._next(), found, self._number))
        elif "thoughtSignature" in part:
            self._odd_text(part, "", out)

    def _odd_text(self, part: dict[str, Any], text: str, out: list[Event]) -> None:
        kind = "thinking" if part.get("thought") is True else "text"
        own = self._own(part)
        if len(own) == 1:
            self._say(kind, text, out)
            return
        self._end(out)
        self._open(kind, out)
        if text:
            self._add(text, out)
        self._end(out, own)

    def _own(self, part: dict[str, Any]) -> dict[str, Any]:
        """What must go back with a part, and to whom."""
        return {ISSUER: self._issuer, **{name: part[name] for name in BESIDE if name in part}}

    def _say(self, kind: str, text: str, out: list[Event]) -> None:
        """More of the open block, or a new one."""
        if not text:
            return
        if kind != self._kind or self._new:
            self._end(out)
            self._open(kind, out)
        self._add(text, out)

    def _add(self, text: str, out: list[Event]) -> None:
        if self._kind == "text":
            self._pieces.append(text)
            out.append(TextDelta(self._block, text))
        else:
            out.append(ThinkingDelta(self._block, text))

    def _open(self, kind: str, out: list[Event]) -> None:
        self._kind, self._block = kind, self._next()
        if kind == "text":
            self._pieces = []
            out.append(TextStart(self._block, choice=self._number))
        else:
            out.append(ThinkingStart(self._block, self._number))

    def _end(self, out: list[Event], own: dict[str, Any] | None = None) -> None:
        if self._kind == "text":
            out.append(TextEnd(self._block, self._cited(), {NAME: own} if own else None))
        elif self._kind:
            out.append(ThinkingEnd(self._block, {NAME: own or self._own({})}))
        self._kind = ""

    def _cited(self) -> tuple[Citation, ...]:
        """What the text rests on, as far as it is known when it ends."""
        text, before = "".join(self._pieces), self._before
        self._before += len(text.encode("utf-8", "replace"))
        if "groundingMetadata" in self.extra or "citationMetadata" in self.extra:
            return citations(text, before, self.extra)
        return ()

    def _call(self, call: dict[str, Any], part: dict[str, Any], out: list[Event]) -> None:
        name, args = call.get("name"), call.get("args")
        if self._partial is not None and not name:
            self._go_on(self._partial, call, out)
            return
        self._end(out)
        self._end_call(out, "the next call began before this one was complete")
        self._calls += 1
        id, own = call.get("id"), self._own(part)
        if not isinstance(id, str) or not id:
            id, own[MADE] = f"call_{made_id(f'{self._seed}/{self._number}/{self._calls}')}", True
        opened = _Call(self._next(), id, name if isinstance(name, str) else "", own)
        out.append(ToolCallStart(opened.index, id, opened.name, self._number))
        if call.get("willContinue") or call.get("partialArgs"):
            self._partial = opened
            self._go_on(opened, call, out)
        else:
            _finish(opened, args, None, out)

    def _go_on(self, opened: _Call, call: dict[str, Any], out: list[Event]) -> None:
        """More of the arguments; the first piece that does not say so is the last."""
        pieces = call.get("partialArgs")
        for piece in pieces if isinstance(pieces, list) else ():
            opened.args.add(piece)
        if not call.get("willContinue"):
            self._end_call(out, None)

    def _end_call(self, out: list[Event], problem: str | None) -> None:
        if (opened := self._partial) is not None:
            self._partial = None
            args = opened.args.finish()
            _finish(opened, args, problem or opened.args.problem, out)


def _finish(opened: _Call, args: Any, problem: str | None, out: list[Event]) -> None:
    from pydantic_core import to_json

    text = "" if args is None else to_json(args).decode()
    if args is not None and not isinstance(args, dict):
        problem = problem or f"the arguments are JSON, but no object: {type(args).__name__}"
    if not opened.name:
        problem = problem or "the call names no tool"
    if text:
        out.append(ToolCallDelta(opened.index, text))
    read = args if isinstance(args, dict) and problem is None else {}
    call = ToolCall(opened.id, opened.name, read, text, problem, {NAME: opened.own})
    out.append(ToolCallEnd(opened.index, call))
