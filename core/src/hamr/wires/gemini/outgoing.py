"""Events of a reply, as parts of this wire."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import (
    HostedTool,
    PartAdded,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCallEnd,
    ToolCallStart,
)
from hamr.wires.gemini.compat import Compat
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.parts import PartWriter
from hamr.wires.gemini.replay import ISSUER, MADE, Replay, beside
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Citation, Event, Extra, Request, ToolCall


class _Block:
    """A block of text or thinking; `sent` holds its only part, for as long as that can still be signed."""

    __slots__ = ("choice", "more", "pieces", "sent", "shown")

    def __init__(self, choice: int, *, thought: bool, shown: bool) -> None:
        self.choice, self.shown = choice, shown
        self.more: dict[str, Any] = {"thought": True} if thought else {}
        self.pieces: list[str] = []
        self.sent: dict[str, Any] | None = None


class Outgoing:
    """Makes parts; `ready` holds those that have not been told yet, each with the number of its answer.

    A `whole` reply has one part for each block, a streamed one many.
    """

    def __init__(self, request: Request, *, whole: bool = False) -> None:
        self._whole = whole
        self.ready: list[tuple[int, dict[str, Any]]] = []
        self.choices: dict[int, None] = {}
        self.cited: list[tuple[str, tuple[Citation, ...]]] = []
        self.broken: ToolCall | None = None
        self._blocks: dict[int, _Block] = {}
        self._calls: dict[int, int] = {}
        self._shows = _shows(request)
        told = Told(NAME)
        self._writer = PartWriter("", Compat(supports_file_names=True), Replay("", told), told)

    def read(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case TextDelta(index, text) | ThinkingDelta(index, text):
                self._say(self._blocks.get(index), text)
            case TextStart():
                self._blocks[event.index] = _Block(event.choice, thought=False, shown=True)
                self.choices[event.choice] = None
            case ThinkingStart():
                self._blocks[event.index] = _Block(event.choice, thought=True, shown=self._shows)
                self.choices[event.choice] = None
            case TextEnd() | ThinkingEnd():
                self._end(event)
            case ToolCallStart():
                self._calls[event.index] = event.choice
                self.choices[event.choice] = None
            case ToolCallEnd():
                self._call(event.call, self._calls.get(event.index, 0))
            case PartAdded():
                self.choices[event.choice] = None
                self._part(event)

    def told(self) -> None:
        """What is ready has been sent, and cannot be signed any more."""
        self.ready.clear()
        for block in self._blocks.values():
            block.sent = None

    def _say(self, block: _Block | None, text: str) -> None:
        if block is None:
            return
        first = not block.pieces
        block.pieces.append(text)
        if self._whole:
            return
        part = {"text": text, **block.more}
        block.sent = part if first else None
        if block.shown:
            self.ready.append((block.choice, part))

    def _end(self, event: TextEnd | ThinkingEnd) -> None:
        block = self._blocks.pop(event.index, None)
        if block is None:
            return
        own, text = beside(_own(event.extra)), "".join(block.pieces)
        if isinstance(event, TextEnd) and not block.choice:
            self.cited.append((text, event.citations))
        if self._whole:
            if own or (text and block.shown):
                self.ready.append((block.choice, {"text": text if block.shown else "", **block.more, **own}))
        elif own and block.sent is not None and block.shown:
            block.sent.update(own)
        elif own:
            # A signature comes at the end of a text that was sent already: on an empty text, as Google's own do.
            self.ready.append((block.choice, {"text": "", **block.more, **own}))

    def _call(self, call: ToolCall, choice: int) -> None:
        if call.problem is not None:  # such a call has no arguments that could stand here
            self.broken = call
            return
        own = _own(call.extra)
        id = {} if own.get(MADE) else {"id": call.id}
        self.ready.append((choice, {"functionCall": {**id, "name": call.name, "args": call.arguments}, **beside(own)}))

    def _part(self, event: PartAdded) -> None:
        part, own = event.part, _own(event.part.extra)
        if isinstance(part, HostedTool):
            if isinstance(own.get("part"), dict):  # what another provider ran has no type here
                self.ready.append((event.choice, own["part"]))
            return
        try:
            written = self._writer.write(replace(part, extra={NAME: own} if own else None), "the reply")
        except Unsupported:  # a sound of which there is a transcript alone
            return
        if written is not None:
            self.ready.append((event.choice, written))


def _shows(request: Request) -> bool:
    """Whether the client wants to see thoughts: it does, unless it says that it does not."""
    config = request.options.get("generationConfig")
    thinking = config.get("thinkingConfig") if isinstance(config, dict) else None
    return not (isinstance(thinking, dict) and thinking.get("includeThoughts") is False)


def _own(extra: Extra | None) -> dict[str, Any]:
    """What is this wire's, whoever gave it: it comes back to us with the part."""
    own = (extra or {}).get(NAME)
    return {name: value for name, value in own.items() if name != ISSUER} if isinstance(own, dict) else {}
