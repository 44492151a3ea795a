"""The transport `http`: HTTP/1.1 over connections of our own, or by way of a proxy."""

from __future__ import annotations

import weakref
from time import monotonic
from typing import TYPE_CHECKING

from hamr.errors import BrokenReply, ConfigError, NoAnswer
from hamr.transports.http1.broken import NotHttp
from hamr.transports.http1.request import Unsendable
from hamr.transports.idle import Idle
from hamr.transports.inflater import Misencoded
from hamr.transports.loops import PerLoop
from hamr.transports.patience import ConnectTimedOut, WriteTimedOut, heed
from hamr.transports.place import place
from hamr.transports.replies import AsyncHttpReply, HttpReply

if TYPE_CHECKING:
    from hamr.errors import HamrError
    from hamr.specs import AsyncReply, Reply
    from hamr.transports import faults
    from hamr.transports.asyncio_stream import AsyncioStream
    from hamr.transports.place import Place
    from hamr.transports.proxied import Proxied
    from hamr.transports.replies import AsyncSource, Source
    from hamr.transports.socket_stream import SocketStream
    from hamr.types import Call, Head

PLACES = 512
SLACK = 0.005
"""Seconds by which a clock may fire early."""
FAILURES = (OSError, UnicodeError, Unsendable, Misencoded, NotHttp)
"""What a call fails with on a connection of our own; UnicodeError is that of a name that cannot be looked up."""


class HttpTransport:
    """Moves calls over HTTP/1.1, by blocking and by awaiting, from any number of threads and event loops.

    It neither retries nor follows redirects; the pipeline does. Connections are kept for the next call to the same
    origin. Those of an event loop are let go of when the loop ends, the others when the transport does.
    """

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._idle: Idle[SocketStream] = Idle()
        self._loops: PerLoop[Idle[AsyncioStream]] = PerLoop(Idle, _aclose)
        self._proxied: Proxied | None = None
        weakref.finalize(self, self._idle.close)

    def open(self, call: Call) -> Reply:
        """Send the call and wait for the head of its reply.

        Raises NoAnswer and BrokenReply, or ConfigError for a call that cannot be sent. The deadline holds for all
        but looking up the host's name, and for each of the host's addresses while connecting.
        """
        exchange = Exchange(call, self._place(call.url))
        try:
            heed(call.deadline)
            head, source = self._opened(call, exchange.place)
        except exchange.failures() as exc:
            error, cause = exchange.error(exc, begun=False)
        else:
            return HttpReply(head, source, exchange)
        # Raised outside the handler, so that a cause which is not to be shown is no __context__ either.
        raise error from cause

    async def aopen(self, call: Call) -> AsyncReply:
        """Send the call and await the head of its reply; raises as `open` does."""
        exchange = Exchange(call, self._place(call.url))
        try:
            heed(call.deadline)
            head, source = await self._aopened(call, exchange.place)
        except exchange.failures() as exc:
            error, cause = exchange.error(exc, begun=False)
        else:
            return AsyncHttpReply(head, source, exchange)
        raise error from cause

    def close(self) -> None:
        """Let go of all connections of blocking calls."""
        self._idle.close()
        if self._proxied is not None:
            self._proxied.close()

    async def aclose(self) -> None:
        """Let go of all connections of this event loop's calls."""
        await self._loops.aclose()
        if self._proxied is not None:
            await self._proxied.aclose()

    def _opened(self, call: Call, place: Place) -> tuple[Head, Source]:
        if place.proxy is not None:
            return self._by_proxy().open(call, place)
        from hamr.transports.direct import open_direct

        return open_direct(call, place, self._idle)

    async def _aopened(self, call: Call, place: Place) -> tuple[Head, AsyncSource]:
        if place.proxy is not None:
            return await self._by_proxy().aopen(call, place)
        from hamr.transports.direct import aopen_direct

        return await aopen_direct(call, place, await self._loops.get())

    def _place(self, url: str) -> Place:
        known = self._places.get(url)
        if known is None:
            if len(self._places) >= PLACES:
                self._places.clear()
            known = self._places[url] = place(url)
        return known

    def _by_proxy(self) -> Proxied:
        if self._proxied is None:
            from hamr.transports.proxied import Proxied

            self._proxied = Proxied()
        return self._proxied


class Exchange:
    """One call on its way: where it goes, and what its failures mean."""

    __slots__ = ("call", "deadline", "place")

    def __init__(self, call: Call, place: Place) -> None:
        self.call, self.place, self.deadline = call, place, call.deadline

    def failures(self) -> tuple[type[Exception], ...]:
        """What is raised when this call fails."""
        if self.place.proxy is None:
            return FAILURES
        from hamr.transports import proxied

        return (*FAILURES, *proxied.failures())

    def error(self, exc: Exception, *, begun: bool) -> tuple[HamrError, Exception | None]:
        """The error for a failure, and the cause to show: none where its text could quote what was sent."""
        from hamr.transports import faults

        rows, late, quotes = self._library(exc)
        tell = next(tell for kinds, tell in (*rows, *_wording()) if isinstance(exc, kinds))
        if tell is faults.unsendable:
            told, hint = tell(exc, self.call, self.place)
            return ConfigError(told, hint=hint), None
        if late and self.deadline is not None and monotonic() >= self.deadline - SLACK:
            tell = faults.too_late
        told, hint = tell(exc, self.call, self.place)
        kind = BrokenReply if begun or isinstance(exc, Misencoded) else NoAnswer
        return kind(told, hint=hint), None if quotes else exc

    def _library(self, exc: Exception) -> tuple[faults.Rows, bool, bool]:
        """How the HTTP library's own exceptions are told, and whether this one is about time, and may quote bytes."""
        late = isinstance(exc, TimeoutError)
        if self.place.proxy is None:
            return (), late, False
        from hamr.transports import proxied

        return proxied.wording(), late or proxied.late(exc), proxied.quotes(exc)


def _wording() -> faults.Rows:
    """Who tells what of an exception: the first row that fits."""
    from hamr.transports import faults

    return (
        ((Unsendable,), faults.unsendable),
        ((ConnectTimedOut,), faults.not_connected),
        ((WriteTimedOut,), faults.not_taken),
        ((TimeoutError,), faults.silent),
        ((Misencoded,), faults.misencoded),
        ((NotHttp,), faults.no_reply),
        ((Exception,), faults.broken),
    )


async def _aclose(idle: Idle[AsyncioStream]) -> None:
    from asyncio import sleep

    idle.close()
    await sleep(0)  # the loop needs one turn to close them
