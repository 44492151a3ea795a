"""A client's call, read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hamr.errors import BadRequest
from hamr.types import (
    Call,
    File,
    HostedTool,
    Image,
    Message,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from hamr.wires.openai_responses import NAME
from hamr.wires.openai_responses.dialect import OpenAIResponsesDialect


def parse(**body: Any) -> Request:
    call = Call("https://hamr.test/v1/responses", body=json.dumps({"model": "m", "input": "hi", **body}).encode())
    return OpenAIResponsesDialect().parse(call)


def own(**said: Any) -> dict[str, Any]:
    return {NAME: said}


def test_the_least() -> None:
    assert parse() == Request((Message("user", (Text("hi"),)),), options={"model": "m"})
    assert parse(input=None).messages == ()
    assert parse(instructions="Be brief.").messages[0] == Message("system", (Text("Be brief."),))


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"max_output_tokens": 5.0}, {"max_tokens": 5}),
        ({"temperature": 0, "top_p": 1.0}, {"temperature": 0, "top_p": 1.0}),
        ({"top_logprobs": 2, "stream": True}, {"logprobs": 2, "stream": True}),
        ({"store": False, "user": "u", "metadata": {"a": "b"}}, {"store": False, "user": "u", "metadata": {"a": "b"}}),
        ({"prompt_cache_key": "k", "service_tier": "flex"}, {"cache_key": "k", "service_tier": "flex"}),
        ({"temperature": None, "tools": None, "text": None, "reasoning": None}, {}),
        ({"reasoning": {"effort": "none"}}, {"thinking": ThinkingConfig("off")}),
        ({"reasoning": {"effort": "high", "summary": None}}, {"thinking": ThinkingConfig("high")}),
        ({"text": {"format": {"type": "text"}, "verbosity": "low"}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": ResponseFormat()}),
        (
            {"text": {"format": {"type": "json_schema", "name": "n", "schema": {"a": 1}, "strict": True}}},
            {"response_format": ResponseFormat({"a": 1}, "n", strict=True)},
        ),
        (
            {"tools": [{"type": "function", "name": "f", "parameters": None, "strict": False, "defer_loading": True}]},
            {"tools": (Tool("f", strict=False, deferred=True),)},
        ),
        (
            {"tools": [{"type": "function", "name": "f", "parameters": {}, "strict": None, "output_schema": {"a": 1}}]},
            {"tools": (Tool("f", parameters={}, extra=own(output_schema={"a": 1})),)},
        ),
        ({"tool_choice": "required"}, {"tool_choice": ToolChoice("required")}),
        ({"tool_choice": {"type": "function", "name": "f"}}, {"tool_choice": ToolChoice("required", ("f",))}),
        (
            {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}},
            {"tool_choice": ToolChoice("auto", ("f",))},
        ),
        ({"parallel_tool_calls": False}, {"parallel_tool_calls": False}),
    ],
)
def test_a_field(body: dict[str, Any], fields: dict[str, Any]) -> None:
    assert parse(**body) == Request((Message("user", (Text("hi"),)),), options={"model": "m"}, **fields)


@pytest.mark.parametrize(
    "body",
    [
        {"previous_response_id": "resp_1", "truncation": "auto", "background": True},
        {"tools": [{"type": "web_search"}, {"type": "mcp", "server_label": "s", "server_url": "https://x"}]},
        {"tool_choice": {"type": "mcp", "server_label": "s"}},
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "s"}]}},
        {"reasoning": {"effort": "turbo"}},
        {"reasoning": {"effort": "off", "summary": "auto"}},
        {"text": {"format": {"type": "grammar"}}},
        {"include": ["reasoning.encrypted_content"], "stream_options": {"include_obfuscation": False}},
    ],
)
def test_what_has_no_place_in_a_request_stays_an_option(body: dict[str, Any]) -> None:
    assert parse(**body).options == {"model": "m", **body}


ITEMS: list[tuple[Any, Message]] = [
    ({"role": "user", "content": "x"}, Message("user", (Text("x"),))),
    (
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "x"}]},
        Message("system", (Text("x"),)),
    ),
    (
        {
            "role": "user",
            "content": [{"type": "input_text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}}],
        },
        Message("user", (Text("x", cache="5m", extra=own(prompt_cache_breakpoint={"mode": "explicit"})),)),
    ),
    (
        {
            "role": "user",
            "content": [{"type": "input_image", "image_url": "data:image/png;base64,eA==", "detail": "auto"}],
        },
        Message("user", (Image(data=b"x", media_type="image/png"),)),
    ),
    (
        {"role": "user", "content": [{"type": "input_image", "image_url": "https://x", "detail": "low"}]},
        Message("user", (Image("https://x", detail="low"),)),
    ),
    ({"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}, Message("user", (Image(file_id="f"),))),
    (
        {"role": "user", "content": [{"type": "input_file", "file_data": "eA==", "filename": "a", "detail": "high"}]},
        Message("user", (File(b"x", name="a", extra=own(detail="high")),)),
    ),
    (
        {"role": "user", "content": [{"type": "input_file", "file_data": "data:text/plain;base64,eA=="}]},
        Message("user", (File(b"x", media_type="text/plain"),)),
    ),
    (
        {"role": "user", "content": [{"type": "input_file", "file_url": "https://x"}]},
        Message("user", (File(url="https://x"),)),
    ),
    ({"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}, Message("user", (File(file_id="f"),))),
    (
        {"role": "assistant", "content": "x", "phase": "commentary"},
        Message("assistant", (Text("x", extra=own(phase="commentary")),)),
    ),
    (
        {"type": "message", "role": "assistant", "id": "msg_1", "content": [{"type": "refusal", "refusal": "no"}]},
        Message("assistant", (Text("no", refusal=True, extra=own(id="msg_1")),)),
    ),
    (
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "c",
            "name": "f",
            "arguments": '{"a":1}',
            "status": "completed",
        },
        Message("assistant", (ToolCall("c", "f", {"a": 1}, '{"a":1}', extra=own(id="fc_1")),)),
    ),
    (
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": ""},
        Message("assistant", (ToolCall("c", "f", {}, ""),)),
    ),
    (
        {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "go"},
        Message("assistant", (ToolCall("c", "f", {"input": "go"}, "go", extra=own(type="custom_tool_call")),)),
    ),
    (
        {"type": "function_call_output", "call_id": "c", "output": "x"},
        Message("tool", (ToolResult("c", (Text("x"),)),)),
    ),
    (
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_image", "file_id": "f"}]},
        Message("tool", (ToolResult("c", (Image(file_id="f"),)),)),
    ),
    (
        {"type": "local_shell_call_output", "id": "i", "call_id": "c", "output": "x"},
        Message("tool", (ToolResult("c", (Text("x"),), extra=own(type="local_shell_call_output", id="i")),)),
    ),
    (
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "a"}],
            "encrypted_content": "e",
        },
        Message(
            "assistant",
            (
                Thinking(
                    "a",
                    own(
                        item={
                            "type": "reasoning",
                            "id": "rs_1",
                            "summary": [{"type": "summary_text", "text": "a"}],
                            "encrypted_content": "e",
                        }
                    ),
                ),
            ),
        ),
    ),
    (
        {"type": "item_reference", "id": "msg_1"},
        Message(
            "assistant",
            (
                HostedTool(
                    "item_reference",
                    {"type": "item_reference", "id": "msg_1"},
                    "msg_1",
                    own(item={"type": "item_reference", "id": "msg_1"}),
                ),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("item", "message"), ITEMS, ids=range(len(ITEMS)))
def test_an_item(item: Any, message: Message) -> None:
    assert parse(input=[item]).messages == (message,)


def test_items_of_one_turn_are_one_message() -> None:
    def call(id: str) -> dict[str, Any]:
        return {"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"}

    def output(id: str) -> dict[str, Any]:
        return {"type": "function_call_output", "call_id": id, "output": "x"}

    said = {"role": "assistant", "content": "x"}
    user = {"role": "user", "content": "x"}
    found = parse(input=[user, user, said, call("a"), call("b"), output("a"), output("b"), said, user]).messages
    assert [(message.role, len(message.parts)) for message in found] == [
        ("user", 1),
        ("user", 1),
        ("assistant", 3),
        ("tool", 2),
        ("assistant", 1),
        ("user", 1),
    ]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 7}, "model"),
        ({"input": 7}, "input"),
        ({"input": ["x"]}, "input[0]"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [{"content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user", "content": [{"type": "smell"}]}]}, "input[0].content[0].type"),
        ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content[0].image_url"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0].file_data"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_data": "%"}]}]},
            "input[0].content[0].file_data",
        ),
        ({"input": [{"type": "function_call", "name": "f"}]}, "input[0].call_id"),
        ({"input": [{"type": "function_call", "call_id": "c"}]}, "input[0].name"),
        ({"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}]}, "input[0].arguments"),
        ({"input": [{"type": "function_call_output", "output": "x"}]}, "input[0].call_id"),
        ({"input": [{"type": "function_call_output", "call_id": "c"}]}, "input[0].output"),
        ({"input": [{"type": "reasoning", "summary": [7]}]}, "input[0]"),
        ({"input": [{"type": 7}]}, "input[0].type"),
        ({"instructions": 7}, "instructions"),
        ({"max_output_tokens": "5"}, "max_output_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"stream": "yes"}, "stream"),
        ({"metadata": []}, "metadata"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"name": "f"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": [{"type": "function", "name": "f", "parameters": []}]}, "tools[0].parameters"),
        ({"tools": [{"type": "function", "name": "f", "strict": "yes"}]}, "tools[0].strict"),
        ({"tool_choice": "perhaps"}, "tool_choice"),
        ({"tool_choice": 7}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice.name"),
        ({"text": []}, "text"),
        ({"text": {"format": "json"}}, "text.format"),
        ({"text": {"format": {"type": "json_schema", "schema": []}}}, "text.format.schema"),
        ({"reasoning": "high"}, "reasoning"),
    ],
)
def test_a_bad_body_is_refused_by_the_place(body: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        parse(**body)
    assert raised.value.param == param
    assert raised.value.status == 400
    refusal = json.loads(OpenAIResponsesDialect().refusal(raised.value).body)
    assert refusal["error"]["param"] == param


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_what_is_no_body(body: bytes) -> None:
    with pytest.raises(BadRequest):
        OpenAIResponsesDialect().parse(Call("https://hamr.test", body=body))


def test_a_count_is_asked_for_like_an_answer() -> None:
    call = Call("https://hamr.test/v1/responses/input_tokens", body=b'{"model": "m", "input": "hi"}')
    assert OpenAIResponsesDialect().parse_count(call) == parse()


def test_a_false_seal_is_a_ciphertext() -> None:
    for text in ("hamr.%%", "hamr.Wzdd", "other"):
        item = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": text}
        assert parse(input=[item]).messages[0].parts == (Thinking("", own(item=item)),)
