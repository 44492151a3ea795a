"""What holds for any request and any reply, up to what is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamr.fold import Fold
from hamr.types import (
    Event,
    Failed,
    File,
    Finished,
    HostedTool,
    Image,
    Message,
    Model,
    PartAdded,
    Provider,
    Request,
    Response,
    ResponseFormat,
    Route,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingConfig,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    Timings,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    ToolChoice,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr.wires.anthropic_messages import NAME, AnthropicMessages
from hamr.wires.anthropic_messages.citations import citations
from hamr.wires.anthropic_messages.compat import Compat
from hamr.wires.anthropic_messages.decode import ReplyDecoder
from hamr.wires.anthropic_messages.dialect import AnthropicMessagesDialect

FLAGS = {
    "thinking_types": ["adaptive", "enabled", "disabled"],
    "thinking_levels": ["low", "medium", "high", "xhigh", "max"],
    "supports_strict_tools": True,
    "supports_deferred_tools": True,
    "structured_output": "format",
    "allow_empty_signature": True,
}
ROUTE = Route(Provider("test", "Test", "https://x.test", NAME, compat=FLAGS), Model("m"), lambda: None)
DIALECT = AnthropicMessagesDialect()
LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large]

# White space at the end of a beginning is cut off, blank texts are left out: both are told, and tested elsewhere.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc", "Zl", "Zp"]), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
TABLES = st.dictionaries(WORDS, VALUES, max_size=3)
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
        calls = [ToolCall(id, draw(WORDS), draw(TABLES)) for id in ids]
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
        TABLES.map(lambda found: {"type": "object", "properties": {name: {} for name in found}}),
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


TOLD = {"changed", "dropped", "clamped"}


@given(requests())
@settings(deadline=None, suppress_health_check=LARGE)
def test_a_request_that_is_written_and_read_is_the_same(request: Request) -> None:
    """Whatever differs is told; marks beyond the four, and thinking that a budget would ask for."""
    call = AnthropicMessages(ROUTE).encode(request, ROUTE)
    again = DIALECT.parse(call)
    if any(each.kind in TOLD for each in call.adaptations):
        assert {each.field.rpartition(".")[2] for each in call.adaptations} <= {"cache", "thinking"}
        return
    assert again == replace(request, options={"model": "m"})


BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.lists(WORDS, min_size=1, max_size=4)),
        st.tuples(st.just("cited"), st.tuples(WORDS, CITED)),
        st.tuples(st.just("thinking"), st.tuples(st.lists(WORDS, max_size=4), WORDS)),
        st.tuples(st.just("hidden"), WORDS),
        st.tuples(st.just("call"), TABLES),
        st.tuples(st.just("hosted"), VALUES),
    ),
    max_size=6,
)


def told(blocks: list[tuple[str, Any]]) -> list[list[Event]]:
    """The events of each block."""
    return [list(block(index, kind, value)) for index, (kind, value) in enumerate(blocks)]


def block(index: int, kind: str, value: Any) -> list[Event]:
    if kind == "text":
        return [TextStart(index), *(TextDelta(index, word) for word in value), TextEnd(index)]
    if kind == "cited":
        text, sources = value
        extra = {NAME: {"issuer": "test", "citations": sources}}
        return [TextStart(index), TextDelta(index, text), TextEnd(index, citations(sources), extra)]
    if kind == "thinking":
        words, signature = value
        extra = {NAME: {"issuer": "test", "signature": signature}}
        return [ThinkingStart(index), *(ThinkingDelta(index, word) for word in words), ThinkingEnd(index, extra)]
    if kind == "hidden":
        return [ThinkingStart(index), ThinkingEnd(index, {NAME: {"issuer": "test", "data": value}})]
    if kind == "hosted":
        found = {"type": "news", "x": value}
        return [PartAdded(index, HostedTool("news", found, None, {NAME: {"issuer": "test", "block": found}}))]
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""
    call = ToolCall(f"c{index}", "f", value, text)
    half = len(text) // 2
    pieces = [ToolCallDelta(index, piece) for piece in (text[:half], text[half:]) if piece]
    return [ToolCallStart(index, call.id, "f"), *pieces, ToolCallEnd(index, call)]


def reply(blocks: list[tuple[str, Any]]) -> list[Event]:
    calls = any(kind == "call" for kind, _ in blocks)
    used = UsageUpdated(Usage(1, 2, 3, 4, output=5, reasoning=6))
    inner = [event for events in told(blocks) for event in events]
    return [Started("msg_1", "m"), *inner, used, Finished("tool_calls" if calls else "stop")]


def fold(events: list[Event]) -> Response:
    whole = Fold()
    whole.add(events)
    return whole.response("test", "m", request_id=None, adaptations=(), timings=Timings())


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]


def decoded(pieces: list[bytes]) -> list[Event]:
    decoder = ReplyDecoder(Compat(), "test")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return [*events, *decoder.finish()]


PLACES = st.lists(st.integers(0, 10**6), max_size=12)


@given(BLOCKS, PLACES, st.booleans())
@settings(deadline=None, suppress_health_check=LARGE)
def test_a_reply_that_is_written_and_read_is_the_same(
    blocks: list[tuple[str, Any]], places: list[int], stream: bool
) -> None:
    """Pain 12 and pain 16: for any content, in any cut, streamed or whole."""
    events = reply(blocks)
    encoder = DIALECT.encoder(Request((), stream=stream))
    written = encoder.encode(events) + encoder.finish()
    again, first = fold(decoded(cut(written, places))), fold(events)
    assert again.message == first.message
    assert (again.id, again.model, again.finish_reason) == (first.id, first.model, first.finish_reason)
    assert again.usage is not None
    assert first.usage is not None
    assert replace(again.usage, raw={}) == first.usage


@given(BLOCKS, st.randoms(use_true_random=False))
@settings(deadline=None, suppress_health_check=LARGE)
def test_blocks_that_grow_side_by_side_are_read_as_they_were_begun(blocks: list[tuple[str, Any]], chance: Any) -> None:
    """R-122: whatever the order in which their pieces come."""
    waiting, shuffled = told(blocks), []
    while any(waiting):
        shuffled.append(chance.choice([events for events in waiting if events]).pop(0))
    encoder = DIALECT.encoder(Request((), stream=True))
    used = Finished("tool_calls" if any(kind == "call" for kind, _ in blocks) else "stop")
    written = encoder.encode([Started("msg_1", "m"), *shuffled, used]) + encoder.finish()
    again, first = fold(decoded([written])), fold([Started("msg_1", "m"), *shuffled, used])
    assert sorted(map(repr, again.message.parts)) == sorted(map(repr, first.message.parts))


@settings(deadline=None)
@given(st.binary(max_size=200), PLACES)
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18: whatever comes, the last event says how it ended, and cuts make no difference."""
    for start in (b"", b"data: ", b"{", b'data: {"type": "content_block_start", ', b"event: error\ndata: "):
        events = decoded(cut(start + data, places))
        assert isinstance(events[-1], (Finished, Failed))
        assert [type(event) for event in events] == [type(event) for event in decoded([start + data])]


KINDS = st.sampled_from(
    [
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "ping"),
        *("message_stop", "error", "message", "text", "thinking", "redacted_thinking", "tool_use", "server_tool_use"),
        *("text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta", "end_turn"),
    ]
)
NAMES = st.sampled_from(
    [
        *("type", "index", "delta", "content_block", "message", "usage", "content", "text", "thinking", "signature"),
        *("partial_json", "citation", "citations", "id", "name", "input", "stop_reason", "error", "data", "model"),
        *("input_tokens", "output_tokens", "cache_creation", "output_tokens_details", "tool_use_id"),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | KINDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


KNOWN = st.builds(lambda kind, more: {**more, "type": kind}, KINDS, st.dictionaries(NAMES, ANYTHING))


@given(st.lists(ANYTHING | KNOWN, max_size=6), st.booleans())
@settings(deadline=None, suppress_health_check=LARGE)
def test_no_json_raises(values: list[Any], stream: bool) -> None:
    """Pain 18: any JSON at all, as events or as a body."""
    lines = [json.dumps(value) for value in values]
    data = "".join(f"data: {line}\n\n" for line in lines) if stream else "".join(lines[:1])
    events = decoded([data.encode()])
    assert isinstance(events[-1], (Finished, Failed))
