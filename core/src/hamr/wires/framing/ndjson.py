"""JSON documents a line each out of bytes, however the bytes are cut.

A line ends with LF, or CR and LF; lines of white space alone say nothing (NDJSON specification, "3.1 Serialization" and
"3.2 Parsing", github.com/ndjson/ndjson-spec, 2026-11).
"""

from __future__ import annotations

LIMIT = 64 * 1024 * 1024
"""The longest line, in bytes."""


class LineTooLong(ValueError):
    """A line outgrew the limit; `lines` are those that were complete before it."""

    def __init__(self, limit: int, lines: list[bytes]) -> None:
        super().__init__(f"one line of the reply is longer than {limit} bytes")
        self.lines = lines


class LineDecoder:
    """Bytes to lines, in time linear in the bytes."""

    __slots__ = ("_limit", "_pending", "_size")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._pending: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete, without their ends; raises LineTooLong."""
        end = data.rfind(b"\n")
        if end < 0:
            return self._bounded(data, [])
        whole = data[:end]
        if self._pending:
            whole = b"".join([*self._pending, whole])
            self._pending.clear()
            self._size = 0
        lines = _lines(whole)
        if len(whole) > self._limit and max(map(len, lines), default=0) > self._limit:
            long = next(place for place, line in enumerate(lines) if len(line) > self._limit)
            raise LineTooLong(self._limit, lines[:long])
        return self._bounded(data[end + 1 :], lines) if end + 1 < len(data) else lines

    def finish(self) -> list[bytes]:
        """The line that the end of the bytes completes, if one was begun."""
        rest = b"".join(self._pending)
        self._pending.clear()
        self._size = 0
        return _lines(rest)

    def _bounded(self, rest: bytes, lines: list[bytes]) -> list[bytes]:
        self._pending.append(rest)
        self._size += len(rest)
        if self._size > self._limit:
            raise LineTooLong(self._limit, lines)
        return lines


def _lines(data: bytes) -> list[bytes]:
    if b"\n" not in data:
        return [data] if data and not data.isspace() else []
    return [line for line in data.split(b"\n") if line and not line.isspace()]
