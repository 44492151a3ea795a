"""What a call hands out while its reply comes, in both colours."""

from __future__ import annotations

from hamr.drive import AsyncDriven, Driven
from hamr.types import Event, Response


class Stream(Driven[Event, Response]):
    """The events of one reply, read by blocking; a context manager, leaving it early closes the connection."""

    @property
    def response(self) -> Response:
        """The whole response; reads on to its end where that has not come yet."""
        return self.end()


class AsyncStream(AsyncDriven[Event, Response]):
    """The events of one reply, read by awaiting; an async context manager, leaving it early closes the connection."""

    async def response(self) -> Response:
        """The whole response; reads on to its end where that has not come yet."""
        return await self.end()
