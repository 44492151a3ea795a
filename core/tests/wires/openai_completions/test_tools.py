"""The tools on offer, and the choice among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import Unsupported
from hamr.types import Message, Request, Text, Tool, ToolCall, ToolChoice

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HELLO = (Message("user", (Text("Hello"),)),)
PLAIN = {"model": "a-model", "messages": [{"role": "user", "content": "Hello"}]}
F, G = Tool("f", "does f"), Tool("g")
F_OUT = {
    "type": "function",
    "function": {"name": "f", "description": "does f", "parameters": {"type": "object", "properties": {}}},
}
G_OUT = {"type": "function", "function": {"name": "g", "parameters": {"type": "object", "properties": {}}}}


def test_tools_among_the_options_are_added(encode: Encode) -> None:
    hosted = {"type": "web_search"}
    body, _ = encode(Request(HELLO, tools=(F,), options={"tools": [hosted]}))
    assert body["tools"] == [F_OUT, hosted]
    body, told = encode(Request(HELLO, tool_choice=ToolChoice("auto"), options={"tools": [hosted]}))
    assert (body["tools"], body["tool_choice"], told) == ([hosted], "auto", [])
    parallel = Request(HELLO, parallel_tool_calls=False, options={"tools": [hosted]})
    assert encode(parallel)[0]["parallel_tool_calls"] is False


ALLOWED = {
    "type": "allowed_tools",
    "allowed_tools": {
        "mode": "auto",
        "tools": [{"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "g"}}],
    },
}


@pytest.mark.parametrize(
    ("choice", "flags", "written", "told"),
    [
        (ToolChoice("auto"), {}, "auto", []),
        (ToolChoice("none"), {}, "none", []),
        (ToolChoice("none", ("f",)), {}, "none", []),
        (ToolChoice("required"), {}, "required", []),
        (ToolChoice("required", ("f",)), {}, {"type": "function", "function": {"name": "f"}}, []),
        (ToolChoice("auto", ("f", "g")), {}, ALLOWED, []),
        (ToolChoice("required"), {"supports_required_tool_choice": False}, "auto", [("changed", "tool_choice.mode")]),
        (
            ToolChoice("required", ("f",)),
            {"supports_forced_tool_choice": False},
            "required",
            [("emulated", "tool_choice.names")],
        ),
        (ToolChoice("auto", ("f",)), {"supports_allowed_tools": False}, "auto", [("emulated", "tool_choice.names")]),
    ],
)
def test_each_choice_of_tools(
    choice: ToolChoice, flags: dict[str, Any], written: Any, told: list[tuple[str, str]], encode: Encode
) -> None:
    body, adaptations = encode(Request(HELLO, tools=(F, G), tool_choice=choice), **flags)
    assert body["tool_choice"] == written
    assert adaptations == told
    emulated = ("emulated", "tool_choice.names") in told
    assert body["tools"] == ([F_OUT] if emulated else [F_OUT, G_OUT])


def test_a_choice_of_a_tool_that_is_not_there_is_refused(encode: Encode) -> None:
    with pytest.raises(Unsupported, match="'h'"):
        encode(Request(HELLO, tools=(F,), tool_choice=ToolChoice("required", ("h",))))


def test_strictness_and_marks_of_tools(encode: Encode) -> None:
    tool = Tool("f", "does f", strict=True, cache="1h")
    body, told = encode(Request(HELLO, tools=(tool,)))
    assert body["tools"][0]["function"]["strict"] is True
    assert told == [("dropped", "tools[0].cache")]
    body, told = encode(Request(HELLO, tools=(tool,)), supports_strict_mode=False, cache_control_format="anthropic")
    assert body["tools"] == [{**F_OUT, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    assert told == [("dropped", "tools[0].strict")]


def test_history_with_calls_needs_tools_for_some(encode: Encode) -> None:
    """Pain 19."""
    history = (*HELLO, Message("assistant", (ToolCall("c1", "f", {}),)))
    assert "tools" not in encode(Request(history))[0]
    body, told = encode(Request(history), requires_tools_with_tool_history=True)
    assert (body["tools"], told) == ([], [("injected", "tools")])
    assert "tools" not in encode(Request(HELLO), requires_tools_with_tool_history=True)[0]


def test_where_no_tool_may_be_called_and_that_cannot_be_said_there_are_none(encode: Encode) -> None:
    """Z.ai takes no choice but auto."""
    request = Request(HELLO, tools=(F,), tool_choice=ToolChoice("none"))
    assert encode(request, supports_none_tool_choice=False) == (PLAIN, [("emulated", "tool_choice.mode")])
    assert encode(request)[0]["tool_choice"] == "none"


@pytest.mark.parametrize(("stream", "tools", "asked"), [(True, (F,), True), (False, (F,), False), (True, (), False)])
def test_arguments_as_they_grow_are_asked_for_in_a_field(
    stream: bool, tools: tuple[Tool, ...], asked: bool, encode: Encode
) -> None:
    """H-146."""
    body, told = encode(Request(HELLO, tools=tools, stream=stream), tool_stream_field="tool_stream")
    assert body.get("tool_stream", False) is asked
    assert told == []
