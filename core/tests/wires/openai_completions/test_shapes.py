"""Every shape of a stream that servers are known to send: read, cut, torn, and robbed of its fields."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from hamr.errors import BrokenReply
from hamr.types import Event, Failed, Finished, Response, Text, Thinking, ToolCall, ToolCallEnd
from hamr_testkit.cuts import cuts

Decode = Callable[..., list[Event]]
HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "m"}


def said(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def call(**fragment: Any) -> dict[str, Any]:
    return said(tool_calls=[fragment])


def part(name: str | None = None, arguments: Any = "", **more: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {**more, "function": function}


class Shape(NamedTuple):
    """The chunks of a stream, its flags, and what it must come to: texts, (name, arguments) and thinking, in order."""

    chunks: list[Any]
    parts: list[Any]
    flags: Mapping[str, Any] = MappingProxyType({})
    reason: str = "stop"
    done: bool = True


F, G = ("f", {"x": 1}), ("g", {"y": "ž"})
END = said("tool_calls")

SHAPES = {
    "text": Shape(
        [said(role="assistant", content=""), said(content="Hel"), said(content="lo 🐎"), said("stop")], ["Hello 🐎"]
    ),
    "text and finish in one chunk": Shape([said("stop", content="Hello")], ["Hello"]),
    "no end mark": Shape([said(content="Hello"), said("stop")], ["Hello"], done=False),
    "usage with the finish": Shape([said(content="x"), {**said("stop"), "usage": {"prompt_tokens": 1}}], ["x"]),
    "usage behind": Shape(
        [{**said(content="x"), "usage": None}, said("stop"), {**HEAD, "choices": [], "usage": {"prompt_tokens": 3}}],
        ["x"],
    ),
    "an empty first chunk (Azure)": Shape(
        [
            {"id": "", "model": "", "choices": [], "prompt_filter_results": [{"prompt_index": 0}]},
            said("stop", content="x"),
        ],
        ["x"],
    ),
    "chunks without choices": Shape([HEAD, {**HEAD, "choices": None}, said("stop", content="x")], ["x"]),
    "a null delta": Shape([{**HEAD, "choices": [{"index": 0, "delta": None}]}, said("stop", content="x")], ["x"]),
    "nulls everywhere": Shape(
        [said(role="assistant", content=None, refusal=None, tool_calls=None, audio=None), said("stop", content="x")],
        ["x"],
    ),
    "refusal": Shape(
        [said(refusal="I "), said(refusal="won't"), said("stop")], [("refusal", "I won't")], reason="refusal"
    ),
    "finish reason of another word": Shape([said("end_turn", content="x")], ["x"]),
    "cut by its length": Shape([said("max_tokens", content="x")], ["x"], reason="length"),
    "filtered": Shape([said("sensitive", content="x")], ["x"], reason="content_filter"),
    "aborted": Shape([said("abort", content="x")], ["x"], reason="error"),
    "an unknown reason": Shape([said("vanished", content="x")], ["x"], reason="unknown"),
    "an end mark without a reason": Shape([said(content="x")], ["x"], reason="unknown"),
    "the end is the only mark": Shape([said(content="x")], ["x"], {"supports_finish_reason": False}, done=False),
    "a message in a stream": Shape(
        [{**HEAD, "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}], ["x"]
    ),
    "cumulative text (H-164)": Shape(
        [said(content="He"), said(content="Hello"), said("stop", content="Hello")], ["Hello"], {"resends_text": True}
    ),
    "thinking as reasoning_content": Shape(
        [said(reasoning_content="Hm"), said(reasoning_content="m"), said("stop", content="x")],
        [("reasoning_content", "Hmm"), "x"],
    ),
    "thinking as reasoning": Shape([said(reasoning="Hmm"), said("stop", content="x")], [("reasoning", "Hmm"), "x"]),
    "thinking as reasoning_text": Shape(
        [said("stop", reasoning_text="Hm", content="x")], [("reasoning_text", "Hm"), "x"]
    ),
    "thinking twice": Shape([said("stop", reasoning_content="Hm", reasoning="Hm")], [("reasoning_content", "Hm")]),
    "thinking between texts": Shape(
        [said(content="a"), said(reasoning="b"), said("stop", content="c")], ["a", ("reasoning", "b"), "c"]
    ),
    "thinking as details": Shape(
        [
            said(reasoning_details=[{"type": "reasoning.text", "text": "H", "index": 0}]),
            said(reasoning_details=[{"type": "reasoning.text", "text": "m", "index": 0}]),
            said(reasoning_details=[{"type": "reasoning.text", "signature": "s", "index": 0}]),
            said("stop", content="x"),
        ],
        [("reasoning_details", "Hm"), "x"],
    ),
    "thinking as chunks of content": Shape(
        [
            said(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "H"}]}]),
            said(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "m"}], "closed": True}]),
            said(content=[{"type": "text", "text": "x"}]),
            said("stop", content="y"),
        ],
        [("content", "Hm"), "xy"],
    ),
    "thinking between tags": Shape(
        [said(content="<thi"), said(content="nk>Hm"), said(content="</"), said(content="think>\n\nx"), said("stop")],
        [("content", "Hm"), "x"],
        {"thinking_tags": ["<think>", "</think>"]},
    ),
    "thinking whose opening tag stands in the prompt": Shape(
        [said(content="Hm</think>x"), said("stop")],
        [("content", "Hm"), "x"],
        {"thinking_tags": ["<think>", "</think>"], "thinking_starts_open": True},
    ),
    "tags without the flag": Shape([said("stop", content="<think>Hm</think>x")], ["<think>Hm</think>x"]),
    "a call": Shape(
        [
            call(**part("f", "", index=0, id="c1", type="function")),
            call(**part(None, '{"x"', index=0)),
            call(**part(None, ":1}", index=0)),
            END,
        ],
        [("c1", *F)],
        reason="tool_calls",
    ),
    "text before a call": Shape(
        [said(content="Let me"), call(**part("f", '{"x":1}', index=0, id="c1")), END],
        ["Let me", ("c1", *F)],
        reason="tool_calls",
    ),
    "id in every fragment": Shape(
        [call(**part("f", '{"x"', index=0, id="c1")), call(**part(None, ":1}", index=0, id="c1")), END],
        [("c1", *F)],
        reason="tool_calls",
    ),
    "name in every fragment": Shape(
        [call(**part("f", '{"x"', index=0, id="c1")), call(**part("f", ":1}", index=0, id="c1")), END],
        [("c1", *F)],
        reason="tool_calls",
    ),
    "no index": Shape(
        [
            call(**part("f", '{"x":', id="c1")),
            call(**part(None, "1}", id="c1")),
            call(**part("g", '{"y":', id="c2")),
            call(**part(None, '"ž"}')),
            END,
        ],
        [("c1", *F), ("c2", *G)],
        reason="tool_calls",
    ),
    "no index, interleaved by id": Shape(
        [
            call(**part("f", '{"x":', id="c1")),
            call(**part("g", '{"y":', id="c2")),
            call(**part(None, "1}", id="c1")),
            call(**part(None, '"ž"}', id="c2")),
            END,
        ],
        [("c1", *F), ("c2", *G)],
        reason="tool_calls",
    ),
    "interleaved by index": Shape(
        [
            call(**part("f", '{"x":', index=0, id="c1")),
            call(**part("g", '{"y":', index=1, id="c2")),
            call(**part(None, "1}", index=0)),
            call(**part(None, '"ž"}', index=1)),
            END,
        ],
        [("c1", *F), ("c2", *G)],
        reason="tool_calls",
    ),
    "all of index 0": Shape(
        [call(**part("f", '{"x":1}', index=0, id="c1")), call(**part("g", '{"y":"ž"}', index=0, id="c2")), END],
        [("c1", *F), ("c2", *G)],
        reason="tool_calls",
    ),
    "all of index 0, one name": Shape(
        [call(**part("f", '{"x":1}', index=0, id="c1")), call(**part("f", '{"x":2}', index=0, id="c2")), END],
        [("c1", *F), ("c2", "f", {"x": 2})],
        reason="tool_calls",
    ),
    "all of index 0, no ids": Shape(
        [call(**part("f", '{"x":1}', index=0)), call(**part("f", '{"x":2}', index=0)), END],
        [(None, *F), (None, "f", {"x": 2})],
        reason="tool_calls",
    ),
    "whole calls without index and id": Shape(
        [said(tool_calls=[part("f", '{"x":1}'), part("f", '{"x":2}')]), END],
        [(None, *F), (None, "f", {"x": 2})],
        reason="tool_calls",
    ),
    "ids of no use": Shape(
        [call(**part("f", '{"x":', index=0, id="")), call(**part(None, "1}", index=0, id="null")), END],
        [(None, *F)],
        reason="tool_calls",
    ),
    "one id for two calls": Shape(
        [said(tool_calls=[part("f", '{"x":1}', index=0, id="c"), part("g", '{"y":"ž"}', index=1, id="c")]), END],
        [("c", *F), (None, *G)],
        reason="tool_calls",
    ),
    "arguments as an object": Shape(
        [call(**part("f", {"x": 1}, index=0, id="null")), END], [(None, *F)], reason="tool_calls"
    ),
    "arguments of null": Shape(
        [call(**part("f", None, index=0, id="c1")), END], [("c1", "f", {})], reason="tool_calls"
    ),
    "the name comes late": Shape(
        [
            call(index=0, id="c1", function={"arguments": '{"x"'}),
            call(index=0, function={"name": "f", "arguments": ":1}"}),
            END,
        ],
        [("c1", *F)],
        reason="tool_calls",
    ),
    "an index as a text": Shape(
        [call(**part("f", '{"x"', index="0", id="c1")), call(**part(None, ":1}", index="0")), END],
        [("c1", *F)],
        reason="tool_calls",
    ),
    "stop though there are calls": Shape(
        [call(**part("f", '{"x":1}', index=0, id="c1")), said("stop")], [("c1", *F)], reason="tool_calls"
    ),
    "an empty reason with calls (xAI)": Shape(
        [call(**part("f", '{"x":1}', index=0, id="c1")), said("")], [("c1", *F)], reason="tool_calls"
    ),
    "a deprecated function call": Shape(
        [
            said(function_call={"name": "f", "arguments": '{"x"'}),
            said(function_call={"arguments": ":1}"}),
            said("function_call"),
        ],
        [(None, *F)],
        reason="tool_calls",
    ),
    "a custom tool": Shape(
        [
            call(index=0, id="c1", type="custom", custom={"name": "f", "input": "go "}),
            call(index=0, custom={"input": "on"}),
            END,
        ],
        [("c1", "f", {"input": "go on"})],
        reason="tool_calls",
    ),
    "several choices": Shape(
        [
            {**HEAD, "choices": [{"index": 1, "delta": {"content": "b"}, "finish_reason": "stop"}]},
            said("stop", content="a"),
        ],
        ["a"],
    ),
}


def summary(response: Response) -> list[Any]:
    return [_summary(part) for part in response.message.parts]


def _summary(part: Any) -> Any:
    if isinstance(part, Text):
        return ("refusal", part.text) if part.refusal else part.text
    if isinstance(part, Thinking):
        return (part.extra or {})["openai-completions"]["field"], part.text
    assert isinstance(part, ToolCall)
    assert part.problem is None
    return part.id, part.name, part.arguments


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_read_alike_in_every_cut(
    name: str, decode: Decode, folded: Callable[..., Response], sse: Callable[..., bytes]
) -> None:
    """Pain 11: fragments of calls, by index, then by id, then by order. Pain 16: cuts."""
    shape = SHAPES[name]
    stream = sse(*shape.chunks, done=shape.done)
    events = decode(stream, **shape.flags)
    response = folded(events)
    expected = [
        (found[0], *wanted[1:]) if isinstance(wanted, tuple) and wanted[0] is None else wanted
        for found, wanted in zip(summary(response), shape.parts, strict=True)
    ]
    assert summary(response) == expected
    assert response.finish_reason == shape.reason
    ids = [call.id for call in response.tool_calls]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    for cut, pieces in cuts(stream):
        assert decode(pieces, **shape.flags) == events, cut


@pytest.mark.parametrize(
    "name", [name for name, shape in SHAPES.items() if shape.flags.get("supports_finish_reason", True)]
)
def test_a_torn_stream_is_an_error_or_complete(name: str, decode: Decode, sse: Callable[..., bytes]) -> None:
    """Pain 14: cut behind every byte. No reason is made up, and no part of a call is given out as a call."""
    shape = SHAPES[name]
    stream = sse(*shape.chunks, done=shape.done)
    whole = decode(stream, **shape.flags)
    ends = [event for event in whole if isinstance(event, ToolCallEnd)]
    for size in range(len(stream)):
        events = decode(stream[:size], **shape.flags)
        last = events[-1]
        if isinstance(last, Failed):
            assert isinstance(last.error, BrokenReply)
            assert not any(isinstance(event, (ToolCallEnd, Finished)) for event in events)
        else:
            assert isinstance(last, Finished)
            assert (last.reason, last.raw) == (whole[-1].reason, whole[-1].raw)
            assert [event for event in events if isinstance(event, ToolCallEnd)] == ends


def without_each_field(value: Any) -> Iterator[Any]:
    """The value with each field in turn left out, or null."""
    for path in list(paths(value)):
        for null in (False, True):
            robbed = copy.deepcopy(value)
            at = robbed
            for step in path[:-1]:
                at = at[step]
            if null:
                at[path[-1]] = None
            else:
                del at[path[-1]]
            yield robbed


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*before, step)
        yield from paths(inner, (*before, step))


@pytest.mark.parametrize("name", SHAPES)
def test_no_single_field_is_needed(name: str, decode: Decode, sse: Callable[..., bytes]) -> None:
    """Pain 18: whatever is missing or null, the reply is read to an end that says what it is."""
    shape = SHAPES[name]
    for chunks in without_each_field(shape.chunks):
        events = decode(sse(*chunks, done=shape.done), **shape.flags)
        assert isinstance(events[-1], (Finished, Failed))
        assert sum(isinstance(event, (Finished, Failed)) for event in events) == 1


JUNK = [7, "x", [], {}, [1], {"a": 1}, True, -1.5, [[]], [{}]]


@pytest.mark.parametrize("name", ["text", "a call", "thinking as details", "a custom tool", "usage behind"])
def test_no_field_of_a_wrong_type_raises(name: str, decode: Decode, sse: Callable[..., bytes]) -> None:
    """Pain 18: servers send what they like; it is read, or told as a failure, but never raises."""
    shape = SHAPES[name]
    for path in list(paths(shape.chunks)):
        for junk in JUNK:
            chunks = copy.deepcopy(shape.chunks)
            at: Any = chunks
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = junk
            events = decode(sse(*chunks), **shape.flags)
            assert isinstance(events[-1], (Finished, Failed)), (path, junk)


@pytest.mark.parametrize("name", SHAPES)
def test_a_whole_reply_is_the_fold_of_its_stream(
    name: str, decode: Decode, folded: Callable[..., Response], sse: Callable[..., bytes]
) -> None:
    """The events of a whole body fold into what the same message folds into when it is streamed in one chunk."""
    shape = SHAPES[name]
    message: dict[str, Any] = {}
    finish = None
    for chunk in shape.chunks:
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) == 0 and isinstance(choice.get("delta"), dict):
                message.update({k: v for k, v in choice["delta"].items() if v and k not in message})
                finish = choice.get("finish_reason") or finish
    calls = message.get("tool_calls", [])
    if any("index" not in call and not call.get("id") for call in calls):
        return  # in a stream, such fragments may belong together; in a whole message, they never do
    body = {**HEAD, "choices": [{"index": 0, "message": message, "finish_reason": finish or "stop"}]}
    streamed = {**HEAD, "choices": [{"index": 0, "delta": message, "finish_reason": finish or "stop"}]}
    assert decode(json.dumps(body).encode(), **shape.flags) == decode(sse(streamed), **shape.flags)
    for cut, pieces in cuts(json.dumps(body, ensure_ascii=False).encode()):
        assert folded(decode(pieces, **shape.flags)) == folded(decode(sse(streamed), **shape.flags)), cut
