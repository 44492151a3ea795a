"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.body_decoder import BodyDecoder
from hamr.wires.openai_completions.reply import Reply

if TYPE_CHECKING:
    from hamr.wires.openai_completions.compat import Compat


class ReplyDecoder(BodyDecoder):
    """Decodes one reply of this wire."""

    __slots__ = ()

    def __init__(self, compat: Compat) -> None:
        super().__init__(Reply(compat))
