"""What the messages of one reply make of it, as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Finished, PartAdded, Started, TextDelta, Usage, UsageUpdated, Warned
from hamr.wirekit import ReplyState
from hamr_provider_bedrock.compat import NAME, TABLES
from hamr_provider_bedrock.failures import stream_error
from hamr_provider_bedrock.open_block import BEGUN, LOOSE, OpenBlock, items, pieces
from hamr_provider_bedrock.parts import hosted

if TYPE_CHECKING:
    from hamr.api import Event
    from hamr_provider_bedrock.compat import Compat

Block = dict[str, Any]
REASONS = TABLES["stop_reasons"]
_CUT = frozenset({"length", "content_filter", "error", "unknown"})
"""Reasons that may cut a tool call in two."""
_KEPT = ("additionalModelResponseFields", "metrics", "trace", "performanceConfig", "serviceTier")


class Reply(ReplyState):
    """The state of one reply; `vendor` is who made the model that answers, where that is known."""

    def __init__(self, compat: Compat, vendor: str | None) -> None:
        super().__init__()
        self._compat, self._own = compat, {} if vendor is None else {"vendor": vendor}
        self._open: dict[int, OpenBlock] = {}
        self._count = 0
        self._begun = self._calls = False
        self._stop: str | None = None
        self._extra: dict[str, Any] = {}

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""
        return not self._begun

    def event(self, name: str, said: Block, out: list[Event]) -> None:
        """One event of a stream; those that are not known are passed over."""
        at = said.get("contentBlockIndex")
        at = at if type(at) is int else -1
        if name == "contentBlockDelta":
            delta, block = said.get("delta"), self._open.get(at)
            text = delta.get("text") if type(delta) is dict else None
            if text and type(text) is str and block is not None and block.kind == "text":  # what nearly all are
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

    def whole(self, body: Block, out: list[Event]) -> None:
        """A whole reply, end included: the same as its stream, with each block in one piece."""
        if "output" not in body and ("message" in body or "__type" in body):
            self.fail(stream_error({}, body, self._compat), out)
            return
        match body:
            case {"output": {"message": {"content": list(content)}}}:
                self._begin(out)
            case _:
                self.fail(BrokenReply("the reply is JSON, but holds no message", body=str(body)[:1000]), out)
                return
        for at, block in enumerate(each for each in content if isinstance(each, dict) and each):
            start, deltas = pieces(block)
            if not start and not deltas:
                out.append(PartAdded(self._next(), hosted(block)))
            self._start(at, start, out)
            for delta in deltas:
                self._delta(at, delta, out)
            self._end(at, out)
        self._stopped(body, out)
        self._account(body, out)
        self.end(out, done=True)

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes, within a message where it is `torn`."""
        if self.over:
            return
        if self._stop is None:
            self.fail(BrokenReply("the reply ended before the model did"), out)
            return
        if torn:
            out.append(Warned("the account of the tokens broke off"))
        self.over = True
        reason = REASONS.get(self._stop, "unknown")
        if reason == "stop" and self._calls:
            reason = "tool_calls"
        out.append(Finished(reason, self._stop, {NAME: self._extra} if self._extra else None))

    def _begin(self, out: list[Event]) -> None:
        if not self._begun:
            self._begun = True
            out.append(Started())

    def _next(self) -> int:
        self._count += 1
        return self._count - 1

    def _start(self, at: int, start: Any, out: list[Event]) -> None:
        for kind, value in start.items() if isinstance(start, dict) else ():
            if isinstance(value, dict) and kind in BEGUN:
                self._opened(at, kind, value, out)

    def _opened(self, at: int, kind: str, start: Block, out: list[Event]) -> OpenBlock:
        self._close(at, out)
        self._begin(out)
        block = self._open[at] = OpenBlock(self._next(), kind, start)
        self._calls = self._calls or (kind == "toolUse" and not block.hosted)
        out += block.begin()
        return block

    def _delta(self, at: int, delta: Block, out: list[Event]) -> None:
        """A block of text or thinking has no start of its own, and may follow another at the same place."""
        for name, value in delta.items():
            kind = "text" if name == "citation" else name
            block = self._open.get(at)
            if block is None or block.kind != kind:
                if kind not in LOOSE:
                    continue
                block = self._opened(at, kind, dict(self._own) if kind == "reasoningContent" else {}, out)
            if isinstance(value, dict) and name != "citation":
                block.more(value, out)
            else:
                block.more({"content" if name == "toolResult" else name: value}, out)

    def _end(self, at: int, out: list[Event]) -> None:
        """A call without arguments may be one that was cut off: the end of the reply says which."""
        if at in self._open and not self._open[at].silent:
            self._close(at, out)

    def _close(self, at: int, out: list[Event], *, cut: bool = False) -> None:
        if (block := self._open.pop(at, None)) is not None:
            out.append(block.end(cut=cut))

    def _stopped(self, said: Block, out: list[Event]) -> None:
        self._begin(out)
        self._stop = str(said.get("stopReason") or "")
        for at in list(self._open):
            self._close(at, out, cut=REASONS.get(self._stop, "unknown") in _CUT)
        self._keep(said)

    def _account(self, said: Block, out: list[Event]) -> None:
        """The account comes behind the end of the message, and is the last of all."""
        usage = said.get("usage")
        if isinstance(usage, dict) and usage:
            out.append(UsageUpdated(_usage(usage)))
        self._keep(said)
        if self._stop is not None:
            self.end(out, done=True)

    def _keep(self, said: Block) -> None:
        self._extra.update((name, said[name]) for name in _KEPT if said.get(name))


def _usage(raw: Block) -> Usage:
    """`inputTokens` are those that no cache was read or written for; what was written is told by time to live."""
    counted: dict[str, Any] = {name: _count(raw.get(field)) for name, field in TABLES["usage"].items()}
    written = _count(raw.get("cacheWriteInputTokens"))
    details = [each for each in items(raw.get("cacheDetails")) if isinstance(each, dict) and each.get("ttl") == "1h"]
    lasting = min(sum(_count(each.get("inputTokens")) for each in details), written)
    return Usage(**counted, cache_write_5m=written - lasting, cache_write_1h=lasting, raw=raw)


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0
