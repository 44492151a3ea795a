"""Events to the bytes that a client of this wire expects, streamed or whole."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.api import (
    Failed,
    Image,
    PartAdded,
    Started,
    TextDelta,
    TextStart,
    ThinkingDelta,
    ThinkingStart,
    ToolCallEnd,
    ToolCallStart,
)
from hamr.wirekit import ServedReply, own_of
from hamr_provider_ollama.finish import REASONS
from hamr_provider_ollama.name import NAME
from hamr_provider_ollama.refusal import said
from hamr_provider_ollama.usage import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hamr.api import Event, Request, ToolCall, Usage

BEGINNING = "1970-01-01T00:00:00Z"
"""The time of a reply whose provider told none: a wire has no clock."""


class _Reply(ServedReply):
    """What both encoders know of the reply. Only the first choice is told: this wire has no others."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.facts = {"model": str(request.options.get("model", "")), "created_at": BEGINNING}
        self._others: set[int] = set()
        self._calls = 0

    def started(self, event: Started) -> None:
        """Take in who answers."""
        created = own_of(event.extra, NAME).get("created_at")
        found = {"model": event.model, "created_at": created if isinstance(created, str) else None}
        self.facts.update((name, value) for name, value in found.items() if value)

    def delta(self, event: Event) -> tuple[str, Any] | None:
        """The field of the message that grows, and by what."""
        match event:
            case TextDelta(index, text) if index not in self._others:
                return "content", text
            case ThinkingDelta(index, text) if index not in self._others:
                return "thinking", text
            case ToolCallEnd(index, call) if index not in self._others:
                return "tool_calls", [self._call(call)]
            case PartAdded(_, Image(data=bytes() as data), 0):
                return "images", [base64.b64encode(data).decode()]
            case TextStart() | ThinkingStart() | ToolCallStart() if event.choice:
                self._others.add(event.index)
        return None

    def last(self, message: dict[str, Any]) -> dict[str, Any]:
        """The line that ends the reply, or the error in its place."""
        finished = self.finished
        if finished is None or finished.reason == "error":
            return {"error": said(self.failed, finished.raw if finished else None)}
        reason = (
            finished.raw if REASONS.get(finished.raw or "") else "length" if finished.reason == "length" else "stop"
        )
        line: dict[str, Any] = {**self.facts, "message": {"role": "assistant", "content": "", **message}, "done": True}
        if finished.reason != "unknown":
            line["done_reason"] = reason
        return {**line, **_account(self.usage), **own_of(finished.extra, NAME)}

    def _call(self, call: ToolCall) -> dict[str, Any]:
        own = dict(own_of(call.extra, NAME))
        arguments = call.arguments if call.problem is None else {"malformed_arguments": call.text or ""}
        function = {"index": self._calls, "name": call.name, "arguments": arguments, **own.pop("function", {})}
        self._calls += 1
        return {"id": call.id, "function": function, **own}


class StreamEncoder:
    """A JSON document a line: deltas, calls, and at last the account of it."""

    content_type = "application/x-ndjson"

    def __init__(self, request: Request) -> None:
        from pydantic_core import to_json

        self._json = to_json
        self._reply = _Reply(request)
        self._head = b""

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events."""
        out: list[bytes] = []
        for event in events:
            if self._reply.note(event):
                if isinstance(event, Failed):
                    out.append(self._json(self._reply.last({})) + b"\n")
            elif (delta := self._reply.delta(event)) is not None:
                out.append(self._line(*delta))
        return b"".join(out)

    def finish(self) -> bytes:
        """The last line; nothing where the reply broke off, so that nobody takes it for whole."""
        return self._json(self._reply.last({})) + b"\n" if self._reply.finished else b""

    def _line(self, name: str, value: Any) -> bytes:
        if not self._head:
            self._head = self._json(self._reply.facts)[:-1] + b',"message":{"role":"assistant","content":'
        if name == "content":
            return b'%b%b},"done":false}\n' % (self._head, self._json(value))
        return b'%b"","%b":%b},"done":false}\n' % (self._head, name.encode(), self._json(value))


class WholeEncoder:
    """One document, given out at the end."""

    content_type = "application/json; charset=utf-8"

    def __init__(self, request: Request) -> None:
        self._reply = _Reply(request)
        self._texts: dict[str, list[str]] = {}
        self._lists: dict[str, list[Any]] = {}

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            if not self._reply.note(event) and (delta := self._reply.delta(event)) is not None:
                name, value = delta
                if isinstance(value, str):
                    self._texts.setdefault(name, []).append(value)
                else:
                    self._lists.setdefault(name, []).extend(value)
        return b""

    def finish(self) -> bytes:
        """The body: the reply, or an error where it failed or broke off."""
        from pydantic_core import to_json

        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        return to_json(self._reply.last({**texts, **self._lists}))


def _account(usage: Usage | None) -> dict[str, Any]:
    """Counts of tokens, and the durations where the provider spoke this wire too."""
    if usage is None:
        return {}
    raw = {name: value for name in ACCOUNT if isinstance(value := usage.raw.get(name), int)}
    counts = {"eval_count": usage.output_total}
    if not usage.estimated or usage.input_total:
        counts["prompt_eval_count"] = usage.input_total
    return {**{name: 0 for name in ACCOUNT if name.endswith("duration")}, **raw, **counts}
