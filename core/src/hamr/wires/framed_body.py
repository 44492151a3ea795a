"""A reply that is a stream in some framing, or one JSON body: what every framing's decoder begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from hamr.errors import BrokenReply
from hamr.wires.framing.unframed import Unframed
from hamr.wires.json_body import MARK, SHOWN, read_whole, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hamr.errors import CallError
    from hamr.types import Event
    from hamr.wires.framing.unframed import Framing


class Replying(Protocol):
    """What a wire makes of one reply; what happened goes to the end of `out`."""

    over: bool
    """Whether the last event has been given."""

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole reply, end included."""

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes; `done` says that the provider called it the end, `torn` that an event is cut in two."""

    def fail(self, error: CallError, out: list[Event]) -> None:
        """The last event: the reply says that it failed, or makes no sense."""


class FramedBody:
    """Tells a stream from one body by its first byte, reads the body, and leaves what a stream says to `_read`."""

    __slots__ = ("_body", "_ending", "_first", "_frames", "_framing", "_reply", "_seen")

    def __init__(self, reply: Replying, framing: Callable[[], Framing]) -> None:
        self._reply, self._framing = reply, framing
        self._frames: Framing | None = None
        self._body: list[bytes] | None = None
        self._first = b""
        self._ending = self._seen = False

    def feed(self, data: bytes) -> Sequence[Event]:
        """The events that these bytes complete."""
        if self._reply.over:
            return ()
        if self._frames is None:
            if self._body is not None:
                self._body.append(data)
                return ()
            data = self._sniffed(data)
            if self._frames is None:
                return ()
        out: list[Event] = []
        try:
            events = self._frames.feed(data)
        except Unframed as error:
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
        self._frames = self._framing() if self._frames is not None else None
        self._body, self._first, self._ending = None, b"", False

    def finish(self) -> Sequence[Event]:
        """The events that the end of the reply completes."""
        out: list[Event] = []
        if self._reply.over:
            return out
        self._ending = True
        if self._body is not None:
            self._whole(b"".join(self._body), out)
        elif self._frames is None:
            self._reply.fail(BrokenReply("the reply is empty"), out)
        else:
            self._read(self._frames.finish(), out)
            self._end(out)
        return out

    def _read(self, events: Sequence[Any], out: list[Event]) -> None:
        """The events of a stream, up to the last that the reply has."""
        raise NotImplementedError

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
            self._frames = self._framing()
        return data

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
