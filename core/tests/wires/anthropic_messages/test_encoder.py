"""Events as a client of this wire expects them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import Overloaded
from hamr.types import (
    Citation,
    Event,
    Failed,
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
from hamr.wires.anthropic_messages import NAME
from hamr.wires.anthropic_messages.dialect import AnthropicMessagesDialect

DIALECT = AnthropicMessagesDialect()
BEGUN = Started("msg_1", "m")
HELLO = (TextStart(0), TextDelta(0, "Hel"), TextDelta(0, "lo"), TextEnd(0))
STOP = Finished("stop")


def frames(*events: Event) -> list[dict[str, Any]]:
    """All frames of a stream; each name is that of its data."""
    encoder = DIALECT.encoder(Request((), stream=True, options={"model": "asked"}))
    written = b"".join(encoder.encode([event]) for event in events) + encoder.finish()
    found = []
    for block in written.split(b"\n\n")[:-1]:
        name, data = block.split(b"\n")
        found.append(json.loads(data.removeprefix(b"data: ")))
        assert name == b"event: " + found[-1]["type"].encode()
    return found


def whole(*events: Event) -> dict[str, Any]:
    encoder = DIALECT.encoder(Request((), options={"model": "asked"}))
    assert encoder.encode(events) == b""
    body: dict[str, Any] = json.loads(encoder.finish())
    return body


def blocks(*events: Event) -> list[Any]:
    """The blocks of a stream, each its start and its deltas; they come one after another."""
    found: list[Any] = []
    place = -1
    for frame in frames(BEGUN, *events, STOP)[1:-2]:
        if frame["type"] == "content_block_start":
            assert place == -1
            place = frame["index"]
            assert place == len(found)
            found.append([frame["content_block"]])
        elif frame["type"] == "content_block_delta":
            assert frame["index"] == place
            found[-1].append(frame["delta"])
        else:
            assert frame == {"type": "content_block_stop", "index": place}
            place = -1
    assert place == -1
    return found


def test_a_stream_from_its_beginning_to_its_end() -> None:
    used = UsageUpdated(Usage(5, 6, 7, 8, output=9, reasoning=1))
    told = frames(BEGUN, *HELLO, used, Finished("stop", "stop_sequence", {NAME: {"stop_sequence": "x"}}))
    assert [frame["type"] for frame in told] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert told[0]["message"] == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    assert told[-2] == {
        "type": "message_delta",
        "delta": {"stop_reason": "stop_sequence", "stop_sequence": "x"},
        "usage": {
            "input_tokens": 5,
            "cache_read_input_tokens": 6,
            "cache_creation_input_tokens": 15,
            "cache_creation": {"ephemeral_5m_input_tokens": 7, "ephemeral_1h_input_tokens": 8},
            "output_tokens": 10,
            "output_tokens_details": {"thinking_tokens": 1},
        },
    }


def test_the_beginning_says_what_is_known_of_the_usage() -> None:
    encoder = DIALECT.encoder(Request((), stream=True))
    first = encoder.encode([BEGUN, UsageUpdated(Usage(5))])
    assert json.loads(first.split(b"data: ")[1])["message"]["usage"]["input_tokens"] == 5


def test_a_reply_that_does_not_say_who_it_is() -> None:
    assert frames(*HELLO, STOP)[0]["message"]["model"] == "asked"
    assert whole(*HELLO, STOP)["model"] == "asked"


SIGNED = {NAME: {"issuer": "test", "signature": "c2ln"}}
THOUGHT = (ThinkingStart(0), ThinkingDelta(0, "hm"), ThinkingEnd(0, SIGNED))
HIDDEN = (ThinkingStart(0), ThinkingEnd(0, {NAME: {"issuer": "test", "data": "d"}}))
CALL = ToolCall("t1", "f", {"a": 1}, '{"a": 1}')
CALLED = (ToolCallStart(0, "t1", "f"), ToolCallDelta(0, '{"a"'), ToolCallDelta(0, ": 1}"), ToolCallEnd(0, CALL))
SEARCHED = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"q": 1}}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []}
CITED = [{"type": "char_location", "cited_text": "q"}]


def hosted(block: dict[str, Any]) -> PartAdded:
    return PartAdded(0, HostedTool("x", block, extra={NAME: {"issuer": "test", "block": block}}))


@pytest.mark.parametrize(
    ("events", "streamed", "block"),
    [
        (
            HELLO,
            [
                {"type": "text", "text": ""},
                {"type": "text_delta", "text": "Hel"},
                {"type": "text_delta", "text": "lo"},
            ],
            {"type": "text", "text": "Hello"},
        ),
        (
            (*HELLO[:3], TextEnd(0, (), {NAME: {"citations": CITED}})),
            [
                {"type": "text", "text": ""},
                {"type": "text_delta", "text": "Hel"},
                {"type": "text_delta", "text": "lo"},
                {"type": "citations_delta", "citation": CITED[0]},
            ],
            {"type": "text", "text": "Hello", "citations": CITED},
        ),
        (
            THOUGHT,
            [
                {"type": "thinking", "thinking": "", "signature": ""},
                {"type": "thinking_delta", "thinking": "hm"},
                {"type": "signature_delta", "signature": "c2ln"},
            ],
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        ),
        (
            (ThinkingStart(0), ThinkingEnd(0, SIGNED)),
            [
                {"type": "thinking", "thinking": "", "signature": ""},
                {"type": "signature_delta", "signature": "c2ln"},
            ],
            {"type": "thinking", "thinking": "", "signature": "c2ln"},
        ),
        (
            (*THOUGHT[:2], ThinkingEnd(0, {"gemini": {"signature": "x"}})),
            [{"type": "thinking", "thinking": "", "signature": ""}, {"type": "thinking_delta", "thinking": "hm"}],
            {"type": "thinking", "thinking": "hm", "signature": ""},
        ),
        (HIDDEN, [{"type": "redacted_thinking", "data": "d"}], {"type": "redacted_thinking", "data": "d"}),
        (
            CALLED,
            [
                {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
                {"type": "input_json_delta", "partial_json": '{"a"'},
                {"type": "input_json_delta", "partial_json": ": 1}"},
            ],
            {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
        ),
        (
            (CALLED[0], CALLED[3]),
            [
                {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
                {"type": "input_json_delta", "partial_json": '{"a": 1}'},
            ],
            {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
        ),
        (
            (hosted(SEARCHED),),
            [{**SEARCHED, "input": {}}, {"type": "input_json_delta", "partial_json": '{"q":1}'}],
            SEARCHED,
        ),
        ((hosted(FOUND),), [FOUND], FOUND),
    ],
)
def test_blocks(events: tuple[Event, ...], streamed: list[Any], block: dict[str, Any]) -> None:
    assert blocks(*events) == [streamed]
    assert whole(BEGUN, *events, STOP)["content"] == [block]


def test_sources_of_other_wires(schema: Callable[[str], Any]) -> None:
    end = TextEnd(0, (Citation(url="https://x.test", title="t", quote="q"),))
    body = whole(BEGUN, *HELLO[:3], end, STOP)
    assert body["content"][0]["citations"][0]["url"] == "https://x.test"
    assert not list(schema("messages-response").iter_errors(body))


@pytest.mark.parametrize(
    "events",
    [
        (TextStart(0), TextEnd(0)),
        (TextStart(0, choice=1), TextDelta(0, "x"), TextEnd(0)),
        (PartAdded(0, HostedTool("web_search", {"x": 1}, extra={"openai-responses": {}})),),
        (PartAdded(0, Image(url="https://x.test")),),
        (Warned("slow"),),
    ],
)
def test_what_has_no_place_here(events: tuple[Event, ...]) -> None:
    assert blocks(*events) == []
    assert whole(BEGUN, *events, STOP)["content"] == []


def test_blocks_that_grow_side_by_side_come_one_after_another() -> None:
    """R-122: one open at a time; other wires have several calls at once."""
    first, second = ToolCall("a", "f", {"x": 1}), ToolCall("b", "g", {"y": 2})
    events: list[Event] = [
        ToolCallStart(0, "a", "f"),
        ToolCallStart(1, "b", "g"),
        ToolCallDelta(1, '{"y":'),
        TextStart(2),
        ToolCallDelta(0, '{"x":1}'),
        TextDelta(2, "so"),
        ToolCallDelta(1, "2}"),
        ToolCallEnd(0, first),
        ToolCallEnd(1, second),
        TextEnd(2),
    ]
    told = blocks(*events)
    assert [block[0].get("id") for block in told] == ["a", "b", None]
    assert ["".join(each.get("partial_json", "") for each in block[1:]) for block in told[:2]] == ['{"x":1}', '{"y":2}']
    assert [block["type"] for block in whole(BEGUN, *events, STOP)["content"]] == ["tool_use", "tool_use", "text"]


def test_blocks_that_wait_when_the_reply_ends_are_told() -> None:
    told = blocks(TextStart(0), TextDelta(0, "a"), TextStart(1), TextDelta(1, "b"), TextEnd(1))
    assert [block[1]["text"] for block in told] == ["a", "b"]


@pytest.mark.parametrize(
    ("reason", "raw", "said"),
    [
        ("stop", None, "end_turn"),
        ("stop", "stop", "end_turn"),
        ("stop", "stop_sequence", "stop_sequence"),
        ("length", "length", "max_tokens"),
        ("length", "model_context_window_exceeded", "model_context_window_exceeded"),
        ("tool_calls", "tool_calls", "tool_use"),
        ("content_filter", None, "refusal"),
        ("refusal", None, "refusal"),
        ("pause", None, "pause_turn"),
        ("unknown", "odd", "end_turn"),
    ],
)
def test_why_it_ended(reason: FinishReason, raw: str | None, said: str) -> None:
    """R-122, but that what was filtered is not told as an end."""
    assert frames(BEGUN, Finished(reason, raw))[-2]["delta"]["stop_reason"] == said
    assert whole(BEGUN, Finished(reason, raw))["stop_reason"] == said


@pytest.mark.parametrize(
    ("events", "kind"), [((Failed(Overloaded("busy")),), "overloaded_error"), ((Finished("error"),), "api_error")]
)
def test_a_reply_that_fails(events: tuple[Event, ...], kind: str, decode: Callable[..., list[Event]]) -> None:
    """Pain 15: an error in place of an end, also where the status is sent already."""
    told = frames(BEGUN, *HELLO, *events)
    assert told[-1]["type"] == "error"
    assert told[-1]["error"]["type"] == kind
    assert whole(BEGUN, *HELLO, *events)["error"]["type"] == kind
    encoder = DIALECT.encoder(Request((), stream=True))
    assert isinstance(decode(encoder.encode([BEGUN, *HELLO, *events]) + encoder.finish())[-1], Failed)


def test_a_reply_that_breaks_off_does_not_pass_as_whole(decode: Callable[..., list[Event]]) -> None:
    """Pain 14."""
    assert frames(BEGUN, *HELLO)[-1]["type"] == "content_block_stop"
    assert whole(BEGUN, *HELLO)["type"] == "error"
    encoder = DIALECT.encoder(Request((), stream=True))
    assert isinstance(decode(encoder.encode([BEGUN, *HELLO]) + encoder.finish())[-1], Failed)


def test_every_event_is_flushed_when_it_comes() -> None:
    """Pain 13."""
    encoder = DIALECT.encoder(Request((), stream=True))
    sizes = [len(encoder.encode([event])) for event in (BEGUN, *HELLO[1:], STOP)]
    assert all(sizes[:4])


def test_a_client_reads_what_was_written(
    decode: Callable[..., list[Event]], folded: Callable[[list[Event]], Response]
) -> None:
    said: list[Event] = [TextStart(1), TextDelta(1, "hi"), TextEnd(1), UsageUpdated(Usage(1, output=2))]
    events = [BEGUN, *THOUGHT, *said, STOP]
    for stream in (True, False):
        encoder = DIALECT.encoder(Request((), stream=stream))
        again = folded(decode(encoder.encode(events) + encoder.finish()))
        assert again.message == folded(events).message
        assert again.usage is not None
        assert again.usage.total == 3
