"""What holds for any request and any reply on Ollama's own wire."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamr import (
    Event,
    Failed,
    Finished,
    Hamr,
    Image,
    Message,
    Request,
    Response,
    ResponseFormat,
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
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr.api import Call, Fold
from hamr.wirekit import Told
from hamr_provider_ollama.compat import Compat
from hamr_provider_ollama.decode import ReplyDecoder
from hamr_provider_ollama.dialect import OllamaDialect
from hamr_provider_ollama.messages import Writer

PIPELINE = Hamr(environ={}).pipeline("ollama/m")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(WORDS, VALUES, max_size=3)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


IMAGES = st.binary(min_size=1, max_size=6).map(lambda data: Image(data=data))
SAID = st.lists(IMAGES, max_size=2)
USER = st.builds(lambda text, images: Message("user", (Text(text), *images)), WORDS, SAID)
SYSTEM = st.builds(lambda text: Message("system", (Text(text),)), st.text("ab", max_size=3))


@st.composite
def rounds(draw: st.DrawFn) -> list[Message]:
    """A turn with calls, and the results of these."""
    id = draw(st.uuids()).hex
    calls = [
        ToolCall(f"{id}{at}", "f", read, compact(read)) for at, read in enumerate(draw(st.lists(OBJECTS, max_size=2)))
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
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_request_written_and_read_again_is_the_same(request: Request) -> None:
    call = PIPELINE.wire.encode(request, PIPELINE.route)
    again = OllamaDialect().parse(call)
    own = {"model": "m", "options": {"num_ctx": 32768}, "keep_alive": "30m", "truncate": False, "shift": False}
    assert again.options == own
    assert replace(again, options={}) == request
    assert json.loads(PIPELINE.wire.encode(again, PIPELINE.route).body) == json.loads(call.body)


@given(MESSAGES)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_short_way_of_writing_a_message_writes_the_same(messages: tuple[Message, ...]) -> None:
    """A message with something of its own, if it be nothing, goes the long way."""
    long = tuple(replace(message, extra={"ollama": {}}) for message in messages)
    assert Writer(Told("ollama")).write(messages) == Writer(Told("ollama")).write(long)


BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.lists(WORDS, min_size=1, max_size=4)),
        st.tuples(st.just("thinking"), st.lists(WORDS, min_size=1, max_size=4)),
        st.tuples(st.just("call"), OBJECTS),
    ),
    max_size=6,
)


def told(blocks: list[tuple[str, Any]]) -> list[Event]:
    """The events of a reply made of these blocks; neighbours of one kind would be one block on the wire."""
    events: list[Event] = [Started(None, "m", {"ollama": {"created_at": "t"}})]
    before = ""
    index = 0
    for kind, value in blocks:
        if kind == before != "call":
            continue
        before = kind
        if kind == "text":
            events += [TextStart(index), *(TextDelta(index, word) for word in value), TextEnd(index)]
        elif kind == "thinking":
            events += [ThinkingStart(index), *(ThinkingDelta(index, word) for word in value), ThinkingEnd(index)]
        else:
            call = ToolCall(f"c{index}", "f", value, compact(value))
            events += [
                ToolCallStart(index, call.id, "f"),
                ToolCallDelta(index, compact(value)),
                ToolCallEnd(index, call),
            ]
        index += 1
    calls = any(kind == "call" for kind, _ in blocks)
    durations = {"total_duration": 9, "load_duration": 0, "prompt_eval_duration": 0, "eval_duration": 0}
    usage = Usage(input=3, output=4, raw={**durations, "prompt_eval_count": 3, "eval_count": 4})
    return [*events, UsageUpdated(usage), Finished("tool_calls" if calls else "stop", "stop")]


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
    """Pain 12 and pain 16: for any content, in any cut, event for event."""
    events = told(blocks)
    encoder = OllamaDialect().encoder(Request((), stream=True))
    assert decoded(cut(encoder.encode(events) + encoder.finish(), places)) == events


@given(BLOCKS, PLACES)
@settings(deadline=None)
def test_a_whole_reply_read_back_says_what_was_told(blocks: list[tuple[str, Any]], places: list[int]) -> None:
    """All but where one block of text ends and the next begins, which a whole reply has no place for."""
    events = told(blocks)
    encoder = OllamaDialect().encoder(Request(()))
    again = fold(decoded(cut(encoder.encode(events) + encoder.finish(), places)))
    first = fold(events)
    assert (again.text, again.thinking, again.tool_calls) == (first.text, first.thinking, first.tool_calls)
    assert (again.finish_reason, again.usage, again.model) == (first.finish_reason, first.usage, first.model)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("model", "created_at", "message", "role", "content", "thinking", "images", "tool_calls", "id"),
                    *("function", "name", "arguments", "done", "done_reason", "error", "logprobs", "response"),
                    *("prompt_eval_count", "eval_count", "total_duration", "index"),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(st.lists(ANYTHING, max_size=5), PLACES)
@settings(deadline=None)
def test_no_document_raises(values: list[Any], places: list[int]) -> None:
    """Pain 18: whatever comes, the last event says how it ended, and cuts make no difference."""
    data = b"".join(json.dumps(value).encode() + b"\n" for value in values)
    events = decoded(cut(data, places))
    assert isinstance(events[-1], Finished | Failed)
    assert list(map(repr, events)) == list(map(repr, decoded([data])))


@settings(deadline=None)
@given(st.binary(max_size=200), PLACES)
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    for start in (b"", b"{", b'{"message":{"role":"assistant","content":"x"}}\n'):
        events = decoded(cut(start + data, places))
        assert isinstance(events[-1], Finished | Failed)
        assert [type(event) for event in events] == [type(event) for event in decoded([start + data])]


@given(ANYTHING)
@settings(deadline=None)
def test_no_body_of_a_client_raises_anything_but_that_it_is_wrong(value: Any) -> None:
    from hamr import BadRequest

    body = value if isinstance(value, dict) else {"messages": value, "options": value, "tools": value}
    call = Call("/api/chat", body=json.dumps({"model": "m", **body}).encode())
    try:
        asked = OllamaDialect().parse(call)
    except BadRequest:
        return
    assert isinstance(asked, Request)
