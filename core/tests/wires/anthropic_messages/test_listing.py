"""Lists of models, asked for and given."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BrokenReply
from hamr.types import Head, ModelInfo, Route
from hamr.wires.anthropic_messages import NAME, AnthropicMessages
from hamr.wires.anthropic_messages.dialect import AnthropicMessagesDialect


def read(body: Any, there: Route) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return AnthropicMessages(there).decode_models(Head(200, body=data), there)


def test_pages(route: Callable[..., Route]) -> None:
    there = route("https://x.test/anthropic?key=1")
    wire = AnthropicMessages(there)
    call = wire.encode_models(there, None)
    assert (call.method, call.url) == ("GET", "https://x.test/anthropic/v1/models?key=1&limit=1000")
    assert call.headers["anthropic-version"] == "2023-06-01"
    assert wire.encode_models(there, "a b&c").url.endswith("&limit=1000&after_id=a%20b%26c")
    assert read({"data": [{"id": "a"}], "has_more": True, "last_id": "z"}, there).next == "z"
    assert read({"data": [{"id": "a"}], "has_more": True}, there).next == "a"
    assert read({"data": [{"id": "a"}], "has_more": False, "last_id": "a"}, there).next is None


def test_rows_that_say_less_or_nothing(route: Callable[..., Route]) -> None:
    """Pain 18."""
    rows = [
        {"id": "claude-a", "created_at": "1970-01-01T00:00:00Z", "max_tokens": None, "capabilities": None},
        {"id": "b", "created_at": "soon", "capabilities": {"image_input": {"supported": False}, "thinking": 5}},
        {"id": "c", "name": "C", "owned_by": "me", "created_at": "2025-02-19"},
        {"id": ""},
        {"name": "d"},
        "e",
    ]
    first, second, third = read({"data": rows}, route()).models
    assert (first.name, first.created, first.max_tokens, first.input) == ("Claude A", None, None, None)
    assert (second.created, second.input, second.reasoning) == (None, ("text",), None)
    assert (third.name, third.owned_by, third.created) == ("C", "me", 1739923200)
    assert third.extra == {NAME: rows[2]}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"data": 5}', b"<html></html>"])
def test_a_reply_that_lists_nothing(body: bytes, route: Callable[..., Route]) -> None:
    with pytest.raises(BrokenReply):
        read(body, route())


def test_a_list_that_is_given_is_read_back(route: Callable[..., Route]) -> None:
    given = [
        ModelInfo("a", "test", "A", 1000, 100, ("text", "image"), reasoning=True, created=1739923200),
        ModelInfo("b", "test", "B", input=("text",), reasoning=False),
        ModelInfo("c", "test", "C"),
    ]
    body = AnthropicMessagesDialect().encode_models(given)
    page = read(body, route())
    assert page.next is None
    for info, again in zip(given, page.models, strict=True):
        for name in ("id", "name", "context_window", "max_tokens", "input", "reasoning", "created"):
            assert getattr(again, name) == getattr(info, name), name
    said = json.loads(body)
    assert (said["first_id"], said["last_id"], said["has_more"]) == ("a", "c", False)
    assert json.loads(AnthropicMessagesDialect().encode_models([]))["data"] == []


def test_counts(route: Callable[..., Route]) -> None:
    there = route()
    wire = AnthropicMessages(there)
    assert wire.decode_count(Head(200, body=AnthropicMessagesDialect().encode_count(7)), there) == 7
    with pytest.raises(BrokenReply, match="counts no tokens"):
        wire.decode_count(Head(200, body=b'{"input_tokens": "7"}'), there)
