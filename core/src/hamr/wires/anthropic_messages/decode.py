"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.anthropic_messages.reply import Reply
from hamr.wires.body_decoder import BodyDecoder

if TYPE_CHECKING:
    from hamr.wires.anthropic_messages.compat import Compat


class ReplyDecoder(BodyDecoder):
    """Decodes one reply of this wire; `issuer` is whose signatures and ids it holds."""

    __slots__ = ()

    def __init__(self, compat: Compat, issuer: str) -> None:
        super().__init__(Reply(compat, issuer))
