"""Messages of AWS's event stream (`application/vnd.amazon.eventstream`) out of bytes, and bytes out of messages.

The grammar is that of "Event stream encoding" (smithy.io, 2026-11); botocore reads it and checks both of its sums.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.eventstream import EventStreamBuffer

_lengths = struct.Struct("!III").unpack_from
_sum = zlib.crc32

PRELUDE = 12
"""Bytes: two lengths, and their sum."""
_LEAST = 16
_TEXT = 7
"""The type of a header that holds a text."""
_KNOWN = 64
"""So many different blocks of headers are remembered: a stream has seven."""

Message = tuple["Mapping[str, object]", bytes]
"""Headers and payload."""


class BadFrame(ValueError):
    """The bytes are no message; `messages` are those that were complete before."""

    def __init__(self, why: str, messages: list[Message]) -> None:
        super().__init__(why)
        self.messages = messages


class FrameReader:
    """Bytes to the headers and payload of each message, in time linear in the bytes, however they are cut.

    botocore reads each block of headers once: it takes three times as long for a message as all else does, and the
    blocks of a stream are nearly all alike. Whatever is out of the ordinary is left to it.
    """

    def __init__(self) -> None:
        from botocore.eventstream import EventStreamBuffer, ParserError

        self._faults = (ParserError, struct.error, KeyError, ValueError)
        self._new = EventStreamBuffer
        self._buffer: EventStreamBuffer | None = None
        self._pending = bytearray()
        self._wanted = PRELUDE
        self._size = 0
        self._known: dict[bytes, Mapping[str, object]] = {}

    @property
    def torn(self) -> bool:
        """Whether a message was begun and has not ended."""
        return bool(self._pending) or self._buffer is not None

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete; raises BadFrame."""
        messages: list[Message] = []
        if self._pending:
            self._pending += data
            data = bytes(self._pending) if len(self._pending) >= self._wanted else b""
        elif len(data) < self._wanted:
            self._pending += data
            return messages
        at = 0
        try:
            while len(data) - at >= self._wanted:
                if self._buffer is None and (end := self._usual(data, at, messages)):
                    at = end
                else:
                    piece = data[at : at + self._wanted]
                    at += self._wanted
                    self._take(piece, messages)
        except self._faults as error:
            raise BadFrame(f"the stream is damaged: {type(error).__name__}: {error}", messages) from error
        if data:
            self._pending[:] = data[at:]
        return messages

    def _usual(self, data: bytes, at: int, messages: list[Message]) -> int:
        """Read a message that is all there, is whole, and has headers that are known; gives its end, or 0."""
        total, size, check = _lengths(data, at)
        end: int = at + total
        if total < size + _LEAST or end > len(data) or _sum(data[at : at + 8]) != check:
            return 0
        body = at + PRELUDE + size
        headers = self._known.get(data[at + PRELUDE : body])
        if headers is None or _sum(data[at : end - 4]).to_bytes(4, "big") != data[end - 4 : end]:
            return 0
        messages.append((headers, data[body : end - 4]))
        return end

    def _take(self, piece: bytes, messages: list[Message]) -> None:
        """A prelude, which the buffer checks at once, or the rest of its message.

        The buffer copies all that it holds with each piece and each message, so it is given one message at a time.
        """
        if self._buffer is None:
            self._buffer = self._new()
            self._buffer.add_data(piece)
            next(self._buffer, None)
            total, self._size, _ = _lengths(piece)
            if total < self._size + _LEAST:
                raise ValueError(f"a message of {total} bytes has headers of {self._size}")
            self._wanted = total - PRELUDE
            return
        self._buffer.add_data(piece)
        message = next(self._buffer)
        self._buffer, self._wanted = None, PRELUDE
        if len(self._known) < _KNOWN:
            self._known[piece[: self._size]] = message.headers
        messages.append((message.headers, message.payload))


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message, whose headers are texts."""
    head = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", _TEXT, len(value)) + value.encode()
        for name, value in headers.items()
    )
    start = struct.pack("!II", len(head) + len(payload) + _LEAST, len(head))
    whole = start + struct.pack("!I", zlib.crc32(start)) + head + payload
    return whole + struct.pack("!I", zlib.crc32(whole))
