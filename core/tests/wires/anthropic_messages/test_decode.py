"""One reply, streamed or whole, to events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BrokenReply, Overloaded, RateLimited
from hamr.types import (
    Citation,
    Event,
    Failed,
    HostedTool,
    Response,
    Started,
    Text,
    TextDelta,
    TextStart,
    Thinking,
    ToolCallDelta,
    ToolCallEnd,
    Usage,
    UsageUpdated,
    Warned,
)
from hamr.wires.anthropic_messages import NAME
from hamr.wires.anthropic_messages.name import ANSWER_TOOL

Decode = Callable[..., list[Event]]
Folded = Callable[[list[Event]], Response]
Message = Callable[..., bytes]

TEXT = [{"type": "text", "text": ""}, {"type": "text_delta", "text": "Hel"}, {"type": "text_delta", "text": "lo"}]


def call(*pieces: str, **more: Any) -> list[dict[str, Any]]:
    start = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}, **more}
    return [start, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces)]


def test_text_its_usage_and_its_end(decode: Decode, message: Message) -> None:
    events = decode(message(TEXT))
    assert [event.type for event in events] == [
        "started",
        "usage",
        "text_start",
        "text_delta",
        "text_delta",
        "text_end",
        "usage",
        "finished",
    ]
    assert events[0] == Started("msg_1", "m")
    assert (events[-1].reason, events[-1].raw) == ("stop", "end_turn")


def test_usage_is_told_at_the_beginning_for_those_who_leave_early(decode: Decode, message: Message) -> None:
    """Pain 17."""
    first = next(event for event in decode(message(TEXT)) if isinstance(event, UsageUpdated))
    assert first.usage.input == 10


def test_a_whole_message_is_what_its_stream_is(decode: Decode, folded: Folded, message: Message) -> None:
    blocks = [
        [
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "hm"},
            {"type": "signature_delta", "signature": "c2ln"},
        ],
        TEXT,
        call('{"a"', ": 1}"),
    ]
    whole = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "text", "text": "Hello"},
            {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 7},
    }
    streamed = folded(decode(message(*blocks, stop="tool_use")))
    read = folded(decode(json.dumps(whole).encode()))
    assert streamed.message.parts[:2] == read.message.parts[:2]
    assert streamed.tool_calls[0].arguments == read.tool_calls[0].arguments
    assert (streamed.usage, streamed.finish_reason) == (read.usage, read.finish_reason)


def test_a_signature_is_kept_byte_for_byte_with_whose_it_is(decode: Decode, folded: Folded, message: Message) -> None:
    """Pain 22."""
    signature = "EqQBCkYIBRgCKkA+/=\u2028é"
    start = {"type": "thinking", "thinking": ""}
    block = [start, {"type": "thinking_delta", "thinking": "hm"}, {"type": "signature_delta", "signature": signature}]
    thinking = folded(decode(message(block, TEXT))).message.parts[0]
    assert thinking == Thinking("hm", {NAME: {"issuer": "test", "signature": signature}})


def test_thinking_that_is_not_shown(decode: Decode, folded: Folded, message: Message) -> None:
    omitted = [{"type": "thinking", "thinking": "", "signature": ""}, {"type": "signature_delta", "signature": "s"}]
    hidden = [{"type": "redacted_thinking", "data": "c2VjcmV0"}]
    parts = folded(decode(message(omitted, hidden, TEXT))).message.parts
    assert parts[:2] == (
        Thinking("", {NAME: {"issuer": "test", "signature": "s"}}),
        Thinking("", {NAME: {"issuer": "test", "data": "c2VjcmV0"}}),
    )


def test_several_providers_of_one_models_signatures_are_one_issuer(
    decode: Decode, folded: Folded, message: Message
) -> None:
    block = [{"type": "thinking", "thinking": "hm", "signature": "s"}]
    thinking = folded(decode(message(block), issuer="anthropic")).message.parts[0]
    assert thinking.extra == {NAME: {"issuer": "anthropic", "signature": "s"}}


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "pause"),
        ("compaction", "pause"),
        ("refusal", "content_filter"),
        ("tool_use", "stop"),
        ("something_new", "unknown"),
        (None, "unknown"),
    ],
)
def test_why_it_ended(stop: str | None, reason: str, decode: Decode, message: Message) -> None:
    """A `tool_use` without a call is an answer asked for as one, or a server's slip."""
    last = decode(message(TEXT, stop=stop))[-1]
    assert (last.reason, last.raw) == (reason, stop)


def test_what_else_is_said_at_the_end(decode: Decode, message: Message) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "no"}
    last = decode(message(TEXT, stop="refusal", stop_details=details, container={"id": "c1"}))[-1]
    assert last.extra == {NAME: {"stop_details": details, "container": {"id": "c1"}}}


def test_calls_with_an_end_turn_are_calls(decode: Decode, message: Message) -> None:
    """Servers that copy the wire say so."""
    assert decode(message(call("{}"), stop="end_turn"))[-1].reason == "tool_calls"


