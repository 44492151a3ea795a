"""Messages in the shape of OpenAI's chat, read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import (
    Audio,
    File,
    Image,
    Message,
    Request,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from hamr.wires.openai_completions import NAME
from hamr.wires.openai_completions.parse import message


def thought(text: str, **own: Any) -> Thinking:
    return Thinking(text, {NAME: own})


MESSAGES: list[tuple[dict[str, Any], Message]] = [
    ({"role": "developer", "content": "x"}, Message("system", (Text("x"),))),
    (
        {"role": "user", "content": ["x", {"type": "text", "text": "y"}], "name": "Ann"},
        Message("user", (Text("x"), Text("y")), "Ann"),
    ),
    (
        {
            "role": "user",
            "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        },
        Message("user", (Text("x", cache="1h"),)),
    ),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://i.test", "detail": "low"}}]},
        Message("user", (Image(url="https://i.test", detail="low"),)),
    ),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": "data:image/png;base64,eA=="}]},
        Message("user", (Image(data=b"x", media_type="image/png"),)),
    ),
    ({"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}, Message("user", (File(file_id="f"),))),
    (
        {
            "role": "user",
            "content": [{"type": "file", "file": {"filename": "a", "file_data": "data:text/plain;base64,eA=="}}],
        },
        Message("user", (File(b"x", name="a", media_type="text/plain"),)),
    ),
    ({"role": "user", "content": [{"type": "file", "file": {"file_data": "eA=="}}]}, Message("user", (File(b"x"),))),
    (
        {"role": "user", "content": [{"type": "file_url", "file_url": {"url": "https://f.test"}}]},
        Message("user", (File(url="https://f.test"),)),
    ),
    (
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "eA==", "format": "wav"}}]},
        Message("user", (Audio(b"x", "wav"),)),
    ),
    ({"role": "assistant", "content": None}, Message("assistant", ())),
    (
        {"role": "assistant", "content": "x", "refusal": "no", "audio": {"id": "a"}, "prefix": True},
        Message("assistant", (Text("x"), Text("no", refusal=True), Audio(file_id="a")), extra={NAME: {"prefix": True}}),
    ),
    (
        {"role": "assistant", "content": "x", "reasoning": "Hm"},
        Message("assistant", (thought("Hm", field="reasoning"), Text("x"))),
    ),
    (
        {"role": "assistant", "content": "x", "reasoning_content": "Hm", "reasoning": "Hm"},
        Message("assistant", (thought("Hm", field="reasoning_content"), Text("x")), extra={NAME: {"reasoning": "Hm"}}),
    ),
    (
        {"role": "assistant", "content": "x", "reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]},
        Message(
            "assistant",
            (
                thought("Hm", field="reasoning_details", reasoning_details=[{"type": "reasoning.text", "text": "Hm"}]),
                Text("x"),
            ),
        ),
    ),
    (
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}], "signature": "s"},
                {"type": "refusal", "refusal": "no"},
            ],
        },
        Message("assistant", (thought("Hm", field="content", signature="s"), Text("no", refusal=True))),
    ),
    (
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
        },
        Message("assistant", (ToolCall("c", "f", {"a": 1}, '{"a": 1}'),)),
    ),
    (
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}, "extra_content": 1}],
        },
        Message("assistant", (ToolCall("c", "f", {"a": 1}, '{"a":1}', extra={NAME: {"extra_content": 1}}),)),
    ),
    (
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "f", "input": "go"}}]},
        Message("assistant", (ToolCall("c", "f", {"input": "go"}, "go", extra={NAME: {"type": "custom"}}),)),
    ),
    (
        {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}},
        Message("assistant", (ToolCall("call_f", "f", {}, "{}"),)),
    ),
    ({"role": "function", "name": "f", "content": "r"}, Message("tool", (ToolResult("call_f", (Text("r"),), "f"),))),
    ({"role": "tool", "tool_call_id": "c", "content": None}, Message("tool", (ToolResult("c", (Text(""),)),))),
    (
        {
            "role": "tool",
            "tool_call_id": "c",
            "content": [{"type": "text", "text": "r", "cache_control": {"type": "ephemeral"}}],
        },
        Message("tool", (ToolResult("c", (Text("r"),), cache="5m"),)),
    ),
]


@pytest.mark.parametrize(("value", "expected"), MESSAGES)
def test_each_kind_of_message(value: dict[str, Any], expected: Message) -> None:
    assert message(value, "messages[0]") == expected


def test_malformed_arguments_of_a_client_are_kept_with_their_problem() -> None:
    """Pain 12."""
    call = {"id": "c", "function": {"name": "f", "arguments": "{"}}
    (part,) = message({"role": "assistant", "tool_calls": [call]}, "m").parts
    assert isinstance(part, ToolCall)
    assert part.problem
    assert part.text == "{"


@pytest.mark.parametrize(("value", "expected"), MESSAGES)
def test_what_is_read_is_written_again(
    value: dict[str, Any], expected: Message, encode: Callable[..., tuple[dict[str, Any], Any]]
) -> None:
    """Written and read again, a message is what it was."""
    flags = {"cache_control_format": "anthropic", "file_url_field": "file_url"}
    body, told = encode(Request((expected,)), **flags)
    again = message(body["messages"][0], "m")
    same = Message(expected.role, expected.parts, expected.name, expected.extra)
    if expected.role == "tool":
        assert [part.call_id for part in again.parts if isinstance(part, ToolResult)] == [
            part.call_id for part in same.parts if isinstance(part, ToolResult)
        ]
    elif not told and value["role"] != "function":
        assert normal(again) == normal(same)


def normal(message: Message) -> list[Any]:
    """Nothing and an empty text are one on this wire, and a file without a name is called `file`."""
    facts = [
        (part.data, part.url, part.file_id) if isinstance(part, File) else repr(part)
        for part in message.parts
        if part != Text("")
    ]
    return [sorted(map(repr, facts)), message.extra]
