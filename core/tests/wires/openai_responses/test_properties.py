"""What holds for any request and any reply: written and read again they are the same, up to what is told."""

from __future__ import annotations

import json
from dataclasses import replace
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
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingConfig,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
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
from hamr.wires.openai_responses import NAME, OpenAIResponses
from hamr.wires.thinking_levels import LEVELS
from hamr_testkit.conformance import ends_soundly, reply_again, request_survives
from hamr_testkit.reading import answer
from hamr_testkit.spoken import Spoken
from hamr_testkit.strategies import OBJECTS, PIECES, PLACES, WORDS, anything, unhurried

ROUTE = Route(Provider("test", "Test", "https://x.test/v1", NAME), Model("m"), lambda: None)
SPOKEN = Spoken(OpenAIResponses(ROUTE), ROUTE)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)

# ---- replies

BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["text", "refusal", "summary", "raw"]), PIECES),
        st.tuples(st.sampled_from(["call", "custom", "hosted"]), OBJECTS),
    ),
    max_size=6,
)


def told(found: list[tuple[str, Any]]) -> list[Event]:
    """The events of a reply made of these blocks, as this wire's own decoder tells of them."""
    events: list[Event] = [Started("resp_1", "m")]
    for index, (kind, value) in enumerate(found):
        own = {"id": f"id_{index}", "issuer": "test"}
        begun = {NAME: {"id": f"id_{index}"}}
        if kind in ("text", "refusal"):
            events.append(TextStart(index, kind == "refusal", extra=begun))
            events += [*(TextDelta(index, word) for word in value), TextEnd(index, extra={NAME: own})]
        elif kind in ("summary", "raw"):
            part = {"type": "summary_text" if kind == "summary" else "reasoning_text", "text": "".join(value)}
            item: dict[str, Any] = {"type": "reasoning", "id": f"id_{index}", "summary": [], "encrypted_content": "x"}
            item["summary" if kind == "summary" else "content"] = [part]
            start = {NAME: {**begun[NAME], **({"raw": True} if kind == "raw" else {})}}
            events += [ThinkingStart(index, extra=start), *(ThinkingDelta(index, word) for word in value)]
            events.append(ThinkingEnd(index, {NAME: {"item": item, "issuer": "test"}}))
        elif kind == "hosted":
            item = {"type": "mcp_call", "id": f"id_{index}", "data": value}
            events.append(
                PartAdded(index, HostedTool("mcp_call", item, f"id_{index}", {NAME: {"item": item, "issuer": "test"}}))
            )
        else:
            more = {"type": "custom_tool_call"} if kind == "custom" else {}
            text = json.dumps(value, ensure_ascii=False)
            arguments = {"input": text} if kind == "custom" else value
            call = ToolCall(f"c{index}", "f", arguments, text, extra={NAME: {**own, **more}})
            half = len(text) // 2
            events.append(ToolCallStart(index, call.id, "f", extra={NAME: {**begun[NAME], **more}}))
            events += [ToolCallDelta(index, text[:half]), ToolCallDelta(index, text[half:]), ToolCallEnd(index, call)]
    kinds = {kind for kind, _ in found}
    events.append(UsageUpdated(Usage(input=1, cache_read=2, output=3, reasoning=1)))
    events.append(Finished("tool_calls" if kinds & {"call", "custom"} else "refusal" if "refusal" in kinds else "stop"))
    return events


def steps(events: list[Event]) -> list[Event]:
    """The events without what a server adds to the beginning and the end, and empty pieces."""
    kept = [each for each in events if not isinstance(each, Started | Finished | UsageUpdated)]
    return [each for each in kept if not isinstance(each, TextDelta | ThinkingDelta | ToolCallDelta) or each.text]


