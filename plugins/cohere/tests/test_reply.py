"""What the replies of Cohere's own wire mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    BadRequest,
    BrokenReply,
    CallError,
    Citation,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    Text,
    Thinking,
    ToolCall,
    TooLong,
)
from hamr_testkit.growth import is_linear

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

MODEL = "cohere/command-a-03-2025"
USAGE = {
    "billed_units": {"input_tokens": 2.0, "output_tokens": 3.0},
    "tokens": {"input_tokens": 9.0, "output_tokens": 4.0},
}
START = {"type": "message-start", "id": "r1", "delta": {"message": {"role": "assistant", "content": []}}}


def sse(*events: dict[str, Any]) -> bytes:
    """A stream of these events."""
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def end(reason: str = "COMPLETE", **more: Any) -> dict[str, Any]:
    """The last event."""
    return {"type": "message-end", "delta": {"finish_reason": reason, "usage": USAGE, **more}}


def opened(index: int, kind: str = "text") -> dict[str, Any]:
    return {"type": "content-start", "index": index, "delta": {"message": {"content": {"type": kind, kind: ""}}}}


def said(index: int, text: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"type": "content-delta", "index": index, "delta": {"message": {"content": {kind: text}}}, **more}


def closed(index: int) -> dict[str, Any]:
    return {"type": "content-end", "index": index}


def plan(text: str) -> dict[str, Any]:
    return {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": text}}}


def called(index: int, *pieces: str, id: str = "c1") -> list[dict[str, Any]]:
    """The events of one call."""
    start = {"id": id, "type": "function", "function": {"name": "f", "arguments": ""}}
    deltas = [
        {
            "type": "tool-call-delta",
            "index": index,
            "delta": {"message": {"tool_calls": {"function": {"arguments": p}}}},
        }
        for p in pieces
    ]
    begun = {"type": "tool-call-start", "index": index, "delta": {"message": {"tool_calls": start}}}
    return [begun, *deltas, {"type": "tool-call-end", "index": index}]


def cited(value: dict[str, Any]) -> list[dict[str, Any]]:
    start = {"type": "citation-start", "index": 0, "delta": {"message": {"citations": value}}}
    return [start, {"type": "citation-end", "index": 0}]


SOURCE = {
    "start": 0,
    "end": 5,
    "text": "Hello",
    "sources": [
        {"type": "document", "id": "doc:0", "document": {"title": "Greetings", "url": "https://x.test", "text": "…"}},
        {"type": "tool", "id": "c1:0", "tool_output": {"a": "b"}},
    ],
    "type": "TEXT_CONTENT",
    "content_index": 1,
}
CITED = (Citation("https://x.test", "Greetings", None, 0, 5), Citation(None, "c1:0", None, 0, 5))


def test_thinking_then_text_with_its_sources(wire: Wire) -> None:
    reply = sse(
        START,
        opened(0, "thinking"),
        said(0, "Hm", "thinking"),
        said(0, ".", "thinking"),
        closed(0),
        opened(1),
        said(1, "Hel"),
        said(1, "lo"),
        *cited(SOURCE),
        said(1, "!"),
        closed(1),
        end(),
    )
    response = wire(MODEL).read(reply + b"data: [DONE]\n\n")
    text = Text("Hello!", citations=CITED, extra={"cohere": {"citations": [SOURCE]}})
    assert response.message.parts == (Thinking("Hm."), text)
    assert (response.id, response.finish_reason) == ("r1", "stop")


def test_a_source_may_come_behind_the_end_of_its_text(wire: Wire) -> None:
    late = {**SOURCE, "content_index": 0}
    response = wire(MODEL).read(sse(START, opened(0), said(0, "Hello"), closed(0), *cited(late), end()))
    (text,) = response.message.parts
    assert isinstance(text, Text)
    assert text.citations == CITED


def test_a_source_of_nothing_is_kept_with_the_reply(wire: Wire) -> None:
    response = wire(MODEL).read(sse(START, opened(0), said(0, "Hello"), closed(0), *cited(SOURCE), end()))
    assert response.extra == {"cohere": {"citations": [SOURCE]}}


def test_calls_behind_their_plan(wire: Wire) -> None:
    reply = sse(
        START, plan("I will"), plan(" look."), *called(0, '{"a"', ": 1}"), *called(1, id="c2"), end("TOOL_CALL")
    )
    response = wire(MODEL).read(reply)
    assert response.message.parts == (
        Text("I will look.", extra={"cohere": {"field": "tool_plan"}}),
        ToolCall("c1", "f", {"a": 1}, '{"a": 1}'),
        ToolCall("c2", "f", {}, ""),
    )
    assert response.finish_reason == "tool_calls"


def test_no_arguments_may_be_null(wire: Wire) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "null"}}
    body = {"id": "r1", "message": {"role": "assistant", "tool_calls": [call]}, "finish_reason": "TOOL_CALL"}
    assert wire(MODEL).read(json.dumps(body).encode()).tool_calls == (ToolCall("c1", "f", {}, "{}"),)


def test_a_call_that_was_cut_off_says_so(wire: Wire) -> None:
    begun = called(0, '{"a": ')[:-1]
    response = wire(MODEL).read(sse(START, *begun, end("MAX_TOKENS")))
    assert response.finish_reason == "length"
    assert response.tool_calls[0].problem == "the reply ended in the midst of the arguments"


def test_a_whole_reply_is_the_same_as_its_stream(wire: Wire) -> None:
    function = {"name": "f", "arguments": '{"a": 1}'}
    message = {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hello"}],
        "tool_plan": "I will look.",
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        "citations": [SOURCE],
    }
    whole = {"id": "r1", "message": message, "finish_reason": "TOOL_CALL", "usage": USAGE}
    streamed = sse(
        START,
        opened(0, "thinking"),
        said(0, "Hm.", "thinking"),
        closed(0),
        opened(1),
        said(1, "Hello"),
        *cited(SOURCE),
        closed(1),
        plan("I will look."),
        *called(0, '{"a": 1}'),
        end("TOOL_CALL"),
    )
    assert wire(MODEL).read(json.dumps(whole).encode()) == wire(MODEL).read(streamed)


def test_tokens_are_counted_and_what_is_billed_is_kept(wire: Wire) -> None:
    counted = {
        "billed_units": {"input_tokens": 267, "output_tokens": 52},
        "tokens": {"input_tokens": 34.0, "output_tokens": 56.0, "reasoning_tokens": 10, "image_tokens": 259},
        "cached_tokens": 4,
    }
    usage = wire(MODEL).read(sse(START, opened(0), said(0, "x"), end(usage=counted))).usage
    assert usage is not None
    assert (usage.input, usage.cache_read, usage.output, usage.reasoning) == (289, 4, 46, 10)
    assert usage.raw == counted
    assert usage.billed is not None
    assert (usage.billed.input_total, usage.billed.output_total) == (267, 52)


def test_what_is_billed_stands_in_where_nothing_else_is_told(wire: Wire) -> None:
    counted = {"billed_units": {"input_tokens": 2, "output_tokens": 3}}
    usage = wire(MODEL).read(sse(START, opened(0), said(0, "x"), end(usage=counted))).usage
    assert usage is not None
    assert (usage.input, usage.output, usage.estimated) == (2, 3, True)
    assert wire(MODEL).read(sse(START, opened(0), said(0, "x"), end(usage=None))).usage is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("COMPLETE", "stop"),
        ("STOP_SEQUENCE", "stop"),
        ("MAX_TOKENS", "length"),
        ("ERROR_TOXIC", "content_filter"),
        ("X", "unknown"),
    ],
)
def test_why_it_ended(raw: str, reason: str, wire: Wire) -> None:
    assert wire(MODEL).read(sse(START, opened(0), said(0, "x"), end(raw))).finish_reason == reason


def test_probabilities_are_kept(wire: Wire) -> None:
    one, two = {"text": "a", "token_ids": [1]}, {"text": "b", "token_ids": [2]}
    response = wire(MODEL).read(sse(START, opened(0), said(0, "a", logprobs=one), said(0, "b", logprobs=two), end()))
    assert response.extra == {"cohere": {"logprobs": [one, two]}}


FAILURES: list[tuple[bytes, type[CallError], str]] = [
    (b"", BrokenReply, "empty"),
    (sse(START, opened(0), said(0, "x")), BrokenReply, "broke off before its end"),
    (sse(START, opened(0), said(0, "x"), closed(0)) + b"data: [DONE]\n\n", BrokenReply, "broke off before its end"),
    (sse(START, opened(0), said(0, "x"), end("ERROR", error="it fell over")), BrokenReply, "it fell over"),
    (sse(START, end("ERROR", error="too many tokens: 9")), TooLong, "too many tokens"),
    (sse(START, opened(0), said(0, "x"), end("TIMEOUT")), Overloaded, "took too long"),
    (sse(START) + b"data: oops\n\ndata: {}\n\n", BrokenReply, "no JSON: oops"),
    (b'{"id":"1","message":"model not ready"}', BrokenReply, "model not ready"),
    (b'{"id":"1"}', BrokenReply, "holds no message"),
    (b"<html><title>Login</title></html>", BrokenReply, "a web page: Login"),
]


@pytest.mark.parametrize(("reply", "error", "told"), FAILURES)
def test_what_fails_in_the_midst(reply: bytes, error: type[CallError], told: str, wire: Wire) -> None:
    """Pain 16: no reply that ends early passes for a whole one."""
    with pytest.raises(error, match=told):
        wire(MODEL).read(reply)


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (400, "invalid request: message must be at least 1 token long", BadRequest),
        (400, "too many tokens: size limit exceeded by 11326 tokens", TooLong),
        (401, "invalid api token", NotLetIn),
        (402, "add a payment method", QuotaSpent),
        (404, "model 'x' not found", NoSuchModel),
        (422, "invalid type", BadRequest),
        (429, "You are using a Trial key, which is limited to 1000 API calls / month.", QuotaSpent),
        (429, "trial token rate limit exceeded, limit is 100000 tokens per minute", RateLimited),
        (498, "blocked input", Refused),
        (500, "internal server error", Overloaded),
        (503, "unavailable", Overloaded),
        (504, "timeout", Overloaded),
    ],
)
def test_errors(status: int, message: str, error: type[CallError], wire: Wire) -> None:
    found = wire(MODEL).error(status, {"id": "1", "message": message})
    assert type(found) is error
    assert found.message == message


def test_a_long_reply_takes_linear_time(wire: Wire) -> None:
    """Pain 18."""

    def read(count: int) -> None:
        data = sse(START, opened(0), *[said(0, "word ")] * count, end())
        decoder = wire(MODEL).pipeline.wire.decoder()
        for start in range(0, len(data), 100):
            decoder.feed(data[start : start + 100])

    assert is_linear(read, 2000)
