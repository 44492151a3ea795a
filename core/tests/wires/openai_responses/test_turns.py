"""What the assistant and the tools said before, as it goes back: to whom it came from, and to others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import (
    Event,
    File,
    HostedTool,
    Image,
    Message,
    Request,
    Response,
    Route,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from hamr.wires.openai_responses import NAME, OpenAIResponses

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

OUTPUT: list[dict[str, Any]] = [
    {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "Hm."}],
        "encrypted_content": "g/=",
    },
    {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
    {
        "type": "message",
        "id": "msg_1",
        "status": "completed",
        "role": "assistant",
        "phase": "commentary",
        "content": [
            {
                "type": "output_text",
                "text": "Look",
                "annotations": [
                    {"type": "url_citation", "url": "https://x", "title": "X", "start_index": 0, "end_index": 4}
                ],
                "logprobs": [],
            },
            {"type": "output_text", "text": "ing.", "annotations": [], "logprobs": []},
        ],
    },
    {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "f",
        "arguments": '{"a": 1}',
        "status": "completed",
    },
    {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "g", "input": "go", "namespace": "n"},
    {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "s", "tools": []},
    {"type": "image_generation_call", "id": "ig_1", "status": "completed", "output_format": "webp", "result": "AQI="},
    {"type": "compaction", "id": "cmp_1", "encrypted_content": "zz"},
]
BODY = {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": OUTPUT}


@pytest.fixture
def said(decode: Callable[..., list[Event]], folded: Callable[..., Response]) -> Message:
    return folded(decode(json.dumps(BODY).encode())).message


def test_a_turn_goes_back_as_it_came(said: Message, encode: Encode) -> None:
    body, told = encode(Request((said,)))
    expected = [
        {name: value for name, value in item.items() if name != "status" or item["type"] != "function_call"}
        for item in OUTPUT
    ]
    assert body["input"] == expected
    assert told == []


def test_another_provider_gets_what_it_can_read(said: Message, route: Callable[..., Route]) -> None:
    """Ids, ciphertexts and hosted items are the property of who gave them."""
    there = route()
    wire = OpenAIResponses(there)
    wire.issuer = "other"
    from dataclasses import replace

    other = replace(there, provider=replace(there.provider, id="other"))
    call = wire.encode(Request((said,)), other)
    assert json.loads(call.body)["input"] == [
        {"type": "message", "role": "assistant", "phase": "commentary", "content": "Look"},
        {"type": "message", "role": "assistant", "phase": "commentary", "content": "ing."},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": '{"a": 1}'},
        {"type": "custom_tool_call", "call_id": "call_2", "name": "g", "input": "go"},
    ]
    dropped = {each.field for each in call.adaptations if each.kind == "dropped"}
    assert {f"messages[0].parts[{place}]" for place in (0, 1, 6, 7, 8)} <= dropped
    assert b"rs_1" not in call.body


def test_a_result_has_the_kind_of_its_call(said: Message, encode: Encode) -> None:
    results = Message("tool", (ToolResult("call_1", (Text("a"), Text("b"))), ToolResult("call_2", (Text("c"),))))
    body, told = encode(Request((said, results)))
    assert body["input"][-2:] == [
        {"type": "function_call_output", "call_id": "call_1", "output": "a\nb"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "c"},
    ]
    assert told == []


def test_what_of_a_result_cannot_be_said_is_told(encode: Encode) -> None:
    result = ToolResult("call_1", (Text("a"), File(file_id="f", cache="5m")), is_error=True, cache="5m")
    body, told = encode(Request((Message("tool", (result,)),)))
    assert body["input"][0]["output"] == [{"type": "input_text", "text": "a"}, {"type": "input_file", "file_id": "f"}]
    assert [field for _, field in told] == [
        "messages[0].parts[0].is_error",
        "messages[0].parts[0].cache",
        "messages[0].parts[0].parts[1].cache",
    ]


def test_the_assistants_words_from_elsewhere(encode: Encode) -> None:
    turn = Message(
        "assistant",
        (
            Thinking("from elsewhere", {"anthropic-messages": {"signature": "s"}}),
            Text("yes", cache="5m", extra={"gemini": {"x": 1}}),
            Text("no", refusal=True),
            ToolCall("an id: odd", "f", {"a": 1}),
            ToolCall("c2", "f", {}, "{broken", "no JSON"),
            ToolCall("c3", "f", {"a": 1}, '{"a":  1}'),
            ToolCall("c4", "f", {}, ""),
            HostedTool("search", {}),
            Image(data=b"x"),
            File(b"x"),
        ),
    )
    body, told = encode(Request((turn, Message("tool", (ToolResult("an id: odd", (Text("r"),)),)))))
    calls = [item for item in body["input"] if item["type"] == "function_call"]
    assert body["input"][:2] == [
        {"type": "message", "role": "assistant", "content": "yes"},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    ]
    assert [call["arguments"] for call in calls] == ['{"a":1}', '{"malformed_arguments":"{broken"}', '{"a":  1}', "{}"]
    assert calls[0]["call_id"].startswith("call_")
    assert body["input"][-1]["call_id"] == calls[0]["call_id"]
    fields = [field for _, field in told]
    for field in (
        "parts[0]",
        "parts[1].cache",
        "parts[1].extra['gemini']",
        "parts[4].arguments",
        "parts[7]",
        "parts[8]",
        "parts[9]",
    ):
        assert f"messages[0].{field}" in fields
    assert "tool_call.id" in fields


def test_an_id_that_the_provider_gave_goes_back_however_odd(encode: Encode) -> None:
    odd = "resp_x:call_0"
    call = ToolCall(odd, "f", {}, "{}", extra={NAME: {"id": "fc_1", "issuer": "test"}})
    body, told = encode(Request((Message("assistant", (call,)), Message("tool", (ToolResult(odd, (Text("r"),)),)))))
    assert [item["call_id"] for item in body["input"]] == [odd, odd]
    assert told == []


@pytest.mark.parametrize(
    ("item", "store", "flags", "kept"),
    [
        ({"summary": []}, None, {}, True),
        ({"summary": []}, False, {}, False),
        ({"summary": []}, None, {"body": {"store": False}}, False),
        ({"summary": []}, None, {"supports_store": False}, False),
        ({"summary": [], "encrypted_content": "x"}, False, {}, True),
        ({"summary": [], "content": [{"type": "reasoning_text", "text": "x"}]}, False, {}, True),
    ],
)
def test_thinking_goes_back_where_the_provider_can_know_it(
    encode: Encode, item: dict[str, Any], store: bool | None, flags: dict[str, Any], kept: bool
) -> None:
    item = {"type": "reasoning", "id": "rs_1", **item}
    turn = Message("assistant", (Thinking("", {NAME: {"item": item, "issuer": "test"}}),))
    body, told = encode(Request((turn,), store=store), **flags)
    assert (body["input"] == [item]) == kept
    assert (("dropped", "messages[0].parts[0]") in told) != kept


def test_hosted_items_are_kept_from_a_provider_that_does_not_take_them(said: Message, encode: Encode) -> None:
    body, told = encode(Request((said,)), supports_hosted_items=False)
    assert [item["type"] for item in body["input"]] == ["reasoning", "message", "function_call", "custom_tool_call"]
    assert ("dropped", "messages[0].parts[1]") in told


def test_a_call_that_the_provider_left_to_the_user(encode: Encode) -> None:
    """A result of a kind of its own says so."""
    kind = {NAME: {"type": "local_shell_call_output", "id": "x"}}
    body, _ = encode(Request((Message("tool", (ToolResult("c", (Text("out"),), extra=kind),)),)))
    assert body["input"] == [{"type": "local_shell_call_output", "call_id": "c", "output": "out", "id": "x"}]
