"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from hamr.errors import BrokenReply
from hamr.types import Warned
from hamr.wires.framing.sse import EventTooLarge, ServerEvent, SSEDecoder
from hamr.wires.json_body import MARK, SHOWN, mended, read_whole, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.errors import CallError
    from hamr.types import Event


class Reading(Protocol):
    """What a wire makes of one reply, once its bytes are JSON; what happened goes to the end of `out`."""

    over: bool
    """Whether the last event has been given."""

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""

    def chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """One piece of a stream."""

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole reply, end included."""

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes; `done` says that the provider called it the end, `torn` that an event is cut in two."""

    def fail(self, error: CallError, out: list[Event]) -> None:
        """The last event: the reply says that it failed, or makes no sense."""

    def failure(self, value: dict[str, Any], shown: str) -> CallError:
        """The error that an event by the name `error` stands for."""


class BodyDecoder:
    """Decodes one reply: a stream of server-sent events, one JSON body, or a web page that should not be there.

    `idle` are the names of events that say nothing which others do not: they are passed over unread.
    """

    __slots__ = ("_body", "_ending", "_first", "_from_json", "_idle", "_reply", "_seen", "_sse")

    def __init__(self, reply: Reading, idle: frozenset[str] = frozenset()) -> None:
        from pydantic_core import from_json

        self._from_json, self._idle = from_json, idle
        self._reply = reply
        self._sse: SSEDecoder | None = None
        self._body: list[bytes] | None = None
        self._first = b""
        self._ending = self._seen = False

    def feed(self, data: bytes) -> Sequence[Event]:
        """The events that these bytes complete."""
        if self._reply.over:
            return ()
        if self._sse is None:
            if self._body is not None:
                self._body.append(data)
                return ()
            data = self._sniffed(data)
            if self._sse is None:
                return ()
        out: list[Event] = []
        try:
            events = self._sse.feed(data)
        except EventTooLarge as error:
            self._read(error.events, out)
            if not self._reply.over:
                self._reply.fail(BrokenReply(str(error)), out)
            return out
        if events:
            self._seen = True
            self._read(events, out)
        elif not self._seen and len(self._first) < SHOWN:
            self._first += data[:SHOWN]
        return out

    @property
    def over(self) -> bool:
        """Whether the last event has been given."""
        return self._reply.over

    def resume(self) -> None:
        """What is fed from now on follows what had been read, and begins with a whole event."""
        self._sse = SSEDecoder() if self._sse is not None else None
        self._body, self._first, self._ending = None, b"", False

    def finish(self) -> Sequence[Event]:
        """The events that the end of the reply completes."""
        out: list[Event] = []
        if self._reply.over:
            return out
        self._ending = True
        if self._body is not None:
            self._whole(b"".join(self._body), out)
        elif self._sse is None:
            self._reply.fail(BrokenReply("the reply is empty"), out)
        else:
            self._read(self._sse.finish(), out)
            self._end(out)
        return out

    def _sniffed(self, data: bytes) -> bytes:
        """The first bytes that say something decide what the reply is; white space before them is keep-alive."""
        data = self._first + data
        if len(data) < len(MARK) and MARK.startswith(data):
            self._first = data
            return b""
        data = data.removeprefix(MARK).lstrip()
        self._first = b""
        if data[:1] in (b"{", b"[", b"<"):
            self._body = [data]
        elif data:
            self._sse = SSEDecoder()
        return data

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

    def _end(self, out: list[Event]) -> None:
        if self._reply.over:
            return
        if not self._seen and self._reply.silent and self._first.strip():
            self._reply.fail(BrokenReply(f"the reply holds no events: {shown(self._first)}"), out)
            return
        self._reply.end(out, done=False)

    def _whole(self, body: bytes, out: list[Event]) -> None:
        try:
            value = read_whole(body)
        except BrokenReply as error:
            self._reply.fail(error, out)
            return
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict):
            self._reply.whole(value, out)
        elif not (isinstance(value, list) and self._several(value, out)):
            said = f"the reply is JSON, but no object: {shown(body)}"
            self._reply.fail(BrokenReply(said, body=shown(body)), out)

    def _several(self, values: list[Any], out: list[Event]) -> bool:
        """Read a list of more than one value; False where this wire has no such replies."""
        return False
