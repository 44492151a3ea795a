"""Awaiting connections straight on asyncio, for the pool of the HTTP library.

The library's own go by way of anyio, whose cancel scopes on each read and write cost more than all else that a call
does here; a timer handle does the same.
"""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING, Any

from hamr.transports.cork import Cork
from hamr.transports.patience import WRITE_SIZE, ConnectTimedOut, WriteTimedOut, soonest

if TYPE_CHECKING:
    from ssl import SSLContext

ENOUGH = 256 * 1024
"""Bytes that may wait here before the peer is told to pause."""

EYEBALLS = 0.25
"""Seconds that one address of a host is given before the next is tried beside it (RFC 8305, 5)."""

EXTRA = {"client_addr": "sockname", "server_addr": "peername"}


class AsyncioStream(asyncio.Protocol):
    """One connection. Its reads and writes end at the deadline of their task (`patience.heed`)."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._cork = Cork()
        self._ended = False
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._full = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._received += data
        self._wake()
        if len(self._received) > ENOUGH:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The peer has sent all; what is still to be written is written, and the end is told by `read`."""
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed, for whatever reason."""
        self._ended = True
        self._failure = exc
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """The system takes no more for now."""
        self._full = True

    def resume_writing(self) -> None:
        """There is room again."""
        self._full = False
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the library's way
        """Some bytes, empty at the end; raises TimeoutError, or OSError for a connection that broke."""
        if self._cork.held:
            await self._flush(self._cork.timeout)
        received = self._received
        if not received and not self._ended:
            self._waiter = self._loop.create_future()
            await self._wait(self._waiter, timeout, TimeoutError)
        if not received and self._failure is not None:
            raise self._failure
        data = bytes(memoryview(received)[:max_bytes])
        del received[:max_bytes]
        if not self._ended and not self._transport.is_reading() and len(received) < ENOUGH:
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the library's way
        """Send all of it, with what is written next."""
        if self._cork.hold(buffer, timeout):
            await self._flush(timeout)

    async def _flush(self, seconds: float | None) -> None:
        """Send what is held; a peer that takes no more of the request may have answered already, which `read` tells."""
        data = self._cork.taken()
        for start in range(0, len(data), WRITE_SIZE):
            if self._ended:
                return
            self._transport.write(data[start : start + WRITE_SIZE])
            if self._full:
                self._room = self._loop.create_future()
                await self._wait(self._room, seconds, WriteTimedOut)

    async def _wait(self, waiter: asyncio.Future[None], seconds: float | None, late: type[TimeoutError]) -> None:
        limit = soonest(seconds)
        timer = None if limit is None else self._loop.call_later(limit, _expire, waiter, late)
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def stale(self) -> bool:
        """Whether an idle connection can be used no more: what comes while nothing is asked is its end."""
        return self._ended or bool(self._received)

    def close(self) -> None:
        """Close the connection at once; the loop needs one turn for it."""
        self._transport.abort()

    async def aclose(self) -> None:
        """Close the connection at once."""
        self.close()
        await asyncio.sleep(0)

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's way
    ) -> AsyncioStream:
        """The same connection, encrypted; raises ssl.SSLError."""
        await self._flush(timeout)
        try:
            async with asyncio.timeout(soonest(timeout)):
                self._transport = await self._loop.start_tls(
                    self._transport, self, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as exc:
            self._transport.abort()
            raise ConnectTimedOut from exc
        except BaseException:
            self._transport.abort()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        """What the library asks of a connection: an idle one that can be read has been closed by its peer."""
        if info == "is_readable":
            return self.stale
        return self._transport.get_extra_info(EXTRA.get(info, info))


class AsyncioBackend:
    """Opens such connections."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's way
        **options: Any,
    ) -> AsyncioStream:
        """An open connection; raises ConnectTimedOut or OSError."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(soonest(timeout)):
                _, stream = await loop.create_connection(AsyncioStream, host, port, happy_eyeballs_delay=EYEBALLS)
        except TimeoutError as exc:
            raise ConnectTimedOut from exc
        except OSError as exc:
            if (first := _first(exc)) is exc:
                raise
            raise first from exc
        return stream


def _expire(waiter: asyncio.Future[None], late: type[TimeoutError]) -> None:
    if not waiter.done():
        waiter.set_exception(late())


def _first(exc: OSError) -> OSError:
    """The first of the errors of a host's addresses, which asyncio joins in one text without a number."""
    number = re.search(r"\[Errno (\d+)\]", str(exc)) if exc.errno is None else None
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else exc
