"""Messages of AWS's event stream (`application/vnd.amazon.eventstream`) out of bytes.

The grammar is that of "Event stream encoding" (smithy.io, 2026-11); botocore reads it and checks both of its sums.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

_lengths = struct.Struct("!III").unpack_from
_sum = zlib.crc32
_PRELUDE = 12
"""Bytes: two lengths, and their sum."""
_LEAST = 16
_KNOWN = 64
"""So many different blocks of headers are remembered: a stream has seven."""


class FrameReader:
    """Bytes to the headers and payload of each message, in time linear in the bytes, however they are cut.

    botocore reads each block of headers once: it takes three times as long for a message as all else does, and the
    blocks of a stream are nearly all alike. Whatever is out of the ordinary is left to it.
    """

    def __init__(self) -> None:
        from botocore.eventstream import EventStreamBuffer, ParserError

        self._new, self._faults = EventStreamBuffer, (ParserError, struct.error, KeyError, ValueError)
        self._pending = bytearray()
        self._wanted = _PRELUDE
        self._known: dict[bytes, dict[str, Any]] = {}

    @property
    def torn(self) -> bool:
        """Whether a message was begun and has not ended."""
        return bool(self._pending)

    def feed(self, data: bytes) -> tuple[list[tuple[dict[str, Any], bytes]], str]:
        """The messages that these bytes complete, and what is wrong with the bytes behind them."""
        messages: list[tuple[dict[str, Any], bytes]] = []
        if self._pending:
            self._pending += data
            if len(self._pending) < self._wanted:
                return messages, ""
            data = bytes(self._pending)
            self._pending.clear()
        at, self._wanted = 0, _PRELUDE
        try:
            while len(data) - at >= self._wanted:
                total, size, check = _lengths(data, at)
                body, end = at + _PRELUDE + size, at + total
                headers = self._known.get(data[at + _PRELUDE : body])
                if headers is None or end > len(data) or not self._is_whole(data, at, end, check):
                    headers = self._read(data, at, end, size)
                if headers is None:
                    self._wanted = total
                else:
                    messages.append((headers, data[body : end - 4]))
                    at = end
        except self._faults as error:
            return messages, f"the stream is damaged: {type(error).__name__}: {error}"
        self._pending += data[at:]
        return messages, ""

    def _is_whole(self, data: bytes, at: int, end: int, check: int) -> bool:
        """Whether both sums are right."""
        return _sum(data[at : at + 8]) == check and _sum(data[at : end - 4]).to_bytes(4, "big") == data[end - 4 : end]

    def _read(self, data: bytes, at: int, end: int, size: int) -> dict[str, Any] | None:
        """The headers of a message by botocore's reader; None where the message has not come to its end."""
        buffer = self._new()
        buffer.add_data(data[at : at + _PRELUDE])
        next(buffer, None)  # the lengths are checked at once: nothing waits for a gigabyte that will not come
        if end - at < size + _LEAST:
            raise ValueError(f"a message of {end - at} bytes has headers of {size}")
        if end > len(data):
            return None
        buffer.add_data(data[at + _PRELUDE : end])
        headers: dict[str, Any] = next(buffer).headers
        if len(self._known) < _KNOWN:
            self._known[data[at + _PRELUDE : at + _PRELUDE + size]] = headers
        return headers
