"""What a client of this wire is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hamr.errors import BrokenReply, Overloaded, RateLimited
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
    ResponseFormat,
    Started,
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
    Usage,
    UsageUpdated,
)
from hamr.wires.openai_responses.dialect import OpenAIResponsesDialect
from hamr.wires.openai_responses.parse_items import messages

START = Started("resp_1", "m", {"openai-responses": {"created_at": 7}})
HI: list[Event] = [TextStart(0), TextDelta(0, "H"), TextDelta(0, "i"), TextEnd(0)]
END = Finished("stop")
FOREIGN = {"anthropic-messages": {"signature": "s/+="}}


def streamed(events: Sequence[Event], **fields: Any) -> list[dict[str, Any]]:
    encoder = OpenAIResponsesDialect().encoder(Request((), stream=True, **fields))
    assert encoder.content_type == "text/event-stream"
    written = b"".join(encoder.encode([event]) for event in events) + encoder.finish()
    frames = written.decode().split("\n\n")
    assert frames.pop() == ""
    found = []
    for frame in frames:
        name, data = frame.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return found


def whole(events: Sequence[Event], **fields: Any) -> dict[str, Any]:
    encoder = OpenAIResponsesDialect().encoder(Request((), **fields))
    assert encoder.content_type == "application/json"
    assert encoder.encode(events) == b""
    body: dict[str, Any] = json.loads(encoder.finish())
    return body


def test_the_events_of_a_text() -> None:
    events = streamed([START, *HI, UsageUpdated(Usage(input=1, cache_read=2, output=3, reasoning=4)), END])
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert events[0]["response"]["status"] == "in_progress"
    last = events[-1]["response"]
    assert (last["id"], last["model"], last["created_at"], last["status"]) == ("resp_1", "m", 7, "completed")
    assert last["output"] == [events[-2]["item"]]
    assert last["output"][0]["content"] == [{"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}]
    assert last["usage"] == {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 10,
    }
    assert last == whole([START, *HI, UsageUpdated(Usage(input=1, cache_read=2, output=3, reasoning=4)), END])


def test_ids_are_the_providers_or_made_and_known_again() -> None:
    own = {"openai-responses": {"id": "msg_own"}}
    (item,) = whole([START, TextStart(0, extra=own), TextEnd(0, extra=own), END])["output"]
    assert item["id"] == "msg_own"
    blocks: list[Event] = [
        *HI,
        ThinkingStart(1),
        ThinkingEnd(1),
        ToolCallStart(2, "c", "f"),
        ToolCallEnd(2, ToolCall("c", "f", {})),
    ]
    body = whole([START, *blocks, END])
    ids = [item["id"] for item in body["output"]]
    assert len(set(ids)) == 3
    assert ids != [item["id"] for item in whole([Started("resp_2"), *blocks, END])["output"]]
    (again,) = messages(body["output"], "input")
    assert [part.extra for part in again.parts] == [None, None, None]


def test_blocks_that_come_in_turns_are_kept_apart() -> None:
    """Other wires tell of two calls at once."""
    calls = [ToolCall("a", "f", {"x": 1}, '{"x":1}'), ToolCall("b", "g", {"y": 2}, '{"y":2}')]
    events: list[Event] = [
        START,
        ToolCallStart(0, "a", "f"),
        ToolCallDelta(0, '{"x":'),
        ToolCallStart(1, "b", "g"),
        ToolCallDelta(1, '{"y":2}'),
        ToolCallDelta(0, "1}"),
        ToolCallEnd(1, calls[1]),
        ToolCallEnd(0, calls[0]),
        Finished("tool_calls"),
    ]
    told = streamed(events)
    deltas = [(event["output_index"], event["delta"]) for event in told if event["type"].endswith("arguments.delta")]
    assert deltas == [(0, '{"x":'), (1, '{"y":2}'), (0, "1}")]
    assert [event["output_index"] for event in told if event["type"].endswith("item.done")] == [1, 0]
    output = told[-1]["response"]["output"]
    assert [(item["call_id"], item["arguments"], item["status"]) for item in output] == [
        ("a", '{"x":1}', "completed"),
        ("b", '{"y":2}', "completed"),
    ]
    assert whole(events)["output"] == output


def test_a_call_that_cannot_be_run_is_incomplete() -> None:
    call = ToolCall("a", "f", {}, "{", "cut")
    (item,) = whole(
        [START, ToolCallStart(0, "a", "f"), ToolCallDelta(0, "{"), ToolCallEnd(0, call), Finished("length")]
    )["output"]
    assert (item["arguments"], item["status"]) == ("{", "incomplete")


def test_thinking_is_a_summary_or_all_of_it() -> None:
    blocks: list[Event] = [
        ThinkingStart(0),
        *[ThinkingDelta(0, text) for text in ("a", "b", "\n\n", "c")],
        ThinkingEnd(0),
    ]
    events = streamed([START, *blocks, END])
    kinds = [event["type"].removeprefix("response.reasoning_") for event in events if "reasoning_" in event["type"]]
    part = ["summary_part.added", "summary_text.delta", "summary_text.delta", "summary_text.done", "summary_part.done"]
    assert kinds == [*part, part[0], *part[2:]]
    assert events[-1]["response"]["output"][0]["summary"] == [
        {"type": "summary_text", "text": "ab"},
        {"type": "summary_text", "text": "c"},
    ]
    raw = {"openai-responses": {"id": "rs_1", "raw": True}}
    events = streamed([START, ThinkingStart(0, extra=raw), ThinkingDelta(0, "a"), ThinkingEnd(0), END])
    assert "response.reasoning_text.delta" in [event["type"] for event in events]
    (item,) = events[-1]["response"]["output"]
    assert item == {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "a"}],
    }


def test_what_another_wire_gave_with_its_thinking_comes_back() -> None:
    """Its signature travels as a ciphertext that the client keeps unread."""
    (item,) = whole([START, ThinkingStart(0), ThinkingDelta(0, "a"), ThinkingEnd(0, FOREIGN), END])["output"]
    assert item["encrypted_content"].startswith("hamr.")
    (message,) = messages([item], "input")
    assert message.parts == (Thinking("a", FOREIGN),)


def test_citations_become_annotations() -> None:
    cited = Citation("https://x", "X", start=0, end=2)
    events = streamed([START, TextStart(0), TextDelta(0, "Hi"), TextEnd(0, (cited,)), END])
    note = {"type": "url_citation", "url": "https://x", "title": "X", "start_index": 0, "end_index": 2}
    (told,) = [event for event in events if event["type"].endswith("annotation.added")]
    assert (told["annotation"], told["annotation_index"]) == (note, 0)
    assert events[-1]["response"]["output"][0]["content"][0]["annotations"] == [note]


def test_a_refusal() -> None:
    events = streamed([START, TextStart(0, True), TextDelta(0, "No."), TextEnd(0), Finished("refusal")])
    assert "response.refusal.delta" in [event["type"] for event in events]
    assert events[-1]["response"]["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]


def test_parts_that_come_whole() -> None:
    item = {"type": "mcp_call", "id": "mcp_1"}
    hosted = HostedTool("mcp_call", item, extra={"openai-responses": {"item": item}})
    events: list[Event] = [
        START,
        PartAdded(0, hosted),
        PartAdded(1, HostedTool("search", {}, extra={"gemini": {}})),
        PartAdded(2, Image(data=b"\x01\x02", media_type="image/png")),
        PartAdded(3, hosted, choice=1),
        END,
    ]
    first, image = whole(events)["output"]
    assert first == item
    assert (image["type"], image["result"], image["status"]) == ("image_generation_call", "AQI=", "completed")
    assert streamed(events)[-1]["response"]["output"] == [first, image]


@pytest.mark.parametrize(
    ("reason", "raw", "status", "details"),
    [
        ("stop", None, "completed", None),
        ("tool_calls", None, "completed", None),
        ("refusal", None, "completed", None),
        ("length", None, "incomplete", "max_output_tokens"),
        ("length", "max_messages", "incomplete", "max_messages"),
        ("length", "MAX_TOKENS", "incomplete", "max_output_tokens"),
        ("content_filter", "SAFETY", "incomplete", "content_filter"),
        ("pause", "steered", "incomplete", "steered"),
        ("unknown", "hum", "completed", None),
    ],
)
def test_how_it_ended(reason: FinishReason, raw: str | None, status: str, details: str | None) -> None:
    for body in (
        whole([START, *HI, Finished(reason, raw)]),
        streamed([START, *HI, Finished(reason, raw)])[-1]["response"],
    ):
        assert body["status"] == status
        assert body["incomplete_details"] == (None if details is None else {"reason": details})


def test_a_failure_in_the_midst() -> None:
    events = streamed([START, *HI[:2], Failed(RateLimited("Slow down.", status=429))])
    assert [event["type"] for event in events[-2:]] == ["response.output_item.done", "response.failed"]
    assert events[-2]["item"]["status"] == "incomplete"
    failed = events[-1]["response"]
    assert (failed["status"], failed["error"]) == ("failed", {"code": "rate_limit_exceeded", "message": "Slow down."})
    body = whole([START, *HI[:2], Failed(Overloaded("Later.", status=503))])
    assert (body["status"], body["error"]["message"]) == ("failed", "Later.")
    assert body["output"][0]["content"][0]["text"] == "H"


def test_a_reply_that_breaks_off_never_looks_whole(decode: Callable[..., list[Event]]) -> None:
    encoder = OpenAIResponsesDialect().encoder(Request((), stream=True))
    written = encoder.encode([START, *HI]) + encoder.finish()
    last = decode(written)[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, BrokenReply)
    assert whole([START, *HI])["status"] == "failed"


def test_an_empty_reply(decode: Callable[..., list[Event]], folded: Callable[..., Response]) -> None:
    encoder = OpenAIResponsesDialect().encoder(Request((), stream=True))
    assert folded(decode(encoder.encode([END]) + encoder.finish())).finish_reason == "stop"


def test_what_was_asked_is_repeated() -> None:
    asked: dict[str, Any] = {
        "tools": (Tool("f"),),
        "tool_choice": ToolChoice("required", ("f",)),
        "thinking": ThinkingConfig("high"),
        "response_format": ResponseFormat(),
        "max_tokens": 5,
        "temperature": 0.5,
        "parallel_tool_calls": False,
        "metadata": {"a": "b"},
        "store": False,
        "options": {"model": "asked", "tools": [{"type": "web_search"}], "previous_response_id": "resp_0"},
    }
    body = whole([Started(), *HI, END], **asked)
    assert [tool["type"] for tool in body["tools"]] == ["function", "web_search"]
    assert body["tool_choice"] == {"type": "function", "name": "f"}
    assert body["reasoning"] == {"effort": "high"}
    assert body["text"] == {"format": {"type": "json_object"}}
    assert (body["max_output_tokens"], body["temperature"], body["parallel_tool_calls"]) == (5, 0.5, False)
    assert (body["metadata"], body["store"], body["previous_response_id"]) == ({"a": "b"}, False, "resp_0")
    assert (body["model"], body["id"]) == ("asked", "resp_hamr")


def test_all_of_it_conforms_to_the_published_schema(schema: Callable[[str], Any]) -> None:
    events: list[Event] = [
        START,
        ThinkingStart(0),
        ThinkingDelta(0, "a"),
        ThinkingEnd(0, FOREIGN),
        *(TextStart(1), TextDelta(1, "Hi"), TextEnd(1, (Citation("https://x"),))),
        *(TextStart(2, True), TextDelta(2, "No"), TextEnd(2)),
        *(ToolCallStart(3, "c", "f"), ToolCallDelta(3, "{}"), ToolCallEnd(3, ToolCall("c", "f", {}, "{}"))),
        PartAdded(4, Image(data=b"x")),
        UsageUpdated(Usage(input=1, output=1)),
    ]
    for last in (END, Finished("length"), Failed(RateLimited("x", status=429))):
        asked: dict[str, Any] = {"tools": (Tool("f"),), "options": {"model": "asked"}}
        for event in streamed([*events, last], **asked):
            assert not [error.message for error in schema("responses-event").iter_errors(event)], event
        body = whole([*events, last], **asked)
        assert not [error.message for error in schema("responses-response").iter_errors(body)]
