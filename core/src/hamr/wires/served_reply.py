"""What the server half of a wire remembers of the reply that it writes: what it took, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.types import Failed, Finished, Started, UsageUpdated

if TYPE_CHECKING:
    from hamr.errors import CallError
    from hamr.types import Event, Usage


class ServedReply:
    """The events that are about a reply as a whole, and about none of its blocks."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.finished: Finished | None = None
        self.failed: CallError | None = None

    def note(self, event: Event) -> bool:
        """Whether the event is about the reply as a whole, and so is remembered."""
        match event:
            case Started():
                self.started(event)
            case UsageUpdated():
                self.usage = event.usage
            case Finished():
                self.finished = event
            case Failed():
                self.failed = event.error
            case _:
                return False
        return True

    def started(self, event: Started) -> None:
        """Take in who answers; a wire that says so has this as its own."""
