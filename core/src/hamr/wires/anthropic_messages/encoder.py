"""Events to the bytes that a client of this wire expects, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Failed, Started
from hamr.wires.anthropic_messages.finish import REASONS, WORDS
from hamr.wires.anthropic_messages.outgoing import Outgoing, own_of
from hamr.wires.anthropic_messages.refusal import envelope
from hamr.wires.anthropic_messages.usage import usage_body
from hamr.wires.anthropic_messages.whole_content import WholeContent
from hamr.wires.served_reply import ServedReply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hamr.types import Event, Request

_UNUSED = {"input_tokens": 0, "output_tokens": 0}


class _Message(ServedReply):
    """What both encoders know of the message."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._id, self._model = "msg_hamr", str(request.options.get("model", ""))

    def started(self, event: Started) -> None:
        """Take in who answers."""
        self._id, self._model = event.id or self._id, event.model or self._model

    @property
    def ended(self) -> bool:
        """Whether it came to an end that is one."""
        return self.finished is not None and self.finished.reason != "error"

    def body(self, content: list[dict[str, Any]]) -> dict[str, Any]:
        """The message as it stands."""
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": content,
            "stop_reason": None,
            "stop_sequence": None,
            "usage": self.used(),
        }

    def used(self) -> dict[str, Any]:
        """What it has used so far."""
        return dict(_UNUSED) if self.usage is None else usage_body(self.usage)

    def end(self) -> dict[str, Any]:
        """Why it ended, and what else there is to say at the end."""
        finished = self.finished
        if finished is None:
            return {}
        raw = finished.raw if REASONS.get(finished.raw or "") == finished.reason else None
        return {"stop_reason": raw or WORDS.get(finished.reason), "stop_sequence": None, **own_of(finished.extra)}

    def error(self) -> dict[str, Any]:
        """What is said in place of an end."""
        return envelope(self.failed)


class StreamEncoder:
    """Server-sent events, each named."""

    content_type = "text/event-stream"

    def __init__(self, request: Request) -> None:
        from pydantic_core import to_json

        self._json = to_json
        self._message = _Message(request)
        self._blocks = Outgoing()
        self._begun = self._ended = False

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events; the message begins with what is known of its usage by then."""
        out: list[bytes] = []
        noted = False
        for event in events:
            if not self._message.note(event):
                self._begin(out)
                for frame in self._blocks.read(event):
                    self._event(frame, out)
            elif isinstance(event, Failed):
                self._fail(out)
            noted = noted or isinstance(event, Started)
        if noted:
            self._begin(out)
        return b"".join(out)

    def finish(self) -> bytes:
        """The last events; nothing where the reply broke off, so that nobody takes it for whole."""
        out: list[bytes] = []
        if self._message.finished is None or self._ended:
            return b""
        if not self._message.ended:
            self._fail(out)
            return b"".join(out)
        self._begin(out)
        for frame in self._blocks.close():
            self._event(frame, out)
        self._event({"type": "message_delta", "delta": self._message.end(), "usage": self._message.used()}, out)
        self._event({"type": "message_stop"}, out)
        self._ended = True
        return b"".join(out)

    def _begin(self, out: list[bytes]) -> None:
        if not self._begun:
            self._begun = True
            self._event({"type": "message_start", "message": self._message.body([])}, out)

    def _fail(self, out: list[bytes]) -> None:
        if not self._ended:
            self._ended = True
            self._event(self._message.error(), out)

    def _event(self, frame: dict[str, Any], out: list[bytes]) -> None:
        out.append(b"event: %b\ndata: %b\n\n" % (frame["type"].encode(), self._json(frame)))


class WholeEncoder:
    """One message, given out at the end."""

    content_type = "application/json"

    def __init__(self, request: Request) -> None:
        self._message = _Message(request)
        self._content = WholeContent()

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            if not self._message.note(event):
                self._content.take(event)
        return b""

    def finish(self) -> bytes:
        """The body: the message, or an error where the reply failed or broke off."""
        from pydantic_core import to_json

        if not self._message.ended or self._message.failed is not None:
            return to_json(self._message.error())
        return to_json({**self._message.body(self._content.content), **self._message.end()})
