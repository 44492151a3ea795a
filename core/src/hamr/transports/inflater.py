"""Undoing the coding of a body, piece by piece."""

from __future__ import annotations

import zlib

READABLE = frozenset({"gzip", "x-gzip", "deflate", "identity"})
"""The codings of RFC 9110, 8.4.1, that zlib undoes."""


class Misencoded(ValueError):
    """A body that is not encoded as its header says, ends too early, or is in a coding that was not asked for."""


def foreign(codings: str) -> str:
    """Those of a `content-encoding` header that cannot be undone, or all where there is more than one."""
    names = [name.strip().lower() for name in codings.split(",") if name.strip()]
    return ", ".join(names) if len(names) > 1 else ", ".join(name for name in names if name not in READABLE)


class Inflater:
    """Undoes gzip and deflate; gives out what a piece holds at once. Raises Misencoded."""

    def __init__(self) -> None:
        self._inflating = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._begun = False

    def feed(self, data: bytes) -> bytes:
        """The bytes that this piece stands for."""
        try:
            plain = self._inflating.decompress(data)
        except zlib.error as error:
            if self._begun:
                raise Misencoded(str(error)) from error
            plain = self._without_header(data)
        self._begun = True
        if self._inflating.eof and (rest := self._inflating.unused_data):  # a gzip file may hold several
            self._inflating = zlib.decompressobj(zlib.MAX_WBITS | 32)
            return plain + self.feed(rest)
        return plain

    def finish(self) -> None:
        """The body is at its end; raises Misencoded where it should not be."""
        if self._begun and not self._inflating.eof:
            raise Misencoded("it ends too early")

    def _without_header(self, data: bytes) -> bytes:
        """`deflate` without the header that zlib writes, as some servers send it."""
        self._inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._inflating.decompress(data)
        except zlib.error as error:
            raise Misencoded(str(error)) from error
