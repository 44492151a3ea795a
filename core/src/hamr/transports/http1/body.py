"""The body of a reply out of the bytes of its connection: of a known size, in chunks, or to the connection's end."""

from __future__ import annotations

import re
from typing import Protocol

from hamr.transports.http1.broken import Ended, NotHttp

_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n\x00]*)?")
_PREFIX = (b"x", b"X")
_LONGEST = 16 * 1024
"""The longest line of a chunk's size, its extensions included, and of a trailer."""
_TRAILERS = 100
"""How many lines may follow the last chunk."""


class Body(Protocol):
    """Takes the bytes behind the head; `done` at the body's end, `surplus` where bytes came behind that.

    `broken` says what is wrong with the bytes behind those that `feed` gave last.
    """

    done: bool
    surplus: bool
    broken: NotHttp | None

    def feed(self, data: bytes) -> bytes:
        """The bytes of the body among these; no bytes are the end of the connection. Raises NotHttp."""


class Sized:
    """A body of so many bytes."""

    __slots__ = ("_left", "done", "surplus")
    broken: NotHttp | None = None

    def __init__(self, size: int) -> None:
        self._left = size
        self.done = not size
        self.surplus = False

    def feed(self, data: bytes) -> bytes:
        """The bytes of the body among these; raises Ended."""
        if not data:
            raise Ended(answered=True)
        size = len(data)
        if size < self._left:
            self._left -= size
            return data
        self.done, self.surplus = True, size > self._left
        return data[: self._left] if self.surplus else data


class ToTheEnd:
    """A body that ends with the connection."""

    __slots__ = ("done", "surplus")
    broken: NotHttp | None = None

    def __init__(self) -> None:
        self.done = self.surplus = False

    def feed(self, data: bytes) -> bytes:
        """The same bytes."""
        self.done = not data
        return data


class Chunked:
    """A body in chunks, each behind a line with its size (RFC 9112, 7.1)."""

    __slots__ = ("_held", "_left", "_state", "_trailers", "broken", "done", "surplus")

    def __init__(self) -> None:
        self._held = b""
        self._left = 0
        self._state = Chunked._sizes
        self._trailers = 0
        self.broken: NotHttp | None = None
        self.done = self.surplus = False

    def feed(self, data: bytes) -> bytes:
        """The bytes of the body among these; raises NotHttp."""
        if not data:
            raise Ended(answered=True)
        if self._held:
            data, self._held = self._held + data, b""
        out: list[bytes] = []
        at = 0
        try:
            while at >= 0 and not self.done:
                at = self._state(self, data, at, out)
        except NotHttp as error:
            if not out:
                raise
            self.broken = error
        if self.done:
            self.surplus = at < len(data)
        return out[0] if len(out) == 1 else b"".join(out)

    def _sizes(self, data: bytes, at: int, out: list[bytes]) -> int:
        """Whole chunks, as they mostly come; gives where it stopped, -1 where more bytes are needed."""
        find = data.find
        while True:
            end = find(b"\r\n", at)
            if end < 0:
                return self._hold(data, at)
            line = data[at:end]
            try:
                # int() alone would also take blanks, signs, _ and 0x.
                size = int(line, 16) if len(line) <= 16 and line.isalnum() and line[1:2] not in _PREFIX else _size(line)
            except ValueError:
                raise NotHttp("illegal chunk header") from None
            start = end + 2
            if not size:
                self._state = Chunked._ends
                return start
            stop = start + size
            if data[stop : stop + 2] != b"\r\n":
                self._left, self._state = size, Chunked._data
                return start
            out.append(data[start:stop])
            at = stop + 2

    def _data(self, data: bytes, at: int, out: list[bytes]) -> int:
        """A chunk that is not there in one piece."""
        piece = data[at : at + self._left]
        if piece:
            out.append(piece)
            self._left -= len(piece)
        if self._left:
            return -1
        self._state = Chunked._line_end
        return at + len(piece)

    def _line_end(self, data: bytes, at: int, out: list[bytes]) -> int:
        mark = data[at : at + 2]
        if mark == b"\r\n":
            self._state = Chunked._sizes
            return at + 2
        if not b"\r\n".startswith(mark):
            raise NotHttp("illegal chunk footer")
        return self._hold(data, at)

    def _ends(self, data: bytes, at: int, out: list[bytes]) -> int:
        """The lines behind the last chunk, of which nothing is wanted, up to an empty one."""
        end = data.find(b"\r\n", at)
        if end < 0:
            return self._hold(data, at)
        if end == at:
            self.done = True
        self._trailers += 1
        if self._trailers > _TRAILERS:
            raise NotHttp("too many trailers")
        return end + 2

    def _hold(self, data: bytes, at: int) -> int:
        """Keep the beginning of a line until the rest of it comes."""
        if len(data) - at > _LONGEST:
            raise NotHttp("illegal chunk header")
        self._held = data[at:]
        return -1


def _size(line: bytes) -> int:
    found = _SIZE.fullmatch(line)
    if found is None:
        raise ValueError
    return int(found[1], 16)
