"""Events to a Response, as they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from hamr.types import (
    Adaptation,
    Citation,
    Cost,
    Event,
    Extra,
    Finished,
    FinishReason,
    Message,
    Part,
    PartAdded,
    Response,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    Timings,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageUpdated,
    Warned,
)

CONTENT = (TextDelta, ThinkingDelta, ToolCallStart, ToolCallDelta, ToolCallEnd, PartAdded)
"""Events after which a call is not sent again, for the caller has seen something of the answer."""


@dataclass(slots=True)
class _Block:
    """One block as it grows: the pieces are joined once, at the end."""

    kind: Literal["text", "thinking", "tool_call", "part"]
    choice: int
    pieces: list[str] = field(default_factory=list)
    id: str = ""
    name: str = ""
    refusal: bool = False
    citations: tuple[Citation, ...] = ()
    extra: Extra | None = None
    part: Part | None = None

    def whole(self) -> Part:
        """The part that this block has become; a tool call that was cut off says so and has no arguments."""
        if self.part is not None:
            return self.part
        text = "".join(self.pieces)
        if self.kind == "text":
            return Text(text, self.refusal, self.citations, extra=self.extra)
        if self.kind == "thinking":
            return Thinking(text, self.extra)
        return ToolCall(self.id, self.name, {}, text, problem="the reply broke off before the call was complete")


class Fold:
    """Gathers the events of one reply."""

    def __init__(self) -> None:
        self._blocks: dict[int, _Block] = {}
        self._warnings: list[str] = []
        self.started = Started()
        self.finished: Finished | None = None
        self.usage: Usage | None = None
        self.cost = Cost()
        self.has_content = False

    def add(self, events: Iterable[Event]) -> None:
        """Take in the next events."""
        for event in events:
            kind = type(event)
            if kind is TextDelta or kind is ThinkingDelta or kind is ToolCallDelta:
                self._blocks[event.index].pieces.append(event.text)  # type: ignore[union-attr]  # has both, by its kind
                self.has_content = True
            else:
                self._add_other(event)

    def _add_other(self, event: Event) -> None:
        match event:
            case TextStart():
                self._blocks[event.index] = _Block("text", event.choice, refusal=event.refusal)
            case TextEnd():
                self._blocks[event.index].citations = event.citations
                self._blocks[event.index].extra = event.extra
            case ThinkingStart():
                self._blocks[event.index] = _Block("thinking", event.choice)
            case ThinkingEnd():
                self._blocks[event.index].extra = event.extra
            case ToolCallStart():
                self._blocks[event.index] = _Block("tool_call", event.choice, id=event.id, name=event.name)
            case ToolCallEnd():
                self._blocks[event.index].part = event.call
            case PartAdded():
                self._blocks[event.index] = _Block("part", event.choice, part=event.part)
            case Started():
                self.started = event
            case Finished():
                self.finished = event
            case UsageUpdated():
                self.usage, self.cost = event.usage, event.cost or self.cost
            case Warned():
                self._warnings.append(event.text)
        self.has_content = self.has_content or isinstance(event, CONTENT)

    def characters(self) -> int:
        """How many have come, of text, thinking and arguments."""
        return sum(len(piece) for block in self._blocks.values() for piece in block.pieces)

    def warn(self, texts: Iterable[str]) -> None:
        """Put warnings of earlier attempts before those of this one."""
        self._warnings[:0] = texts

    def response(
        self,
        provider: str,
        model: str,
        *,
        request_id: str | None,
        adaptations: tuple[Adaptation, ...],
        timings: Timings,
    ) -> Response:
        """The response so far; without a finish reason where the reply is not complete."""
        choices: dict[int, list[Part]] = {0: []}
        for index in sorted(self._blocks):
            choices.setdefault(self._blocks[index].choice, []).append(self._blocks[index].whole())
        messages = [Message("assistant", tuple(choices[choice])) for choice in sorted(choices)]
        reason: FinishReason | None = self.finished.reason if self.finished else None
        return Response(
            message=messages[0],
            finish_reason=reason,
            provider=provider,
            model=self.started.model or model,
            usage=self.usage,
            cost=self.cost,
            id=self.started.id,
            request_id=request_id,
            alternatives=tuple(messages[1:]),
            adaptations=adaptations,
            warnings=tuple(self._warnings),
            timings=timings,
            extra=_merged(self.started.extra, self.finished.extra if self.finished else None),
        )


def _merged(first: Extra | None, second: Extra | None) -> Extra | None:
    if not first or not second:
        return first or second
    return {wire: {**first.get(wire, {}), **second.get(wire, {})} for wire in {**first, **second}}
