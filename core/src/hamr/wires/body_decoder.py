"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from hamr.errors import BrokenReply
from hamr.types import Warned
from hamr.wires.framed_body import FramedBody, Replying
from hamr.wires.framing.sse import ServerEvent, SSEDecoder
from hamr.wires.json_body import SHOWN, mended, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.errors import CallError
    from hamr.types import Event


class Reading(Replying, Protocol):
    """What a wire makes of one reply, once its bytes are JSON; what happened goes to the end of `out`."""

    def chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """One piece of a stream."""

    def failure(self, value: dict[str, Any], shown: str) -> CallError:
        """The error that an event by the name `error` stands for."""


class BodyDecoder(FramedBody):
    """Decodes one reply: a stream of server-sent events, one JSON body, or a web page that should not be there.

    `idle` are the names of events that say nothing which others do not: they are passed over unread.
    """

    __slots__ = ("_from_json", "_idle")

    _reply: Reading

    def __init__(self, reply: Reading, idle: frozenset[str] = frozenset()) -> None:
        from pydantic_core import from_json

        super().__init__(reply, SSEDecoder)
        self._from_json, self._idle = from_json, idle

    def _read(self, events: Sequence[ServerEvent], out: list[Event]) -> None:
        reply, from_json, idle = self._reply, self._from_json, self._idle
        for name, data in events:
            if name in idle:
                continue
            if data == b"[DONE]":
                reply.end(out, done=True)
            else:
                try:
                    chunk = from_json(data)
                except ValueError:
                    self._odd(name, data, out)
                else:
                    if type(chunk) is dict and name != "error":
                        reply.chunk(chunk, out)
                    else:
                        self._other(name, chunk, out)
            if reply.over:
                return

    def _odd(self, name: str | None, data: bytes, out: list[Event]) -> None:
        """An event that is no JSON as it stands: several lines of it, halves of characters, an end, or nonsense."""
        text = data.strip()
        if not text:
            return
        if text == b"[DONE]":
            self._reply.end(out, done=True)
        elif name == "error":
            self._other(name, text.decode("utf-8", "replace"), out)
        elif b"\n" in text:
            self._read([ServerEvent(name, line) for line in text.split(b"\n")], out)
        elif (whole := mended(text)) != text:
            self._read([ServerEvent(name, whole)], out)
        elif self._ending:
            self._reply.end(out, done=False, torn=True)
        else:
            self._reply.fail(BrokenReply(f"a chunk of the reply is no JSON: {shown(text)}", body=shown(text)), out)

    def _other(self, name: str | None, chunk: Any, out: list[Event]) -> None:
        """JSON that is no chunk: an error by its event's name, a list of one, or something to pass over."""
        if type(chunk) is list and len(chunk) == 1 and type(chunk[0]) is dict:
            chunk = chunk[0]
            if name != "error":
                self._reply.chunk(chunk, out)
                return
        if name == "error":
            value = chunk if type(chunk) is dict else {"error": str(chunk)}
            self._reply.fail(self._reply.failure(value, str(chunk)), out)
        else:
            out.append(Warned(f"a chunk of the reply is no object: {str(chunk)[:SHOWN]}"))