def test_a_call_in_pieces(decode: Decode, folded: Folded, message: Message) -> None:
    caller = {"type": "code_execution_20260120", "tool_id": "srvtoolu_1"}
    events = decode(message(call('{"city": "Pa', 'ris"}', caller=caller), stop="tool_use"))
    (found,) = folded(events).tool_calls
    assert (found.id, found.name, found.text) == ("toolu_1", "look", '{"city": "Paris"}')
    assert found.arguments == {"city": "Paris"}
    assert found.extra == {NAME: {"issuer": "test", "caller": caller}}
    assert [event.text for event in events if isinstance(event, ToolCallDelta)] == ['{"city": "Pa', 'ris"}']


def test_a_call_that_came_in_one_piece_at_its_start(decode: Decode, folded: Folded, message: Message) -> None:
    (found,) = folded(decode(message(call(input={"a": [1, "é"]}), stop="tool_use"))).tool_calls
    assert (found.arguments, found.text, found.problem) == ({"a": [1, "é"]}, '{"a":[1,"é"]}', None)


@pytest.mark.parametrize("stop", ["max_tokens", "refusal", "model_context_window_exceeded", None])
@pytest.mark.parametrize("pieces", [(), ("",), ('{"a": ',), ("  ",)])
def test_a_call_that_was_cut_off_is_not_run(
    pieces: tuple[str, ...], stop: str | None, decode: Decode, folded: Folded, message: Message
) -> None:
    """Pain 12 and pain 14: no arguments are none, unless the reply ended there."""
    (found,) = folded(decode(message(TEXT, call(*pieces), stop=stop))).tool_calls
    assert found.problem is not None
    assert found.arguments == {}


def test_a_call_without_arguments_is_run(decode: Decode, folded: Folded, message: Message) -> None:
    (found,) = folded(decode(message(call(""), stop="tool_use"))).tool_calls
    assert (found.arguments, found.problem) == ({}, None)


def test_only_the_last_call_waits_for_the_end(decode: Decode, message: Message) -> None:
    events = decode(message(call(), call("{}"), stop="max_tokens"))
    ends = [event.call.problem for event in events if isinstance(event, ToolCallEnd)]
    assert ends == [None, None]


def test_a_call_without_id_or_name(decode: Decode, folded: Folded, message: Message) -> None:
    (found,) = folded(decode(message(call("{}", id=None, name=None), stop="tool_use"))).tool_calls
    assert found.id.startswith("toolu_")
    assert found.problem == "the call names no tool"


def test_tools_of_the_providers_own(decode: Decode, folded: Folded, message: Message) -> None:
    """They come back as they are, in place."""
    asked = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"query": '},
        {"type": "input_json_delta", "partial_json": '"x"}'},
    ]
    content = [{"type": "web_search_result", "url": "https://x.test", "encrypted_content": "e"}]
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": content}
    first, second, text = folded(decode(message(asked, [found], TEXT))).message.parts
    block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    assert first == HostedTool("web_search", block, "srvtoolu_1", {NAME: {"issuer": "test", "block": block}})
    assert second == HostedTool("web_search", found, "srvtoolu_1", {NAME: {"issuer": "test", "block": found}})
    assert text == Text("Hello")


def test_blocks_that_are_not_known_are_kept(decode: Decode, folded: Folded, message: Message) -> None:
    block = [
        {"type": "compaction", "content": None},
        {"type": "compaction_delta", "content": "so "},
        {"type": "compaction_delta", "content": "far", "mark": [1]},
        {"type": "compaction_delta", "mark": [2]},
    ]
    part = folded(decode(message(block))).message.parts[0]
    assert isinstance(part, HostedTool)
    assert part.data == {"type": "compaction", "content": "so far", "mark": [1, 2]}


def test_sources_of_a_text(decode: Decode, folded: Folded, message: Message) -> None:
    cited = {"type": "char_location", "cited_text": "q", "document_title": "d", "start_char_index": 0}
    found = {"type": "web_search_result_location", "url": "https://x.test", "title": "t", "encrypted_index": "e"}
    block = [
        TEXT[0],
        {"type": "citations_delta", "citation": cited},
        *TEXT[1:],
        {"type": "citations_delta", "citation": found},
    ]
    (text,) = folded(decode(message(block))).message.parts
    assert isinstance(text, Text)
    assert text.citations == (Citation(title="d", quote="q"), Citation(url="https://x.test", title="t"))
    assert text.extra == {NAME: {"issuer": "test", "citations": [cited, found]}}


def test_an_empty_text_is_none(decode: Decode, folded: Folded, message: Message) -> None:
    """It could not be sent back."""
    assert folded(decode(message([TEXT[0]], TEXT))).message.parts == (Text("Hello"),)


def test_an_answer_that_was_asked_for_as_a_tool_is_text(decode: Decode, folded: Folded, message: Message) -> None:
    block = call('{"a":', "1}", name=ANSWER_TOOL)
    events = decode(message(block, stop="tool_use"))
    response = folded(events)
    assert (response.text, response.tool_calls, response.finish_reason) == ('{"a":1}', (), "stop")
    assert [event.text for event in events if isinstance(event, TextDelta)] == ['{"a":', "1}"]
    whole = {"content": [{"type": "tool_use", "id": "x", "name": ANSWER_TOOL, "input": {"a": 1}}]}
    assert folded(decode(json.dumps({**whole, "stop_reason": "tool_use"}).encode())).text == '{"a":1}'


