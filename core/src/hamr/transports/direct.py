"""Calls straight to their origin, over connections of our own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hamr.transports.http1.head import HeadReader
from hamr.transports.http1.request import request_head
from hamr.transports.incoming import Incoming
from hamr.transports.patience import limits
from hamr.transports.socket_stream import SocketStream, connect
from hamr.transports.trust import library_context, trusted
from hamr.types import Head

if TYPE_CHECKING:
    from hamr.transports.asyncio_stream import AsyncioStream
    from hamr.transports.idle import Idle, Origin
    from hamr.transports.place import Place
    from hamr.types import Call

READ_SIZE = 64 * 1024
TOGETHER = 64 * 1024
"""Bodies up to this size, in bytes, leave in one write with their head."""


class Source:
    """The body of an open reply, read by blocking."""

    __slots__ = ("_idle", "_incoming", "_origin", "_stream", "_timeout")

    def __init__(
        self, stream: SocketStream, incoming: Incoming, idle: Idle[SocketStream], origin: Origin, timeout: float | None
    ) -> None:
        self._stream: SocketStream | None = stream
        self._incoming, self._idle, self._origin, self._timeout = incoming, idle, origin, timeout

    def read(self) -> bytes:
        """The next bytes, empty at the end."""
        incoming = self._incoming
        while incoming.more and (stream := self._stream) is not None:
            data, incoming.rest = incoming.rest, b""
            piece = incoming.feed(data or stream.read(READ_SIZE, self._timeout))
            if incoming.done:
                self.close()
            if piece:
                return piece
        self.close()
        incoming.finish()
        return b""

    def close(self) -> None:
        """Keep the connection for the next call where the body has come whole, else close it."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        if self._incoming.reusable:
            self._idle.give(self._origin, stream)
        else:
            stream.close()


class AsyncSource:
    """The body of an open reply, read by awaiting."""

    __slots__ = ("_idle", "_incoming", "_origin", "_stream", "_timeout")

    def __init__(
        self,
        stream: AsyncioStream,
        incoming: Incoming,
        idle: Idle[AsyncioStream],
        origin: Origin,
        timeout: float | None,
    ) -> None:
        self._stream: AsyncioStream | None = stream
        self._incoming, self._idle, self._origin, self._timeout = incoming, idle, origin, timeout

    async def read(self) -> bytes:
        """The next bytes, empty at the end."""
        incoming = self._incoming
        while incoming.more and (stream := self._stream) is not None:
            data, incoming.rest = incoming.rest, b""
            piece = incoming.feed(data or await stream.read(READ_SIZE, self._timeout))
            if incoming.done:
                self._leave()
            if piece:
                return piece
        self._leave()
        incoming.finish()
        return b""

    async def close(self) -> None:
        """Keep the connection for the next call where the body has come whole, else close it."""
        if self._leave():
            from asyncio import sleep

            await sleep(0)  # the loop needs one turn to close it

    def _leave(self) -> bool:
        """Let go of the connection; says whether it was closed."""
        stream, self._stream = self._stream, None
        if stream is None:
            return False
        if self._incoming.reusable:
            self._idle.give(self._origin, stream)
            return False
        stream.close()
        return True


def open_direct(call: Call, place: Place, idle: Idle[SocketStream]) -> tuple[Head, Source]:
    """Send the call and wait for the head of its reply."""
    patience = limits(call)
    written = _written(call, place)
    # A forked process may not write into its parent's connections.
    origin = place.scheme, place.name, os.getpid()
    stream = idle.take(origin) or _connected(place, patience["connect"])
    try:
        for piece in written:
            stream.write(piece, patience["write"])
        reader = HeadReader(call.method)
        while (head := reader.feed(stream.read(READ_SIZE, patience["read"]))) is None:
            pass
    except BaseException:
        stream.close()
        raise
    incoming = Incoming(head, reader.rest)
    return Head(head.status, head.headers), Source(stream, incoming, idle, origin, patience["read"])


async def aopen_direct(call: Call, place: Place, idle: Idle[AsyncioStream]) -> tuple[Head, AsyncSource]:
    """Send the call and await the head of its reply."""
    patience = limits(call)
    written = _written(call, place)
    origin = place.scheme, place.name
    stream = idle.take(origin) or await _aconnected(place, patience["connect"])
    try:
        for piece in written:
            await stream.write(piece, patience["write"])
        reader = HeadReader(call.method)
        while (head := reader.feed(await stream.read(READ_SIZE, patience["read"]))) is None:
            pass
    except BaseException:
        stream.close()
        raise
    incoming = Incoming(head, reader.rest)
    return Head(head.status, head.headers), AsyncSource(stream, incoming, idle, origin, patience["read"])


def _written(call: Call, place: Place) -> tuple[bytes, ...]:
    head = request_head(call, place.target, place.host)
    return (head + call.body,) if len(call.body) <= TOGETHER else (head, call.body)


def _connected(place: Place, timeout: float | None) -> SocketStream:
    context = trusted(library_context) if place.scheme == "https" else None
    stream = connect(place.address, place.port, timeout)
    return stream if context is None else stream.start_tls(context, place.address, timeout)


async def _aconnected(place: Place, timeout: float | None) -> AsyncioStream:  # noqa: ASYNC109 - as all of them have it
    from hamr.transports.asyncio_stream import AsyncioBackend

    context = trusted(library_context) if place.scheme == "https" else None
    stream = await AsyncioBackend().connect_tcp(place.address, place.port, timeout)
    return stream if context is None else await stream.start_tls(context, place.address, timeout)
