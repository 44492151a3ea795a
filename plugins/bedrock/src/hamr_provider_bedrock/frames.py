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

PRELUDE = 12
"""Bytes: two lengths, and their sum."""
_LEAST = 16
_TEXT = 7
"""The type of a header that holds a text."""


class BadFrame(ValueError):
    """The bytes are no message; `messages` are those that were complete before."""

    def __init__(self, why: str, messages: list[tuple[Mapping[str, object], bytes]]) -> None:
        super().__init__(why)
        self.messages = messages


class FrameReader:
    """Bytes to the headers and payload of each message, in time linear in the bytes, however they are cut."""

    def __init__(self) -> None:
        from botocore.eventstream import EventStreamBuffer, ParserError

        self._faults = (ParserError, struct.error, KeyError, ValueError)
        self._new = EventStreamBuffer
        self._buffer: EventStreamBuffer | None = None
        self._pending = bytearray()
        self._wanted = PRELUDE

    @property
    def torn(self) -> bool:
        """Whether a message was begun and has not ended."""
        return bool(self._pending) or self._buffer is not None

    def feed(self, data: bytes) -> list[tuple[Mapping[str, object], bytes]]:
        """The messages that these bytes complete; raises BadFrame."""
        messages: list[tuple[Mapping[str, object], bytes]] = []
        pending = self._pending
        pending += data
        at = 0
        try:
            while len(pending) - at >= self._wanted:
                piece = bytes(memoryview(pending)[at : at + self._wanted])
                at += self._wanted
                self._take(piece, messages)
        except self._faults as error:
            raise BadFrame(f"the stream is damaged: {type(error).__name__}: {error}", messages) from error
        del pending[:at]
        return messages

    def _take(self, piece: bytes, messages: list[tuple[Mapping[str, object], bytes]]) -> None:
        """A prelude, which the buffer checks at once, or the rest of its message.

        The buffer copies all that it holds with each piece and each message, so it is given one message at a time.
        """
        if self._buffer is None:
            self._buffer = self._new()
            self._buffer.add_data(piece)
            next(self._buffer, None)
            total, headers = struct.unpack_from("!II", piece)
            if total < headers + _LEAST:
                raise ValueError(f"a message of {total} bytes has headers of {headers}")
            self._wanted = total - PRELUDE
            return
        self._buffer.add_data(piece)
        message = next(self._buffer)
        self._buffer, self._wanted = None, PRELUDE
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
