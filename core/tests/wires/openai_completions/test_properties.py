"""What holds for any reply: events written for a client and read again are the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamr.fold import Fold
from hamr.types import (
    Event,
    Failed,
    Finished,
    Request,
    Response,
    Started,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    Timings,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageUpdated,
)
from hamr.wires.openai_completions import NAME
from hamr.wires.openai_completions.compat import Compat
from hamr.wires.openai_completions.decode import ReplyDecoder
from hamr.wires.openai_completions.dialect import OpenAICompletionsDialect

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.lists(WORDS, min_size=1, max_size=4)),
        st.tuples(st.just("thinking"), st.lists(WORDS, min_size=1, max_size=4)),
        st.tuples(st.just("call"), st.dictionaries(WORDS, VALUES, max_size=3)),
    ),
    max_size=6,
)


def told(blocks: list[tuple[str, Any]]) -> list[Event]:
    """The events of a reply made of these blocks; neighbours of one kind would be one block on the wire."""
    events: list[Event] = [Started("chatcmpl-1", "m")]
    before = ""
    for index, (kind, value) in enumerate(blocks):
        if kind == before != "call":
            continue
        before = kind
        if kind == "text":
            events += [TextStart(index), *(TextDelta(index, word) for word in value), TextEnd(index)]
        elif kind == "thinking":
            extra = {NAME: {"field": "reasoning_content"}}
            events += [ThinkingStart(index), *(ThinkingDelta(index, word) for word in value), ThinkingEnd(index, extra)]
        else:
            text = json.dumps(value, ensure_ascii=False)
            call = ToolCall(f"c{index}", "f", value, text)
            half = len(text) // 2
            events.append(ToolCallStart(index, call.id, "f"))
            events += [ToolCallDelta(index, text[:half]), ToolCallDelta(index, text[half:]), ToolCallEnd(index, call)]
    calls = any(kind == "call" for kind, _ in blocks)
    events.append(UsageUpdated(Usage(input=1, cache_read=2, output=3, reasoning=1)))
    events.append(Finished("tool_calls" if calls else "stop"))
    return events


def fold(events: list[Event]) -> Response:
    whole = Fold()
    whole.add(events)
    return whole.response("test", "m", request_id=None, adaptations=(), timings=Timings())


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]


def decoded(pieces: list[bytes]) -> list[Event]:
    decoder = ReplyDecoder(Compat())
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return [*events, *decoder.finish()]


PLACES = st.lists(st.integers(0, 10**6), max_size=12)


@given(BLOCKS, PLACES)
@settings(deadline=None)
def test_a_stream_read_back_is_what_was_told(blocks: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 12 and pain 16: for any content, in any cut."""
    events = told(blocks)
    encoder = OpenAICompletionsDialect().encoder(
        Request((), stream=True, options={"stream_options": {"include_usage": True}})
    )
    written = encoder.encode(events) + encoder.finish()
    again, first = fold(decoded(cut(written, places))), fold(events)
    assert again.message == first.message
    assert again.finish_reason == first.finish_reason
    assert again.usage is not None
    assert first.usage is not None
    assert again.usage.total == first.usage.total


@given(BLOCKS, PLACES)
@settings(deadline=None)
def test_a_whole_reply_read_back_says_what_was_told(blocks: list[tuple[str, Any]], places: list[int]) -> None:
    events = told(blocks)
    encoder = OpenAICompletionsDialect().encoder(Request(()))
    written = encoder.encode(events) + encoder.finish()
    again, first = fold(decoded(cut(written, places))), fold(events)
    assert (again.text, again.thinking, again.tool_calls) == (first.text, first.thinking, first.tool_calls)
    assert again.finish_reason == first.finish_reason


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
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_fragments_come_to_calls_that_are_sound_or_say_what_is_wrong(
    fragments: list[Any], finish: str | None
) -> None:
    """Pain 11 and pain 12: never a call twice, never an id twice, never arguments that are no object."""
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [each]}}]} for each in fragments]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    events = decoded([stream.encode()])
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


@settings(deadline=None)
@given(st.binary(max_size=200), PLACES)
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18: whatever comes, the last event says how it ended, and cuts make no difference."""
    for start in (b"", b"data: ", b"{", b'data: {"choices": [', b"event: error\ndata: "):
        events = decoded(cut(start + data, places))
        assert isinstance(events[-1], (Finished, Failed))
        again = decoded([start + data])
        assert [type(event) for event in events] == [type(event) for event in again]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "choices",
                    "delta",
                    "message",
                    "content",
                    "tool_calls",
                    "index",
                    "error",
                    "usage",
                    "audio",
                    "type",
                    "reasoning_details",
                    "function",
                    "arguments",
                    "name",
                    "finish_reason",
                    "logprobs",
                    "annotations",
                    "images",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.lists(ANYTHING, max_size=4), st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_json_raises(values: list[Any], stream: bool) -> None:
    """Pain 18: any JSON at all, as chunks or as a body."""
    lines = [json.dumps(value) for value in values]
    data = "".join(f"data: {line}\n\n" for line in lines) if stream else "".join(lines[:1])
    events = decoded([data.encode()])
    assert isinstance(events[-1], (Finished, Failed))


def test_the_helpers_here_tell_what_they_should(folded: Callable[..., Response]) -> None:
    assert folded(told([("text", ["a", "b"]), ("call", {"x": 1})])).text == "ab"
