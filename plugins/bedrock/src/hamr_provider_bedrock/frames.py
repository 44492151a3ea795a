"""Messages of AWS's event stream, out of bytes and into them ("Event stream encoding", smithy.io, 2026-11)."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any
from zlib import crc32

from hamr.wirekit import Unframed

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRELUDE = Struct("!III")
"""The message's length, that of its headers, and the sum of both."""
_MOST = (24 * 1024 + 128 + 1) * 1024
"""Bytes of one message: a payload of 24 MiB, headers of 128 KiB (botocore 1.44, eventstream.py), and their frame."""
_KNOWN = 64
"""So many different blocks of headers are remembered: a stream has seven."""
_TEXT = 7
"""The type of a header that holds a text."""


class FrameReader:
    """Bytes to the headers and payload of each message, in time linear in the bytes, however they are cut.

    botocore reads each block of headers once: it takes three times as long for a message as all else does, and the
    blocks of a stream are nearly all alike.
    """

    def __init__(self) -> None:
        from botocore.eventstream import EventStreamHeaderParser

        self._parse = EventStreamHeaderParser().parse
        self._pending = bytearray()
        self._wanted = _PRELUDE.size
        self._known: dict[bytes, dict[str, Any]] = {}

    def feed(self, data: bytes) -> list[tuple[dict[str, Any] | None, bytes]]:
        """The messages that these bytes complete; raises Unframed."""
        messages: list[tuple[dict[str, Any] | None, bytes]] = []
        if self._pending:
            self._pending += data
            if len(self._pending) < self._wanted:
                return messages
            data = bytes(self._pending)
            self._pending.clear()
        at, self._wanted = 0, _PRELUDE.size
        while len(data) - at >= self._wanted:
            total, size, check = _PRELUDE.unpack_from(data, at)
            if crc32(data[at : at + 8]) != check or not size + 16 <= total <= _MOST:
                raise Unframed("the stream is damaged: its lengths make no sense", messages)
            body, end = at + _PRELUDE.size + size, at + total
            if end > len(data):
                self._wanted = total
                break
            if crc32(data[at : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
                raise Unframed("the stream is damaged: the sum of a message is wrong", messages)
            head = data[at + _PRELUDE.size : body]
            messages.append((self._known.get(head) or self._headers(head, messages), data[body : end - 4]))
            at = end
        self._pending += data[at:]
        return messages

    def finish(self) -> list[tuple[dict[str, Any] | None, bytes]]:
        """The message that the end of the bytes cut in two, without headers."""
        return [(None, bytes(self._pending))] if self._pending else []

    def _headers(self, head: bytes, messages: list[Any]) -> dict[str, Any]:
        try:
            headers: dict[str, Any] = self._parse(head)
        except Exception as error:  # noqa: BLE001  # botocore raises whatever its unpacking does
            raise Unframed(f"the stream is damaged: {type(error).__name__}: {error}", messages) from None
        if len(self._known) < _KNOWN:
            self._known[head] = headers
        return headers


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message, whose headers are texts."""
    head = b"".join(
        bytes([len(name)]) + name.encode() + bytes([_TEXT]) + len(value).to_bytes(2, "big") + value.encode()
        for name, value in headers.items()
    )
    lengths = _PRELUDE.pack(len(head) + len(payload) + 16, len(head), 0)[:8]
    whole = lengths + crc32(lengths).to_bytes(4, "big") + head + payload
    return whole + crc32(whole).to_bytes(4, "big")
