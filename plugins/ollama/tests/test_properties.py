"""What holds for any request and any reply on Ollama's own wire."""

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
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr.api import Call
from hamr.wirekit import Told
from hamr_provider_ollama.messages import Writer
from hamr_testkit import blocks
from hamr_testkit.conformance import ends_soundly, reply_again, request_survives, understood_or_refused
from hamr_testkit.reading import fold, said
from hamr_testkit.strategies import BLOCKS, OBJECTS, PLACES, WORDS, anything, unhurried
from hamr_testkit.wired import Wired

WIRED = Wired("ollama/m")
IMAGES = st.binary(min_size=1, max_size=6).map(lambda data: Image(data=data))
SAID = st.lists(IMAGES, max_size=2)
USER = st.builds(lambda text, images: Message("user", (Text(text), *images)), WORDS, SAID)
SYSTEM = st.builds(lambda text: Message("system", (Text(text),)), st.text("ab", max_size=3))


@st.composite
def rounds(draw: st.DrawFn) -> list[Message]:
    """A turn with calls, and the results of these."""
    id = draw(st.uuids()).hex
    calls = [
        ToolCall(f"{id}{at}", "f", read, blocks.compact(read))
        for at, read in enumerate(draw(st.lists(OBJECTS, max_size=2)))
    ]
    thought = [Thinking(text) for text in draw(st.lists(WORDS, max_size=1))]
    said = [Text(text) for text in draw(st.lists(WORDS, max_size=1))]
    results = [Message("tool", (ToolResult(call.id, (Text(draw(WORDS)),), "f"),)) for call in calls]
    return [Message("assistant", (*thought, *said, *calls)), *results]


MESSAGES = st.lists(
    st.one_of(USER.map(lambda each: [each]), SYSTEM.map(lambda each: [each]), rounds()), max_size=4
).map(lambda groups: tuple(message for group in groups for message in group))
REQUESTS = st.builds(
    Request,
    MESSAGES,
    tools=st.lists(st.builds(Tool, WORDS, st.text("ab", max_size=3), OBJECTS), max_size=2).map(tuple),
    response_format=st.none() | st.builds(ResponseFormat, st.none() | OBJECTS),
    thinking=st.sampled_from([None, ThinkingConfig("off"), ThinkingConfig("medium")]),
    max_tokens=st.none() | st.integers(0, 99),
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    top_k=st.none() | st.integers(0, 9),
    seed=st.none() | st.integers(0, 9),
    stop=st.lists(WORDS, max_size=2).map(tuple),
    frequency_penalty=st.none() | st.floats(-2, 2),
    presence_penalty=st.none() | st.floats(-2, 2),
    logprobs=st.none() | st.integers(0, 5),
    stream=st.booleans(),
)


@given(REQUESTS)
@unhurried
def test_a_request_written_and_read_again_is_the_same(request: Request) -> None:
    own = {"options": {"num_ctx": 32768}, "keep_alive": "30m", "truncate": False, "shift": False}
    request_survives(WIRED, request, adds=own, kept=["level"])


@given(MESSAGES)
@unhurried
def test_the_short_way_of_writing_a_message_writes_the_same(messages: tuple[Message, ...]) -> None:
    """A message with something of its own, if it be nothing, goes the long way."""
    long = tuple(replace(message, extra={"ollama": {}}) for message in messages)
    assert Writer(Told("ollama")).write(messages) == Writer(Told("ollama")).write(long)


def told(found: list[tuple[str, Any]]) -> list[Event]:
    """The events of a reply made of these blocks; neighbours of one kind would be one block on the wire."""
    events: list[Event] = [Started(None, "m", {"ollama": {"created_at": "t"}})]
    for index, (kind, value) in enumerate(blocks.no_neighbours(found)):
        if kind == "text":
            events += blocks.text(index, value)
        elif kind == "thinking":
            events += blocks.thinking(index, value)
        else:
            events += blocks.call(index, value, blocks.compact(value), pieces=1)
    durations = {"total_duration": 9, "load_duration": 0, "prompt_eval_duration": 0, "eval_duration": 0}
    usage = Usage(input=3, output=4, raw={**durations, "prompt_eval_count": 3, "eval_count": 4})
    return [*events, UsageUpdated(usage), Finished(blocks.reason(found), "stop")]


@given(BLOCKS, PLACES)
@unhurried
def test_a_stream_read_back_is_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 12 and pain 16: for any content, in any cut, event for event."""
    assert reply_again(WIRED, told(found), Request((), stream=True), places) == told(found)


@given(BLOCKS, PLACES)
@unhurried
def test_a_whole_reply_read_back_says_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    """All but where one block of text ends and the next begins, which a whole reply has no place for."""
    again = reply_again(WIRED, told(found), Request(()), places)
    assert said(again) == said(told(found))
    assert (fold(again).usage, fold(again).model) == (fold(told(found)).usage, "m")


NAMES = (
    *("model", "created_at", "message", "role", "content", "thinking", "images", "tool_calls", "id"),
    *("function", "name", "arguments", "done", "done_reason", "error", "logprobs", "response"),
    *("prompt_eval_count", "eval_count", "total_duration", "index"),
)
ANYTHING = anything(NAMES)


@given(st.lists(ANYTHING, max_size=5), PLACES)
@unhurried
def test_no_document_raises(values: list[Any], places: list[int]) -> None:
    """Pain 18."""
    ends_soundly(WIRED, b"".join(json.dumps(value).encode() + b"\n" for value in values), places)


@given(st.binary(max_size=200), PLACES)
@unhurried
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18."""
    for start in (b"", b"{", b'{"message":{"role":"assistant","content":"x"}}\n'):
        ends_soundly(WIRED, start + data, places)


@given(ANYTHING)
@unhurried
def test_no_body_of_a_client_raises_anything_but_that_it_is_wrong(value: Any) -> None:
    body = value if isinstance(value, dict) else {"messages": value, "options": value, "tools": value}
    call = Call("/api/chat", body=json.dumps({"model": "m", **body}).encode())
    understood_or_refused(WIRED.dialect.parse, call)
