"""Replies as Bedrock frames them, whole, cut and spoiled."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hamr.api import (
    BrokenReply,
    CallError,
    Event,
    Failed,
    Finished,
    HostedTool,
    Image,
    RateLimited,
    Response,
    Text,
    Thinking,
    ToolCall,
    ToolCallEnd,
)
from hamr_testkit.cuts import cuts

NAME = "bedrock-converse"
Decode = Callable[..., list[Event]]
Fold = Callable[[list[Event]], Response]
Stream = Callable[..., bytes]
Events = list[tuple[str, Any]]

START = ("messageStart", {"role": "assistant", "p": "padding"})
USAGE = {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12}
META = ("metadata", {"usage": USAGE, "metrics": {"latencyMs": 3}, "p": "padd"})


def stop(reason: str, **more: Any) -> tuple[str, Any]:
    return "messageStop", {"stopReason": reason, **more}


def delta(at: int, **said: Any) -> tuple[str, Any]:
    return "contentBlockDelta", {"contentBlockIndex": at, "delta": said, "p": "abc"}


def begin(at: int, **said: Any) -> tuple[str, Any]:
    return "contentBlockStart", {"contentBlockIndex": at, "start": said}


def end(at: int) -> tuple[str, Any]:
    return "contentBlockStop", {"contentBlockIndex": at}


def thought(at: int, **said: Any) -> tuple[str, Any]:
    return delta(at, reasoningContent=said)


def cited(title: str) -> dict[str, Any]:
    return {"title": title, "sourceContent": [{"text": "said"}], "location": {"web": {"url": "https://a.test"}}}


CALL: Events = [
    begin(1, toolUse={"toolUseId": "t1", "name": "f", "type": "tool_use"}),
    delta(1, toolUse={"input": '{"x":'}),
    delta(1, toolUse={"input": "1}"}),
    end(1),
]
PNG = base64.b64encode(b"\x89PNG").decode()
SHAPES: dict[str, tuple[Events, list[Any], str]] = {
    "text": ([START, delta(0, text="He"), delta(0, text="llo"), end(0), stop("end_turn"), META], ["Hello"], "stop"),
    "no start, no ends": ([delta(0, text="a"), stop("end_turn"), META], ["a"], "stop"),
    "no account": ([START, delta(0, text="a"), stop("end_turn")], ["a"], "stop"),
    "a call": (
        [START, delta(0, text="Let"), end(0), *CALL, stop("tool_use"), META],
        ["Let", ("t1", "f", {"x": 1})],
        "tool_calls",
    ),
    "a call under another reason": ([START, *CALL, stop("end_turn"), META], [("t1", "f", {"x": 1})], "tool_calls"),
    "a call without arguments": (
        [START, begin(0, toolUse={"toolUseId": "t1", "name": "f"}), end(0), stop("tool_use"), META],
        [("t1", "f", {})],
        "tool_calls",
    ),
    "two calls at once": (
        [
            begin(0, toolUse={"toolUseId": "a", "name": "f"}),
            begin(1, toolUse={"toolUseId": "b", "name": "g"}),
            delta(1, toolUse={"input": '{"y":2}'}),
            delta(0, toolUse={"input": '{"x":1}'}),
            end(1),
            end(0),
            stop("tool_use"),
        ],
        [("a", "f", {"x": 1}), ("b", "g", {"y": 2})],
        "tool_calls",
    ),
    "thinking that is signed": (
        [
            START,
            thought(0, text="H"),
            thought(0, text="m"),
            thought(0, signature="c2ln"),
            end(0),
            delta(1, text="a"),
            stop("end_turn"),
        ],
        [("Hm", {"vendor": "anthropic", "signature": "c2ln"}), "a"],
        "stop",
    ),
    "thinking that is hidden": (
        [START, thought(0, redactedContent="aGlkZGVu"), end(0), stop("end_turn")],
        [("", {"vendor": "anthropic", "redactedContent": "aGlkZGVu"})],
        "stop",
    ),
    "thinking that is hidden, in pieces": (
        [thought(0, redactedContent="aGk="), thought(0, redactedContent="ZGU="), end(0), stop("end_turn")],
        [("", {"vendor": "anthropic", "redactedContent": base64.b64encode(b"hide").decode()})],
        "stop",
    ),
    "text behind thinking at one place": (
        [thought(0, text="Hm"), delta(0, text="a"), end(0), stop("end_turn")],
        [("Hm", {"vendor": "anthropic"}), "a"],
        "stop",
    ),
    "text with a source": (
        [START, delta(0, citation=cited("T")), delta(0, text="a"), end(0), stop("end_turn")],
        [("T", "said", "https://a.test", "a")],
        "stop",
    ),
    "a tool of Bedrock's own": (
        [
            begin(0, toolUse={"toolUseId": "s", "name": "nova_grounding", "type": "server_tool_use"}),
            delta(0, toolUse={"input": '{"q":"x"}'}),
            end(0),
            begin(1, toolResult={"toolUseId": "s", "type": "r", "status": "success"}),
            delta(1, toolResult=[{"text": "f"}]),
            delta(1, toolResult=[{"json": {"a": 1}}]),
            end(1),
            delta(2, text="a"),
            stop("end_turn"),
        ],
        [
            {"toolUse": {"toolUseId": "s", "name": "nova_grounding", "type": "server_tool_use", "input": {"q": "x"}}},
            {
                "toolResult": {
                    "toolUseId": "s",
                    "type": "r",
                    "status": "success",
                    "content": [{"text": "f"}, {"json": {"a": 1}}],
                }
            },
            "a",
        ],
        "stop",
    ),
    "an image": (
        [begin(0, image={"format": "png"}), delta(0, image={"source": {"bytes": PNG}}), end(0), stop("end_turn")],
        [b"\x89PNG"],
        "stop",
    ),
    "cut at its limit": ([delta(0, text="a"), stop("max_tokens"), META], ["a"], "length"),
    "cut by its window": ([delta(0, text="a"), stop("model_context_window_exceeded")], ["a"], "length"),
    "filtered": ([delta(0, text="a"), stop("guardrail_intervened")], ["a"], "content_filter"),
    "malformed": ([delta(0, text="a"), stop("malformed_tool_use")], ["a"], "error"),
    "an unknown reason": ([delta(0, text="a"), stop("vanished")], ["a"], "unknown"),
    "events that are not known": (
        [START, ("ping", {}), delta(0, text="a"), delta(0, other=1), stop("end_turn")],
        ["a"],
        "stop",
    ),
}


def summary(part: Any) -> Any:
    if isinstance(part, Thinking):
        return part.text, (part.extra or {})[NAME]
    if isinstance(part, ToolCall):
        return part.id, part.name, part.arguments
    if isinstance(part, HostedTool):
        return (part.extra or {})[NAME]["block"]
    if isinstance(part, Image):
        return part.data
    assert isinstance(part, Text)
    return (
        (part.citations[0].title, part.citations[0].quote, part.citations[0].url, part.text)
        if part.citations
        else part.text
    )


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_read_alike_in_every_cut(name: str, decode: Decode, folded: Fold, stream: Stream) -> None:
    """Pain 16."""
    shape, parts, reason = SHAPES[name]
    data = stream(*shape)
    events = decode(data)
    response = folded(events)
    assert list(map(summary, response.message.parts)) == parts
    assert response.finish_reason == reason
    assert sum(event.type == "finished" for event in events) == 1
    for cut, pieces in cuts(data):
        assert decode(pieces) == events, cut


@pytest.mark.parametrize("name", SHAPES)
def test_a_torn_stream_is_an_error_or_complete(name: str, decode: Decode, stream: Stream) -> None:
    """Pain 14: cut behind every byte, also within a prelude; complete is what came to the end of its message."""
    shape, _, _ = SHAPES[name]
    data = stream(*shape)
    whole = decode(data)
    ends = [event for event in whole if isinstance(event, ToolCallEnd)]
    told = next(at for at, event in enumerate(shape) if event[0] == "messageStop")
    bound = len(stream(*shape[: told + 1]))
    for size in range(len(data)):
        events = decode(data[:size])
        last = events[-1]
        if size < bound:
            assert isinstance(last, Failed), size
            assert isinstance(last.error, BrokenReply)
        else:
            assert last == whole[-1] or (isinstance(last, Finished) and shape[-1] == META)
            assert [event for event in events if isinstance(event, ToolCallEnd)] == ends


def test_an_account_that_breaks_off_is_told(decode: Decode, folded: Fold, stream: Stream) -> None:
    shape, _, _ = SHAPES["text"]
    response = folded(decode(stream(*shape)[:-3]))
    assert (response.text, response.usage, response.finish_reason) == ("Hello", None, "stop")
    assert response.warnings == ("the account of the tokens broke off",)


def test_a_call_that_was_cut_is_no_call(decode: Decode, folded: Fold, stream: Stream) -> None:
    """Pain 14: neither half of its arguments nor none of them are taken for all."""
    opened = begin(0, toolUse={"toolUseId": "t", "name": "f"})
    for pieces in ([], [delta(0, toolUse={"input": '{"x"'})]):
        for shape in ([opened, *pieces, end(0)], [opened, *pieces]):
            response = folded(decode(stream(*shape, stop("max_tokens"))))
            assert response.finish_reason == "length"
            assert response.tool_calls[0].problem
            assert response.tool_calls[0].arguments == {}


def test_what_else_is_said_is_kept(decode: Decode, folded: Fold, stream: Stream) -> None:
    trace = {"guardrail": {"actionReason": "masked"}}
    meta = ("metadata", {"usage": USAGE, "trace": trace, "metrics": {"latencyMs": 9}, "serviceTier": {"type": "flex"}})
    fields = {"stop_sequence": "x"}
    response = folded(decode(stream(delta(0, text="a"), stop("end_turn", additionalModelResponseFields=fields), meta)))
    said = {"additionalModelResponseFields": fields, "trace": trace, "metrics": {"latencyMs": 9}}
    assert response.extra == {NAME: {**said, "serviceTier": {"type": "flex"}}}


def test_tokens_are_counted_once(decode: Decode, folded: Fold, stream: Stream) -> None:
    """Pain 39: what a cache was read or written for is no part of the input."""
    usage = {
        "inputTokens": 10,
        "outputTokens": 7,
        "totalTokens": 1117,
        "cacheReadInputTokens": 100,
        "cacheWriteInputTokens": 1000,
        "cacheDetails": [{"ttl": "1h", "inputTokens": 400}],
    }
    found = folded(decode(stream(delta(0, text="a"), stop("end_turn"), ("metadata", {"usage": usage})))).usage
    assert found is not None
    assert (found.input, found.cache_read, found.cache_write_5m, found.cache_write_1h) == (10, 100, 600, 400)
    assert (found.output, found.total, found.raw) == (7, 1117, usage)


WHOLE = {
    "output": {
        "message": {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "Hm", "signature": "c2ln"}}, "type": "thinking"},
                {"text": "a"},
                {"citationsContent": {"content": [{"text": "b"}], "citations": [cited("T")]}},
                {"toolUse": {"toolUseId": "t", "name": "f", "input": {"x": 1}}},
                {"newBlock": {"a": 1}},
            ],
        }
    },
    "stopReason": "tool_use",
    "usage": USAGE,
}


def test_a_whole_reply(decode: Decode, folded: Fold) -> None:
    for _, pieces in cuts(json.dumps(WHOLE, indent=1).encode()):
        response = folded(decode(pieces))
        assert list(map(summary, response.message.parts)) == [
            ("Hm", {"vendor": "anthropic", "signature": "c2ln"}),
            "a",
            ("T", "said", "https://a.test", "b"),
            ("t", "f", {"x": 1}),
            {"newBlock": {"a": 1}},
        ]
        assert response.tool_calls[0].text == '{"x":1}'


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", BrokenReply, "empty"),
        (b"  \n", BrokenReply, "empty"),
        (b"<html><title>Login</title>", BrokenReply, "Login"),
        (b"{}", BrokenReply, "holds no message"),
        (b"[1]", BrokenReply, "no object"),
        (json.dumps(WHOLE).encode()[:-9], BrokenReply, "broke off"),
        (b'{"__type":"a#ThrottlingException","message":"slow"}', RateLimited, "slow"),
        (b'{"output":{"message":{"content":[{"text":"a"}]}},"usage":{}}', BrokenReply, ""),
    ],
)
def test_a_body_that_is_no_reply(decode: Decode, body: bytes, kind: type[CallError], words: str) -> None:
    events = decode(body)
    if not words:
        assert isinstance(events[-1], Finished)
        assert events[-1].reason == "unknown"
        return
    assert isinstance(events[-1], Failed)
    assert type(events[-1].error) is kind
    assert words in events[-1].error.message


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for step, inner in steps:
        yield (*before, step)
        yield from paths(inner, (*before, step))


JUNK: list[Any] = [None, 7, "x", [], {}, [1], {"a": 1}, True, [[]], [{}]]


@pytest.mark.parametrize(
    "name", ["text", "a call", "thinking that is signed", "a tool of Bedrock's own", "an image", "text with a source"]
)
def test_no_field_of_a_wrong_type_raises(name: str, decode: Decode, stream: Stream) -> None:
    """Pain 18: whatever stands there, the reply is read to an end that says what it is."""
    shape, _, _ = SHAPES[name]
    for at, (event, said) in enumerate(shape):
        for path in paths(said):
            for junk in JUNK:
                spoiled = copy.deepcopy(said)
                inner: Any = spoiled
                for step in path[:-1]:
                    inner = inner[step]
                inner[path[-1]] = junk
                events = decode(stream(*shape[:at], (event, spoiled), *shape[at + 1 :]))
                assert isinstance(events[-1], (Finished, Failed)), (path, junk)


def test_no_field_of_a_whole_reply_is_needed(decode: Decode) -> None:
    for path in paths(WHOLE):
        for junk in JUNK:
            spoiled: Any = copy.deepcopy(WHOLE)
            inner = spoiled
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = junk
            events = decode(json.dumps(spoiled).encode())
            assert isinstance(events[-1], (Finished, Failed)), (path, junk)


def test_a_large_message_in_small_pieces_takes_time_in_proportion(decode: Decode, stream: Stream) -> None:
    from time import perf_counter

    def took(size: int) -> float:
        data = stream(delta(0, text="x" * size), stop("end_turn"))
        pieces = [data[at : at + 64] for at in range(0, len(data), 64)]
        begun = perf_counter()
        decode(pieces)
        return perf_counter() - begun

    assert min(took(4_000_000) for _ in range(2)) < 40 * max(took(400_000), 0.005)