def test_an_answer_beside_a_call_leaves_the_call(decode: Decode, folded: Folded, message: Message) -> None:
    response = folded(decode(message(call("{}"), call('{"a": 1}', name=ANSWER_TOOL), stop="tool_use")))
    assert (response.text, len(response.tool_calls), response.finish_reason) == ('{"a": 1}', 1, "tool_calls")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded_error", Overloaded),
        ("rate_limit_error", RateLimited),
        ("api_error", Overloaded),
        ("timeout_error", Overloaded),
        ("news_error", BrokenReply),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 4, 7])
def test_an_error_in_the_midst_of_a_stream(
    place: int, kind: str, expected: type[Exception], decode: Decode, message: Message
) -> None:
    """Pain 15: the status was 200."""
    said = {"type": "error", "error": {"type": kind, "message": "Overloaded"}, "request_id": "req_1"}
    events = message(TEXT).split(b"\n\n")
    events.insert(place, f"event: error\ndata: {json.dumps(said)}".encode())
    for data in (b"\n\n".join(events), b"\n\n".join(events).replace(b"event: error\n", b"")):
        last = decode(data)[-1]
        assert isinstance(last, Failed)
        assert type(last.error) is expected
        assert (last.error.message, last.error.request_id) == ("Overloaded", "req_1")


def test_no_early_end_passes_as_whole(decode: Decode, message: Message) -> None:
    """Pain 14: cut at every byte."""
    data = message(TEXT, call('{"a": 1}'), stop="tool_use")
    end = data.index(b'{"type": "message_stop"}') + len(b'{"type": "message_stop"}')
    for at in range(len(data)):
        last = decode(data[:at])[-1]
        assert isinstance(last, Failed) == (at < end), at
        if isinstance(last, Failed):
            assert type(last.error) is BrokenReply


def test_a_server_that_ends_as_openais_do(decode: Decode, message: Message) -> None:
    data = message(TEXT).replace(b'event: message_stop\ndata: {"type": "message_stop"}', b"data: [DONE]")
    assert decode(data)[-1].type == "finished"
    early = data[: data.index(b"event: message_delta")] + b"data: [DONE]\n\n"
    assert isinstance(decode(early)[-1], Failed)


def test_a_server_that_says_less(decode: Decode, folded: Folded, sse: Callable[..., bytes]) -> None:
    """Pain 18: no beginning, no blocks' beginnings, usage at the end alone."""
    response = folded(
        decode(
            sse(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
                {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "hi"}},
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
                {"type": "message_stop"},
            )
        )
    )
    assert (response.thinking, response.text) == ("hm", "hi")
    assert response.usage == Usage(output=3, raw={"output_tokens": 3})


def test_arguments_of_a_call_that_was_not_begun_are_told(decode: Decode, sse: Callable[..., bytes]) -> None:
    delta = {"type": "input_json_delta", "partial_json": "{}"}
    events = decode(sse({"type": "content_block_delta", "index": 0, "delta": delta}))
    assert isinstance(events[0], Warned)


def test_events_that_are_not_known_are_passed_over(decode: Decode, message: Message) -> None:
    data = message(TEXT)
    more = b'event: news\ndata: {"type": "news", "x": 1}\n\ndata: {"a": 1}\n\n'
    assert decode(data.replace(b"event: ping", more + b"event: ping")) == decode(data)


@pytest.mark.parametrize("data", [b"{}", b"[]", b"null", b'{"type": "message"}', b'{"content": 5}', b"", b"oops"])
def test_a_body_that_is_no_message_is_broken(data: bytes, decode: Decode) -> None:
    (last,) = decode(data)
    assert isinstance(last, Failed)
    assert type(last.error) is BrokenReply


def test_an_error_for_a_body_with_a_status_that_says_all_is_well(decode: Decode) -> None:
    (last,) = decode(b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}')
    assert isinstance(last, Failed)
    assert type(last.error) is Overloaded


def test_one_event_of_twenty_megabytes_in_small_pieces(decode: Decode, folded: Folded, message: Message) -> None:
    """Nothing is quadratic."""
    content = "x" * (20 * 1024 * 1024)
    found = {"type": "web_fetch_tool_result", "tool_use_id": "s", "content": content}
    data = message([found])
    pieces = [data[at : at + 16384] for at in range(0, len(data), 16384)]
    part = folded(decode(pieces)).message.parts[0]
    assert isinstance(part, HostedTool)
    assert len(part.data["content"]) == len(content)


def test_text_begins_with_its_first_character(decode: Decode, message: Message) -> None:
    events = decode(message([{"type": "text", "text": "He"}, {"type": "text_delta", "text": "llo"}]))
    assert [event for event in events if isinstance(event, (TextStart, TextDelta))] == [
        TextStart(0),
        TextDelta(0, "He"),
        TextDelta(0, "llo"),
    ]
