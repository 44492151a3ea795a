"""A stream in a framing of a plugin's own, told from a body by its first byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from hamr.types import Event, Failed, Finished, TextDelta
from hamr.wirekit import FramedBody, ReplyState, Unframed
from hamr_testkit.cuts import cuts
from hamr_testkit.reading import read


class Semicolons:
    """Words, each of which ends with a semicolon; an exclamation mark makes no sense."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Sequence[bytes]:
        *whole, self._pending = (self._pending + data).split(b";")
        for at, word in enumerate(whole):
            if b"!" in word:
                raise Unframed("a mark that makes no sense", whole[:at])
        return whole

    def finish(self) -> Sequence[bytes]:
        return [self._pending] if self._pending else []


class Said(ReplyState):
    silent = False

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        out.append(TextDelta(0, str(body["text"])))
        self.end(out, done=True)

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        if not self.over:
            self.over = True
            out.append(Finished("stop"))


class Words(FramedBody):
    def __init__(self) -> None:
        super().__init__(Said(), Semicolons)

    def _read(self, events: Sequence[Any], out: list[Event]) -> None:
        out += [TextDelta(0, word.decode()) for word in events]


@pytest.mark.parametrize(
    ("data", "words", "fault"),
    [
        (b"one;two;three;", ["one", "two", "three"], None),
        (b"one;tw", ["one", "tw"], None),
        (b'{"text": "all"}', ["all"], None),
        (b"one;t!wo;three;", ["one"], "a mark that makes no sense"),
        (b"[]", [], "no object"),
        (b" \n", [], "empty"),
    ],
)
def test_a_reply_is_read_alike_in_every_cut(data: bytes, words: list[str], fault: str | None) -> None:
    for _, pieces in cuts(data):
        *said, last = read(Words(), pieces)
        assert [event.text for event in said if isinstance(event, TextDelta)] == words
        if fault is None:
            assert last == Finished("stop")
        else:
            assert isinstance(last, Failed)
            assert fault in last.error.message
