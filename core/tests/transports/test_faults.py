"""Calls over HTTP that go wrong on the way, on servers that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
import traceback
from typing import TYPE_CHECKING

import pytest

from hamr.errors import BrokenReply, CallError, NoAnswer
from hamr.transports import faults
from hamr.transports.http import HttpTransport
from hamr.transports.place import Place
from hamr.transports.proxies import Proxy
from hamr.types import Call, Timeouts
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from core.tests.transports.conftest import Peer, Serve

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
CANARY = "sk-canary-0123456789"


def call(url: str, *, read: float | None = 5.0, total: float | None = None) -> Call:
    deadline = None if total is None else time.monotonic() + total
    timeouts = Timeouts(connect=5.0, read=read, total=total)
    return Call(url, body=b"{}", timeouts=timeouts, deadline=deadline).with_secret("authorization", CANARY)


def shown(error: BaseException) -> str:
    """All that a log or a terminal may show of an error, and of everything that led to it."""
    text = [str(error), repr(error), "".join(traceback.format_exception(error))]
    seen: BaseException | None = error
    while seen is not None:
        text += [str(seen), repr(seen), repr(getattr(seen, "__dict__", ""))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(text)


def failure(colour: Colour, transport: HttpTransport, asked: Call) -> CallError:
    """The error that a call ends with; no credential may be in it (pain 36)."""
    with pytest.raises((NoAnswer, BrokenReply)) as caught:
        colour.fetch(transport, asked)
    assert CANARY not in shown(caught.value)
    assert caught.value.hint
    return caught.value


def test_nobody_listens(colour: Colour, transport: HttpTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        name = f"127.0.0.1:{closed.getsockname()[1]}"
    error = failure(colour, transport, call(f"http://{name}/"))
    assert isinstance(error, NoAnswer)
    assert error.message == f"connection refused by {name}"
    assert error.__cause__ is not None


@pytest.mark.parametrize("host", ["api.exampel.invalid", "a..b", "x" * 64 + ".invalid"])
def test_a_name_that_nobody_knows(colour: Colour, transport: HttpTransport, host: str) -> None:
    error = failure(colour, transport, call(f"http://{host}/"))
    assert isinstance(error, NoAnswer)
    assert error.message in (f"the name {host} is not known", f"the name {host} could not be looked up")


def test_nobody_accepts(colour: Colour, transport: HttpTransport) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        name = f"127.0.0.1:{full.getsockname()[1]}"
        waiting = [socket.socket() for _ in range(4)]
        for link in waiting:
            link.settimeout(0)
            link.connect_ex(full.getsockname())
        timeouts = Timeouts(connect=0.1)
        error = failure(colour, transport, Call(f"http://{name}/", timeouts=timeouts))
        for link in waiting:
            link.close()
    assert error.message == f"no connection to {name} within 0.1 s"


def silent(peer: Peer) -> None:
    peer.request()
    peer.wait()


def half_a_head(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\ncontent-le")
    peer.wait()


@pytest.mark.parametrize("script", [silent, half_a_head])
def test_no_bytes(colour: Colour, serve: Serve, transport: HttpTransport, script: object) -> None:
    server = serve(script)
    error = failure(colour, transport, call(server.url, read=0.1))
    assert isinstance(error, NoAnswer)
    assert error.message == f"no bytes for 0.1 s from {server.name}"


def test_no_more_bytes(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, b"1\r\na\r\n")
        peer.wait()

    error = failure(colour, transport, call(serve(script).url, read=0.1))
    assert isinstance(error, BrokenReply)
    assert "no bytes for 0.1 s" in error.message


def test_a_head_but_no_body_is_no_answer(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED)
        peer.wait()

    assert isinstance(failure(colour, transport, call(serve(script).url, read=0.1)), NoAnswer)


DRIPS = {
    "in the body": (CHUNKED, b"1\r\na\r\n", BrokenReply),
    "in a chunk's size": (CHUNKED, b"0", NoAnswer),
    "in the head": (b"HTTP/1.1 200 OK\r\nx: ", b"y", NoAnswer),
    "of interim replies": (b"", b"HTTP/1.1 102 Processing\r\n\r\n", NoAnswer),
}


@pytest.mark.parametrize("pause", [0.05, 0.0])
@pytest.mark.parametrize("where", DRIPS)
def test_a_drip_ends_at_the_deadline(
    colour: Colour, serve: Serve, transport: HttpTransport, where: str, pause: float
) -> None:
    first, again, kind = DRIPS[where]
    if pause == 0.0 and where in ("in a chunk's size", "in the head"):
        pause = 0.001  # more than 100 kB of these would be refused before the deadline

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(first)
        peer.drip(again, pause)

    server = serve(script)
    started = time.monotonic()
    error = failure(colour, transport, call(server.url, read=None, total=0.3))
    assert isinstance(error, kind)
    assert error.message == "the whole call took longer than 0.3 s"
    assert time.monotonic() - started > 0.25


def test_silence_ends_at_the_deadline(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    error = failure(colour, transport, call(serve(silent).url, total=0.2))
    assert error.message == "the whole call took longer than 0.2 s"


def test_a_deadline_that_has_passed(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve()
    error = failure(colour, transport, call(server.url, total=-1))
    assert isinstance(error, NoAnswer)
    assert server.peers == []


def test_a_deadline_is_of_one_call_only(serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    server = serve(script)
    hurried = transport.open(call(server.url, total=0.8))
    calm = transport.open(call(server.url))
    time.sleep(0.8)
    with pytest.raises(NoAnswer):
        hurried.read()
    assert calm.read() + calm.read() == b"ok"


def test_a_server_that_takes_nothing(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve(lambda peer: peer.wait())
    asked = Call(server.url, body=bytes(30_000_000), timeouts=Timeouts(read=0.2))
    assert failure(colour, transport, asked).message == f"{server.name} took nothing of the request for 0.2 s"


def test_a_server_that_takes_a_little_at_a_time(serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        while peer.link.recv(500_000):
            time.sleep(0.02)

    asked = Call(serve(script).url, body=bytes(60_000_000), timeouts=Timeouts(total=0.3))
    started = time.monotonic()
    with pytest.raises(NoAnswer, match="the whole call took longer than"):
        transport.open(Call(asked.url, body=asked.body, timeouts=asked.timeouts, deadline=started + 0.3))


ENDS = {
    "without an answer": (b"", NoAnswer, "closed the connection without an answer"),
    "in the head": (b"HTTP/1.1 200 OK\r\nx: y", NoAnswer, "closed the connection without an answer"),
    "after the head": (CHUNKED, NoAnswer, "closed the connection before the end of its reply"),
    "in a chunk": (CHUNKED + b"5\r\nab", BrokenReply, "closed the connection before the end of its reply"),
    "between chunks": (CHUNKED + b"1\r\na\r\n", BrokenReply, "closed the connection before the end of its reply"),
    "before its length": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab",
        BrokenReply,
        "closed the connection before the end of its reply",
    ),
}


@pytest.mark.parametrize("where", ENDS)
def test_the_server_closes_too_early(colour: Colour, serve: Serve, transport: HttpTransport, where: str) -> None:
    sent, kind, told = ENDS[where]

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(sent)

    server = serve(script)
    error = failure(colour, transport, call(server.url))
    assert isinstance(error, kind)
    assert error.message == f"{server.name} {told}"


@pytest.mark.parametrize(("sent", "kind"), [(b"", NoAnswer), (CHUNKED + b"1\r\na\r\n", BrokenReply)])
def test_a_reset(
    colour: Colour, serve: Serve, transport: HttpTransport, sent: bytes, kind: type[NoAnswer | BrokenReply]
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(sent)
        time.sleep(0.05)
        peer.reset()

    server = serve(script)
    error = failure(colour, transport, call(server.url))
    assert isinstance(error, kind)
    assert error.message == f"{server.name} reset the connection"


def echo(peer: Peer) -> None:
    peer.send(peer.request())


def echo_as_headers(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n" + peer.request().partition(b"\r\n")[2].replace(b":", b"\x00"))


def echo_as_chunks(peer: Peer) -> None:
    peer.send(CHUNKED + b"1\r\na\r\n" + peer.request())


@pytest.mark.parametrize("script", [echo, echo_as_headers, echo_as_chunks])
def test_what_comes_is_not_http(colour: Colour, serve: Serve, transport: HttpTransport, script: object) -> None:
    """A server that sends back what it was sent gives no credential away (pain 36)."""
    server = serve(script)
    error = failure(colour, transport, call(f"{server.url}?key={CANARY}"))
    assert error.message.startswith(f"what {server.name} sent is not HTTP (")
    assert isinstance(error, BrokenReply if script is echo_as_chunks else NoAnswer)


def test_a_head_too_large(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    server = serve(b"HTTP/1.1 200 OK\r\n" + b"x-filler: y\r\n" * 20_000 + b"\r\n")
    error = failure(colour, transport, call(server.url))
    assert error.message == f"{server.name} sent a head of more than 100 kB"


def test_a_failed_connection_is_not_used_again(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(b"nonsense\r\n\r\n" if peer.number == 0 else b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    server = serve(script)
    failure(colour, transport, call(server.url))
    assert colour.fetch(transport, call(server.url))[1] == [b"ok"]


def test_closing_in_another_thread_ends_the_reading(serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, b"1\r\na\r\n")
        peer.drip(b"1\r\nb\r\n", 0.02)

    reply = transport.open(call(serve(script).url))
    assert reply.read() == b"a"
    ended = threading.Event()

    def read_on() -> None:
        with contextlib.suppress(BrokenReply):
            while reply.read():
                pass
        ended.set()

    reader = threading.Thread(target=read_on)
    reader.start()
    time.sleep(0.1)
    reply.close()
    assert ended.wait(2)
    reader.join()
    assert reply.read() == b""


def test_a_failure_leaves_nothing_behind(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    """A reply that fails closes its connection even where nobody closes it."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED + b"1\r\na\r\n", b"x\r\n", pause=0.02)
        peer.await_close()

    server = serve(script)
    asked = call(server.url)

    async def afailed() -> None:
        reply = await transport.aopen(asked)
        assert await reply.aread() == b"a"
        with pytest.raises(BrokenReply):
            await reply.aread()
        assert await asyncio.to_thread(server.closed.wait, 5)

    if colour.name == "sync":
        reply = transport.open(asked)
        assert reply.read() == b"a"
        with pytest.raises(BrokenReply):
            reply.read()
        assert server.closed.wait(5)
    else:
        asyncio.run(afailed())


CALL = Call("http://x/")
PLACE = Place("http", "x", 80, b"/", "x")


def test_a_wait_that_the_system_ended() -> None:
    told, _ = faults.silent(TimeoutError(), Call("http://x/", timeouts=Timeouts(read=None)), PLACE)
    assert told == "no bytes in time from x:80"


def test_a_failure_of_a_kind_never_seen() -> None:
    assert faults.broken(OSError("?"), CALL, PLACE)[0] == "the connection to x:80 broke"


def test_a_socks_proxy_that_does_not_connect() -> None:
    place = Place("https", "x", 443, b"/", "x", Proxy("socks5://h:1", "h:1"))
    told, hint = faults.turned_away(OSError("Proxy Server could not connect: Host unreachable."), CALL, place)
    assert told == "the proxy h:1 did not connect to x:443"
    assert "ALL_PROXY" in hint
