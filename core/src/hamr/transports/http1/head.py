"""The head of a reply: status, headers, and where its body ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hamr.transports.http1.body import Chunked, Sized, ToTheEnd
from hamr.transports.http1.broken import Ended, HeadTooLong, NotHttp

if TYPE_CHECKING:
    from hamr.transports.http1.body import Body

MOST = 100 * 1024
"""The longest head, in bytes, interim ones included each by itself."""

_HEAD = re.compile(
    rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: [^\r\n\x00]*)?\r\n"
    rb"((?:[-!#$%&'*+.^_`|~0-9a-zA-Z]+:[^\r\n\x00]*\r\n)*)\r\n"
)
_FOLD = re.compile(rb"\r\n[ \t]+")
_BEGINS = b"HTTP/1."
_BODILESS = frozenset({204, 304})
_SWITCHED = 101


@dataclass(slots=True)
class ReplyHead:
    """What a head says; `reusable` where another request may follow on the connection once the body has come whole."""

    status: int
    headers: dict[str, str]
    body: Body
    reusable: bool


class HeadReader:
    """Takes bytes until a head is whole; `rest` is what came behind it. Interim replies (1xx) are passed over."""

    __slots__ = ("_bytes", "_looked", "_method", "rest")

    def __init__(self, method: str) -> None:
        self._method = method
        self._bytes = b""
        self._looked = 0
        self.rest = b""

    def feed(self, data: bytes) -> ReplyHead | None:
        """The head, once it is whole; no bytes are the end of the connection. Raises NotHttp."""
        if not data:
            raise Ended(answered=False)
        self._bytes += data
        while (head := self._next()) is not None:
            if head.status >= 200:
                self.rest, self._bytes = self._bytes, b""
                return head
            if head.status == _SWITCHED:
                raise NotHttp("another protocol, which was not asked for")
        return None

    def _next(self) -> ReplyHead | None:
        held = self._bytes
        if not _BEGINS.startswith(held[: len(_BEGINS)]):
            raise NotHttp("illegal status line")
        end = _end(held, self._looked)
        if end < 0:
            self._looked = max(0, len(held) - 3)
        if max(end, len(held) if end < 0 else 0) > MOST:
            raise HeadTooLong("a head that is too long")
        if end < 0:
            return None
        found = _HEAD.fullmatch(held, 0, end) or _HEAD.fullmatch(_plain(held[:end]))
        if found is None:
            raise NotHttp("illegal header line")
        self._bytes, self._looked = held[end:], 0
        return _read(found[1], found[2], found[3], self._method)


def _end(held: bytes, start: int) -> int:
    """Where the empty line ends that ends a head; -1 where it has not come."""
    at = held.find(b"\r\n\r\n", start)
    most = len(held) if at < 0 else at
    # Some servers write no CR. What may be a body is not looked through for that.
    odd = [place + len(mark) for mark in (b"\n\n", b"\n\r\n") if (place := held.find(mark, start, most)) >= 0]
    return min(odd, default=-1 if at < 0 else at + 4)


def _plain(head: bytes) -> bytes:
    """A head in an older spelling, folded lines or lines that end without a CR, in the one of today."""
    return _FOLD.sub(b" ", head.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def _read(minor: bytes, code: bytes, lines: bytes, method: str) -> ReplyHead:
    headers: dict[str, str] = {}
    for line in lines.decode("latin-1").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    status = int(code)
    body = _body(status, headers, method)
    keeps = minor == b"1" and "close" not in headers.get("connection", "").lower()
    # Where both say where the body ends, somebody between here and there may have believed the other one.
    told_twice = "transfer-encoding" in headers and "content-length" in headers
    return ReplyHead(status, headers, body, keeps and not told_twice and not isinstance(body, ToTheEnd))


def _body(status: int, headers: dict[str, str], method: str) -> Body:
    """RFC 9112, 6.3; raises NotHttp."""
    if status < 200 or status in _BODILESS or method == "HEAD":
        return Sized(0)
    if (coding := headers.get("transfer-encoding")) is not None:
        if coding.lower() != "chunked":
            raise NotHttp("a transfer encoding that was not asked for")
        return Chunked()
    if (length := headers.get("content-length")) is None:
        return ToTheEnd()
    lengths = {each.strip() for each in length.split(",")}
    if len(lengths) != 1 or not (size := lengths.pop()).isdecimal() or not size.isascii() or len(size) > 18:
        raise NotHttp("bad content-length")
    return Sized(int(size))
