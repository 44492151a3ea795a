"""The lines of one reply, or the one of a whole reply, to events."""

from __future__ import annotations

import base64
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from hamr.api import (
    BrokenReply,
    Finished,
    Image,
    PartAdded,
    Started,
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
    UsageUpdated,
    Warned,
)
from hamr.wirekit import ReplyState, arguments, inner_error, made_id
from hamr_provider_ollama.finish import finish_reason
from hamr_provider_ollama.name import NAME
from hamr_provider_ollama.usage import ACCOUNT, read_usage

if TYPE_CHECKING:
    from hamr.api import Event
    from hamr_provider_ollama.compat import Compat

_READ = frozenset({"model", "created_at", "message", "response", "thinking", "done", "done_reason", "error"})
_FUNCTION = frozenset({"name", "arguments", "index"})
_SAID = frozenset({"id", "type", "function"})


class Reply(ReplyState):
    """Takes lines, then the end; `over` once the last event has been given."""

    __slots__ = ("_begun", "_block", "_blocks", "_compat", "_ids", "_kind", "_logprobs", "_said", "_seed")

    def __init__(self, compat: Compat) -> None:
        super().__init__()
        self._compat = compat
        self._begun = self._said = False
        self._blocks = count()
        self._block = -1
        self._kind: Literal["text", "thinking"] | None = None
        self._ids: set[str] = set()
        self._seed = ""
        self._logprobs: list[Any] = []

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""
        return not self._said

    def chunk(self, value: dict[str, Any], out: list[Event]) -> None:
        """One line of a stream, or a whole reply: the same, said at once."""
        self._said = True
        if value.get("error"):
            self.fail(inner_error(value, self._compat, str(value)), out)
            return
        if not self._begun:
            self._start(value, out)
        message = value.get("message")
        if type(message) is dict:
            content = message.get("content")
            if len(message) > 2 or not content:  # more than role and content
                self._message(message, out)
                content = None
        else:
            message, content = value, value.get("response")  # of /api/generate
            if value.get("thinking"):
                self._think(value["thinking"], out)
        if content:
            self._text(content, out)
        if value.get("logprobs"):
            self._logprobs.extend(value["logprobs"] if isinstance(value["logprobs"], list) else ())
        if value.get("done") is True:
            self._finish(value, out)

    def end(self, out: list[Event]) -> None:
        """The end of the bytes: too early, since the last event of a reply has been given by then."""
        if not self.over:
            self.fail(BrokenReply("the reply broke off before its end"), out)

    def _start(self, value: dict[str, Any], out: list[Event]) -> None:
        self._begun = True
        model, created = value.get("model"), value.get("created_at")
        self._seed = f"{model}/{created}"
        extra = {NAME: {"created_at": created}} if isinstance(created, str) and created else None
        out.append(Started(None, model if isinstance(model, str) and model else None, extra))

    def _message(self, message: dict[str, Any], out: list[Event]) -> None:
        if thinking := message.get("thinking"):
            self._think(thinking, out)
        if content := message.get("content"):
            self._text(content, out)
        images, calls = message.get("images"), message.get("tool_calls")
        for data in images if isinstance(images, list) else ():
            self._image(data, out)
        for call in calls if isinstance(calls, list) else ():
            self._call(call, out)

    def _text(self, content: Any, out: list[Event]) -> None:
        if type(content) is str:
            if self._kind != "text":
                self._open("text", out)
            out.append(TextDelta(self._block, content))

    def _think(self, thinking: Any, out: list[Event]) -> None:
        if type(thinking) is str:
            if self._kind != "thinking":
                self._open("thinking", out)
            out.append(ThinkingDelta(self._block, thinking))

    def _open(self, kind: Literal["text", "thinking"], out: list[Event]) -> None:
        self._close(out)
        self._kind, self._block = kind, next(self._blocks)
        out.append(TextStart(self._block) if kind == "text" else ThinkingStart(self._block))

    def _close(self, out: list[Event]) -> None:
        if self._kind is not None:
            out.append(TextEnd(self._block) if self._kind == "text" else ThinkingEnd(self._block))
            self._kind = None

    def _image(self, data: Any, out: list[Event]) -> None:
        try:
            found = base64.b64decode(data, validate=True)
        except (TypeError, ValueError):
            out.append(Warned("an image of the reply is no base64"))
            return
        self._close(out)
        out.append(PartAdded(next(self._blocks), Image(data=found)))

    def _call(self, value: Any, out: list[Event]) -> None:
        """A call comes whole, in one line."""
        if not isinstance(value, dict):
            return
        self._close(out)
        function = value.get("function")
        function = function if isinstance(function, dict) else {}
        name = function.get("name")
        name = name if isinstance(name, str) else ""
        read, text, problem = _arguments(function.get("arguments"))
        if not name:
            read, problem = {}, "the call names no tool"
        id, block = self._id(value.get("id"), out), next(self._blocks)
        own = {key: each for key, each in value.items() if key not in _SAID and each is not None}
        if inner := {key: each for key, each in function.items() if key not in _FUNCTION and each is not None}:
            own["function"] = inner
        call = ToolCall(id, name, read, text, problem, {NAME: own} if own else None)
        out += (ToolCallStart(block, id, name), ToolCallDelta(block, text), ToolCallEnd(block, call))

    def _id(self, given: Any, out: list[Event]) -> str:
        """The server's id; older servers give none, so one is made, the same for the same reply."""
        if isinstance(given, str) and given:
            if given not in self._ids:
                self._ids.add(given)
                return given
            out.append(Warned("two tool calls came with the same id; the later one was given another"))
        made = f"call_{made_id(f'{self._seed}/{len(self._ids)}')}"
        self._ids.add(made)
        return made

    def _finish(self, value: dict[str, Any], out: list[Event]) -> None:
        self._close(out)
        if (usage := read_usage(value)) is not None:
            out.append(UsageUpdated(usage))
        raw = value.get("done_reason")
        extra: dict[str, Any] = {
            name: each for name, each in value.items() if name not in _READ and name not in ACCOUNT and each is not None
        }
        if self._logprobs:
            extra["logprobs"] = self._logprobs
        self.over = True
        raw = raw if isinstance(raw, str) and raw else None
        out.append(Finished(finish_reason(raw, calls=bool(self._ids)), raw, {NAME: extra} if extra else None))


def _arguments(value: Any) -> tuple[dict[str, Any], str, str | None]:
    """The arguments as an object and as text, and what is wrong with them; some servers write a text or nothing."""
    from pydantic_core import to_json

    if isinstance(value, dict):
        return value, to_json(value).decode(), None
    if isinstance(value, str):
        read, problem = arguments(value)
        return read, value, problem
    if value is None:
        return {}, "{}", None
    return {}, to_json(value).decode(), f"the arguments are JSON, but no object: {type(value).__name__}"
