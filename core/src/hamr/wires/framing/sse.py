"""Server-sent events out of bytes, however the bytes are cut.

The grammar is that of the HTML standard, "9.2.6 Interpreting an event stream" (read 2026-11), with two
differences that model providers ask for: an event that the end of the stream leaves unfinished is given out by
`finish`, and one event is bounded in size.
"""

from __future__ import annotations

from typing import NamedTuple

from hamr.wires.framing.unframed import Unframed

LIMIT = 64 * 1024 * 1024
"""The largest event, in bytes."""

_MARK = b"\xef\xbb\xbf"
_new = tuple.__new__


class ServerEvent(NamedTuple):
    """One event: its name, if it has one, and its data, undecoded."""

    event: str | None
    data: bytes


class EventTooLarge(Unframed):
    """An event outgrew the limit; `events` are those that were complete before it."""

    def __init__(self, limit: int, events: list[ServerEvent]) -> None:
        super().__init__(f"one server-sent event is larger than {limit} bytes", events)


class SSEDecoder:
    """Bytes to events, in time linear in the bytes."""

    __slots__ = ("_fresh", "_limit", "_pending", "_return")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._pending = bytearray()
        self._fresh = True
        self._return = False

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that these bytes complete; raises EventTooLarge."""
        if self._fresh:
            data = self._unmarked(data)
        if self._return or b"\r" in data:
            data = self._plain(data)
        pending = self._pending
        if not pending:
            if data[-2:] == b"\n\n":
                return self._events(data[:-2])
            end = data.rfind(b"\n\n")
            if end < 0:
                pending += data
                return self._bounded([])
            pending += data[end + 2 :]
            return self._bounded(self._events(data[:end]))
        known = len(pending) - 1
        pending += data
        end = pending.rfind(b"\n\n", known)
        if end < 0:
            return self._bounded([])
        whole = bytes(memoryview(pending)[:end])
        del pending[: end + 2]
        return self._bounded(self._events(whole))

    def finish(self) -> list[ServerEvent]:
        """The event that the end of the stream completes, if one was begun."""
        rest = bytes(self._pending)
        self._pending.clear()
        self._fresh = False
        return self._events(rest) if rest else []

    def _events(self, data: bytes) -> list[ServerEvent]:
        if data[:6] == b"data: " and b"\n" not in data and len(data) <= self._limit:
            return [_new(ServerEvent, (None, data[6:]))]
        if data[:7] == b"event: " and b"\n\n" not in data and len(data) <= self._limit:
            event = _event(data)
            return [event] if event else []
        blocks = data.split(b"\n\n")
        if data.count(b"\n") == 2 * (len(blocks) - 1) and len(data) <= self._limit:
            return _read_lines(blocks)
        if len(data) > self._limit and max(map(len, blocks)) > self._limit:
            large = next(place for place, block in enumerate(blocks) if len(block) > self._limit)
            raise EventTooLarge(self._limit, _read(blocks[:large]))
        return _read(blocks)

    def _bounded(self, events: list[ServerEvent]) -> list[ServerEvent]:
        if len(self._pending) > self._limit:
            raise EventTooLarge(self._limit, events)
        return events

    def _unmarked(self, data: bytes) -> bytes:
        """Without the byte order mark, which may come in pieces."""
        data = bytes(self._pending) + data
        self._pending.clear()
        if len(data) < len(_MARK) and _MARK.startswith(data):
            self._pending += data
            return b""
        self._fresh = False
        return data.removeprefix(_MARK)

    def _plain(self, data: bytes) -> bytes:
        """With LF for every line end; a CR ends its line at once, so a LF after it is dropped when it comes."""
        if not data:
            return data
        if self._return and data[:1] == b"\n":
            data = data[1:]
        self._return = data[-1:] == b"\r"
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _read(blocks: list[bytes]) -> list[ServerEvent]:
    return [event for block in blocks if (event := _event(block))]


def _read_lines(blocks: list[bytes]) -> list[ServerEvent]:
    """The same for blocks of one line each, which is how most streams come; `_new` skips the slower constructor."""
    events = []
    for block in blocks:
        if block[:6] == b"data: ":
            events.append(_new(ServerEvent, (None, block[6:])))
        elif event := _event(block):
            events.append(event)
    return events


def _event(block: bytes) -> ServerEvent | None:
    """What the lines of one block say, or nothing where none of them is data."""
    if block[:7] == b"event: ":  # most that are named have two lines
        end = block.find(b"\n")
        if block[end : end + 7] == b"\ndata: " and block.find(b"\n", end + 7) < 0:
            return _new(ServerEvent, (block[7:end].decode("utf-8", "replace") or None, block[end + 7 :]))
    name: str | None = None
    data: list[bytes] = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace") or None
    return ServerEvent(name, b"\n".join(data)) if data else None
