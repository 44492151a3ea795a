"""A turn as the events of a reply, some words at a time. A word is a token here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from hamr.api import (
    Event,
    Finished,
    FinishReason,
    Request,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageUpdated,
)
from hamr_sim.description import described
from hamr_sim.turn import Said, Turn

_WORD = re.compile(r"\s*\S+|\s+$")


def steps(turn: Turn, request: Request, started: Started, words: int) -> Iterator[Sequence[Event]]:
    """The events, in the steps in which they are sent: the start, `words` words at a time, the end."""
    yield [started]
    counter = _Counter(request.max_tokens)
    choices = range(request.n or 1)
    blocks = ((choice, part) for choice in choices for part in turn.parts)
    for index, (choice, part) in enumerate(blocks):
        yield from _block(index, choice, part, counter.pieces(part, choice, words))
    reason: FinishReason = "length" if counter.cut else turn.finish_reason
    yield [
        UsageUpdated(Usage(input=heard(request), output=counter.output, reasoning=counter.reasoning)),
        Finished(reason),
    ]


def heard(request: Request) -> int:
    """How many words went in."""
    return sum(len(described(message).split()) for message in request.messages)


class _Counter:
    """Counts words, and stops each choice where it has said as many as it may."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._said: dict[int, int] = {}
        self.output = self.reasoning = 0
        self.cut = False

    def pieces(self, part: Said, choice: int, words: int) -> Iterator[str]:
        said = _WORD.finditer(_written(part))
        while found := list(islice(said, self._room(choice, words))):
            self._said[choice] = self._said.get(choice, 0) + len(found)
            if isinstance(part, Thinking):
                self.reasoning += len(found)
            else:
                self.output += len(found)
            yield "".join(word.group() for word in found)
        self.cut = self.cut or next(said, None) is not None

    def _room(self, choice: int, words: int) -> int:
        return words if self._most is None else max(0, min(words, self._most - self._said.get(choice, 0)))


def _written(part: Said) -> str:
    if isinstance(part, ToolCall):
        return part.text if part.text is not None else json.dumps(dict(part.arguments))
    return part.text


def _block(index: int, choice: int, part: Said, pieces: Iterator[str]) -> Iterator[Sequence[Event]]:
    """One part: its start comes with its first piece, its end with the last."""
    start: Event
    end: Event
    delta: type[TextDelta | ThinkingDelta | ToolCallDelta]
    match part:
        case Text():
            start, delta, end = TextStart(index, part.refusal, choice), TextDelta, TextEnd(index)
        case Thinking():
            start, delta, end = ThinkingStart(index, choice), ThinkingDelta, ThinkingEnd(index)
        case ToolCall():
            start, delta, end = (
                ToolCallStart(index, part.id, part.name, choice),
                ToolCallDelta,
                ToolCallEnd(index, part),
            )
    events: list[Event] = [start]
    said: list[str] = []
    for piece in pieces:
        if events[-1] is not start:
            yield events
            events = []
        events.append(delta(index, piece))
        said.append(piece)
    if isinstance(end, ToolCallEnd):
        end = _ended(end, "".join(said))
    yield [*events, end]


def _ended(end: ToolCallEnd, text: str) -> ToolCallEnd:
    """The end of a call; one that was cut short has no arguments."""
    if text == _written(end.call):
        return end
    return replace(end, call=replace(end.call, arguments={}, text=text, problem="there was no room for all of it"))
