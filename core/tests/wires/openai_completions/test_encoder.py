"""Replies and refusals, as a client of this wire reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import (
    BadRequest,
    BrokenReply,
    CallError,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
)
from hamr.types import (
    Audio,
    Citation,
    Event,
    Failed,
    File,
    Finished,
    FinishReason,
    HostedTool,
    Image,
    PartAdded,
    Request,
    Response,
    Started,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageUpdated,
    Warned,
)
from hamr.wires.openai_completions import NAME
from hamr.wires.openai_completions.dialect import OpenAICompletionsDialect
from hamr_testkit.conformance import FAILURES, refusal_survives
from hamr_testkit.spoken import Spoken

DIALECT = OpenAICompletionsDialect()
TEXT: list[Event] = [
    Started("chatcmpl-1", "m", {NAME: {"created": 7}}),
    TextStart(0),
    TextDelta(0, "Hel"),
    TextDelta(0, "lo"),
    TextEnd(0),
    UsageUpdated(Usage(input=3, cache_read=2, output=4, reasoning=1)),
    Finished("stop", "stop"),
]
USAGE = {
    "prompt_tokens": 5,
    "completion_tokens": 5,
    "total_tokens": 10,
    "prompt_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 1, "audio_tokens": 0},
}


def streamed(events: list[Event], **options: Any) -> list[Any]:
    encoder = DIALECT.encoder(Request((), stream=True, options=options))
    assert encoder.content_type == "text/event-stream"
    written = b"".join(encoder.encode([event]) for event in events) + encoder.finish()
    lines = written.decode().split("\n\n")
    assert lines.pop() == ""
    assert all(line.startswith("data: ") for line in lines)
    return [line[6:] if line == "data: [DONE]" else json.loads(line[6:]) for line in lines]


def whole(events: list[Event], **options: Any) -> dict[str, Any]:
    encoder = DIALECT.encoder(Request((), options=options))
    assert encoder.content_type == "application/json"
    assert encoder.encode(events) == b""
    body: dict[str, Any] = json.loads(encoder.finish())
    return body


def deltas(chunks: list[Any]) -> list[Any]:
    return [chunk["choices"][0]["delta"] for chunk in chunks[:-1] if chunk["choices"]]


def test_a_stream_is_as_openai_sends_it() -> None:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "m"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    chunks = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Hel"}),
        chunk({"content": "lo"}),
        chunk({}, "stop"),
    ]
    assert streamed(TEXT) == [*chunks, "[DONE]"]
    last = {**head, "choices": [], "usage": USAGE}
    with_usage = [{**each, "usage": None} for each in chunks]
    assert streamed(TEXT, stream_options={"include_usage": True}) == [*with_usage, last, "[DONE]"]


def test_a_whole_reply_is_as_openai_sends_it() -> None:
    message = {"role": "assistant", "content": "Hello", "refusal": None}
    assert whole(TEXT) == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 7,
        "model": "m",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
    }


def test_what_is_not_known_is_always_the_same() -> None:
    """No clock, no chance: the same events are the same bytes."""
    events: list[Event] = [Started(), TextStart(0), TextDelta(0, "a"), Finished("stop")]
    first, again = (streamed(events, model="asked") for _ in range(2))
    assert first == again
    assert (first[0]["id"], first[0]["created"], first[0]["model"]) == ("chatcmpl-hamr", 0, "asked")


CALL: list[Event] = [
    Started("x", "m"),
    ToolCallStart(0, "c1", "f"),
    ToolCallDelta(0, '{"a"'),
    ToolCallStart(1, "c2", "g"),
    ToolCallDelta(0, ":1}"),
    ToolCallEnd(0, ToolCall("c1", "f", {"a": 1}, '{"a":1}')),
    ToolCallEnd(1, ToolCall("c2", "g", {"b": 2}, extra={NAME: {"extra_content": {"s": 1}}})),
    Finished("tool_calls"),
]


def test_calls_have_an_index_and_their_name_once() -> None:
    assert deltas(streamed(CALL)) == [
        {"role": "assistant", "content": ""},
        {"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
        {"tool_calls": [{"index": 1, "id": "c2", "type": "function", "function": {"name": "g", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]},
        {"tool_calls": [{"index": 1, "function": {"arguments": '{"b":2}'}, "extra_content": {"s": 1}}]},
        {},
    ]
    message = whole(CALL)["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"] == [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
        {"id": "c2", "type": "function", "function": {"name": "g", "arguments": '{"b":2}'}, "extra_content": {"s": 1}},
    ]


def test_custom_tools_are_called_as_they_were_offered() -> None:
    events: list[Event] = [
        Started(),
        ToolCallStart(0, "c1", "f"),
        ToolCallDelta(0, "go"),
        ToolCallEnd(0, ToolCall("c1", "f", {"input": "go"}, "go", extra={NAME: {"type": "custom"}})),
        Finished("tool_calls"),
    ]
    tools = [{"type": "custom", "custom": {"name": "f"}}]
    assert whole(events, tools=tools)["choices"][0]["message"]["tool_calls"] == [
        {"id": "c1", "type": "custom", "custom": {"name": "f", "input": "go"}}
    ]
    assert deltas(streamed(events, tools=tools))[2] == {"tool_calls": [{"index": 0, "custom": {"input": "go"}}]}


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("content_filter", "content_filter"),
        ("refusal", "stop"),
        ("pause", "pause_turn"),
        ("error", "abort"),
        ("unknown", None),
    ],
)
def test_each_reason_has_its_word(reason: FinishReason, word: str | None, decode: Callable[..., list[Event]]) -> None:
    """Pain 14: where no reason was given, none is made up."""
    events: list[Event] = [Started("x"), TextStart(0), TextDelta(0, "a"), TextEnd(0), Finished(reason)]
    assert streamed(events)[-2]["choices"][0]["finish_reason"] == word
    assert whole(events)["choices"][0]["finish_reason"] == word


EVERYTHING: list[Event] = [
    Started("x", "m"),
    ThinkingStart(0),
    ThinkingDelta(0, "Hm"),
    ThinkingEnd(0, {NAME: {"field": "reasoning", "reasoning_details": [{"type": "reasoning.encrypted", "data": "c"}]}}),
    TextStart(1),
    TextDelta(1, "a"),
    TextEnd(1, (Citation("https://a.test", "A", None, 0, 1),)),
    TextStart(2, refusal=True),
    TextDelta(2, "no"),
    TextEnd(2),
    PartAdded(3, Image(data=b"x", media_type="image/png")),
    PartAdded(4, Image(url="https://i.test")),
    PartAdded(5, Audio(b"x", "wav", "audio_1", "Hello")),
    PartAdded(6, HostedTool("search", {"type": "search"})),
    PartAdded(7, File(b"x")),
    PartAdded(8, Image()),
    Warned("w"),
    TextStart(9, choice=1),
    TextDelta(9, "b"),
    TextEnd(9),
    Finished("stop", "stop", {NAME: {"service_tier": "flex", "x": 1}}),
]


def test_all_that_this_wire_can_say_is_said() -> None:
    body = whole(EVERYTHING)
    first, second = (choice["message"] for choice in body["choices"])
    assert first == {
        "role": "assistant",
        "content": "a",
        "refusal": "no",
        "reasoning_content": "Hm",
        "reasoning_details": [{"type": "reasoning.encrypted", "data": "c"}],
        "annotations": [
            {
                "type": "url_citation",
                "url_citation": {"start_index": 0, "end_index": 1, "url": "https://a.test", "title": "A"},
            }
        ],
        "images": [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,eA=="}},
            {"type": "image_url", "image_url": {"url": "https://i.test"}},
        ],
        "audio": {"id": "audio_1", "data": "eA==", "transcript": "Hello", "expires_at": 0},
        "executed_tools": [{"type": "search"}],
    }
    assert second["content"] == "b"
    assert body["service_tier"] == "flex"


def test_what_is_said_is_read_back(decode: Callable[..., list[Event]], folded: Callable[..., Response]) -> None:
    encoder = DIALECT.encoder(Request((), stream=True))
    stream = folded(decode(encoder.encode(EVERYTHING) + encoder.finish()))
    once = folded(decode(json.dumps(whole(EVERYTHING)).encode()))
    assert (stream.text, stream.thinking) == (once.text, once.thinking) == ("ano", "Hm")
    assert [message.text for message in stream.alternatives] == ["b"]
    assert {type(part) for part in stream.message.parts} == {type(part) for part in once.message.parts}


def test_a_reply_that_broke_off_has_no_end() -> None:
    """Pain 14: a client must see that it is not whole."""
    encoder = DIALECT.encoder(Request((), stream=True))
    assert b"[DONE]" not in encoder.encode(TEXT[:3]) + encoder.finish()
    assert whole(TEXT[:3])["error"]["code"] == "broken_reply"


def test_a_failure_is_told_in_the_midst_of_the_reply() -> None:
    """Pain 15."""
    failed = Failed(Overloaded("it broke"))
    error = {"message": "it broke", "type": "server_error", "param": None, "code": "service_unavailable"}
    assert whole([*TEXT[:3], failed]) == {"error": error}
    encoder = DIALECT.encoder(Request((), stream=True))
    written = encoder.encode([*TEXT[:3], failed]) + encoder.finish()
    assert written.endswith(b"data: " + json.dumps({"error": error}, separators=(",", ":")).encode() + b"\n\n")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadRequest("no", param="n", code="x"), 400, "x"),
        (TooLong("no"), 400, "context_length_exceeded"),
        (Refused("no"), 400, "content_filter"),
        (NotLetIn("no", status=403), 401, "invalid_api_key"),
        (NoSuchModel("no"), 404, "model_not_found"),
        (RateLimited("no"), 429, "rate_limit_exceeded"),
        (QuotaSpent("no", status=402), 429, "insufficient_quota"),
        (Overloaded("no", status=529), 503, "service_unavailable"),
        (BrokenReply("no"), 502, "broken_reply"),
        (NoAnswer("no"), 504, "no_answer"),
        (CallError("no"), 500, None),
    ],
)
def test_each_error_has_its_envelope(error: CallError, status: int, code: str | None) -> None:
    head = DIALECT.refusal(error)
    assert head.status == status
    assert head.headers["content-type"] == "application/json"
    said = json.loads(head.body)["error"]
    assert (said["message"], said["code"], said["param"]) == ("no", code, error.param)
    assert "retry-after" not in head.headers


def test_a_refusal_says_when_to_come_back() -> None:
    """Pain 27."""
    head = DIALECT.refusal(RateLimited("no", retry_after=1.5, request_id="req_1"))
    assert head.headers["retry-after"] == "1.5"
    assert head.headers["x-request-id"] == "req_1"


@pytest.mark.parametrize("kind", FAILURES)
def test_our_refusals_are_understood_by_our_own_client_half(
    kind: type[CallError], spoken: Callable[..., Spoken]
) -> None:
    refusal_survives(spoken(), kind("no", retry_after=2.5))
