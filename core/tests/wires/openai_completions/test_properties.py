"""What holds for any reply: events written for a client and read again are the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hamr.types import (
    Event,
    Failed,
    Finished,
    Model,
    Provider,
    Request,
    Route,
    Started,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageUpdated,
)
from hamr.wires.openai_completions import NAME, OpenAICompletions
from hamr_testkit import blocks
from hamr_testkit.conformance import ends_soundly, reply_again
from hamr_testkit.reading import answer, said
from hamr_testkit.spoken import Spoken
from hamr_testkit.strategies import BLOCKS, PLACES, anything, unhurried

ROUTE = Route(Provider("test", "Test", "https://models.test/v1", NAME), Model("a-model"), lambda: None)
SPOKEN = Spoken(OpenAICompletions(ROUTE), ROUTE)
THOUGHT = {NAME: {"field": "reasoning_content"}}


def told(found: list[tuple[str, Any]]) -> list[Event]:
    """The events of a reply made of these blocks; neighbours of one kind would be one block on the wire."""
    events: list[Event] = [Started("chatcmpl-1", "m")]
    for index, (kind, value) in enumerate(blocks.no_neighbours(found)):
        if kind == "text":
            events += blocks.text(index, value)
        elif kind == "thinking":
            events += blocks.thinking(index, value, THOUGHT)
        else:
            events += blocks.call(index, value)
    events.append(UsageUpdated(Usage(input=1, cache_read=2, output=3, reasoning=1)))
    return [*events, Finished(blocks.reason(found))]


@given(BLOCKS, PLACES)
@unhurried
def test_a_stream_read_back_is_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 12 and pain 16: for any content, in any cut."""
    request = Request((), stream=True, options={"stream_options": {"include_usage": True}})
    assert answer(reply_again(SPOKEN, told(found), request, places)) == answer(told(found))


@given(BLOCKS, PLACES)
@unhurried
def test_a_whole_reply_read_back_says_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    assert said(reply_again(SPOKEN, told(found), Request(()), places)) == said(told(found))


FRAGMENTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "index": st.sampled_from([0, 1, 2, None, "0", "x", True]),
            "id": st.sampled_from(["a", "b", "", "null", None, 7]),
            "type": st.sampled_from(["function", "custom", None]),
            "function": st.fixed_dictionaries(
                {},
                optional={
                    "name": st.sampled_from(["f", "g", "", None, 5]),
                    "arguments": st.sampled_from(['{"a":1}', "{", "}", "", None, {"a": 1}, '"', "1", [1]]),
                },
            ),
            "custom": st.sampled_from([{}, {"name": "f", "input": "go"}, {"input": "on"}, None]),
        },
    ),
    max_size=10,
)


@given(FRAGMENTS, st.sampled_from(["tool_calls", "stop", "length", None, ""]))
@unhurried
def test_any_fragments_come_to_calls_that_are_sound_or_say_what_is_wrong(
    fragments: list[Any], finish: str | None
) -> None:
    """Pain 11 and pain 12: never a call twice, never an id twice, never arguments that are no object."""
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [each]}}]} for each in fragments]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    events = SPOKEN.events(stream.encode())
    assert not any(isinstance(event, Failed) for event in events)
    starts = [event for event in events if isinstance(event, ToolCallStart)]
    ends = [event for event in events if isinstance(event, ToolCallEnd)]
    assert sorted(event.index for event in starts) == [event.index for event in ends]
    ids = [event.call.id for event in ends]
    assert len(set(ids)) == len(ids)
    assert all(ids)
    for event in ends:
        pieces = [each.text for each in events if isinstance(each, ToolCallDelta) and each.index == event.index]
        assert "".join(pieces) == event.call.text
        custom = ((event.call.extra or {}).get(NAME) or {}).get("type") == "custom"
        if event.call.problem is None and not custom and event.call.text:
            assert json.loads(event.call.text) == event.call.arguments


@given(st.binary(max_size=200), PLACES)
@unhurried
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18."""
    for start in (b"", b"data: ", b"{", b'data: {"choices": [', b"event: error\ndata: "):
        ends_soundly(SPOKEN, start + data, places)


NAMES = (
    *("id", "choices", "delta", "message", "content", "tool_calls", "index", "error"),
    *("usage", "audio", "type", "reasoning_details", "function", "arguments", "name", "finish_reason"),
    *("logprobs", "annotations", "images"),
)


@given(st.lists(anything(NAMES), max_size=4), st.booleans(), PLACES)
@unhurried
def test_no_json_raises(values: list[Any], stream: bool, places: list[int]) -> None:
    """Pain 18: any JSON at all, as chunks or as a body."""
    lines = [json.dumps(value) for value in values]
    data = "".join(f"data: {line}\n\n" for line in lines) if stream else "".join(lines[:1])
    ends_soundly(SPOKEN, data.encode(), places)


def test_what_is_told_here_says_something() -> None:
    assert said(told([("text", ["a", "b"]), ("call", {"x": 1})]))[0] == "ab"
