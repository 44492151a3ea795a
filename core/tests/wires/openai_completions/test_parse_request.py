"""What a client of this wire writes, read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BadRequest
from hamr.types import (
    Call,
    Message,
    Request,
    ResponseFormat,
    Route,
    Text,
    ThinkingConfig,
    Tool,
    ToolChoice,
)
from hamr.wires.openai_completions import OpenAICompletions
from hamr.wires.openai_completions.dialect import OpenAICompletionsDialect

HELLO = {"role": "user", "content": "Hello"}


def parse(**body: Any) -> Request:
    whole = {"model": "m", "messages": [HELLO], **body}
    return OpenAICompletionsDialect().parse(Call("https://hamr.test", body=json.dumps(whole).encode()))


def test_a_plain_call() -> None:
    assert parse() == Request((Message("user", (Text("Hello"),)),), options={"model": "m"})


SAME: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 4,
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.2,
    "logit_bias": {"5": -100},
    "n": 2,
    "verbosity": "low",
    "service_tier": "flex",
    "store": True,
    "user": "me",
    "metadata": {"k": "v"},
    "stream": True,
    "parallel_tool_calls": False,
}
"""Fields that have the same name and value on both sides."""


def test_every_field_finds_its_place() -> None:
    schema = {"name": "a", "schema": {"type": "object"}, "strict": True}
    kept = {"stream_options": {"include_usage": True}, "modalities": ["text"]}
    read = parse(
        **SAME,
        **kept,
        max_completion_tokens=10,
        stop="END",
        logprobs=True,
        top_logprobs=3,
        prompt_cache_key="key",
        reasoning_effort="none",
        tools=[{"type": "function", "function": {"name": "f", "strict": True}}],
        tool_choice="required",
        response_format={"type": "json_schema", "json_schema": schema},
    )
    assert read == Request(
        (Message("user", (Text("Hello"),)),),
        **SAME,
        tools=(Tool("f", strict=True),),
        tool_choice=ToolChoice("required"),
        response_format=ResponseFormat({"type": "object"}, "a", strict=True),
        thinking=ThinkingConfig("off"),
        max_tokens=10,
        stop=("END",),
        logprobs=3,
        cache_key="key",
        options={"model": "m", **kept},
    )


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ({"max_tokens": 5}, "max_tokens", 5),
        ({"max_completion_tokens": 7, "max_tokens": 5}, "max_tokens", 7),
        ({"max_tokens": 5.0}, "max_tokens", 5),
        ({"stop": ["a", "b"]}, "stop", ("a", "b")),
        ({"stop": None}, "stop", ()),
        ({"temperature": None}, "temperature", None),
        ({"logprobs": False}, "logprobs", None),
        ({"logprobs": True}, "logprobs", 0),
        ({"logprobs": 5}, "logprobs", 5),
        ({"response_format": {"type": "text"}}, "response_format", None),
        ({"response_format": {"type": "json_object"}}, "response_format", ResponseFormat()),
        ({"tool_choice": "auto"}, "tool_choice", ToolChoice("auto")),
        ({"tool_choice": "any"}, "tool_choice", ToolChoice("required")),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            "tool_choice",
            ToolChoice("required", ("f",)),
        ),
        ({"function_call": {"name": "f"}}, "tool_choice", ToolChoice("required", ("f",))),
        ({"function_call": "none"}, "tool_choice", ToolChoice("none")),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
                }
            },
            "tool_choice",
            ToolChoice("auto", ("f",)),
        ),
        (
            {"functions": [{"name": "f", "description": "d", "parameters": {"type": "object"}}]},
            "tools",
            (Tool("f", "d", {"type": "object"}),),
        ),
        ({"tools": []}, "tools", ()),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}, "cache_control": {"type": "ephemeral"}}]},
            "tools",
            (Tool("f", cache="5m"),),
        ),
        ({"reasoning_effort": "high"}, "thinking", ThinkingConfig("high")),
        ({"reasoning": {"effort": "high"}}, "thinking", ThinkingConfig("high")),
        ({"reasoning": {"effort": "none"}}, "thinking", ThinkingConfig("off")),
        ({"reasoning": {"enabled": False}}, "thinking", ThinkingConfig("off")),
        ({"reasoning": {"max_tokens": 2048}}, "thinking", ThinkingConfig(tokens=2048)),
        ({"reasoning": {"effort": "high", "exclude": True}}, "thinking", None),
        ({"reasoning": {"max_tokens": True}}, "thinking", None),
        ({"reasoning": "much"}, "thinking", None),
    ],
)
def test_each_way_to_say_it(body: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(parse(**body), name) == value


@pytest.mark.parametrize(
    "body",
    [
        {"min_p": 0.1},
        {"reasoning_effort": "default"},
        {"response_format": {"type": "grammar", "grammar": "x"}},
        {"response_format": {"type": "json_object", "schema": {}}},
        {"tools": [{"type": "custom", "custom": {"name": "f"}}]},
        {"tool_choice": {"type": "custom", "custom": {"name": "f"}}},
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"tools": [{"type": "mcp"}]}}},
        {"top_logprobs": 3},
    ],
)
def test_what_has_no_place_stays_an_option(body: dict[str, Any]) -> None:
    assert parse(**body).options == {"model": "m", **body}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"model": 5}, "model"),
        ({"model": None}, "model"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": ["Hello"]}, "messages[0]"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [HELLO, {"role": "user", "content": [7]}]}, "messages[1].content[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "hologram"}]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            "messages[0].content[0].image_url.url",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "input_audio", "input_audio": {"data": "?", "format": "wav"}}],
                    }
                ]
            },
            "messages[0].content[0].input_audio.data",
        ),
        ({"messages": [{"role": "user", "content": "x", "name": 5}]}, "messages[0].name"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        ({"messages": [{"role": "function", "content": "x"}]}, "messages[0].name"),
        (
            {
                "messages": [
                    {
                        "role": "tool",
                        "tool_call_id": "c",
                        "content": [
                            {"type": "refusal", "refusal": "x"},
                            {"type": "input_audio", "input_audio": {"data": "eA==", "format": "wav"}},
                        ],
                    }
                ]
            },
            "messages[0].content",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"id": "c", "function": {}}]}]},
            "messages[0].tool_calls[0].function.name",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}]},
            "messages[0].tool_calls[0].id",
        ),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"stream": "yes"}, "stream"),
        ({"stop": 5}, "stop"),
        ({"stop": [5]}, "stop[0]"),
        ({"tools": {}}, None),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]},
            "tools[0].function.parameters",
        ),
        ({"tools": [{"type": "function", "function": {"name": "f", "strict": "yes"}}]}, "tools[0].function.strict"),
        ({"tool_choice": "perhaps"}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice.function.name"),
        (
            {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"tools": [{}]}}},
            "tool_choice.allowed_tools.tools[0].function",
        ),
        ({"response_format": "json"}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"logprobs": "yes"}, "logprobs"),
    ],
)
def test_a_wrong_type_is_refused_by_its_place(body: dict[str, Any], place: str | None) -> None:
    if place is None:
        assert parse(**body).tools == ()
        return
    with pytest.raises(BadRequest) as caught:
        parse(**body)
    assert caught.value.param == place
    assert caught.value.status == 400
    assert place in caught.value.message


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"'])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest, match="the body"):
        OpenAICompletionsDialect().parse(Call("https://hamr.test", body=body))


def test_the_wire_gives_its_dialect(route: Callable[..., Route]) -> None:
    assert isinstance(OpenAICompletions(route()).dialect(), OpenAICompletionsDialect)


@pytest.mark.parametrize(
    ("url", "body", "model"),
    [
        ("https://a.test/openai/deployments/gpt%204/chat/completions?api-version=1", {}, "gpt 4"),
        ("https://a.test/openai/deployments/one/chat/completions", {"model": "two"}, "two"),
    ],
)
def test_the_model_may_stand_in_the_path(url: str, body: dict[str, str], model: str) -> None:
    """As Azure's deployments have it."""
    asked = {**body, "messages": [{"role": "user", "content": "hi"}]}
    assert OpenAICompletionsDialect().parse(Call(url, body=json.dumps(asked).encode())).options["model"] == model


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/deployments", "/openai/deployments/one"])
def test_a_model_that_nothing_names_is_asked_for(path: str) -> None:
    with pytest.raises(BadRequest, match="model"):
        OpenAICompletionsDialect().parse(Call(f"https://a.test{path}", body=b'{"messages": []}'))
