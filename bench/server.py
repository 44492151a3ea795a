"""A mock provider: `python -m bench.server` tells its port. In a process of its own, its CPU time is nobody's."""

from __future__ import annotations

import asyncio
import re
import sys

from bench import replies

MODEL = re.compile(rb'"model": ?"([^"]+)"')
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PAUSE = 0.001


class Connection(asyncio.Protocol):
    """One kept-alive connection, a request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nothing has come yet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._pieces: list[bytes] = []
        self._missing = 0
        self._timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a request is complete."""
        self._pieces.append(data)
        self._missing -= len(data)
        if self._missing > 0:
            return
        request = b"".join(self._pieces)
        end = request.find(b"\r\n\r\n")
        length = LENGTH.search(request, 0, end)
        self._pieces = [request]
        self._missing = end + 4 + int(length.group(1) if length else 0) - len(request) if end >= 0 else 0
        if end >= 0 and self._missing <= 0:
            self._pieces, self._missing = [], 0
            found = MODEL.search(request)
            self._answer(found.group(1).decode() if found else "terse")

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop what is under way."""
        if self._timer is not None:
            self._timer.cancel()

    def _answer(self, model: str) -> None:
        kind, _ = replies.named(model)
        if kind == "paced":
            self._transport.write(replies.stream_head())
            self._next(replies.events(model), 0)
        else:
            self._transport.write(replies.at_once(model) if kind in ("words", "arguments") else replies.whole(kind))

    def _next(self, events: list[bytes], place: int) -> None:
        self._transport.write(events[place])
        if place + 1 < len(events):
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._next, events, place + 1)


async def main() -> None:
    """Serve until standard input ends, which it does when whoever started this is gone."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
