"""Events to the bytes that a client of this wire expects, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import (
    Failed,
    Finished,
    Fold,
    PartAdded,
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
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    UsageUpdated,
)
from hamr.wirekit import Told, own_of
from hamr_provider_bedrock.blocks import BlockWriter, thinking_block
from hamr_provider_bedrock.compat import Compat
from hamr_provider_bedrock.open_block import pieces
from hamr_provider_bedrock.served.frame import frame
from hamr_provider_bedrock.served.refusal import words
from hamr_provider_bedrock.tables import NAME, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hamr.api import CallError, Event, Part, Usage


def _block(part: Part) -> dict[str, Any] | None:
    """The block of an answer's part: a client is given all of it, also what Bedrock would not take back."""
    own = own_of(getattr(part, "extra", None), NAME)
    if isinstance(part, Text) and not own:
        return {"text": part.text}
    if isinstance(part, Thinking):
        return thinking_block(part.text, own)
    return next(iter(BlockWriter(Compat(), None, Told(NAME)).write((part,), "the answer")), None)


def _stop(event: Finished) -> str:
    """The wire's own word where that is what it was."""
    word: str = TABLES["stop_words"][event.reason]
    return event.raw if event.raw and event.raw in TABLES["stop_reasons"] else word


def _account(usage: Usage | None) -> dict[str, Any]:
    """The tokens, as this wire counts them."""
    counted: dict[str, Any] = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}
    if usage is not None:
        input = usage.input + usage.input_audio
        counted = {"inputTokens": input, "outputTokens": usage.output_total, "totalTokens": usage.total}
        written = {"1h": usage.cache_write_1h, "5m": usage.cache_write_5m}
        if usage.cache_read:
            counted["cacheReadInputTokens"] = usage.cache_read
        if any(written.values()):
            counted["cacheWriteInputTokens"] = sum(written.values())
            counted["cacheDetails"] = [{"ttl": ttl, "inputTokens": count} for ttl, count in written.items() if count]
    return {"usage": counted, "metrics": {"latencyMs": 0}}


class StreamEncoder:
    """An event stream, each block with a number of its own."""

    content_type = "application/vnd.amazon.eventstream"

    def __init__(self) -> None:
        from pydantic_core import to_json

        self._json = to_json
        self._places: dict[int, int] = {}
        self._silent: set[int] = set()
        self._usage: Usage | None = None
        self._finished: Finished | None = None

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events."""
        return b"".join(piece for event in events for piece in self._read(event))

    def finish(self) -> bytes:
        """The last messages; nothing where the reply broke off, so that nobody takes it for whole."""
        if self._finished is None:
            return b""
        own = own_of(self._finished.extra, NAME)
        name = "additionalModelResponseFields"
        stopped = {name: own.pop(name)} if name in own else {}
        stop = self._event("messageStop", {"stopReason": _stop(self._finished), **stopped})
        return stop + self._event("metadata", {**_account(self._usage), **own})

    def _read(self, event: Event) -> Iterator[bytes]:
        match event:
            case Started():
                yield self._event("messageStart", {"role": "assistant"})
            case TextStart(index=index, choice=0) | ThinkingStart(index=index, choice=0):
                self._places[index] = len(self._places)
                self._silent.add(index)
            case ToolCallStart(index=index, choice=0):
                self._places[index] = len(self._places)
                yield self._at(
                    "contentBlockStart", index, start={"toolUse": {"toolUseId": event.id, "name": event.name}}
                )
            case TextDelta(index, text):
                yield from self._delta(index, {"text": text})
            case ThinkingDelta(index, text):
                yield from self._delta(index, {"reasoningContent": {"text": text}})
            case ToolCallDelta(index, text):
                yield from self._delta(index, {"toolUse": {"input": text}})
            case TextEnd() | ThinkingEnd() | ToolCallEnd() if event.index in self._places:
                yield from self._end(event)
            case PartAdded(choice=0):
                yield from self._whole(event)
            case UsageUpdated():
                self._usage = event.usage
            case Finished():
                self._finished = event
            case Failed():
                yield self._failed(event.error)

    def _delta(self, index: int, delta: dict[str, Any]) -> Iterator[bytes]:
        """Nothing for a block of another choice than the first."""
        if index in self._places:
            self._silent.discard(index)
            yield self._at("contentBlockDelta", index, delta=delta)

    def _end(self, event: TextEnd | ThinkingEnd | ToolCallEnd) -> Iterator[bytes]:
        """The end of a block, and before it what is known only then."""
        more: list[dict[str, Any]] = []
        if isinstance(event, ThinkingEnd):
            own = own_of(event.extra, NAME)
            more = [{"reasoningContent": {name: own[name]}} for name in ("signature", "redactedContent") if name in own]
        elif isinstance(event, TextEnd):
            more = [{"citation": each} for each in own_of(event.extra, NAME).get("citations", ())]
        if not more and event.index in self._silent:
            more = [{"reasoningContent": {"text": ""}} if isinstance(event, ThinkingEnd) else {"text": ""}]
        for delta in more:
            yield from self._delta(event.index, delta)
        yield self._at("contentBlockStop", event.index)

    def _whole(self, event: PartAdded) -> Iterator[bytes]:
        block = _block(event.part)
        start, deltas = ({}, []) if block is None else pieces(block)
        if not start and not deltas:
            return  # another provider's, for which this wire has no words
        self._places[event.index] = len(self._places)
        if start:
            yield self._at("contentBlockStart", event.index, start=start)
        for delta in deltas:
            yield self._at("contentBlockDelta", event.index, delta=delta)
        yield self._at("contentBlockStop", event.index)

    def _failed(self, error: CallError) -> bytes:
        _, named, message = words(error)
        headers = {":exception-type": named[0].lower() + named[1:], ":message-type": "exception"}
        return frame({**headers, ":content-type": "application/json"}, self._json({"message": message}))

    def _at(self, name: str, index: int, **more: Any) -> bytes:
        return self._event(name, {"contentBlockIndex": self._places[index], **more})

    def _event(self, name: str, said: dict[str, Any]) -> bytes:
        headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
        return frame(headers, self._json(said))


class WholeEncoder:
    """One reply, given out at the end."""

    content_type = "application/json"

    def __init__(self) -> None:
        self._fold = Fold()
        self._failed: CallError | None = None

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            if isinstance(event, Failed):
                self._failed = event.error
            else:
                self._fold.add([event])
        return b""

    def finish(self) -> bytes:
        """The body, or an error where the reply failed or broke off."""
        from pydantic_core import to_json

        finished = self._fold.finished
        if finished is None:
            _, named, message = words(self._failed)
            return to_json({"__type": named, "message": message})
        whole = self._fold.response(NAME, "", request_id=None, adaptations=(), timings=Timings())
        content = [block for part in whole.message.parts if (block := _block(part)) is not None]
        body = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": _stop(finished)}
        return to_json({**body, **_account(whole.usage), **own_of(finished.extra, NAME)})
