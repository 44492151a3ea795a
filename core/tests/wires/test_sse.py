"""Pain 16: bytes of server-sent events, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.wires.framing.sse import EventTooLarge, ServerEvent, SSEDecoder
from hamr_testkit.cuts import cuts
from hamr_testkit.growth import is_linear


def decoded(pieces: list[bytes]) -> list[ServerEvent]:
    decoder = SSEDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return [*events, *decoder.finish()]


CASES = {
    "one event": (b"data: x\n\n", [(None, b"x")]),
    "two events": (b"data: x\n\ndata: y\n\n", [(None, b"x"), (None, b"y")]),
    "no space": (b"data:x\n\n", [(None, b"x")]),
    "only one space is taken": (b"data:  x\n\n", [(None, b" x")]),
    "CRLF": (b"data: x\r\n\r\ndata: y\r\n\r\n", [(None, b"x"), (None, b"y")]),
    "CR": (b"data: x\r\rdata: y\r\r", [(None, b"x"), (None, b"y")]),
    "mixed line ends": (b"data: x\r\n\ndata: y\n\rdata: z\r\r\n", [(None, b"x"), (None, b"y"), (None, b"z")]),
    "several lines": (b"data: x\ndata: y\n\n", [(None, b"x\ny")]),
    "a name": (b"event: error\ndata: x\n\n", [("error", b"x")]),
    "a name without data": (b"event: ping\n\ndata: x\n\n", [(None, b"x")]),
    "an empty name": (b"event:\ndata: x\n\n", [(None, b"x")]),
    "empty data": (b"data:\n\n", [(None, b"")]),
    "data without a colon": (b"data\n\n", [(None, b"")]),
    "comments": (b": keep-alive\n\n: again\ndata: x\n\n", [(None, b"x")]),
    "other fields": (b"id: 1\nretry: 5\nfoo: bar\ndata: x\n\n", [(None, b"x")]),
    "blank keep-alives": (b"\n\n\n\ndata: x\n\n\n\n\ndata: y\n\n", [(None, b"x"), (None, b"y")]),
    "a byte order mark": (b"\xef\xbb\xbfdata: x\n\n", [(None, b"x")]),
    "half a mark": (b"\xef\xbbdata: x\n\n", []),
    "no line end at the end": (b"data: x", [(None, b"x")]),
    "one line end at the end": (b"data: x\n", [(None, b"x")]),
    "an unfinished name": (b"event: x", []),
    "characters of many bytes": ("data: žluťoučký 🐎\n\n".encode(), [(None, "žluťoučký 🐎".encode())]),
    "a colon in the data": (b"data: a: b\n\n", [(None, b"a: b")]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("name", CASES)
def test_each_form_is_read_the_same_however_it_is_cut(name: str) -> None:
    data, expected = CASES[name]
    for cut, pieces in cuts(data):
        assert decoded(list(pieces)) == expected, cut


def test_an_event_is_given_out_with_the_read_that_completes_it() -> None:
    """Pain 13: events are not held back for more."""
    decoder = SSEDecoder()
    assert decoder.feed(b"data: x\n") == []
    assert decoder.feed(b"\nda") == [(None, b"x")]
    assert decoder.feed(b"ta: y\r") == []
    assert decoder.feed(b"\r") == [(None, b"y")]
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\n") == []


def naive(text: bytes) -> list[tuple[str | None, bytes]]:
    """The standard's own algorithm, line by line."""
    events: list[tuple[str | None, bytes]] = []
    name, data = "", list[bytes]()
    lines = text.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for line in [*lines, b""]:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if line == b"":
            if data:
                events.append((name or None, b"\n".join(data)))
            name, data = "", []
        elif field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return events


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([b"data: x", b"data:", b"event: e", b": c", b"\n", b"\r", b"\r\n", b"\n\n", b"y"])),
    st.data(),
)
def test_any_text_in_any_cut_is_what_the_standard_says(words: list[bytes], data: st.DataObject) -> None:
    text = b"".join(words)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    bounds = [0, *places, len(text)]
    assert decoded([text[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]) == naive(text)


def test_an_event_beyond_the_limit_is_an_error_that_keeps_what_came_before() -> None:
    for pieces in ([b"data: x\n\ndata: " + b"y" * 40], [b"data: x\n\ndata: " + b"y" * 40 + b"\n\n"]):
        with pytest.raises(EventTooLarge, match="larger than 32 bytes") as caught:
            SSEDecoder(limit=32).feed(pieces[0])
        assert caught.value.events == [(None, b"x")]
    decoder = SSEDecoder(limit=32)
    decoder.feed(b"data: " + b"y" * 20)
    with pytest.raises(EventTooLarge):
        decoder.feed(b"y" * 20)


def test_many_small_events_are_no_large_one() -> None:
    assert len(SSEDecoder(limit=32).feed(b"data: x\n\n" * 100)) == 100


@pytest.mark.parametrize("size", [1, 64 * 1024])
def test_time_is_linear_in_the_bytes(size: int) -> None:
    def read(length: int) -> None:
        data = b"data: " + b"a" * length + b"\n\n"
        decoder = SSEDecoder()
        for start in range(0, len(data), size):
            events = decoder.feed(data[start : start + size])
        assert len(events[0].data) == length

    assert is_linear(read, 125_000 if size == 1 else 2_500_000)
