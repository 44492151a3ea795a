"""What a run hands out while it runs, in both colours."""

from __future__ import annotations

from hamr.drive import AsyncDriven, Driven
from hamr.types import Run, RunEvent


class RunStream(Driven[RunEvent, Run]):
    """The events of a run, read by blocking; a context manager, leaving it early ends the run."""

    @property
    def result(self) -> Run:
        """What the run came to; reads on to its end where that has not come yet."""
        return self.end()


class AsyncRunStream(AsyncDriven[RunEvent, Run]):
    """The events of a run, read by awaiting; an async context manager, leaving it early ends the run."""

    async def result(self) -> Run:
        """What the run came to; reads on to its end where that has not come yet."""
        return await self.end()
