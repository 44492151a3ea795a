"""Calls to Gemini, answered on this machine as Gemini answers, and by the simulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    CallError,
    ConfigError,
    Hamr,
    Message,
    NotLetIn,
    QuotaSpent,
    RateLimited,
    Request,
    ResponseFormat,
    Text,
    ThinkingConfig,
    ThinkingLevel,
    Tool,
    ToolCall,
    ToolResult,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Wire

KEY = "canary-AIzaSyD-gemini-0123456789"
MODEL = "gemini/gemini-2.5-flash"
HELLO = (Message("user", (Text("hello"),)),)
WEATHER = Tool("weather", "how it is", {"type": "object", "properties": {"city": {"type": "string"}}})
CONTENT = {"role": "model", "parts": [{"text": "Blue scatters."}]}
ANSWER = {
    "candidates": [{"content": CONTENT, "finishReason": "STOP", "index": 0}],
    "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 3, "totalTokenCount": 7},
    "modelVersion": "gemini-2.5-flash",
    "responseId": "r1",
}
RPC = "type.googleapis.com/google.rpc."


def client(provider: Canned, **environ: str) -> Hamr:
    """A client that knows Gemini at this address."""
    return Hamr(environ={"GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": provider.url, **environ})


def failure(code: int, status: str, *details: dict[str, Any]) -> dict[str, Any]:
    """A failure in Google's envelope that repeats the key."""
    return {"error": {"code": code, "message": f"no, {KEY}", "status": status, "details": list(details)}}


def test_the_key_goes_in_its_header_and_never_into_the_url(colour: Colour, provider: Canned) -> None:
    """N-7 and pain 36."""
    provider.answer(ANSWER)
    with client(provider) as hamr:
        response = colour.call(hamr, "Why is the sky blue?", "gemini")
    (asked,) = provider.asked
    assert asked.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert asked.headers["x-goog-api-key"] == KEY
    assert "authorization" not in asked.headers
    assert response.text == "Blue scatters."


def test_either_variable_holds_the_key(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with Hamr(environ={"GOOGLE_API_KEY": KEY, "GEMINI_BASE_URL": f"{provider.url}/v1"}) as hamr:
        colour.call(hamr, "hi", MODEL)
    assert provider.asked[0].headers["x-goog-api-key"] == KEY
    assert provider.asked[0].path.startswith("/v1/models/")
    with Hamr(environ={}) as hamr, pytest.raises(ConfigError, match=r"GEMINI_API_KEY.*GOOGLE_API_KEY"):
        colour.call(hamr, "hi", MODEL)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (failure(400, "INVALID_ARGUMENT", {"@type": f"{RPC}ErrorInfo", "reason": "API_KEY_INVALID"}), NotLetIn),
        (failure(429, "RESOURCE_EXHAUSTED"), RateLimited),
        (failure(500, "INTERNAL"), CallError),
    ],
)
def test_no_error_shows_the_key(body: Any, kind: type[CallError], colour: Colour, provider: Canned) -> None:
    """Pain 36: even where the provider repeats it."""
    provider.answer(body, status=body["error"]["code"])
    with client(provider) as hamr, pytest.raises(kind) as caught:
        colour.call(hamr, "hi", MODEL, retries=0)
    shown = [str(caught.value), repr(caught.value), str(caught.value.body), repr(caught.value.__dict__)]
    assert not any(KEY in each for each in shown)


def test_a_quota_of_the_day_is_spent_and_not_waited_for(colour: Colour, provider: Canned) -> None:
    """Pain 27: the wait that stands beside it would be in vain."""
    quota = {"@type": f"{RPC}QuotaFailure", "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}
    wait = {"@type": f"{RPC}RetryInfo", "retryDelay": "1s"}
    provider.answer(failure(429, "RESOURCE_EXHAUSTED", quota, wait), status=429)
    with client(provider) as hamr, pytest.raises(QuotaSpent):
        colour.call(hamr, "hi", MODEL)
    assert len(provider.asked) == 1


def test_googles_copy_of_openais_api(colour: Colour, provider: Canned) -> None:
    """C-15: another wire, another path, and the key as a bearer's."""
    provider.answer({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]})
    with client(provider) as hamr:
        assert colour.call(hamr, "hi", MODEL, api_mode="chat").text == "hi"
    (asked,) = provider.asked
    assert asked.path == "/v1beta/openai/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert "x-goog-api-key" not in asked.headers