@given(BLOCKS, PLACES)
@unhurried
def test_a_stream_read_back_is_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 12 and pain 16: event for event, for any content, in any cut."""
    events = told(found)
    again = reply_again(SPOKEN, events, Request((), stream=True), places)
    broken = any(word == "\n\n" for kind, value in found if kind in ("summary", "raw") for word in value)
    if not broken:  # an empty line parts two summaries
        assert steps(again) == steps(events)
    assert answer(again)[1:] == answer(events)[1:]


@given(BLOCKS, PLACES)
@unhurried
def test_a_whole_reply_read_back_says_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    assert answer(reply_again(SPOKEN, told(found), Request(()), places)) == answer(told(found))


# ---- requests

INPUT = st.one_of(
    st.builds(Text, WORDS),
    st.builds(
        lambda data, detail: Image(data=data, media_type="image/png", detail=detail),
        st.binary(max_size=4),
        st.sampled_from([None, "low", "high"]),
    ),
    st.builds(Image, file_id=NAMES),
    st.builds(lambda data, name: File(data, name=name, media_type="text/plain"), st.binary(max_size=4), NAMES),
    st.builds(File, file_id=NAMES),
)


@st.composite
def turns(draw: st.DrawFn) -> tuple[Message, ...]:
    """A conversation such as this wire gives out and takes back."""
    found: list[Message] = []
    for number in range(draw(st.integers(1, 4))):
        found.append(
            Message(draw(st.sampled_from(["user", "system"])), tuple(draw(st.lists(INPUT, min_size=1, max_size=3))))
        )
        parts: list[Any] = []
        results: list[ToolResult] = []
        for place, kind in enumerate(
            draw(st.lists(st.sampled_from(["text", "own", "think", "call", "custom", "hosted"]), max_size=4))
        ):
            id = f"i{number}_{place}"
            if kind == "text":
                parts.append(Text(draw(WORDS)))
            elif kind == "own":
                parts.append(Text(draw(WORDS), refusal=draw(st.booleans()), extra={NAME: {"id": id}}))
            elif kind == "think":
                text = draw(WORDS)
                item: dict[str, Any] = {
                    "type": "reasoning",
                    "id": id,
                    "summary": [{"type": "summary_text", "text": text}],
                    "encrypted_content": "x",
                }
                parts.append(Thinking(text, {NAME: {"item": item}}))
            elif kind == "hosted":
                item = {"type": "mcp_call", "id": id, "data": draw(OBJECTS)}
                parts.append(HostedTool("mcp_call", item, id, {NAME: {"item": item}}))
            else:
                own = {"id": id, "type": "custom_tool_call"} if kind == "custom" else {"id": id}
                text = json.dumps(draw(OBJECTS), ensure_ascii=False)
                arguments = {"input": text} if kind == "custom" else json.loads(text)
                parts.append(ToolCall(id, "f", arguments, text, extra={NAME: own}))
                results.append(ToolResult(id, (Text(draw(WORDS)),)))
        found += [Message("assistant", tuple(parts))] if parts else []
        found += [Message("tool", tuple(results))] if results else []
    return tuple(found)


REQUESTS = st.builds(
    lambda messages, tools, choice, **fields: Request(
        messages, tools=tools, tool_choice=ToolChoice(choice) if tools and choice else None, **fields
    ),
    turns(),
    st.lists(
        st.builds(Tool, NAMES, WORDS, strict=st.sampled_from([None, True, False])),
        max_size=2,
        unique_by=lambda tool: tool.name,
    ).map(tuple),
    st.sampled_from([None, "auto", "none", "required"]),
    response_format=st.none()
    | st.just(ResponseFormat())
    | st.builds(ResponseFormat, st.just({"type": "object"}), NAMES, st.none() | WORDS, st.sampled_from([None, True])),
    thinking=st.none() | st.sampled_from(LEVELS).map(ThinkingConfig),
    max_tokens=st.none() | st.integers(1, 10**6),
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    verbosity=st.none() | st.sampled_from(["low", "high"]),
    service_tier=st.none() | NAMES,
    store=st.none() | st.booleans(),
    user=st.none() | WORDS,
    metadata=st.none() | st.dictionaries(NAMES, WORDS, max_size=2),
    cache_key=st.none() | WORDS,
    stream=st.booleans(),
    options=st.dictionaries(st.sampled_from(["truncation", "previous_response_id", "safety_identifier"]), WORDS),
)


@given(REQUESTS)
@unhurried
def test_a_request_written_and_read_is_the_same(request: Request) -> None:
    request_survives(SPOKEN, request, seen=seen)


def seen(request: Request) -> tuple[Any, ...]:
    """All of it, turns of the assistant that follow each other as one."""
    return replace(request, messages=()), merged(request.messages)


def merged(messages: tuple[Message, ...]) -> list[tuple[str, list[Any]]]:
    """The conversation, turns of the assistant that follow each other as one."""
    found: list[tuple[str, list[Any]]] = []
    for message in messages:
        if found and message.role == "assistant" == found[-1][0]:
            found[-1][1].extend(message.parts)
        else:
            found.append((message.role, list(message.parts)))
    return found


# ---- nonsense


@given(st.binary(max_size=200), PLACES)
@unhurried
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18."""
    for start in (b"", b"data: ", b"{", b'data: {"type": "response.', b"event: error\ndata: "):
        ends_soundly(SPOKEN, start + data, places)


KEYS = [
    *(
        "type",
        "item",
        "output_index",
        "content_index",
        "summary_index",
        "delta",
        "response",
        "output",
        "status",
        "error",
    ),
    *("content", "summary", "text", "annotations", "usage", "id", "call_id", "name", "arguments", "incomplete_details"),
]
KINDS = [
    *(
        "response.created",
        "response.completed",
        "response.incomplete",
        "response.failed",
        "error",
        "message",
        "reasoning",
    ),
    *("response.output_item.added", "response.output_item.done", "response.output_text.delta", "function_call"),
    *("response.function_call_arguments.delta", "response.reasoning_text.delta", "custom_tool_call", "output_text"),
]
ANYTHING = anything(KEYS, st.sampled_from(KINDS))


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(KEYS), ANYTHING)), max_size=4),
    st.booleans(),
    PLACES,
)
@unhurried
def test_no_json_raises(values: list[tuple[str, Any]], stream: bool, places: list[int]) -> None:
    """Pain 18: any JSON at all, as events or as a body."""
    lines = [json.dumps({"type": kind, **value}) for kind, value in values]
    data = "".join(f"data: {line}\n\n" for line in lines) if stream else "".join(lines[:1])
    ends_soundly(SPOKEN, data.encode(), places)
