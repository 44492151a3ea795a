"""What a conversation is known by: a digest for each of its turns, which holds all the turns before it as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hamr_provider_acp.asked import Turn

EMPTY = ""


def chain(before: str, turn: Turn) -> str:
    """The digest up to the end of this turn. Of an answer only the visible text counts."""
    from pydantic_core import to_json

    if turn.role == "assistant":
        return answered(before, (block["text"] for block in turn.blocks if block["type"] == "text"))
    return _digest(before, turn.role, to_json(turn.blocks))


def answered(before: str, texts: Iterable[str]) -> str:
    """The digest up to the end of an answer with these texts."""
    return _digest(before, "assistant", "".join(texts).encode("utf-8", "replace"))


def digests(turns: Sequence[Turn]) -> list[str]:
    """The digest at the end of each turn."""
    return list(accumulate(turns, chain, initial=EMPTY))[1:]


def _digest(before: str, role: str, content: bytes) -> str:
    return sha256(b"\0".join((before.encode(), role.encode(), content))).hexdigest()[:32]
