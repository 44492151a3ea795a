"""What a call hands out while its reply comes, in both colours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from hamr.drive import AsyncDriven, Driven, tell_on_stderr
from hamr.effects import Flow
from hamr.specs import Transport
from hamr.types import Event, Response, ResponseFormat

if TYPE_CHECKING:
    from hamr.shapes.partials import Partials

Tell = Callable[[str, str | None], None]


class Stream(Driven[Event, Response]):
    """The events of one reply, read by blocking; a context manager, leaving it early closes the connection."""

    def __init__(
        self,
        flow: Flow[Response],
        transport: Transport,
        tell: Tell = tell_on_stderr,
        wanted: ResponseFormat | None = None,
    ) -> None:
        super().__init__(flow, transport, tell)
        self._wanted = wanted

    @property
    def response(self) -> Response:
        """The whole response; reads on to its end where that has not come yet."""
        return self.end()

    def partials(self) -> Iterator[Any]:
        """What stands in an answer of JSON so far, as it grows, and at last as it is.

        Instances of the type that was given as `response_format`, in which what has not come yet is its default or
        None; else plain values. One of more than 4,096 characters comes anew when it has grown by an eighth.
        """
        partials = _partials(self._wanted)
        for event in self._events:
            yield from partials.take(event)
        yield from partials.last(self.end())


class AsyncStream(AsyncDriven[Event, Response]):
    """The events of one reply, read by awaiting; an async context manager, leaving it early closes the connection."""

    def __init__(
        self,
        flow: Flow[Response],
        transport: Transport,
        tell: Tell = tell_on_stderr,
        wanted: ResponseFormat | None = None,
    ) -> None:
        super().__init__(flow, transport, tell)
        self._wanted = wanted

    async def response(self) -> Response:
        """The whole response; reads on to its end where that has not come yet."""
        return await self.end()

    async def partials(self) -> AsyncIterator[Any]:
        """What stands in an answer of JSON so far, as it grows, and at last as it is: see `Stream.partials`."""
        partials = _partials(self._wanted)
        async for event in self._events:
            for value in partials.take(event):
                yield value
        for value in partials.last(await self.end()):
            yield value


def _partials(wanted: ResponseFormat | None) -> Partials:
    from hamr.shapes.partials import Partials

    return Partials(wanted)
