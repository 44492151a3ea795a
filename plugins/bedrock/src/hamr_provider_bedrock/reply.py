"""What the messages of one reply make of it, as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Failed, Finished, Started, TextDelta, UsageUpdated, Warned
from hamr_provider_bedrock.finish import CUT, finish_reason
from hamr_provider_bedrock.name import NAME
from hamr_provider_bedrock.open_block import CallBlock, HostedBlock, ImageBlock, TextBlock, ThinkingBlock, hosted
from hamr_provider_bedrock.pieces import pieces
from hamr_provider_bedrock.usage import read_usage

if TYPE_CHECKING:
    from hamr.api import CallError, Event
    from hamr_provider_bedrock.open_block import OpenBlock

_KEPT = ("additionalModelResponseFields", "metrics", "trace", "performanceConfig", "serviceTier")
_TORN = "the account of the tokens broke off"
_EARLY = "the reply ended before the model did"


class Reply:
    """The state of one reply; `vendor` is who made the model that answers, where that is known."""

    def __init__(self, vendor: str | None) -> None:
        self.over = False
        self._vendor = vendor
        self._open: dict[int, OpenBlock] = {}
        self._count = 0
        self._begun = self._calls = False
        self._stop: str | None = None
        self._extra: dict[str, Any] = {}

    def event(self, name: str, said: dict[str, Any], out: list[Event]) -> None:
        """One event of a stream."""
        at = said.get("contentBlockIndex")
        at = at if type(at) is int else -1
        if name == "contentBlockDelta":
            delta, block = said.get("delta"), self._open.get(at)
            text = delta.get("text") if type(delta) is dict else None
            if text and type(text) is str and type(block) is TextBlock:
                out.append(TextDelta(block.index, text))
            elif type(delta) is dict:
                self._delta(at, delta, out)
        elif name == "contentBlockStart":
            self._start(at, said.get("start"), out)
        elif name == "contentBlockStop":
            self._end(at, out)
        elif name == "messageStart":
            self._begin(out)
        elif name == "messageStop":
            self._stopped(said, out)
        elif name == "metadata":
            self._account(said, out)

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole reply, end included: the same as its stream, with each block in one piece."""
        message = body["output"].get("message") if isinstance(body.get("output"), dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, list):
            self.fail(BrokenReply("the reply is JSON, but holds no message", body=str(body)[:1000]), out)
            return
        self._begin(out)
        for at, block in enumerate(each for each in content if isinstance(each, dict) and each):
            start, deltas = pieces(block)
            if start is None and not deltas:
                out.append(hosted(self._next(), block, next(iter(block), "")))
            self._start(at, start, out)
            for delta in deltas:
                self._delta(at, delta, out)
            self._end(at, out)
        self._stopped(body, out)
        self._account(body, out)
        self.end(out, torn=False)

    def end(self, out: list[Event], *, torn: bool) -> None:
        """The end of the bytes, within a message where it is `torn`."""
        if self.over:
            return
        if self._stop is None:
            self.fail(BrokenReply(_EARLY), out)
            return
        if torn:
            out.append(Warned(_TORN))
        self.over = True
        reason = finish_reason(self._stop, calls=self._calls)
        out.append(Finished(reason, self._stop, {NAME: self._extra} if self._extra else None))

    def fail(self, error: CallError, out: list[Event]) -> None:
        """The last event: the reply says that it failed, or makes no sense."""
        self.over = True
        out.append(Failed(error))

    def _begin(self, out: list[Event]) -> None:
        if not self._begun:
            self._begun = True
            out.append(Started())

    def _next(self) -> int:
        self._count += 1
        return self._count - 1

    def _start(self, at: int, start: Any, out: list[Event]) -> None:
        for kind, value in start.items() if isinstance(start, dict) else ():
            if isinstance(value, dict) and kind in ("toolUse", "toolResult", "image"):
                self._close(at, out)
                self._open[at] = self._block(kind, value, out)

    def _block(self, kind: str, start: dict[str, Any], out: list[Event]) -> OpenBlock:
        self._begin(out)
        if kind in ("text", "citation"):
            return TextBlock(self._next(), out)
        if kind == "reasoningContent":
            return ThinkingBlock(self._next(), out, self._vendor)
        if kind == "image":
            return ImageBlock(self._next(), start)
        if kind == "toolResult" or start.get("type") == "server_tool_use":
            return HostedBlock(self._next(), kind, start)
        self._calls = True
        return CallBlock(self._next(), out, start)

    def _delta(self, at: int, delta: dict[str, Any], out: list[Event]) -> None:
        """A block of text or thinking has no start of its own, and may follow another at the same place."""
        for kind, value in delta.items():
            block = self._open.get(at)
            if block is None or kind not in block.takes:
                if kind not in ("text", "citation", "reasoningContent"):
                    continue
                self._close(at, out)
                block = self._open[at] = self._block(kind, {}, out)
            block.delta(kind, value, out)

    def _end(self, at: int, out: list[Event]) -> None:
        """A call without arguments may be one that was cut off: the end of the reply says which."""
        block = self._open.get(at)
        if not (isinstance(block, CallBlock) and block.silent):
            self._close(at, out)

    def _close(self, at: int, out: list[Event], *, cut: bool = False) -> None:
        if (block := self._open.pop(at, None)) is not None:
            block.end(out, cut=cut)

    def _stopped(self, said: dict[str, Any], out: list[Event]) -> None:
        self._begin(out)
        self._stop = str(said.get("stopReason") or "")
        cut = finish_reason(self._stop, calls=False) in CUT
        for at in list(self._open):
            self._close(at, out, cut=cut)
        self._keep(said)

    def _account(self, said: dict[str, Any], out: list[Event]) -> None:
        """The account comes behind the end of the message, and is the last of all."""
        usage = said.get("usage")
        if isinstance(usage, dict) and usage:
            out.append(UsageUpdated(read_usage(usage)))
        self._keep(said)
        if self._stop is not None:
            self.end(out, torn=False)

    def _keep(self, said: dict[str, Any]) -> None:
        self._extra.update((name, said[name]) for name in _KEPT if said.get(name))
