"""What holds for any request and any reply on Cohere's own wire."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hamr import (
    Event,
    Finished,
    Image,
    Message,
    Request,
    ResponseFormat,
    Started,
    Text,
    TextStart,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr.api import Call
from hamr.wirekit import Told
from hamr_provider_cohere.messages import Writer
from hamr_testkit import blocks
from hamr_testkit.conformance import ends_soundly, reply_again, request_survives, understood_or_refused
from hamr_testkit.reading import fold
from hamr_testkit.strategies import OBJECTS, PIECES, PLACES, WORDS, anything, unhurried
from hamr_testkit.wired import Wired

WIRED = Wired("cohere/command-a-reasoning-08-2025")
PLAN = {"cohere": {"field": "tool_plan"}}

IMAGES = st.one_of(
    st.binary(min_size=1, max_size=6).map(lambda data: Image(data=data, media_type="image/png")),
    st.builds(lambda detail: Image(url="https://x.test/a.png", detail=detail), st.sampled_from([None, "low"])),
)
USER = st.lists(WORDS.map(Text) | IMAGES, min_size=1, max_size=3).map(lambda parts: Message("user", tuple(parts)))
SYSTEM = st.builds(lambda text: Message("system", (Text(text),)), st.text("ab", max_size=3))


@st.composite
def rounds(draw: st.DrawFn) -> list[Message]:
    """A turn, with a plan where it has calls, and the results of these."""
    id = draw(st.uuids()).hex
    values = draw(st.lists(OBJECTS, max_size=2))
    calls = [ToolCall(f"{id}{at}", "f", each, json.dumps(each)) for at, each in enumerate(values)]
    thought = [Thinking(text) for text in draw(st.lists(WORDS, max_size=1))]
    said = [Text(text, extra=PLAN if calls else None) for text in draw(st.lists(WORDS, max_size=1))]
    results = [Message("tool", (ToolResult(call.id, (Text(draw(WORDS)),)),)) for call in calls]
    return [Message("assistant", (*thought, *said, *calls)), *results]


MESSAGES = st.lists(
    st.one_of(USER.map(lambda each: [each]), SYSTEM.map(lambda each: [each]), rounds()), max_size=4
).map(lambda groups: tuple(message for group in groups for message in group))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request that this wire can carry without loss."""
    strict = draw(st.sampled_from([None, True]))
    named = st.builds(Tool, WORDS, st.text("ab", max_size=3), OBJECTS, st.just(strict))
    tools = tuple(draw(st.lists(named, max_size=2)))
    choices = st.sampled_from([None, ToolChoice("none"), ToolChoice("required")])
    return Request(
        draw(MESSAGES),
        tools=tools,
        tool_choice=draw(choices) if tools else None,
        response_format=None if tools else draw(st.none() | st.builds(ResponseFormat, st.none() | OBJECTS)),
        thinking=draw(
            st.sampled_from([None, ThinkingConfig("off"), ThinkingConfig("high")])
            | st.builds(lambda tokens: ThinkingConfig(tokens=tokens), st.integers(1, 99))
        ),
        max_tokens=draw(st.none() | st.integers(0, 99)),
        temperature=draw(st.none() | st.floats(0, 2)),
        top_p=draw(st.none() | st.floats(0, 1)),
        top_k=draw(st.none() | st.integers(0, 9)),
        seed=draw(st.none() | st.integers(0, 9)),
        stop=tuple(draw(st.lists(WORDS, max_size=5))),
        frequency_penalty=draw(st.none() | st.floats(0, 1)),
        presence_penalty=draw(st.none() | st.floats(0, 1)),
        logprobs=draw(st.sampled_from([None, 0])),
        stream=draw(st.booleans()),
    )


@given(requests())
@unhurried
def test_a_request_written_and_read_again_is_the_same(request: Request) -> None:
    request_survives(WIRED, request)


@given(MESSAGES)
@unhurried
def test_the_short_way_of_writing_a_message_writes_the_same(messages: tuple[Message, ...]) -> None:
    """A message with something of its own, if it be nothing, goes the long way."""
    bare = [replace(each, parts=tuple(replace(part, extra=None) for part in each.parts)) for each in messages]
    short, long = Writer(Told("cohere")), Writer(Told("cohere"))
    short.write(bare)
    long.write([replace(message, extra={"cohere": {}}) for message in bare])
    assert short.written == long.written


