"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.body_decoder import BodyDecoder
from hamr.wires.gemini.reply import Reply

if TYPE_CHECKING:
    from hamr.types import Event
    from hamr.wires.gemini.compat import Compat


class ReplyDecoder(BodyDecoder):
    """Decodes one reply of this wire; `issuer` is whose signatures it holds."""

    __slots__ = ("_chunks",)

    def __init__(self, compat: Compat, issuer: str) -> None:
        self._chunks = Reply(compat, issuer)
        super().__init__(self._chunks)

    def _several(self, values: list[Any], out: list[Event]) -> bool:
        """A stream as one growing list, which a proxy asks for by leaving `alt=sse` away."""
        if not values or not all(isinstance(each, dict) for each in values):
            return False
        for each in values:
            if not self._chunks.over:
                self._chunks.chunk(each, out)
        self._chunks.end(out, done=False)
        return True
