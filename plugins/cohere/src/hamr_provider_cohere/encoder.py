"""Events to the bytes that a client of this wire expects, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Failed, Started
from hamr.wirekit import ServedReply
from hamr_provider_cohere.finish import REASONS, WORDS
from hamr_provider_cohere.name import PLAN
from hamr_provider_cohere.outgoing import Outgoing, own
from hamr_provider_cohere.refusal import said
from hamr_provider_cohere.usage import usage_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hamr.api import Event
    from hamr_provider_cohere.outgoing import Frame


class _Reply(ServedReply):
    """What both encoders know of the reply."""

    def __init__(self) -> None:
        super().__init__()
        self.id = "hamr"

    def started(self, event: Started) -> None:
        """Take in who answers."""
        self.id = event.id or self.id

    def end(self) -> dict[str, Any]:
        """Why it ended, and what it took."""
        finished = self.finished
        if finished is None:
            last: dict[str, Any] = {"finish_reason": "ERROR", "error": said(self.failed)}
        elif finished.reason == "error":
            last = {"finish_reason": "ERROR", "error": said(None, finished.raw or "no reason")}
        elif finished.raw is not None and REASONS.get(finished.raw) == finished.reason:
            last = {"finish_reason": finished.raw}
        else:
            last = {"finish_reason": WORDS.get(finished.reason, "COMPLETE")}
        return {**last, **({"usage": usage_body(self.usage)} if self.usage is not None else {})}


class StreamEncoder:
    """Server-sent events, each block from its beginning to its end."""

    content_type = "text/event-stream"

    def __init__(self) -> None:
        from pydantic_core import to_json

        self._json = to_json
        self._reply = _Reply()
        self._blocks = Outgoing()
        self._begun = self._ended = False

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events."""
        out: list[bytes] = []
        for event in events:
            if not self._reply.note(event):
                self._begin(out)
                for frame in self._blocks.read(event):
                    self._write(frame, out)
            elif isinstance(event, Started):
                self._begin(out)
            elif isinstance(event, Failed):
                self._end(out)
        return b"".join(out)

    def finish(self) -> bytes:
        """The last event; nothing where the reply broke off, so that nobody takes it for whole."""
        out: list[bytes] = []
        if self._reply.finished is not None:
            self._begin(out)
            self._end(out)
        return b"".join(out)

    def _begin(self, out: list[bytes]) -> None:
        if not self._begun:
            self._begun = True
            message = {"role": "assistant", "content": [], PLAN: "", "tool_calls": [], "citations": []}
            self._write({"type": "message-start", "id": self._reply.id, "delta": {"message": message}}, out)

    def _end(self, out: list[bytes]) -> None:
        if not self._ended:
            self._ended = True
            for frame in self._blocks.close():
                self._write(frame, out)
            kept = own(self._reply.finished.extra if self._reply.finished else None)
            more = {name: value for name, value in kept.items() if name not in ("citations", "logprobs")}
            self._write({"type": "message-end", **more, "delta": self._reply.end()}, out)
            out.append(b"data: [DONE]\n\n")

    def _write(self, frame: Frame, out: list[bytes]) -> None:
        out.append(b"event: %b\ndata: %b\n\n" % (frame["type"].encode(), self._json(frame)))


class WholeEncoder:
    """One document, given out at the end: the fold of the stream."""

    content_type = "application/json"

    def __init__(self) -> None:
        self._reply = _Reply()
        self._blocks = Outgoing()
        self._content: list[dict[str, Any]] = []
        self._plan: list[str] = []
        self._calls: list[dict[str, Any]] = []
        self._cited: list[dict[str, Any]] = []
        self._pieces: list[str] = []

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            if not self._reply.note(event):
                for frame in self._blocks.read(event):
                    self._take(frame)
        return b""

    def finish(self) -> bytes:
        """The body: the reply, or an error where it failed or broke off."""
        from pydantic_core import to_json

        for frame in self._blocks.close():
            self._take(frame)
        last = self._reply.end()
        if "error" in last:
            return to_json({"id": self._reply.id, "message": last["error"]})
        message: dict[str, Any] = {"role": "assistant"}
        more = {
            "content": self._content,
            PLAN: "".join(self._plan),
            "tool_calls": self._calls,
            "citations": self._cited,
        }
        message.update((name, value) for name, value in more.items() if value)
        kept = own(self._reply.finished.extra if self._reply.finished else None)
        rest = {name: value for name, value in kept.items() if name != "citations"}
        return to_json({"id": self._reply.id, **rest, "message": message, **last})

    def _take(self, frame: Frame) -> None:
        kind = frame["type"]
        message = frame["delta"]["message"] if "delta" in frame else {}
        if kind == "content-start":
            self._content.append(dict(message["content"]))
        elif kind == "content-delta":
            self._pieces.extend(message["content"].values())
        elif kind == "content-end":
            part = self._content[-1]
            part[part["type"]] = self._joined()
        elif kind == "tool-plan-delta":
            self._plan.append(message[PLAN])
        elif kind == "tool-call-start":
            self._calls.append(message["tool_calls"])
        elif kind == "tool-call-delta":
            self._pieces.append(message["tool_calls"]["function"]["arguments"])
        elif kind == "tool-call-end":
            self._calls[-1]["function"]["arguments"] = self._joined()
        elif kind == "citation-start":
            self._cited.append(message["citations"])

    def _joined(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        return text
