"""Events to the bytes that a client of this wire expects, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from hamr.api import (
    Failed,
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
    Unsupported,
)
from hamr.wirekit import ServedReply, Told, own_of
from hamr_provider_bedrock.blocks import BlockWriter, thinking_block
from hamr_provider_bedrock.compat import NAME, TABLES, Compat
from hamr_provider_bedrock.failures import words
from hamr_provider_bedrock.frames import frame
from hamr_provider_bedrock.open_block import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hamr.api import Event, Part

Fields = dict[str, Any]


class _Reply(ServedReply):
    """What both encoders know of the reply."""

    def stop(self) -> Fields:
        """Why it ended, in the wire's own word where that is what it was."""
        if self.finished is None:
            return {}
        word = TABLES["stop_words"][self.finished.reason]
        return {"stopReason": self.finished.raw if self.finished.raw in TABLES["stop_reasons"] else word}

    def account(self) -> Fields:
        """What was used, and what else was said at the end."""
        counted: Fields = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}
        if (usage := self.usage) is not None:
            input = usage.input + usage.input_audio
            counted = {"inputTokens": input, "outputTokens": usage.output_total, "totalTokens": usage.total}
            written = {"1h": usage.cache_write_1h, "5m": usage.cache_write_5m}
            if usage.cache_read:
                counted["cacheReadInputTokens"] = usage.cache_read
            if any(written.values()):
                counted["cacheWriteInputTokens"] = sum(written.values())
                counted["cacheDetails"] = [{"ttl": ttl, "inputTokens": n} for ttl, n in written.items() if n]
        extra = None if self.finished is None else self.finished.extra
        return {"usage": counted, "metrics": {"latencyMs": 0}, **own_of(extra, NAME)}


class StreamEncoder(_Reply):
    """An event stream, each block with a number of its own."""

    content_type = "application/vnd.amazon.eventstream"

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[int, int] = {}
        self._silent: set[int] = set()

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events."""
        return b"".join(piece for event in events for piece in self._read(event))

    def finish(self) -> bytes:
        """The last messages; nothing where the reply broke off, so that nobody takes it for whole."""
        if self.finished is None:
            return b""
        account, name = self.account(), "additionalModelResponseFields"
        stopped = {name: account.pop(name)} if name in account else {}
        return self._event("messageStop", {**self.stop(), **stopped}) + self._event("metadata", account)

    def _read(self, event: Event) -> Iterator[bytes]:
        self.note(event)
        match event:
            case Started():
                yield self._event("messageStart", {"role": "assistant"})
            case TextStart(index=index, choice=0) | ThinkingStart(index=index, choice=0):
                self._places[index] = len(self._places)
                self._silent.add(index)
            case ToolCallStart(index=index, choice=0):
                self._places[index] = len(self._places)
                start = {"toolUse": {"toolUseId": event.id, "name": event.name}}
                yield self._at("contentBlockStart", index, start=start)
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
            case Failed():
                _, named, message = words(event.error)
                yield self._message("exception", named[0].lower() + named[1:], {"message": message})

    def _delta(self, index: int, delta: Fields) -> Iterator[bytes]:
        """Nothing for a block of another choice than the first."""
        if index in self._places:
            self._silent.discard(index)
            yield self._at("contentBlockDelta", index, delta=delta)

    def _end(self, event: TextEnd | ThinkingEnd | ToolCallEnd) -> Iterator[bytes]:
        """The end of a block, and before it what is known only then."""
        more: list[Fields] = []
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
        """A block in one piece; another provider's, for which this wire has no words, is none."""
        start, deltas = pieces(_block(event.part))
        if not start and not deltas:
            return
        self._places[event.index] = len(self._places)
        if start:
            yield self._at("contentBlockStart", event.index, start=start)
        for delta in deltas:
            yield self._at("contentBlockDelta", event.index, delta=delta)
        yield self._at("contentBlockStop", event.index)

    def _at(self, name: str, index: int, **more: Any) -> bytes:
        return self._event(name, {"contentBlockIndex": self._places[index], **more})

    def _event(self, name: str, said: Fields) -> bytes:
        return self._message("event", name, said)

    def _message(self, kind: str, name: str, said: Fields) -> bytes:
        headers = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
        return frame(headers, to_json(said))


class WholeEncoder(_Reply):
    """One reply, given out at the end."""

    content_type = "application/json"

    def __init__(self) -> None:
        super().__init__()
        self._fold = Fold()

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            self.note(event)
            if not isinstance(event, Failed):
                self._fold.add([event])
        return b""

    def finish(self) -> bytes:
        """The body, or an error where the reply failed or broke off."""
        if self.finished is None:
            _, named, message = words(self.failed)
            return to_json({"__type": named, "message": message})
        whole = self._fold.response(NAME, "", request_id=None, adaptations=(), timings=Timings())
        content = [block for part in whole.message.parts if (block := _block(part))]
        return to_json(
            {"output": {"message": {"role": "assistant", "content": content}}, **self.stop(), **self.account()}
        )


def _block(part: Part) -> Fields:
    """The block of an answer's part: a client is given all of it, also what Bedrock would not take back."""
    own = own_of(getattr(part, "extra", None), NAME)
    if isinstance(part, Text) and not own:
        return {"text": part.text}
    if isinstance(part, Thinking):
        return thinking_block(part.text, own)
    try:
        return next(iter(BlockWriter(Compat(), None, Told(NAME)).write((part,), "the answer")), {})
    except Unsupported:  # an image that is elsewhere than with S3
        return {}
