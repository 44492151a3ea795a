from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.wires.framing.ndjson import LineDecoder, LineTooLong
from hamr_testkit.growth import is_linear


def read(*pieces: bytes, limit: int = 1000) -> list[bytes]:
    decoder = LineDecoder(limit)
    return [line for piece in pieces for line in decoder.feed(piece)] + decoder.finish()


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ((b'{"a":1}\n{"b":2}\n',), [b'{"a":1}', b'{"b":2}']),
        ((b'{"a"', b":1}", b"\n"), [b'{"a":1}']),
        ((b'{"a":1}\r\n\r\n \n{"b":2}',), [b'{"a":1}\r', b'{"b":2}']),
        ((b"", b"\n", b""), []),
        ((), []),
    ],
)
def test_lines(pieces: tuple[bytes, ...], lines: list[bytes]) -> None:
    assert read(*pieces) == lines


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"a", b"{}", b"\n", b" ", b"\r\n"])), st.lists(st.integers(0, 60), max_size=8))
def test_cuts_make_no_difference(words: list[bytes], places: list[int]) -> None:
    data = b"".join(words)
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    assert read(*(data[a:b] for a, b in zip(bounds, bounds[1:], strict=False))) == read(data)


@pytest.mark.parametrize("pieces", [(b"ok\n12345678901\nmore\n",), (b"ok\n", b"123456", b"78901")])
def test_a_line_has_a_bound(pieces: tuple[bytes, ...]) -> None:
    decoder = LineDecoder(10)
    *first, last = pieces
    found = [line for piece in first for line in decoder.feed(piece)]
    with pytest.raises(LineTooLong) as caught:
        decoder.feed(last)
    assert found + caught.value.lines == [b"ok"]


def test_many_short_lines_are_no_long_one() -> None:
    assert read(b"123\n" * 100, limit=10) == [b"123"] * 100


def test_a_line_in_many_pieces_takes_linear_time() -> None:
    """Pain 18."""
    assert is_linear(lambda count: read(*[b"x" * 16] * count, limit=1 << 30), 20_000)
