"""The assertions for property tests: a wire that is at fault is found out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hamr.api import Call, Failed, Finished, Head, Message, Model, Provider, Request, Route, Started, Text
from hamr_testkit import blocks
from hamr_testkit.conformance import ends_soundly, reply_again, request_survives, understood_or_refused
from hamr_testkit.cuts import cut, cuts
from hamr_testkit.reading import answer, fold, read, said
from hamr_testkit.spoken import Spoken
from hamr_testkit.wired import Wired

WIRED = Wired("sim/echo")
HELLO = Request((Message("user", (Text("hello"),)),), temperature=0.5)
EVENTS = [Started("1", "m"), *blocks.text(0, ["Hel", "lo"]), *blocks.call(1, {"a": 1}), Finished("tool_calls")]


class Faulty:
    """A wire that does as it is told wrongly."""

    def __init__(self, *, forgets: str = "", decoder: Any = None) -> None:
        self._forgets = forgets
        self._decoder = decoder

    def encode(self, request: Request, route: Route) -> Call:
        call = WIRED.wire.encode(request, route)
        body = {name: value for name, value in json.loads(call.body).items() if name != self._forgets}
        return replace(call, body=json.dumps(body).encode())

    def decoder(self) -> Any:
        return self._decoder()

    def error(self, head: Head) -> Any:
        raise NotImplementedError


class CountsPieces:
    """A decoder whose events hang on how the bytes are cut."""

    def __init__(self) -> None:
        self._pieces = 0
        self._over = False

    def feed(self, data: bytes) -> list[Any]:
        self._pieces += not self._over
        return []

    def finish(self) -> list[Any]:
        if self._over:
            return []
        self._over = True
        return [*blocks.text(0, ["x"] * self._pieces), Finished("stop")]


class NeverEnds(CountsPieces):
    def finish(self) -> list[Any]:
        return []


class GoesOn(CountsPieces):
    def finish(self) -> list[Any]:
        return [Finished("stop")]


def faulty(**how: Any) -> Spoken:
    return Spoken(Faulty(**how), WIRED.route)


def test_a_sound_wire_holds() -> None:
    request_survives(WIRED, HELLO)
    again = reply_again(WIRED, EVENTS, Request((), stream=True), [3, 99, 7])
    assert answer(again) == answer(EVENTS)
    assert said(again) == said(EVENTS)
    assert isinstance(ends_soundly(WIRED, b"data: nonsense", [2])[-1], Failed)
    assert understood_or_refused(WIRED.dialect.parse, Call("/", body=b"[]")) is None


def test_what_is_forgotten_is_found() -> None:
    with pytest.raises(AssertionError):
        request_survives(faulty(forgets="temperature"), HELLO)


def test_what_is_lost_must_have_been_said_to_be() -> None:
    route = Route(Provider("p", "P", "https://x.test/v1", "openai-completions"), Model("m"), lambda: None)
    there = Spoken(WIRED.wire, route)
    request = replace(HELLO, top_k=3)
    with pytest.raises(AssertionError):
        request_survives(there, request)
    request_survives(there, request, losses=["top_k"])


@pytest.mark.parametrize("decoder", [CountsPieces, NeverEnds, GoesOn])
def test_a_decoder_that_is_at_fault_is_found(decoder: Any) -> None:
    with pytest.raises((AssertionError, IndexError)):
        ends_soundly(faulty(decoder=decoder), b"some bytes", [3])


def test_a_failure_is_raised_where_the_events_are_folded() -> None:
    events = WIRED.events(b"")
    assert isinstance(events[-1], Failed)
    with pytest.raises(type(events[-1].error)):
        fold(events)


@pytest.mark.parametrize("data", [b"", b"x", b"some bytes " * 30])
def test_nothing_is_lost_in_any_cut(data: bytes) -> None:
    assert all(b"".join(pieces) == data for _, pieces in cuts(data))
    assert cut(data, [len(data) + 1]) == [b"", data]
    assert cut("text", [3, 1]) == ["t", "ex", "t"]


def test_neighbours_of_one_kind_are_left_out() -> None:
    found = [("text", "a"), ("text", "b"), ("call", {}), ("call", {}), ("text", "c")]
    assert blocks.no_neighbours(found) == [("text", "a"), ("call", {}), ("call", {}), ("text", "c")]
    assert blocks.reason(found) == "tool_calls"
    assert blocks.reason(found[:2]) == "stop"


def test_a_decoder_has_nothing_to_say_behind_its_end() -> None:
    with pytest.raises(AssertionError):
        read(GoesOn(), b"")
