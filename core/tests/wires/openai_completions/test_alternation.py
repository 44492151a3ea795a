from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hamr.types import Image, Message, Request, Text, ToolCall, ToolResult

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]


def said(role: Any, *parts: Any) -> Message:
    return Message(role, tuple(Text(part) if isinstance(part, str) else part for part in parts))


def test_neighbours_of_one_role_go_together(encode: Encode) -> None:
    """Perplexity refuses two messages of the user in a row."""
    talk = (said("system", "s"), said("system", "t"), said("user", "a"), said("user", "b"), said("assistant", "c"))
    body, told = encode(Request(talk), requires_alternating_roles=True)
    assert body["messages"] == [
        {"role": "system", "content": "s\n\nt"},
        {"role": "user", "content": "a\n\nb"},
        {"role": "assistant", "content": "c"},
    ]
    assert told == [("changed", "messages")]


def test_parts_stand_one_after_the_other(encode: Encode) -> None:
    picture = Image(url="https://a.test/1.png")
    body, _ = encode(Request((said("user", "a"), said("user", picture, "b"))), requires_alternating_roles=True)
    (message,) = body["messages"]
    assert [part["type"] for part in message["content"]] == ["text", "image_url", "text"]


def test_calls_and_their_results_stay_apart(encode: Encode) -> None:
    calls = [said("assistant", ToolCall(id, "f", {}, "{}")) for id in ("1", "2")]
    results = [said("tool", ToolResult(id, (Text("x"),))) for id in ("1", "2")]
    body, told = encode(Request((said("user", "a"), *calls, *results)), requires_alternating_roles=True)
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "assistant", "tool", "tool"]
    assert told == []


def test_what_alternates_already_is_left_alone(encode: Encode) -> None:
    request = Request((said("user", "a"), said("assistant", "b"), said("user", "c")))
    assert encode(request, requires_alternating_roles=True) == encode(request)
