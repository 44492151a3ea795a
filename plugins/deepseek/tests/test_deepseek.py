"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    ConfigError,
    Hamr,
    Message,
    NotLetIn,
    QuotaSpent,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    ThinkingConfig,
    ThinkingLevel,
    ToolCall,
    TooLong,
    ToolResult,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "deepseek/deepseek-v4-flash"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.deepseek.com/anthropic", True),
        ("api.deepseek.com/anthropic", True),
        ("https://deepseek.com", True),
        ("https://api.anthropic.com", False),
        ("https://deepseek.com.example/anthropic", False),
        ("https://notdeepseek.com", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_anthropics_variable_holds_its_key_where_anthropics_address_is_its_own(url: str, *, found: bool) -> None:
    """H-74: the host must be DeepSeek's, and not merely have its name in it."""
    environ = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "made-up-canary"}
    with Hamr(environ=environ, folder=None) as client:
        secret = client.pipeline(MODEL).route.secret
        if not found:
            with pytest.raises(ConfigError, match=r"DEEPSEEK_API_KEY\n"):
                secret()
            return
        key = secret()
        assert (key.reveal(), key.origin) == ("made-up-canary", "the environment variable ANTHROPIC_API_KEY")
    with Hamr(environ={**environ, "DEEPSEEK_API_KEY": "own"}, folder=None) as client:
        assert client.pipeline(MODEL).route.secret().reveal() == "own"


@pytest.mark.parametrize(
    ("level", "sent"),
    [
        ("high", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("off", {"thinking": {"type": "disabled"}}),
    ],
)
def test_thinking_is_switched(level: ThinkingLevel, sent: dict[str, object], wire: Wire) -> None:
    body, told = wire(MODEL).body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert {name: body[name] for name in ("thinking", "reasoning_effort") if name in body} == sent
    assert told == []


def test_every_turn_goes_back_with_its_thinking(wire: Wire) -> None:
    """H-138: a turn without is a 400."""
    history = (
        *HELLO,
        Message("assistant", (Thinking("hm"), ToolCall("1", "f", {}))),
        Message("tool", (ToolResult("1", (Text("x"),)),)),
        Message("assistant", (Text("done"),)),
        *HELLO,
    )
    body, told = wire(MODEL).body(Request(history))
    assert [message.get("reasoning_content") for message in body["messages"]] == [None, "hm", None, "", None]
    assert ("injected", "messages[].reasoning_content") in told


def test_a_schema_stands_in_the_prompt(wire: Wire) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    body, told = wire(MODEL).body(Request(HELLO, response_format=ResponseFormat(schema)))
    assert body["response_format"] == {"type": "json_object"}
    assert "JSON" in body["messages"][0]["content"]
    assert told == [("emulated", "response_format.schema")]


def test_texts_go_as_one(wire: Wire) -> None:
    body, _ = wire(MODEL).body(Request((Message("user", (Text("a"), Text("b"))),), max_tokens=9, store=True))
    assert body["messages"][0]["content"] == "a\nb"
    assert body["max_tokens"] == 9
    assert "store" not in body


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    read = wire(MODEL).read_all(recordings("deepseek.openai-chat"))
    for row, response in read:
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id
        cached = response.usage.raw.get("prompt_cache_hit_tokens", 0)
        assert response.usage.cache_read == cached, row.id
    assert any(response.thinking for _, response in read)


def test_recorded_failures(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("deepseek.openai-chat") if row.status != 200]
    kinds = {row.status: type(wire(MODEL).error(row.status, row.body)) for row in rows}
    assert kinds == {400: TooLong, 401: NotLetIn}


def test_no_balance(wire: Wire) -> None:
    assert type(wire(MODEL).error(402, {"error": {"message": "Insufficient Balance"}})) is QuotaSpent
