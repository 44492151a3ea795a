"""The events of one reply, or one whole body, to hamr's events."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Finished, Overloaded, Started, UsageUpdated
from hamr.wirekit import ReplyState, inner_error
from hamr_provider_cohere.finish import finish_reason
from hamr_provider_cohere.name import NAME, PLAN
from hamr_provider_cohere.open_blocks import Calls, Words
from hamr_provider_cohere.usage import read_usage

if TYPE_CHECKING:
    from hamr.api import CallError, Event
    from hamr_provider_cohere.compat import Compat

_READ = frozenset({"id", "message", "finish_reason", "usage", "error", "type", "delta", "logprobs"})


class Reply(ReplyState):
    """Takes events or one body, then the end; `over` once the last event has been given."""

    __slots__ = ("_begun", "_calls", "_cited", "_compat", "_extra", "_logprobs", "_said", "_words")

    def __init__(self, compat: Compat) -> None:
        super().__init__()
        self._compat = compat
        self._begun = self._said = False
        blocks = count()
        self._words = Words(blocks)
        self._calls = Calls(blocks)
        self._cited: list[Any] = []
        self._logprobs: list[Any] = []
        self._extra: dict[str, Any] = {}

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""
        return not self._said

    def chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """One event of a stream."""
        self._said = True
        kind = chunk.get("type")
        delta = chunk.get("delta")
        if kind == "content-delta":
            self._content_delta(chunk, delta, out)
            return
        if type(kind) is not str or kind == "error":
            if chunk.get("message") or chunk.get("error"):
                self.fail(self.failure(chunk, str(chunk)), out)
            return
        if not self._begun:
            self._start(chunk, out)
        message = delta.get("message") if type(delta) is dict else None
        message = message if type(message) is dict else {}
        if kind == "message-end":
            self._message_end(chunk, delta if type(delta) is dict else {}, out)
        else:
            self._block(kind, chunk.get("index"), message, out)

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole reply, end included: the same as its stream, with each block in one piece."""
        message = body.get("message")
        if not isinstance(message, dict):
            if message or body.get("error") or body.get("data"):
                self.fail(self.failure(body, str(body)), out)
            else:
                self.fail(BrokenReply("the reply is JSON, but holds no message", body=str(body)[:1000]), out)
            return
        self._start(body, out)
        content = message.get("content")
        cited = message.get("citations")
        sources = [each for each in cited if isinstance(each, dict)] if isinstance(cited, list) else []
        for place, part in enumerate(content if isinstance(content, list) else ()):
            if isinstance(part, dict):
                self._part(place, part, sources, out)
        if isinstance(plan := message.get(PLAN), str) and plan:
            self._block("tool-plan-delta", None, message, out)
        for source in sources:
            self._cite(source)
        calls = message.get("tool_calls")
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                self._words.close(out)
                self._calls.start(place, call, out)
                self._calls.end(place, out)
        if isinstance(body.get("logprobs"), list):
            self._logprobs = body["logprobs"]
        self._message_end(body, body, out)

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes: too early, since the last event of a reply has been given by then."""
        if not self.over:
            self.fail(BrokenReply("the reply broke off before its end"), out)

    def failure(self, value: dict[str, Any], shown: str) -> CallError:
        """The error that an event, or a body, stands for."""
        return inner_error(value, self._compat, shown)

    def _start(self, value: dict[str, Any], out: list[Event]) -> None:
        self._begun = self._said = True
        id = value.get("id")
        id = id if isinstance(id, str) and id else None
        self._calls.seed = id or ""
        out.append(Started(id))

    def _content_delta(self, chunk: dict[str, Any], delta: Any, out: list[Event]) -> None:
        """More of a text or a thought, as nearly every event is."""
        message = delta.get("message") if type(delta) is dict else None
        content = message.get("content") if type(message) is dict else None
        if type(content) is not dict:
            return
        text, words = content.get("text"), self._words
        kind = "text" if type(text) is str else "thinking"
        if kind == "thinking":
            text = content.get("thinking")
        if text and type(text) is str:
            place = chunk.get("index")
            if words.kind != kind or words.place != place:
                if not self._begun:
                    self._start({}, out)
                words.open(kind, place, out)
            words.say(text, out)
        if (logprobs := chunk.get("logprobs")) is not None:
            self._logprobs.append(logprobs)

    def _block(self, kind: str, place: Any, message: dict[str, Any], out: list[Event]) -> None:
        words, calls = self._words, self._calls
        if kind == "content-start":
            self._content_start(place, message.get("content"), out)
        elif kind == "tool-plan-delta":
            if (plan := message.get(PLAN)) and isinstance(plan, str):
                words.open(PLAN, None, out)
                words.say(plan, out)
        elif kind == "citation-start":
            self._cite(message.get("citations"))
        elif kind == "tool-call-start" and isinstance(call := message.get("tool_calls"), dict):
            words.close(out)
            calls.start(place, call, out)
        elif kind == "tool-call-delta":
            calls.delta(place, message.get("tool_calls"), out)
        elif kind == "tool-call-end":
            calls.end(place, out)

    def _content_start(self, place: Any, content: Any, out: list[Event]) -> None:
        content = content if isinstance(content, dict) else {}
        kind = "thinking" if content.get("type") == "thinking" else "text"
        self._words.open(kind, place, out)
        if (text := content.get(kind)) and isinstance(text, str):
            self._words.say(text, out)

    def _part(self, place: int, part: dict[str, Any], sources: list[dict[str, Any]], out: list[Event]) -> None:
        """One part of a whole reply's content, with the sources that name it; those that name none are the text's."""
        self._content_start(place, part, out)
        mine = [each for each in sources if each.get("content_index", place) == place and each.get("type") != "PLAN"]
        if part.get("type") == "thinking":
            mine = [each for each in mine if each.get("content_index") == place]
        for source in mine:
            self._words.cite(source)
            sources.remove(source)

    def _cite(self, value: Any) -> None:
        """A source of the block that is open; of another it is kept with the reply."""
        if isinstance(value, dict) and not self._words.cite(value):
            self._cited.append(value)

    def _message_end(self, value: dict[str, Any], delta: dict[str, Any], out: list[Event]) -> None:
        raw = delta.get("finish_reason")
        raw = raw if isinstance(raw, str) and raw else None
        reason = finish_reason(raw)
        self._words.close(out)
        self._calls.close(out, cut=reason in ("length", "error", "unknown"))
        usage = delta.get("usage")
        if isinstance(usage, dict) and (counted := read_usage(usage)) is not None:
            out.append(UsageUpdated(counted))
        if reason == "error" or delta.get("error"):
            self._ended_badly(raw, delta, out)
            return
        extra = {name: each for name, each in value.items() if name not in _READ and each is not None}
        if self._cited:
            extra["citations"] = self._cited
        if self._logprobs:
            extra["logprobs"] = self._logprobs
        self.over = True
        out.append(Finished(reason, raw, {NAME: extra} if extra else None))

    def _ended_badly(self, raw: str | None, delta: dict[str, Any], out: list[Event]) -> None:
        said = delta.get("error")
        if raw == "TIMEOUT" and not said:
            self.fail(Overloaded("the model took too long, and was stopped", code=raw), out)
            return
        told = said if isinstance(said, dict) else {"message": said or f"the model ended with {raw}"}
        self.fail(self.failure(told, str(delta)), out)
