"""The events of one reply, or one whole message, to hamr's events."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from hamr.errors import BrokenReply
from hamr.types import Finished, Started, UsageUpdated, Warned
from hamr.wires.anthropic_messages.errors import ERROR_CODES
from hamr.wires.anthropic_messages.finish import CUT, REASONS
from hamr.wires.anthropic_messages.name import ANSWER_TOOL, NAME
from hamr.wires.anthropic_messages.open_blocks import (
    AnswerBlock,
    CallBlock,
    HostedBlock,
    OpenBlock,
    TextBlock,
    ThinkingBlock,
)
from hamr.wires.anthropic_messages.usage import later_usage, read_usage
from hamr.wires.failures import inner_error
from hamr.wires.made_id import made_id
from hamr.wires.reply_state import ReplyState

if TYPE_CHECKING:
    from hamr.errors import CallError
    from hamr.types import Event, FinishReason
    from hamr.wires.anthropic_messages.compat import Compat

_EARLY = "the reply broke off before its end"
_KEPT = ("stop_sequence", "stop_details", "container", "context_management", "diagnostics")
"""What a message says besides its content, how it ended and what it used."""
_LOOSE = {"text_delta": "text", "thinking_delta": "thinking"}
"""Deltas that say by themselves what they belong to."""


class Reply(ReplyState):
    """Takes the events of a stream or one body, then the end; `over` once the last event has been given."""

    __slots__ = (
        "_begun",
        "_blocks",
        "_calls",
        "_held",
        "_issuer",
        "_kept",
        "_open",
        "_raw",
        "_said",
        "_usage",
        "compat",
    )

    def __init__(self, compat: Compat, issuer: str) -> None:
        super().__init__()
        self.compat = compat
        self._issuer = issuer
        self._blocks = count()
        self._open: dict[int, OpenBlock] = {}
        self._held: CallBlock | None = None
        self._begun = self._said = False
        self._calls = 0
        self._raw: str | None = None
        self._kept: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""
        return not self._said

    def chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """One event of a stream; kinds that are not known are passed over."""
        self._said = True
        kind = chunk.get("type")
        if kind == "content_block_delta":
            place, delta = chunk.get("index"), chunk.get("delta")
            if type(delta) is dict and type(place) is int:
                block = self._open.get(place) or self._loose(place, delta, out)
                if block is not None:
                    block.delta(delta, out)
        elif kind == "content_block_start":
            self._opened(chunk.get("index"), chunk.get("content_block"), out)
        elif kind == "content_block_stop":
            self._stopped(chunk.get("index"), out)
        elif kind == "message_start":
            self._started(chunk.get("message"), out)
        elif kind == "message_delta":
            self._noted({**chunk, **_table(chunk.get("delta"))})
        elif kind == "message_stop":
            self._finish(out)
        elif kind == "error" or (kind is None and chunk.get("error")):
            self.fail(self.failure(chunk, str(chunk)), out)

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole message, end included: the same as its stream, with each block in one piece."""
        content = body.get("content")
        if not isinstance(content, list):
            if body.get("error") or body.get("type") == "error" or body.get("message") or body.get("detail"):
                self.fail(self.failure(body, str(body)), out)
            else:
                self.fail(BrokenReply("the reply is JSON, but holds no content", body=str(body)[:1000]), out)
            return
        self._started(body, out, alone=False)
        for place, block in enumerate(content):
            self._opened(place, block, out)
            self._stopped(place, out)
        self._noted(body)
        self._finish(out)

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes: too early, unless all has been said and the server ends as OpenAI's do."""
        if self.over:
            return
        if done and self._raw is not None:
            self._finish(out)
        else:
            self.fail(BrokenReply(_EARLY), out)

    def failure(self, value: dict[str, Any], shown: str) -> CallError:
        """The error that an event, or a body, stands for."""
        return inner_error(value, self.compat, shown, ERROR_CODES)

    def _started(self, message: Any, out: list[Event], *, alone: bool = True) -> None:
        """The beginning; `alone` where what was used so far is told by itself."""
        if self._begun or not isinstance(message, dict):
            return
        self._begun = True
        id, model = message.get("id"), message.get("model")
        out.append(Started(id if isinstance(id, str) else None, model if isinstance(model, str) else None))
        self._noted(message)
        if alone and self._usage:
            out.append(UsageUpdated(read_usage(self._usage, self.compat)))

    def _noted(self, said: dict[str, Any]) -> None:
        """What the message says of itself, so far."""
        raw = said.get("stop_reason")
        self._raw = raw if isinstance(raw, str) and raw else self._raw
        for name in _KEPT:
            if said.get(name) is not None:
                self._kept[name] = said[name]
        usage = said.get("usage")
        if isinstance(usage, dict) and usage:
            self._usage = later_usage(self._usage, usage)

    def _opened(self, place: Any, block: Any, out: list[Event]) -> None:
        self._flush(out, cut=False)
        if not isinstance(block, dict):
            return
        if not self._begun:
            self._begun = True
            out.append(Started())
        if type(place) is not int:
            place = max(self._open, default=-1) + 1
        if place in self._open:
            self._stopped(place, out)
        self._open[place] = self._made(block, next(self._blocks), out)

    def _made(self, block: dict[str, Any], index: int, out: list[Event]) -> OpenBlock:
        kind = block.get("type")
        if kind == "text":
            return TextBlock(block, index, self._issuer, out)
        if kind in ("thinking", "redacted_thinking"):
            return ThinkingBlock(block, index, self._issuer, out)
        if kind != "tool_use":
            return HostedBlock(block, index, self._issuer)
        if block.get("name") == ANSWER_TOOL:
            return AnswerBlock(block, index, self._issuer, out)
        self._calls += 1
        return CallBlock(block, index, self._issuer, f"toolu_{made_id(str(self._calls))}", out)

    def _loose(self, place: int, delta: dict[str, Any], out: list[Event]) -> OpenBlock | None:
        """The block of a delta that came without its beginning."""
        kind = delta.get("type")
        if not isinstance(kind, str) or kind not in _LOOSE:
            out.append(Warned(f"{kind!s:.100} of a block that was not begun"))
            return None
        self._opened(place, {"type": _LOOSE[kind]}, out)
        return self._open[place]

    def _stopped(self, place: Any, out: list[Event]) -> None:
        """The end of a block; a call without arguments waits, for it may have been cut off before them."""
        if type(place) is not int:
            place = max(self._open, default=-1)
        if (block := self._open.pop(place, None)) is None:
            return
        if isinstance(block, CallBlock) and block.unsaid:
            self._flush(out, cut=False)
            self._held = block
        else:
            block.done(out, cut=False)

    def _flush(self, out: list[Event], *, cut: bool) -> None:
        if self._held is not None:
            self._held.done(out, cut=cut)
            self._held = None

    def _finish(self, out: list[Event]) -> None:
        reason: FinishReason = REASONS.get(self._raw or "", "unknown")
        cut = reason in CUT
        self._flush(out, cut=cut)
        for place in sorted(self._open):
            self._open.pop(place).done(out, cut=cut)
        if self._usage:
            out.append(UsageUpdated(read_usage(self._usage, self.compat)))
        # An answer that was asked for as a tool is no call; and some servers say `end_turn` where there are calls.
        if reason in ("stop", "tool_calls"):
            reason = "tool_calls" if self._calls else "stop"
        self.over = True
        if not self._begun:
            out.append(Started())
        out.append(Finished(reason, self._raw, {NAME: self._kept} if self._kept else None))


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
