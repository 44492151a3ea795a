"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wirekit import BodyDecoder
from hamr_provider_cohere.reply import Reply

if TYPE_CHECKING:
    from hamr_provider_cohere.compat import Compat

IDLE = frozenset({"content-end", "citation-end", "debug"})
"""Events that say nothing which others do not: a block ends where the next one begins."""


class ReplyDecoder(BodyDecoder):
    """Decodes one reply of this wire: server-sent events, or one document."""

    __slots__ = ()

    def __init__(self, compat: Compat) -> None:
        super().__init__(Reply(compat), IDLE)
