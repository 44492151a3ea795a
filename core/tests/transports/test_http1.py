"""What the bytes of a reply mean, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.transports.http1.body import Chunked
from hamr.transports.http1.broken import Ended, HeadTooLong, NotHttp
from hamr.transports.http1.head import HeadReader, ReplyHead
from hamr.transports.http1.request import Unsendable, request_head
from hamr.transports.incoming import Incoming
from hamr.types import Call

PIECES = st.lists(st.binary(min_size=1, max_size=40), max_size=6)


def read(data: bytes, cuts: list[int], method: str = "POST") -> tuple[ReplyHead, bytes, Incoming]:
    """The head and the body of a reply whose bytes come cut at these places."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    pieces = [data[start:end] for start, end in zip(places, places[1:], strict=False)]
    reader, head, incoming, body = HeadReader(method), None, None, b""
    for piece in pieces:
        if incoming is None:
            head = reader.feed(piece)
            if head is None:
                continue
            incoming = Incoming(head, reader.rest)
            if incoming.more and incoming.rest:
                piece, incoming.rest = incoming.rest, b""  # noqa: PLW2901  # what came with the head is read first
                body += incoming.feed(piece)
        elif incoming.more:
            body += incoming.feed(piece)
    assert head is not None
    assert incoming is not None
    return head, body, incoming


@settings(deadline=None)
@given(PIECES, st.lists(st.integers(0, 500), max_size=8), st.booleans())
def test_chunks_are_put_together_however_they_are_cut(pieces: list[bytes], cuts: list[int], odd: bool) -> None:
    more = b";name=value" if odd else b""
    chunks = b"".join(b"%x%b\r\n%b\r\n" % (len(piece), more, piece) for piece in pieces)
    trailer = b"x-trailer: 1\r\n" if odd else b""
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunks + b"0\r\n" + trailer + b"\r\n"
    head, body, incoming = read(data, cuts)
    assert (head.status, body, incoming.done, incoming.reusable) == (200, b"".join(pieces), True, True)


@settings(deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(0, 300), max_size=6), st.booleans())
def test_a_known_length_is_read_however_it_is_cut(body: bytes, cuts: list[int], bare: bool) -> None:
    head = b"HTTP/1.1 404 Not Found\r\ncontent-length: %d\r\nX-A:  1 \r\n\r\n" % len(body)
    told, found, incoming = read((head.replace(b"\r\n", b"\n") if bare else head) + body, cuts)
    assert (told.status, found, incoming.reusable) == (404, body, True)
    assert told.headers == {"content-length": str(len(body)), "x-a": "1"}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_in_another_way(data: bytes) -> None:
    reader = HeadReader("POST")
    try:
        head = reader.feed(b"HTTP/1.1 200 OK\r\n" + data)
        if head is not None and reader.rest:
            head.body.feed(reader.rest)
    except NotHttp:
        return
    assert head is None or head.status == 200


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_chunks_that_are_none_are_refused_or_waited_for(data: bytes) -> None:
    body = Chunked()
    try:
        body.feed(data or b"0")
    except NotHttp:
        return
    assert body.done or body.broken or not body.surplus


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1_0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nname : value\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nname: a\x00b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: value\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"<html>",
    ],
)
def test_a_head_that_could_be_read_in_two_ways_is_refused(head: bytes) -> None:
    with pytest.raises(NotHttp) as raised:
        HeadReader("POST").feed(head)
    assert "OpenSSH" not in str(raised.value)


@pytest.mark.parametrize("line", [b"0x1", b"+1", b"-1", b"1_0", b" 1", b"", b"1" * 17, b"g", b"1;\x00"])
def test_a_size_of_a_chunk_that_is_none_is_refused(line: bytes) -> None:
    with pytest.raises(NotHttp):
        Chunked().feed(line + b"\r\na\r\n")


def test_a_chunk_without_its_end_is_refused_after_what_came() -> None:
    body = Chunked()
    assert body.feed(b"1\r\na\r\n2\r\nbcX") == b"abc"
    assert isinstance(body.broken, NotHttp)


@pytest.mark.parametrize(
    ("head", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0, 0\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204\r\n\r\n", True),
    ],
)
def test_which_connections_are_used_again(head: bytes, reusable: bool) -> None:
    assert read(head, [])[2].reusable is reusable


def test_a_reply_to_head_has_no_body() -> None:
    head, body, incoming = read(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", [], "HEAD")
    assert (head.headers["content-length"], body, incoming.reusable) == ("9", b"", True)


def test_a_folded_line_is_one_line() -> None:
    head, *_ = read(b"HTTP/1.1 204 \r\nx-long: one\r\n  two\r\n\r\n", [])
    assert head.headers == {"x-long": "one two"}


def test_a_head_without_an_end_is_refused_in_time() -> None:
    reader = HeadReader("POST")
    assert reader.feed(b"HTTP/1.1 200 OK\r\n") is None
    for _ in range(8_000):
        assert reader.feed(b"x-a: bcdef\r\n") is None
    with pytest.raises(HeadTooLong):
        reader.feed(b"x-a: bcdef\r\n" * 1000)


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nx"])
def test_an_end_before_the_head_is_told(sent: bytes) -> None:
    reader = HeadReader("POST")
    if sent:
        assert reader.feed(sent) is None
    with pytest.raises(Ended) as raised:
        reader.feed(b"")
    assert not raised.value.answered


def test_what_is_sent() -> None:
    call = Call("http://x/", headers={"x-key": "caf\xe9", "content-length": "9", "x-empty": ""}, body=b"{}")
    assert request_head(call, b"/v1?a=1", "x:81") == (
        b"POST /v1?a=1 HTTP/1.1\r\nhost: x:81\r\nx-key: caf\xe9\r\nx-empty: \r\n"
        b"accept-encoding: gzip, deflate\r\ncontent-length: 2\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x", "a\r\nb: c"),
        ("x\r\ny", "a"),
        ("x y", "a"),
        ("", "a"),
        ("x", " a"),
        ("x", "a\x00"),
        ("x", "€"),
        ("x:", "a"),
    ],
)
def test_what_cannot_be_sent_is_not(name: str, value: str) -> None:
    with pytest.raises(Unsendable) as raised:
        request_head(Call("http://x/", headers={name: value}), b"/", "x")
    assert str(raised.value) == ""
