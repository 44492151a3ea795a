"""Tool calls out of the fragments of a reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import (
    Event,
    Finished,
    Response,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
)
from hamr.wires.openai_completions import NAME
from hamr.wires.openai_completions.compat import Compat
from hamr.wires.openai_completions.decode import ReplyDecoder
from hamr_testkit.growth import is_linear
from hamr_testkit.reading import warnings

Decode = Callable[..., list[Event]]
Chunk = Callable[..., dict[str, Any]]
Stream = Callable[..., bytes]
Folded = Callable[..., Response]


def test_calls_are_told_as_they_come(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}
    more = [{"index": 0, "function": {"arguments": text}} for text in ('{"a"', ":1}")]
    events = decode(sse(chunk(tool_calls=[first]), *(chunk(tool_calls=[each]) for each in more), chunk("tool_calls")))
    assert events[1:4] == [ToolCallStart(0, "c1", "f"), ToolCallDelta(0, '{"a"'), ToolCallDelta(0, ":1}")]
    assert isinstance(events[4], ToolCallEnd)
    assert events[4].call.text == '{"a":1}'


@pytest.mark.parametrize(
    "text", ['{"a":1}{"b":2}', '{"a":', "[1]", '"x"', "null", "{'a': 1}", '{"a": 1} extra', "\ufffd"]
)
def test_arguments_that_are_no_object_say_so_and_are_kept(
    text: str, decode: Decode, chunk: Chunk, sse: Stream, folded: Folded
) -> None:
    """Pain 12: what is given out as arguments is an object, or has a problem."""
    call = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": text}}
    (found,) = folded(decode(sse(chunk(tool_calls=[call]), chunk("tool_calls")))).tool_calls
    assert found.problem
    assert found.arguments == {}
    assert found.text == text


def test_a_call_cut_by_the_length_has_a_problem(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    """Pain 14: also where nothing of the arguments had come, which alone would be an empty object."""
    for text in ("", '{"a":'):
        call = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": text}}
        response = folded(decode(sse(chunk(tool_calls=[call]), chunk("length"))))
        assert response.finish_reason == "length"
        assert response.tool_calls[0].problem == "the reply ended in the midst of the arguments"


def test_a_call_without_a_name_has_a_problem(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    call = {"index": 0, "id": "c1", "function": {"arguments": "{}"}}
    assert folded(decode(sse(chunk(tool_calls=[call]), chunk("tool_calls")))).tool_calls[0].problem


def test_ids_that_never_came_are_made_and_always_the_same(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    def ids(reply: str) -> list[str]:
        calls = [{"index": at, "function": {"name": "f", "arguments": "{}"}} for at in range(2)]
        events = decode(sse({**chunk(tool_calls=calls), "id": reply}, chunk("tool_calls")))
        return [event.id for event in events if isinstance(event, ToolCallStart)]

    assert ids("one") == ids("one")
    assert len({*ids("one"), *ids("two")}) == 4


def test_an_id_given_twice_is_told(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    calls = [{"index": at, "id": "c", "function": {"name": "f", "arguments": "{}"}} for at in range(2)]
    assert "same id" in warnings(decode(sse(chunk("tool_calls", tool_calls=calls))))[0]


def test_opaque_fields_of_a_call_are_kept(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    """Pain 23: a signature beside a call must go back with it."""
    signed = {"google": {"thought_signature": "s=="}}
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}, "extra_content": signed}
    (found,) = folded(decode(sse(chunk("tool_calls", tool_calls=[call])))).tool_calls
    assert found.extra == {NAME: {"extra_content": signed}}


def test_a_megabyte_of_arguments_is_read_in_linear_time(chunk: Chunk, sse: Stream) -> None:
    def read(count: int) -> None:
        first = {"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a":"'}}
        piece = sse(
            chunk(tool_calls=[{"index": 0, "function": {"name": "f", "arguments": "x" * 15 + "}"}}]), done=False
        )
        decoder = ReplyDecoder(Compat())
        decoder.feed(sse(chunk(tool_calls=[first]), done=False))
        for _ in range(count):
            decoder.feed(piece)
        decoder.feed(sse(chunk(tool_calls=[{"index": 0, "function": {"arguments": '"}'}}]), chunk("stop"), done=False))
        assert isinstance(decoder.finish()[-1], Finished)

    assert is_linear(read, 8_000)
