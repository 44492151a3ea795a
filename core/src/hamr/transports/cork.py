"""Holding back what is written until it makes one packet: head and body of a call leave together."""

from __future__ import annotations

import contextlib
from typing import Any

ENOUGH = 64 * 1024
"""Bytes that are worth a packet of their own."""


class Cork:
    """What was written and has not been sent."""

    __slots__ = ("_pieces", "_size", "timeout")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self.timeout: float | None = None

    @property
    def held(self) -> bool:
        """Whether anything waits to be sent."""
        return self._size > 0

    def hold(self, data: bytes, timeout: float | None) -> bool:
        """Hold this too; says whether it is time to send."""
        self._pieces.append(data)
        self._size += len(data)
        self.timeout = timeout
        return self._size >= ENOUGH

    def taken(self) -> bytes:
        """All that is held, which is held no longer."""
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return data


class CorkedStream:
    """An awaiting connection; what is written waits in a Cork until something is read."""

    __slots__ = ("_cork", "_failure", "_stream")

    def __init__(self, stream: Any, failure: type[Exception]) -> None:
        self._stream, self._failure = stream, failure
        self._cork = Cork()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the interface of the library
        """Some bytes, empty at the end."""
        if self._cork.held:
            # A peer that takes no more of the request may have answered already.
            with contextlib.suppress(self._failure):
                await self._stream.write(self._cork.taken(), self._cork.timeout)
        data: bytes = await self._stream.read(max_bytes, timeout)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the interface of the library
        """Send all of it, with what is written next."""
        if self._cork.hold(buffer, timeout):
            await self._stream.write(self._cork.taken(), timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None  # noqa: ASYNC109 - as above
    ) -> CorkedStream:
        """The same connection, encrypted."""
        return CorkedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._failure)

    def get_extra_info(self, info: str) -> Any:
        """What the library knows about the connection."""
        return self._stream.get_extra_info(info)


class CorkedBackend:
    """Opens corked connections; `failure` is what the library raises for a write."""

    def __init__(self, backend: Any, failure: type[Exception]) -> None:
        self._backend, self._failure = backend, failure

    async def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> CorkedStream:  # noqa: ASYNC109 - the interface of the library
        """An open connection."""
        return CorkedStream(await self._backend.connect_tcp(host, port, timeout, **options), self._failure)