def levelled(level: str) -> dict[str, Any]:
    """A level, with what was thought."""
    return {"thinkingLevel": level, "includeThoughts": True}


@pytest.mark.parametrize(
    ("model", "level", "config"),
    [
        ("gemini-2.5-pro", "off", {"thinkingBudget": 128}),
        ("gemini-2.5-pro", "high", {"thinkingBudget": 32768, "includeThoughts": True}),
        ("models/gemini-2.5-flash", "off", {"thinkingBudget": 0}),
        ("gemini-2.5-flash", "medium", {"thinkingBudget": 8192, "includeThoughts": True}),
        ("gemini-2.5-flash-lite", "minimal", {"thinkingBudget": 512, "includeThoughts": True}),
        ("gemini-2.5-flash-image", "high", None),
        ("gemini-2.0-flash", "high", None),
        ("gemini-3-pro-preview", "medium", levelled("HIGH")),
        ("gemini-3-flash-preview", "minimal", levelled("MINIMAL")),
        ("gemini-3.1-pro-preview", "minimal", levelled("LOW")),
        ("gemini-4-argon", "max", levelled("HIGH")),
        ("gemini-flash-latest", "low", levelled("LOW")),
    ],
)
def test_each_model_thinks_by_its_own_measure(
    model: str, level: ThinkingLevel, config: dict[str, Any] | None, wire: Wire
) -> None:
    body, _ = wire(f"gemini/{model}").body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert body.get("generationConfig", {}).get("thinkingConfig") == config


def test_what_older_models_lack(wire: Wire) -> None:
    foreign = ToolCall("c1", "weather", {})
    messages = (*HELLO, Message("assistant", (foreign,)), Message("tool", (ToolResult("c1", (Text("x"),)),)))
    request = Request(messages, tools=(WEATHER,), response_format=ResponseFormat({"type": "object"}))
    old, told = wire(MODEL).body(request)
    new, _ = wire("gemini/gemini-3-flash-preview").body(request)
    assert "generationConfig" not in old
    assert ("emulated", "response_format") in told
    assert new["generationConfig"]["responseMimeType"] == "application/json"
    assert "thoughtSignature" not in old["contents"][1]["parts"][0]
    assert new["contents"][1]["parts"][0]["thoughtSignature"] == "skip_thought_signature_validator"


def test_recorded_replies_in_their_buckets(recordings: Recordings, wire: Wire) -> None:
    """Pain 39: the buckets add up to what Google counted."""
    there = wire(MODEL)
    for name in ("gemini.gemini-generate", "gemini.gemini-stream"):
        for row, response in there.read_all(recordings(name)):
            if response.usage is not None and "totalTokenCount" in response.usage.raw:
                assert counted(response) == response.usage.raw["totalTokenCount"], row.id


def test_recorded_signatures_go_back_to_their_model_alone(recordings: Recordings, wire: Wire) -> None:
    """Pain 23."""
    there, elsewhere = wire(MODEL), wire("gemini/gemini-2.5-pro")
    signed = 0
    for row, response in there.read_all(recordings("gemini.gemini-generate")):
        if b"thoughtSignature" in row.body and response.message.parts:
            request = Request((*HELLO, response.message))
            signed += "thoughtSignature" in json.dumps(there.body(request)[0])
            body, told = elsewhere.body(request)
            assert "thoughtSignature" not in json.dumps(body)
            assert told
    assert signed
