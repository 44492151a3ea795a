"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    CallError,
    Hamr,
    Message,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Request,
    Text,
    ThinkingConfig,
    TooLong,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


CLAUDE, LLAMA = "openrouter/anthropic/claude-sonnet-4.6", "openrouter/meta-llama/llama-3.3-70b-instruct"
MARKED = (Message("system", (Text("Be brief.", cache="5m"),)), *HELLO)


@pytest.mark.parametrize(
    ("model", "role", "marked"),
    [(CLAUDE, "developer", True), ("openrouter/openai/gpt-5", "developer", False), (LLAMA, "system", False)],
)
def test_what_is_known_to_some_models_alone(model: str, role: str, marked: bool, wire: Wire) -> None:
    """H-131, H-140."""
    body, told = wire(model).body(Request(MARKED))
    assert body["messages"][0]["role"] == role
    assert ("cache_control" in str(body)) is marked
    assert told == ([] if marked else [("dropped", "messages[0].parts[0].cache")])


@pytest.mark.parametrize(
    ("thinking", "sent"),
    [
        (ThinkingConfig("high"), {"effort": "high"}),
        (ThinkingConfig("off"), {"enabled": False}),
        (ThinkingConfig(tokens=2000), {"max_tokens": 2000}),
    ],
)
def test_thinking_has_its_own_object(thinking: ThinkingConfig, sent: object, wire: Wire) -> None:
    """H-139."""
    assert wire(LLAMA).body(Request(HELLO, thinking=thinking))[0]["reasoning"] == sent


def test_routing_goes_through_and_a_cache_key_keeps_a_session_together(wire: Wire) -> None:
    """H-143, H-144."""
    call = wire(LLAMA).call(Request(HELLO, cache_key="s1", options={"provider": {"sort": "price"}}))
    assert call.headers["x-session-id"] == "s1"
    assert b'"provider":{"sort":"price"}' in call.body


def test_the_application_is_named_in_headers(colour: Colour, provider: Canned) -> None:
    """R-51."""
    provider.answer({"id": "1", "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]})
    environ = {
        "OPENROUTER_API_KEY": "made-up-key",
        "OPENROUTER_BASE_URL": f"{provider.url}/api/v1",
        "OPENROUTER_SITE_URL": "https://me.test",
        "OPENROUTER_APP_NAME": "mine",
    }
    with Hamr(environ=environ) as hamr:
        colour.call(hamr, "hi", LLAMA)
    sent = provider.asked[0]
    assert (sent.path, sent.json["model"]) == ("/api/v1/chat/completions", "meta-llama/llama-3.3-70b-instruct")
    assert (sent.headers["http-referer"], sent.headers["x-openrouter-title"]) == ("https://me.test", "mine")


def test_recorded_replies_with_what_they_cost(recordings: Recordings, wire: Wire) -> None:
    read = wire(CLAUDE).read_all(recordings("openrouter.openai-chat"))
    for row, response in read:
        assert response.usage is not None
        assert response.cost is not None
        raw = response.usage.raw
        assert counted(response) == raw["total_tokens"], row.id
        assert response.cost.usd == charged(raw), row.id
    assert any(response.usage.raw.get("is_byok") for _, response in read if response.usage)


def charged(raw: Mapping[str, Any]) -> Decimal | None:
    """With a key of one's own what the upstream took comes on top."""
    if "cost" not in raw:
        return None
    upstream = raw["cost_details"]["upstream_inference_cost"] if raw.get("is_byok") else 0
    return Decimal(str(raw["cost"])) + Decimal(str(upstream))


def test_recorded_thinking_goes_back_unread(recordings: Recordings, wire: Wire) -> None:
    there = wire(CLAUDE)
    thought = [response for _, response in there.read_all(recordings("openrouter.openai-chat")) if response.thinking]
    assert thought
    for response in thought:
        back = there.body(Request((*HELLO, response.message)))[0]["messages"][1]
        assert back.keys() & {"reasoning", "reasoning_details"}


def test_recorded_failures(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("openrouter.openai-chat") if row.status != 200]
    assert {(row.status, type(wire(LLAMA).error(row.status, row.body))) for row in rows} == {
        (400, TooLong),
        (401, NotLetIn),
    }


@pytest.mark.parametrize(
    ("status", "kind"), [(402, QuotaSpent), (403, NotLetIn), (408, Overloaded), (429, RateLimited), (502, Overloaded)]
)
def test_errors_carry_what_the_provider_behind_it_said(status: int, kind: type[CallError], wire: Wire) -> None:
    body = {"error": {"code": status, "message": "Provider returned error", "metadata": {"raw": "too hot"}}}
    error = wire(LLAMA).error(status, body)
    assert type(error) is kind
    assert error.message == "Provider returned error: too hot"


def test_a_failure_in_the_midst_of_a_stream(wire: Wire) -> None:
    stream = (
        b": OPENROUTER PROCESSING\n\n"
        b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
        b'data: {"id":"1","error":{"code":429,"message":"Rate limited upstream"},'
        b'"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n'
    )
    with pytest.raises(RateLimited, match="upstream"):
        wire(LLAMA).read(stream)
