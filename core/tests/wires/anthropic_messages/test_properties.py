"""What holds for any request and any reply, up to what is told."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hamr.types import (
    Event,
    File,
    Finished,
    HostedTool,
    Image,
    Message,
    Model,
    PartAdded,
    Provider,
    Request,
    ResponseFormat,
    Route,
    Started,
    Text,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr.wires.anthropic_messages import NAME, AnthropicMessages
from hamr.wires.anthropic_messages.citations import citations
from hamr_testkit import blocks
from hamr_testkit.conformance import ends_soundly, reply_again, request_survives
from hamr_testkit.reading import answer, fold
from hamr_testkit.spoken import Spoken
from hamr_testkit.strategies import PLACES, anything, objects, unhurried, values

FLAGS = {
    "thinking_types": ["adaptive", "enabled", "disabled"],
    "thinking_levels": ["low", "medium", "high", "xhigh", "max"],
    "supports_strict_tools": True,
    "supports_deferred_tools": True,
    "structured_output": "format",
    "allow_empty_signature": True,
}
ROUTE = Route(Provider("test", "Test", "https://x.test", NAME, compat=FLAGS), Model("m"), lambda: None)
SPOKEN = Spoken(AnthropicMessages(ROUTE), ROUTE)

# White space at the end of a beginning is cut off, blank texts are left out: both are told, and tested elsewhere.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc", "Zl", "Zp"]), min_size=1, max_size=8)
VALUES, OBJECTS = values(WORDS), objects(WORDS)
MARKS = st.sampled_from([None, None, None, None, "1h"])
CITED = st.lists(st.fixed_dictionaries({"type": st.just("char_location"), "cited_text": WORDS}), min_size=1, max_size=2)


def cited(text: str, sources: list[Any]) -> Text:
    return Text(text, citations=citations(sources), extra={NAME: {"citations": sources}})


TEXTS = st.builds(Text, WORDS, cache=MARKS)
IMAGES = st.one_of(
    st.builds(Image, url=WORDS, cache=MARKS),
    st.builds(Image, data=st.binary(max_size=8), media_type=st.just("image/png"), cache=MARKS),
    st.builds(Image, file_id=WORDS),
)
FILES = st.one_of(
    st.builds(File, st.binary(max_size=8), name=WORDS, media_type=st.just("application/pdf"), cache=MARKS),
    st.builds(File, WORDS.map(str.encode), media_type=st.just("text/plain"), extra=st.just({NAME: {"context": "c"}})),
    st.builds(File, url=WORDS),
    st.builds(File, file_id=WORDS),
)


def hosted(found: Any) -> HostedTool:
    """A block of a kind that is not known, which stays as it is."""
    block = {"type": "news", "x": found}
    return HostedTool("news", block, extra={NAME: {"block": block}})


HOSTED = VALUES.map(hosted)
THOUGHTS = st.one_of(
    st.builds(lambda text, signature: Thinking(text, {NAME: {"signature": signature}}), WORDS, WORDS),
    st.builds(lambda data: Thinking("", {NAME: {"data": data}}), WORDS),
)
SAID = st.lists(TEXTS | THOUGHTS | HOSTED | st.builds(cited, WORDS, CITED), min_size=1, max_size=3)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    """Conversations in the order that the wire asks for, so that nothing in them has to be mended."""
    said: list[Message] = []
    if draw(st.booleans()):
        said.append(Message("system", tuple(draw(st.lists(TEXTS, min_size=1, max_size=1)))))
    said.append(Message("user", tuple(draw(st.lists(TEXTS | IMAGES | FILES, min_size=1, max_size=3)))))
    for turn in range(draw(st.integers(0, 2))):
        ids = [f"t{turn}-{number}" for number in range(draw(st.integers(0, 2)))]
        calls = [ToolCall(id, draw(WORDS), draw(OBJECTS)) for id in ids]
        said.append(Message("assistant", (*draw(SAID), *calls)))
        if ids:
            results = [
                ToolResult(id, tuple(draw(st.lists(TEXTS | IMAGES, max_size=2))), is_error=draw(st.booleans()))
                for id in ids
            ]
            said.append(Message("tool", tuple(results)))
        if not ids or draw(st.booleans()):
            said.append(Message("user", tuple(draw(st.lists(TEXTS, min_size=1, max_size=2)))))
    return tuple(said)


TOOLS = st.lists(
    st.builds(
        Tool,
        st.sampled_from(["f", "g", "h"]),
        st.just("") | WORDS,
        OBJECTS.map(lambda found: {"type": "object", "properties": {name: {} for name in found}}),
        strict=st.sampled_from([None, True, False]),
        extra=st.sampled_from([None, {NAME: {"input_examples": [{}]}}]),
    ),
    unique_by=lambda tool: tool.name,
    max_size=3,
).map(tuple)
OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "temperature": st.sampled_from([0.0, 0.5, 1.0]),
    "top_p": st.sampled_from([0.1, 0.9]),
    "top_k": st.integers(1, 50),
    "stop": st.lists(WORDS, min_size=1, max_size=2).map(tuple),
    "user": WORDS,
    "service_tier": st.sampled_from(["auto", "standard_only"]),
    "stream": st.just(True),
    "response_format": st.builds(ResponseFormat, WORDS.map(lambda word: {"type": "object", "title": word})),
    "thinking": st.sampled_from([*map(ThinkingConfig, (None, "off", "low", "max")), ThinkingConfig(None, 2048)]),
}


@st.composite
def requests(draw: st.DrawFn) -> Request:
    fields = draw(st.fixed_dictionaries({}, optional=OPTIONAL))
    tools = draw(TOOLS)
    if tools:
        choices = [None, ToolChoice("auto"), ToolChoice("none"), ToolChoice("required", (tools[0].name,))]
        fields["tool_choice"] = choice = draw(st.sampled_from(choices))
        if choice is not None and choice.mode != "none":
            fields["parallel_tool_calls"] = draw(st.sampled_from([None, True, False]))
    return Request(draw(conversations()), tools, max_tokens=4096, **fields)


@given(requests())
@unhurried
def test_a_request_that_is_written_and_read_is_the_same(request: Request) -> None:
    """Marks beyond the four are lost, and so is thinking that a budget would ask for."""
    request_survives(SPOKEN, request, losses=("cache", "thinking"))


BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.lists(WORDS, min_size=1, max_size=4)),
        st.tuples(st.just("cited"), st.tuples(WORDS, CITED)),
        st.tuples(st.just("thinking"), st.tuples(st.lists(WORDS, max_size=4), WORDS)),
        st.tuples(st.just("hidden"), WORDS),
        st.tuples(st.just("call"), OBJECTS),
        st.tuples(st.just("hosted"), VALUES),
    ),
    max_size=6,
)


def told(found: list[tuple[str, Any]]) -> list[list[Event]]:
    """The events of each block."""
    return [block(index, kind, value) for index, (kind, value) in enumerate(found)]


def block(index: int, kind: str, value: Any) -> list[Event]:
    if kind == "text":
        return blocks.text(index, value)
    if kind == "cited":
        text, sources = value
        extra = {NAME: {"issuer": "test", "citations": sources}}
        return blocks.text(index, [text], citations(sources), extra)
    if kind == "thinking":
        words, signature = value
        extra = {NAME: {"issuer": "test", "signature": signature}}
        return blocks.thinking(index, words, extra)
    if kind == "hidden":
        return blocks.thinking(index, [], {NAME: {"issuer": "test", "data": value}})
    if kind == "hosted":
        found = {"type": "news", "x": value}
        return [PartAdded(index, HostedTool("news", found, None, {NAME: {"issuer": "test", "block": found}}))]
    return blocks.call(index, value, blocks.compact(value) if value else "")


@given(BLOCKS, PLACES, st.booleans())
@unhurried
def test_a_reply_that_is_written_and_read_is_the_same(
    found: list[tuple[str, Any]], places: list[int], stream: bool
) -> None:
    """Pain 12 and pain 16: for any content, in any cut, streamed or whole."""
    inner = [event for events in told(found) for event in events]
    used = UsageUpdated(Usage(1, 2, 3, 4, output=5, reasoning=6))
    events = [Started("msg_1", "m"), *inner, used, Finished(blocks.reason(found))]
    assert answer(reply_again(SPOKEN, events, Request((), stream=stream), places)) == answer(events)


@given(BLOCKS, st.randoms(use_true_random=False))
@unhurried
def test_blocks_that_grow_side_by_side_are_read_as_they_were_begun(found: list[tuple[str, Any]], chance: Any) -> None:
    """R-122: whatever the order in which their pieces come."""
    waiting, shuffled = told(found), []
    while any(waiting):
        shuffled.append(chance.choice([events for events in waiting if events]).pop(0))
    events = [Started("msg_1", "m"), *shuffled, Finished(blocks.reason(found))]
    again, first = fold(reply_again(SPOKEN, events, Request((), stream=True))), fold(events)
    assert sorted(map(repr, again.message.parts)) == sorted(map(repr, first.message.parts))


@given(st.binary(max_size=200), PLACES)
@unhurried
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18."""
    for start in (b"", b"data: ", b"{", b'data: {"type": "content_block_start", ', b"event: error\ndata: "):
        ends_soundly(SPOKEN, start + data, places)


KINDS = st.sampled_from(
    [
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "ping"),
        *("message_stop", "error", "message", "text", "thinking", "redacted_thinking", "tool_use", "server_tool_use"),
        *("text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta", "end_turn"),
    ]
)
NAMES = (
    *("type", "index", "delta", "content_block", "message", "usage", "content", "text", "thinking", "signature"),
    *("partial_json", "citation", "citations", "id", "name", "input", "stop_reason", "error", "data", "model"),
    *("input_tokens", "output_tokens", "cache_creation", "output_tokens_details", "tool_use_id"),
)
ANYTHING = anything(NAMES, KINDS)
KNOWN = st.builds(lambda kind, more: {**more, "type": kind}, KINDS, st.dictionaries(st.sampled_from(NAMES), ANYTHING))


@given(st.lists(ANYTHING | KNOWN, max_size=6), st.booleans(), PLACES)
@unhurried
def test_no_json_raises(values: list[Any], stream: bool, places: list[int]) -> None:
    """Pain 18: any JSON at all, as events or as a body."""
    lines = [json.dumps(value) for value in values]
    data = "".join(f"data: {line}\n\n" for line in lines) if stream else "".join(lines[:1])
    ends_soundly(SPOKEN, data.encode(), places)
