"""Events to the bytes that a client of this wire expects, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Failed, Started
from hamr.wires.openai_refusal import envelope
from hamr.wires.openai_responses.echo import echo
from hamr.wires.openai_responses.finish import REASONS
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.outgoing import Outgoing
from hamr.wires.served_reply import ServedReply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hamr.types import Event, FinishReason, Request, Usage
    from hamr.wires.openai_responses.outgoing_blocks import Frame

_INCOMPLETE: Mapping[FinishReason, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}


class _Reply(ServedReply):
    """What both encoders know of the reply."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.items = Outgoing()
        self.facts: dict[str, Any] = {
            "id": "resp_hamr",
            "created_at": 0,
            "model": str(request.options.get("model", "")),
        }
        self._echo = echo(request)

    def started(self, event: Started) -> None:
        """Take in who answers."""
        created = ((event.extra or {}).get(NAME) or {}).get("created_at")
        found = {"id": event.id, "created_at": created, "model": event.model}
        self.facts.update((name, value) for name, value in found.items() if value)
        self.items.response_id = self.facts["id"]

    def response(self, status: str) -> dict[str, Any]:
        """The response as it stands."""
        return {
            "id": self.facts["id"],
            "object": "response",
            "created_at": self.facts["created_at"],
            "status": status,
            "error": None,
            "incomplete_details": None,
            "model": self.facts["model"],
            **self._echo,
            "output": self.items.done,
            **({} if self.usage is None else {"usage": usage_body(self.usage)}),
        }

    def last(self) -> tuple[str, dict[str, Any]]:
        """The name of the last event and the response in it."""
        finished = self.finished
        if finished is None:
            told = envelope(self.failed)["error"]
            whole = self.response("failed")
            return "failed", {**whole, "error": {"code": told["code"] or told["type"], "message": told["message"]}}
        reason = finished.raw if REASONS.get(finished.raw or "") == finished.reason else None
        reason = reason or _INCOMPLETE.get(finished.reason)
        own = (finished.extra or {}).get(NAME)
        own = own if isinstance(own, dict) else {}
        if reason is None:
            return "completed", {**self.response("completed"), **own}
        return "incomplete", {**self.response("incomplete"), **own, "incomplete_details": {"reason": reason}}


class StreamEncoder:
    """Server-sent events, numbered, each item from its beginning to its end."""

    content_type = "text/event-stream"

    def __init__(self, request: Request) -> None:
        from pydantic_core import to_json

        self._json = to_json
        self._reply = _Reply(request)
        self._count = 0
        self._ended = False

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events."""
        out: list[bytes] = []
        for event in events:
            if not self._reply.note(event):
                self._begin(out)
                self._tell(self._reply.items.read(event), out)
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
        if not self._count:
            for name in ("created", "in_progress"):
                self._event(name, {"response": self._reply.response("in_progress")}, out)

    def _end(self, out: list[bytes]) -> None:
        if not self._ended:
            self._ended = True
            self._tell(self._reply.items.close(), out)
            name, response = self._reply.last()
            self._event(name, {"response": response}, out)

    def _tell(self, frames: Iterable[Frame], out: list[bytes]) -> None:
        for name, data in frames:
            self._event(name, data, out)

    def _event(self, name: str, data: dict[str, Any], out: list[bytes]) -> None:
        name = f"response.{name}"
        whole = self._json({"type": name, "sequence_number": self._count, **data})
        out.append(b"event: %b\ndata: %b\n\n" % (name.encode(), whole))
        self._count += 1


class WholeEncoder:
    """One response, given out at the end."""

    content_type = "application/json"

    def __init__(self, request: Request) -> None:
        self._reply = _Reply(request)

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            if not self._reply.note(event):
                self._reply.items.take(event)
        return b""

    def finish(self) -> bytes:
        """The body: the response, or an error where the reply failed or broke off."""
        from pydantic_core import to_json

        self._reply.items.finish()
        return to_json(self._reply.last()[1])


def usage_body(usage: Usage) -> dict[str, Any]:
    """The buckets as this wire counts them: what is cached is part of the input, reasoning of the output."""
    return {
        "input_tokens": usage.input_total,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read,
            "cache_write_tokens": usage.cache_write_5m + usage.cache_write_1h,
        },
        "output_tokens": usage.output_total,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }
