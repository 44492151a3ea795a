"""What every framing has in common: bytes in, events out, and an error where the bytes make no sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Unframed(ValueError):
    """The bytes of a stream make no sense from here on; `events` are those that were complete before."""

    def __init__(self, why: str, events: Sequence[Any]) -> None:
        super().__init__(why)
        self.events = events


class Framing(Protocol):
    """Bytes to the events of a stream, however the bytes are cut."""

    def feed(self, data: bytes) -> Sequence[Any]:
        """The events that these bytes complete; raises Unframed."""

    def finish(self) -> Sequence[Any]:
        """What the end of the bytes completes."""
