"""Streams that are spoiled, and exceptions in their midst."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import pytest

from hamr.api import BadRequest, BrokenReply, CallError, Event, Failed, Overloaded, RateLimited, TooLong
from hamr_testkit.cuts import cuts

Decode = Callable[..., list[Event]]
Stream = Callable[..., bytes]

START = ("messageStart", {"role": "assistant", "p": "padding"})
STOP = ("messageStop", {"stopReason": "end_turn"})


def said_text(text: str) -> tuple[str, Any]:
    return "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}, "p": "abc"}


@pytest.mark.parametrize("place", [0, 3, 5, 9, 13, 30, 70, -1, -5])
def test_one_wrong_byte_ends_the_stream(decode: Decode, stream: Stream, place: int) -> None:
    """Both sums are checked: that of the lengths at once, that of the message at its end."""
    good, spoiled = stream(START, said_text("good")), bytearray(stream(said_text("bad"), STOP))
    spoiled[place if place >= 0 else len(stream(said_text("bad"))) + place] ^= 0xFF
    events = decode(good + bytes(spoiled))
    assert [event.text for event in events if event.type == "text_delta"] == ["good"]
    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, BrokenReply)
    for cut, pieces in cuts(good + bytes(spoiled)):
        assert list(map(repr, decode(pieces))) == list(map(repr, events)), cut


def made(total: int, headers: int, rest: bytes = b"") -> bytes:
    start = total.to_bytes(4, "big") + headers.to_bytes(4, "big")
    return start + zlib.crc32(start).to_bytes(4, "big") + rest


@pytest.mark.parametrize(
    "data",
    [
        made(0, 0),
        made(12, 0),
        made(15, 0, b"abc"),
        made(16, 200, b"abcd"),
        made(0x00FFFFFF + 0x40000000, 0),
        made(300, 0x00FFFFFF),
        bytes(12),
        bytes(400),
    ],
)
def test_lengths_that_make_no_sense_end_the_stream(decode: Decode, data: bytes) -> None:
    """And at once: nothing waits for a gigabyte that will not come."""
    for _, pieces in cuts(data):
        last = decode(pieces)[-1]
        assert isinstance(last, Failed)
        assert "damaged" in last.error.message


@pytest.mark.parametrize("header", [b"\x01a\x0b", b"\x01a\x07\x00\x05ab", b"\x02\xff\xff\x00", b"\x01a\x00\x01a\x00"])
def test_headers_that_make_no_sense_end_the_stream(decode: Decode, header: bytes) -> None:
    body = made(len(header) + 16, len(header), header)
    last = decode(body + zlib.crc32(body).to_bytes(4, "big"))[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, BrokenReply)


EXCEPTIONS: list[tuple[str, dict[str, Any], type[CallError]]] = [
    ("internalServerException", {"message": "oh"}, Overloaded),
    ("modelStreamErrorException", {"message": "oh", "originalStatusCode": 500, "originalMessage": "why"}, Overloaded),
    ("serviceUnavailableException", {"message": "oh"}, Overloaded),
    ("throttlingException", {"message": "Too many tokens, please wait before trying again."}, RateLimited),
    ("validationException", {"message": "oh"}, BadRequest),
    ("validationException", {"message": "Input is too long for requested model."}, TooLong),
    ("modelTimeoutException", {}, Overloaded),
    ("newException", {"message": "oh"}, BrokenReply),
]


@pytest.mark.parametrize(("name", "said", "kind"), EXCEPTIONS)
def test_an_exception_in_mid_stream(
    decode: Decode, stream: Stream, name: str, said: dict[str, Any], kind: type[CallError]
) -> None:
    data = stream(START, said_text("a")) + stream((name, said), kind="exception") + stream(STOP)
    for _, pieces in cuts(data):
        events = decode(pieces)
        assert [event.text for event in events if event.type == "text_delta"] == ["a"]
        last = events[-1]
        assert isinstance(last, Failed)
        assert type(last.error) is kind
        assert last.error.code == name
        assert str(said.get("originalMessage", said.get("message", ""))) in last.error.message


def test_an_error_that_stands_in_headers(decode: Decode) -> None:
    from hamr_provider_bedrock.frames import frame

    headers = {":message-type": "error", ":error-code": "InternalFailure", ":error-message": "it broke"}
    last = decode(frame(headers, b""))[-1]
    assert isinstance(last, Failed)
    assert (last.error.message, last.error.code) == ("it broke", "InternalFailure")
