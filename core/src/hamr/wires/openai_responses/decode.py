"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.body_decoder import BodyDecoder
from hamr.wires.openai_responses.reply import Reply

if TYPE_CHECKING:
    from hamr.wires.openai_responses.compat import Compat


class ReplyDecoder(BodyDecoder):
    """Decodes one reply of this wire; `issuer` is whose ids and ciphertexts it holds."""

    __slots__ = ()

    def __init__(self, compat: Compat, issuer: str) -> None:
        super().__init__(Reply(compat, issuer))
