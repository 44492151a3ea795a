"""Messages of AWS's event stream, as bytes ("Event stream encoding", smithy.io, 2026-11)."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = 7
"""The type of a header that holds a text."""


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message, whose headers are texts."""
    head = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", _TEXT, len(value)) + value.encode()
        for name, value in headers.items()
    )
    start = struct.pack("!II", len(head) + len(payload) + 16, len(head))
    whole = start + struct.pack("!I", zlib.crc32(start)) + head + payload
    return whole + struct.pack("!I", zlib.crc32(whole))
