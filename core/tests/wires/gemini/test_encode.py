from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.types import Message, Request, ResponseFormat, Route, Text, Tool
from hamr.wires.gemini import Gemini

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]
HELLO = (Message("user", (Text("hello"),)),)
SHAPE = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]}


def test_how_it_is_to_be_answered(encode: Encode) -> None:
    request = Request(
        HELLO,
        max_tokens=5,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        seed=7,
        n=2,
        stop=("a", "b"),
        presence_penalty=0.1,
        frequency_penalty=0.2,
        logprobs=4,
        service_tier="flex",
        store=False,
        metadata={"team": "x"},
    )
    body, told = encode(request)
    assert body == {
        "contents": [{"role": "user", "parts": [{"text": "hello"}]}],
        "generationConfig": {
            "temperature": 0.5,
            "topP": 0.9,
            "topK": 3,
            "candidateCount": 2,
            "maxOutputTokens": 5,
            "presencePenalty": 0.1,
            "frequencyPenalty": 0.2,
            "seed": 7,
            "stopSequences": ["a", "b"],
            "responseLogprobs": True,
            "logprobs": 4,
        },
        "serviceTier": "flex",
        "store": False,
        "labels": {"team": "x"},
    }
    assert not told


def test_what_a_provider_refuses_is_left_out_and_told(encode: Encode) -> None:
    request = Request(HELLO, metadata={"a": "b"}, presence_penalty=1.0, stop=tuple("abcdefg"))
    body, told = encode(request, unsupported=["labels", "presencePenalty"])
    assert "labels" not in body
    assert body["generationConfig"] == {"stopSequences": ["a", "b", "c", "d", "e"]}
    assert told == [("clamped", "stop"), ("dropped", "labels"), ("dropped", "presencePenalty")]


def test_what_the_wire_has_no_field_for_is_told(encode: Encode) -> None:
    request = Request(HELLO, logit_bias={"5": 1.0}, verbosity="low", user="u", cache_key="k", parallel_tool_calls=False)
    assert {field for _, field in encode(request)[1]} == {
        *("logit_bias", "verbosity", "user", "cache_key", "parallel_tool_calls"),
    }


def test_options_are_laid_over(encode: Encode) -> None:
    """Safety, caches, speech and tools of the provider's own are the user's to say, in the wire's words."""
    options = {
        "model": "ignored",
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "cachedContent": "cachedContents/1",
        "generationConfig": {"responseModalities": ["TEXT"], "temperature": 1.0},
        "tools": [{"googleSearch": {}}],
    }
    body, _ = encode(Request(HELLO, temperature=0.0, max_tokens=3, options=options))
    assert body["generationConfig"] == {"temperature": 1.0, "maxOutputTokens": 3, "responseModalities": ["TEXT"]}
    assert body["tools"] == [{"googleSearch": {}}]
    assert body["cachedContent"] == "cachedContents/1"
    assert "model" not in body


def test_a_providers_own_fields_are_added_and_told(encode: Encode) -> None:
    body, told = encode(Request(HELLO), body={"labels": {"by": "hamr"}})
    assert body["labels"] == {"by": "hamr"}
    assert told == [("injected", "labels")]


@pytest.mark.parametrize(
    ("wanted", "flags", "config"),
    [
        (ResponseFormat(), {}, {"responseMimeType": "application/json"}),
        (ResponseFormat(SHAPE), {}, {"responseMimeType": "application/json", "responseJsonSchema": SHAPE}),
        (
            ResponseFormat(SHAPE, description="an a"),
            {},
            {"responseMimeType": "application/json", "responseJsonSchema": {"description": "an a", **SHAPE}},
        ),
        (
            ResponseFormat(SHAPE),
            {"supports_json_schema": False},
            {
                "responseMimeType": "application/json",
                "responseSchema": {
                    "type": "OBJECT",
                    "properties": {"a": {"type": "STRING", "nullable": True}},
                    "required": ["a"],
                },
            },
        ),
    ],
)
def test_the_shape_of_the_answer(
    wanted: ResponseFormat, flags: dict[str, Any], config: dict[str, Any], encode: Encode
) -> None:
    """N-86: responseMimeType with a schema."""
    assert encode(Request(HELLO, response_format=wanted), **flags)[0]["generationConfig"] == config


def test_a_model_that_takes_no_shape_beside_tools_is_told_in_words(encode: Encode) -> None:
    request = Request(HELLO, tools=(Tool("f"),), response_format=ResponseFormat(SHAPE))
    body, told = encode(request, supports_tools_with_format=False)
    assert "generationConfig" not in body
    assert "JSON Schema" in body["systemInstruction"]["parts"][0]["text"]
    assert told == [("emulated", "response_format")]


def test_a_flag_that_does_not_exist_is_named(route: Callable[..., Route]) -> None:
    with pytest.raises(ConfigError, match="thinking_control must be one of level, budget"):
        Gemini(route(thinking_control="much"))