CONTENT = st.lists(st.one_of(st.tuples(st.just("text"), PIECES), st.tuples(st.just("thinking"), PIECES)), max_size=4)
CALLS = st.lists(OBJECTS, max_size=3)


def told(content: list[tuple[str, list[str]]], plan: list[str], calls: list[dict[str, Any]]) -> list[Event]:
    """The events of a reply: content first, then a plan, then calls, as this wire has them."""
    events: list[Event] = [Started("r1")]
    for index, (kind, pieces) in enumerate(content):
        events += blocks.text(index, pieces) if kind == "text" else blocks.thinking(index, pieces)
    index = len(content)
    if plan:
        _, *deltas, end = blocks.text(index, plan, (), PLAN)
        events += [TextStart(index, extra=PLAN), *deltas, end]
        index += 1
    for at, value in enumerate(calls, index):
        events += blocks.call(at, value)
    raw = {"billed_units": {"input_tokens": 3}, "tokens": {"input_tokens": 3, "output_tokens": 4}}
    events.append(UsageUpdated(Usage(input=3, output=4, raw=raw)))
    return [*events, Finished("tool_calls", "TOOL_CALL") if calls else Finished("stop", "COMPLETE")]


@given(CONTENT, st.lists(WORDS, max_size=3), CALLS, PLACES)
@unhurried
def test_a_stream_read_back_is_what_was_told(
    content: list[tuple[str, list[str]]], plan: list[str], calls: list[dict[str, Any]], places: list[int]
) -> None:
    """Pain 12 and pain 16: for any content, in any cut, event for event."""
    events = told(content, plan, calls)
    assert reply_again(WIRED, events, Request((), stream=True), places) == events


@given(CONTENT, st.lists(WORDS, max_size=3), CALLS, PLACES)
@unhurried
def test_a_whole_reply_read_back_says_what_was_told(
    content: list[tuple[str, list[str]]], plan: list[str], calls: list[dict[str, Any]], places: list[int]
) -> None:
    events = told(content, plan, calls)
    assert fold(reply_again(WIRED, events, Request(()), places)) == fold(events)


KINDS = (
    *("message-start", "content-start", "content-delta", "content-end", "tool-plan-delta", "tool-call-start"),
    *("tool-call-delta", "tool-call-end", "citation-start", "citation-end", "message-end", "error", "debug"),
)
NAMES = (
    *("type", "index", "delta", "message", "content", "text", "thinking", "tool_plan", "tool_calls"),
    *("id", "function", "name", "arguments", "citations", "sources", "document", "content_index"),
    *("finish_reason", "usage", "tokens", "billed_units", "input_tokens", "error", "logprobs", "start"),
)
ANYTHING = anything(NAMES, st.sampled_from(KINDS))


@given(st.lists(st.tuples(st.sampled_from(KINDS), ANYTHING), max_size=6), PLACES)
@unhurried
def test_no_events_raise(values: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 18."""
    shaped = [{**value, "type": kind} if isinstance(value, dict) else value for kind, value in values]
    data = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in shaped)
    ends_soundly(WIRED, data, places)


@given(ANYTHING, PLACES)
@unhurried
def test_no_whole_body_raises(value: Any, places: list[int]) -> None:
    body = value if isinstance(value, dict) else {"message": value}
    ends_soundly(WIRED, json.dumps(body).encode(), places)


@given(st.binary(max_size=200), PLACES)
@unhurried
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18."""
    for start in (b"", b"{", b"data: ", b"event: message-start\ndata: "):
        ends_soundly(WIRED, start + data, places)


@given(ANYTHING)
@unhurried
def test_no_body_of_a_client_raises_anything_but_that_it_is_wrong(value: Any) -> None:
    body = value if isinstance(value, dict) else {"messages": value, "tools": value, "thinking": value}
    call = Call("/v2/chat", body=json.dumps({"messages": [], **body, "model": "m"}).encode())
    understood_or_refused(WIRED.dialect.parse, call)
