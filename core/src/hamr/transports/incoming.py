"""The body of a reply as it comes, without the framing and the coding of its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.transports.inflater import Inflater, Misencoded, foreign

if TYPE_CHECKING:
    from hamr.transports.http1.head import ReplyHead


def inflater_for(headers: dict[str, str]) -> Inflater | None:
    """What undoes the coding of a body with these headers; raises Misencoded for one that was not asked for."""
    coding = headers.get("content-encoding", "identity")
    if coding == "identity":
        return None
    if unreadable := foreign(coding):
        raise Misencoded(f"it is encoded as {unreadable}, which was not asked for")
    return Inflater()


class Incoming:
    """Bytes of the connection to bytes of the body; `rest` is what came with the head."""

    __slots__ = ("_body", "_head", "_inflater", "_read", "rest")

    def __init__(self, head: ReplyHead, rest: bytes) -> None:
        self._head, self._body = head, head.body
        self._inflater: Inflater | None = None
        self._read = False
        self.rest = rest

    @property
    def more(self) -> bool:
        """Whether the body goes on; raises NotHttp for what came behind the bytes that were given last."""
        if self._body.broken is not None:
            raise self._body.broken
        return not self._body.done

    @property
    def done(self) -> bool:
        """Whether the body is at its end."""
        return self._body.done

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request."""
        return self._head.reusable and self._body.done and not (self._body.surplus or self.rest)

    def feed(self, data: bytes) -> bytes:
        """The bytes of the body among these; no bytes are the end of the connection. Raises NotHttp or Misencoded."""
        if not self._read:
            self._read, self._inflater = True, inflater_for(self._head.headers)
        plain = self._body.feed(data)
        return plain if self._inflater is None else self._inflater.feed(plain)

    def finish(self) -> None:
        """The body is at its end; raises Misencoded where it should not be."""
        inflater, self._inflater = self._inflater, None
        if inflater is not None:
            inflater.finish()
