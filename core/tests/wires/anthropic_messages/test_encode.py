"""Where a call goes, what it says of itself, and the fields that no other test is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import ConfigError, Unsupported
from hamr.types import Call, File, Message, Request, Route, Text, Thinking, ThinkingConfig, Tool, ToolCall, ToolResult
from hamr.wires.anthropic_messages import NAME, AnthropicMessages

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]
Routes = Callable[..., Route]

HI = (Message("user", (Text("hi"),)),)


def call(there: Route, request: Request) -> Call:
    return AnthropicMessages(there).encode(request, there)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://x.test", "https://x.test/v1/messages"),
        ("https://x.test/", "https://x.test/v1/messages"),
        ("https://x.test/v1", "https://x.test/v1/messages"),
        ("https://x.test/v1/v1/", "https://x.test/v1/messages"),
        ("https://x.test/v1/messages", "https://x.test/v1/messages"),
        ("https://x.test/anthropic", "https://x.test/anthropic/v1/messages"),
        ("https://x.test/anthropic/v1/?a=b", "https://x.test/anthropic/v1/messages?a=b"),
    ],
)
def test_the_url_of_any_way_to_write_the_base(base: str, url: str, route: Routes) -> None:
    assert call(route(base), Request(HI)).url == url


def test_a_call_says_its_version_and_what_it_takes(route: Routes) -> None:
    assert call(route(), Request(HI)).headers == {
        "content-type": "application/json",
        "accept": "application/json",
        "anthropic-version": "2023-06-01",
    }
    streamed = call(route(version="2026-10-21"), Request(HI, stream=True))
    assert streamed.headers["accept"] == "text/event-stream"
    assert streamed.headers["anthropic-version"] == "2026-10-21"
    assert json.loads(streamed.body)["stream"] is True
    assert "anthropic-version" not in call(route(version=""), Request(HI)).headers


CLOUD: dict[str, Any] = {
    "base_path": "",
    "messages_path": "/models/{model}:rawPredict",
    "stream_path": "/models/{model}:streamRawPredict",
    "count_path": "/models/count-tokens:rawPredict",
    "version": "vertex-2023-10-16",
    "version_in_body": True,
    "model_in_body": False,
}


def test_a_cloud_that_says_the_model_in_the_path(route: Routes) -> None:
    """Claude on Vertex AI and Bedrock speaks the same wire."""
    there = route("https://x.test/p", model="claude-a@1/b", **CLOUD)
    whole = call(there, Request(HI))
    assert whole.url == "https://x.test/p/models/claude-a@1%2Fb:rawPredict"
    assert "anthropic-version" not in whole.headers
    assert json.loads(whole.body) == {
        "max_tokens": 16384,
        "messages": [{"role": "user", "content": "hi"}],
        "anthropic_version": "vertex-2023-10-16",
    }
    streamed = call(there, Request(HI, stream=True))
    assert streamed.url == "https://x.test/p/models/claude-a@1%2Fb:streamRawPredict"
    assert json.loads(streamed.body)["stream"] is True
    count = AnthropicMessages(there).encode_count(Request(HI), there)
    assert count.url == "https://x.test/p/models/count-tokens:rawPredict"
    assert json.loads(count.body)["model"] == "claude-a@1/b"


def test_betas_and_the_stream_where_a_cloud_wants_them(route: Routes) -> None:
    there = route(betas=["a"], option_betas={"speed": "b"}, betas_in_body=True, stream_in_body=False)
    sent = call(there, Request(HI, stream=True, options={"speed": "fast", "betas": "c"}))
    assert "anthropic-beta" not in sent.headers
    body = json.loads(sent.body)
    assert body["anthropic_beta"] == ["a", "b", "c"]
    assert "stream" not in body
    assert sent.headers["accept"] == "text/event-stream"


FEATURES = {
    "interleaved_thinking": "i",
    "structured_output": "s",
    "files": "f",
    "deferred_tools": "d",
    "eager_tools": "e",
    "cache_1h": "c",
    "system_messages": "m",
}


@pytest.mark.parametrize(
    ("request_", "betas"),
    [
        (Request(HI), None),
        (Request(HI, thinking=ThinkingConfig("low"), tools=(Tool("f"),)), "i"),
        (Request((Message("user", (File(file_id="f"),)),)), "f"),
        (Request(HI, tools=(Tool("f", deferred=True),)), "d"),
        (Request(HI, tools=(Tool("f"),), stream=True), "e"),
        (Request((Message("user", (Text("a", cache="1h"),)),)), "c"),
        (Request((*HI, Message("system", (Text("a"),)))), "m"),
    ],
)
def test_betas_of_features(request_: Request, betas: str | None, route: Routes) -> None:
    flags = {"supports_deferred_tools": True, "eager_tools": "beta", "supports_system_messages": True}
    assert call(route(feature_betas=FEATURES, **flags), request_).headers.get("anthropic-beta") == betas


def test_sampling_and_its_bounds(encode: Encode) -> None:
    request = Request(HI, temperature=1.5, top_p=0.9, top_k=5, stop=("a", "b"), user="u1")
    body, told = encode(request)
    assert (body["temperature"], body["top_p"], body["top_k"]) == (1.0, 0.9, 5)
    assert body["stop_sequences"] == ["a", "b"]
    assert body["metadata"] == {"user_id": "u1"}
    assert told == [("clamped", "temperature")]
    body, told = encode(request, temperature_or_top_p=True, most_temperature=2.0)
    assert body["temperature"] == 1.5
    assert "top_p" not in body
    assert told == [("dropped", "top_p")]


def test_what_the_wire_lacks_is_told(encode: Encode) -> None:
    """Pain 41."""
    _, told = encode(
        Request(
            HI,
            seed=1,
            frequency_penalty=0.0,
            presence_penalty=0.0,
            logit_bias={},
            logprobs=1,
            n=2,
            verbosity="low",
            store=True,
            metadata={"a": "b"},
            cache_key="k",
        )
    )
    names = ("seed", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "n", "verbosity", "store")
    assert told == [("dropped", name) for name in (*names, "metadata", "cache_key")]


def test_a_cache_key_goes_in_headers_where_there_are_some(route: Routes) -> None:
    """H-149: session affinity."""
    sent = call(route(cache_key_headers=["x-session-affinity"]), Request(HI, cache_key="k"))
    assert sent.headers["x-session-affinity"] == "k"


@pytest.mark.parametrize(
    ("tier", "sent", "told"),
    [
        ("auto", "auto", []),
        ("standard_only", "standard_only", []),
        ("default", "standard_only", [("renamed", "service_tier")]),
        ("priority", "auto", [("renamed", "service_tier")]),
        ("flex", None, [("dropped", "service_tier")]),
    ],
)
def test_tiers(tier: str, sent: str | None, told: list[tuple[str, str]], encode: Encode) -> None:
    body, found = encode(Request(HI, service_tier=tier))
    assert (body.get("service_tier"), found) == (sent, told)


def test_what_a_model_refuses_is_left_out_and_told(encode: Encode) -> None:
    request = Request(HI, temperature=0.5, top_k=3, thinking=ThinkingConfig("low"))
    body, told = encode(request, unsupported=["top_k"], unsupported_while_thinking=["temperature"])
    assert not {"top_k", "temperature"} & body.keys()
    assert told == [("dropped", "top_k"), ("dropped", "temperature")]
    body, _ = encode(Request(HI, temperature=0.5), unsupported_while_thinking=["temperature"])
    assert body["temperature"] == 0.5


def test_options_are_laid_over_the_body(encode: Encode) -> None:
    body, _ = encode(
        Request(
            HI,
            tools=(Tool("f"),),
            thinking=ThinkingConfig("low"),
            user="u",
            options={
                "model": "other",
                "tools": [{"type": "web_search_20260318", "name": "web_search"}],
                "thinking": {"display": "omitted"},
                "metadata": {"x": 1},
                "container": "c1",
                "max_tokens": 9,
            },
        ),
        body={"container": "c0", "inference_geo": "eu"},
    )
    assert body["model"] == "a-model"
    assert [tool["name"] for tool in body["tools"]] == ["f", "web_search"]
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 4096, "display": "omitted"}
    assert body["metadata"] == {"user_id": "u", "x": 1}
    assert (body["container"], body["inference_geo"], body["max_tokens"]) == ("c1", "eu", 9)


def test_an_unknown_flag_is_named(route: Routes) -> None:
    with pytest.raises(ConfigError, match="messages_paht"):
        AnthropicMessages(route(messages_paht="/x"))


OWN = Thinking("hm", {NAME: {"issuer": "test", "signature": "s"}})
CALL = ToolCall("t1", "f", {})
RESULT = Message("tool", (ToolResult("t1", (Text("x"),)),))


@pytest.mark.parametrize(
    ("messages", "kept"),
    [
        ((*HI, Message("assistant", (CALL,)), RESULT), False),
        ((*HI, Message("assistant", (Text("so"), CALL)), RESULT), False),
        ((*HI, Message("assistant", (OWN, CALL)), RESULT), True),
        ((*HI, Message("assistant", (Thinking("hm"), CALL)), RESULT), False),
        ((*HI, Message("assistant", (CALL,)), RESULT, Message("assistant", (Text("so"),)), *HI), True),
        (
            (
                *HI,
                Message("assistant", (OWN, CALL)),
                RESULT,
                Message("assistant", (ToolCall("t2", "f", {}),)),
                Message("tool", (ToolResult("t2", (Text("x"),)),)),
            ),
            True,
        ),
    ],
)
def test_a_budget_waits_for_a_turn_that_begins_with_thinking(
    messages: tuple[Message, ...], kept: bool, encode: Encode
) -> None:
    """Pain 22: the API refuses it else."""
    request = Request(messages, tools=(Tool("f"),), thinking=ThinkingConfig("low"))
    body, told = encode(request)
    assert ("thinking" in body) == kept
    assert (("dropped", "thinking") in told) != kept
    adaptive, _ = encode(request, thinking_types=["adaptive"])
    assert adaptive["thinking"] == {"type": "adaptive"}


def test_a_provider_that_does_not_count_or_list_says_so(route: Routes) -> None:
    there = route(count_path="", models_path="")
    wire = AnthropicMessages(there)
    with pytest.raises(Unsupported, match="counts no tokens"):
        wire.encode_count(Request(HI), there)
    with pytest.raises(Unsupported, match="does not list"):
        wire.encode_models(there, None)
