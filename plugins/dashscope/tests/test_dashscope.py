"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    CallError,
    ConfigError,
    Message,
    QuotaSpent,
    RateLimited,
    Refused,
    Request,
    Text,
    ThinkingConfig,
    TooLong,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "dashscope/qwen-plus"


@pytest.mark.parametrize(
    ("thinking", "sent"),
    [
        (ThinkingConfig("high"), {"enable_thinking": True}),
        (ThinkingConfig("off"), {"enable_thinking": False}),
        (ThinkingConfig(tokens=2000), {"enable_thinking": True, "thinking_budget": 2000}),
    ],
)
def test_thinking_is_switched_with_a_budget(thinking: ThinkingConfig, sent: dict[str, object], wire: Wire) -> None:
    """H-139."""
    body, told = wire(MODEL).body(Request(HELLO, thinking=thinking))
    assert {name: body[name] for name in ("enable_thinking", "thinking_budget") if name in body} == sent
    assert told == []


def test_fields_as_it_has_them(wire: Wire) -> None:
    request = Request((Message("user", (Text("hello", cache="1h"),)),), max_tokens=5, top_k=3, store=True)
    body, told = wire(MODEL).body(request)
    assert (body["max_tokens"], body["top_k"]) == (5, 3)
    assert body["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert told == [("clamped", "messages[0].parts[0].cache"), ("dropped", "store")]


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("", "dashscope-intl.aliyuncs.com"),
        ("intl", "dashscope-intl.aliyuncs.com"),
        ("cn", "dashscope.aliyuncs.com"),
        ("us", "dashscope-us.aliyuncs.com"),
    ],
)
def test_regions(region: str, host: str, wire: Wire) -> None:
    call = wire(MODEL, DASHSCOPE_REGION=region).call(Request(HELLO))
    assert call.url == f"https://{host}/compatible-mode/v1/chat/completions"


def test_a_region_that_is_not_known(wire: Wire) -> None:
    with pytest.raises(ConfigError, match="DASHSCOPE_REGION") as caught:
        wire(MODEL, DASHSCOPE_REGION="mars")
    assert caught.value.hint == "Known: intl, cn, us."


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    read = wire(MODEL).read_all(recordings("alibaba.openai-chat"))
    for row, response in read:
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id
    assert any(response.thinking for _, response in read)


@pytest.mark.parametrize(
    ("status", "code", "words", "kind"),
    [
        (400, "Arrearage", "no", QuotaSpent),
        (429, "limit_requests", "no", RateLimited),
        (400, "data_inspection_failed", "no", Refused),
        (400, "invalid_parameter_error", "Range of input length should be [1, 30720]", TooLong),
    ],
)
def test_errors(status: int, code: str, words: str, kind: type[CallError], wire: Wire) -> None:
    assert type(wire(MODEL).error(status, {"error": {"code": code, "message": words}})) is kind
