"""Calls over HTTP that go well: what is sent, what comes back, and what becomes of the connections."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from hamr.errors import BrokenReply, ConfigError
from hamr.specs import Transport
from hamr.transports.http import HttpTransport
from hamr.types import Call
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from core.tests.transports.conftest import Peer, Serve

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def test_it_is_a_transport() -> None:
    assert isinstance(HttpTransport(), Transport)


def test_importing_it_imports_neither_the_library_nor_asyncio() -> None:
    code = (
        "import sys, hamr.transports.http as http; http.HttpTransport(); "
        "print([name for name in ('httpx2', 'asyncio', 'ssl', 'urllib.request') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_sent(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve(b"HTTP/1.1 201 Made\r\nX-One: 1\r\nx-two: a\r\nX-Two: b\r\ncontent-length: 2\r\n\r\nok")
    call = Call(server.url + "?a=1", headers={"x-key": "caf\xe9", "content-length": "99"}, body=b"{}")
    head, pieces = colour.fetch(transport, call)
    assert (head.status, b"".join(pieces)) == (201, b"ok")
    assert head.headers == {"x-one": "1", "x-two": "a, b", "content-length": "2"}
    line, *headers = server.requests[0].partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert line == b"POST /v1/chat?a=1 HTTP/1.1"
    assert sorted(headers) == [
        b"accept-encoding: gzip, deflate",
        b"content-length: 2",
        b"host: " + server.name.encode(),
        b"x-key: caf\xe9",
    ]
    assert server.requests[0].endswith(b"\r\n\r\n{}")


def test_a_get_has_no_body(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve()
    colour.fetch(transport, Call(server.url, method="GET"))
    assert server.requests[0].startswith(b"GET ")
    assert b"content-length" not in server.requests[0]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_every_status_is_a_reply(colour: Colour, serve: Serve, transport: HttpTransport, status: int) -> None:
    server = serve(b"HTTP/1.1 %d X\r\nlocation: /elsewhere\r\ncontent-length: 2\r\n\r\nno" % status)
    head, pieces = colour.fetch(transport, Call(server.url))
    assert (head.status, pieces) == (status, [b"no"])
    assert len(server.requests) == 1


def test_pieces_are_handed_over_as_they_come(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, b"1\r\na\r\n", b"1\r\nb\r\n", b"1\r\nc\r\n0\r\n\r\n", pause=0.05)
        peer.wait()

    head, pieces = colour.fetch(transport, Call(serve(script).url))
    assert (head.status, pieces) == (200, [b"a", b"b", b"c"])


def test_a_body_that_ends_with_the_connection(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nto the ", b"end", pause=0.02)

    assert b"".join(colour.fetch(transport, Call(serve(script).url))[1]) == b"to the end"


def test_a_large_body_goes_out_whole(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve()
    body = os.urandom(3_000_000)
    colour.fetch(transport, Call(server.url, body=body))
    assert server.requests[0].endswith(body)


@pytest.mark.parametrize(("coding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_an_encoded_body_is_decoded(
    colour: Colour, serve: Serve, transport: HttpTransport, coding: str, encode: type[bytes]
) -> None:
    body = encode(b"hello " * 100)
    server = serve(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n%s" % (coding.encode(), len(body), body)
    )
    assert b"".join(colour.fetch(transport, Call(server.url))[1]) == b"hello " * 100
    colour.fetch(transport, Call(server.url))


def test_a_flushed_piece_of_a_gzip_stream_is_handed_over_at_once(
    colour: Colour, serve: Serve, transport: HttpTransport
) -> None:
    def script(peer: Peer) -> None:
        packer = zlib.compressobj(wbits=31)
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n")
        for word in (b"one", b"two"):
            peer.send(packer.compress(word) + packer.flush(zlib.Z_SYNC_FLUSH), pause=0.05)
        peer.send(packer.flush(), pause=0.05)

    assert colour.fetch(transport, Call(serve(script).url))[1] == [b"one", b"two"]


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_body_that_lies_about_its_encoding(
    colour: Colour, serve: Serve, transport: HttpTransport, coding: str
) -> None:
    server = serve(b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: 5\r\n\r\nplain" % coding.encode())
    with pytest.raises(BrokenReply, match="cannot be decoded"):
        colour.fetch(transport, Call(server.url))


@pytest.mark.parametrize(
    ("headers", "named"),
    [({"authorization": "Bearer sk-canary\n"}, "authorization"), ({"x-key": "sk-canary\u20ac"}, "x-key")],
)
def test_a_header_that_cannot_be_sent(
    colour: Colour, transport: HttpTransport, serve: Serve, headers: dict[str, str], named: str
) -> None:
    """pain 36"""
    with pytest.raises(ConfigError, match=f"the header {named} cannot be written") as caught:
        colour.fetch(transport, Call(serve().url, headers={"accept": "*/*", **headers}))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("url", ["localhost:8080/v1", "/v1", "ftp://x/", "https://u:canary@h:port/", "http://"])
def test_a_url_that_is_none(colour: Colour, transport: HttpTransport, url: str) -> None:
    """pain 36"""
    with pytest.raises(ConfigError, match="the URL of the call") as caught:
        colour.fetch(transport, Call(url))
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_connection_is_used_again(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve()
    if colour.name == "sync":
        for _ in range(5):
            colour.fetch(transport, Call(server.url))
    else:

        async def several() -> None:
            for _ in range(5):
                reply = await transport.aopen(Call(server.url))
                assert await reply.aread() == b"ok"
                assert await reply.aread() == b""

        asyncio.run(several())
    assert (len(server.requests), len(server.peers)) == (5, 1)


def test_an_idle_connection_that_the_server_closed_is_not_used_again(serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK)

    server = serve(script)
    for number in range(1, 4):
        reply = transport.open(Call(server.url))
        assert reply.read() + reply.read() == b"ok"
        server.threads[-1].join(5)
        assert len(server.peers) == number


def test_64_threads_at_once(serve: Serve, transport: HttpTransport) -> None:
    together = threading.Barrier(64, timeout=10)

    def script(peer: Peer) -> None:
        while peer.request():
            together.wait()
            peer.send(OK)

    server = serve(script)

    def call(_: int) -> bytes:
        reply = transport.open(Call(server.url, body=b"{}"))
        try:
            return reply.read() + reply.read()
        finally:
            reply.close()

    with ThreadPoolExecutor(64) as threads:
        assert list(threads.map(call, range(64))) == [b"ok"] * 64
    assert len(server.peers) == 64


def test_64_tasks_at_once(serve: Serve, transport: HttpTransport) -> None:
    together = threading.Barrier(64, timeout=10)

    def script(peer: Peer) -> None:
        while peer.request():
            together.wait()
            peer.send(OK)

    server = serve(script)

    async def call() -> bytes:
        reply = await transport.aopen(Call(server.url, body=b"{}"))
        try:
            return await reply.aread() + await reply.aread()
        finally:
            await reply.aclose()

    async def main() -> list[bytes]:
        return await asyncio.gather(*(call() for _ in range(64)))

    assert asyncio.run(main()) == [b"ok"] * 64
    assert len(server.peers) == 64


def unending(peer: Peer) -> None:
    peer.request()
    peer.send(CHUNKED, b"1\r\na\r\n")
    peer.await_close()


def test_closing_early_is_seen_by_the_peer(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve(unending)
    if colour.name == "sync":
        reply = transport.open(Call(server.url))
        assert reply.read() == b"a"
        reply.close()
        reply.close()
        assert server.closed.wait(5)
    else:

        async def early() -> None:
            reply = await transport.aopen(Call(server.url))
            assert await reply.aread() == b"a"
            await reply.aclose()
            await reply.aclose()
            assert await asyncio.to_thread(server.closed.wait, 5)

        asyncio.run(early())


def test_cancelling_a_task_in_mid_read_closes_its_connection(serve: Serve, transport: HttpTransport) -> None:
    server = serve(unending)

    async def main() -> None:
        reply = await transport.aopen(Call(server.url))
        assert await reply.aread() == b"a"
        task = asyncio.create_task(reply.aread())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.closed.wait, 5)

    asyncio.run(main())


def test_cancelling_a_task_before_the_head_closes_its_connection(serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.await_close()

    server = serve(script)

    async def main() -> None:
        task = asyncio.create_task(transport.aopen(Call(server.url)))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.closed.wait, 5)

    asyncio.run(main())


def test_closing_from_another_task_ends_a_read(serve: Serve, transport: HttpTransport) -> None:
    server = serve(unending)

    async def main() -> None:
        reply = await transport.aopen(Call(server.url))
        await reply.aread()
        task = asyncio.create_task(reply.aread())
        await asyncio.sleep(0.05)
        await reply.aclose()
        with pytest.raises(BrokenReply):
            await asyncio.wait_for(task, 2)

    asyncio.run(main())


def test_closing_the_transport_closes_its_connections_and_it_can_be_used_again(
    colour: Colour, serve: Serve, transport: HttpTransport
) -> None:
    server = serve()
    for number in (1, 2):
        if colour.name == "sync":
            colour.fetch(transport, Call(server.url))
            transport.close()
        else:

            async def once() -> None:
                reply = await transport.aopen(Call(server.url))
                assert await reply.aread() + await reply.aread() == b"ok"
                await transport.aclose()

            asyncio.run(once())
        server.threads[-1].join(5)
        assert not server.threads[-1].is_alive()
        assert len(server.peers) == number


SILENT = """
import asyncio, gc, sys
from hamr.transports.http import HttpTransport
from hamr.types import Call

transport = HttpTransport()
whole, unending = sys.argv[1:]

async def call(early):
    reply = await transport.aopen(Call(unending if early else whole))
    await reply.aread()
    if early:
        await reply.aclose()
    else:
        assert await reply.aread() == b""

async def main():
    await asyncio.gather(*(call(early) for early in (True, False) * 4))

for _ in range(20):
    asyncio.run(main())
    gc.collect()
assert len(transport._loops) == 0
transport.open(Call(whole)).read()
"""


def test_20_event_loops_in_a_row_leave_nothing_behind(serve: Serve) -> None:
    """Nobody calls `aclose`, and not a word is said: no ResourceWarning, no task destroyed, no socket left."""
    command = [sys.executable, "-W", "error", "-c", SILENT, serve().url, serve(unending).url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
