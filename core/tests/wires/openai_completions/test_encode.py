"""Pain 41: what is sent, and that nothing is dropped, renamed, clamped or injected without being told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from hamr.types import Message, Request, ResponseFormat, Route, Text, ThinkingConfig, Tool, ToolChoice
from hamr.wires.openai_completions import OpenAICompletions

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HELLO = (Message("user", (Text("Hello"),)),)
PLAIN = {"model": "a-model", "messages": [{"role": "user", "content": "Hello"}]}
F, G = Tool("f", "does f"), Tool("g")
F_OUT = {
    "type": "function",
    "function": {"name": "f", "description": "does f", "parameters": {"type": "object", "properties": {}}},
}
G_OUT = {"type": "function", "function": {"name": "g", "parameters": {"type": "object", "properties": {}}}}

FULL = Request(
    HELLO,
    tools=(F,),
    tool_choice=ToolChoice("required"),
    parallel_tool_calls=False,
    response_format=ResponseFormat({"type": "object"}, "answer", "an answer", strict=True),
    thinking=ThinkingConfig("high"),
    max_tokens=10,
    temperature=0.5,
    top_p=0.9,
    top_k=40,
    seed=7,
    stop=("END",),
    frequency_penalty=0.1,
    presence_penalty=0.2,
    logit_bias={"50256": -100},
    logprobs=3,
    n=2,
    verbosity="low",
    service_tier="flex",
    store=True,
    user="me",
    metadata={"k": "v"},
    cache_key="key",
    stream=True,
    options={"modalities": ["text"]},
)


def test_a_plain_request_is_no_more_than_its_messages(encode: Encode) -> None:
    assert encode(Request(HELLO)) == (PLAIN, [])


def test_everything_has_its_field(encode: Encode) -> None:
    body, told = encode(FULL)
    assert body == {
        **PLAIN,
        "tools": [F_OUT],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": {"type": "object"}, "description": "an answer", "strict": True},
        },
        "reasoning_effort": "high",
        "max_completion_tokens": 10,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 7,
        "stop": ["END"],
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "logit_bias": {"50256": -100},
        "logprobs": True,
        "top_logprobs": 3,
        "n": 2,
        "verbosity": "low",
        "service_tier": "flex",
        "store": True,
        "user": "me",
        "metadata": {"k": "v"},
        "prompt_cache_key": "key",
        "stream": True,
        "stream_options": {"include_usage": True},
        "modalities": ["text"],
    }
    assert told == [("dropped", "top_k")]


def test_every_field_of_a_request_is_sent_or_told(encode: Encode) -> None:
    """One field at a time: the body grows, or an adaptation says why not."""
    for each in fields(Request):
        if each.name in ("messages", "headers"):
            continue
        alone = replace(Request(HELLO, tools=(F,)), **{each.name: getattr(FULL, each.name)})
        bare = Request(HELLO) if each.name == "tools" else Request(HELLO, tools=(F,))
        body, told = encode(alone)
        assert body != encode(bare)[0] or told, each.name


def test_the_body_matches_the_published_shape(encode: Encode, schema: Callable[[str], Any]) -> None:
    body, _ = encode(FULL)
    assert [error.message for error in schema("chat-request").iter_errors(body)] == []


def test_the_call_goes_to_the_chat_with_its_types(route: Callable[..., Route]) -> None:
    there = route("https://models.test")
    wire = OpenAICompletions(there)
    call = wire.encode(Request(HELLO), there)
    assert (call.method, call.url) == ("POST", "https://models.test/v1/chat/completions")
    assert call.headers == {"content-type": "application/json", "accept": "application/json"}
    assert wire.encode(Request(HELLO, stream=True), there).headers["accept"] == "text/event-stream"
    assert call.secret == frozenset()


def test_equal_beginnings_are_equal_bytes(route: Callable[..., Route]) -> None:
    """Pain 25: a prompt cache hits only where the prefix is the same, byte for byte."""
    there = route()
    wire = OpenAICompletions(there)
    longer = (*HELLO, Message("assistant", (Text("Hi"),)), Message("user", (Text("More"),)))
    first = wire.encode(Request(HELLO, temperature=0.1), there).body
    second = wire.encode(Request(longer, seed=1), there).body
    shared = b'{"model":"a-model","messages":[{"role":"user","content":"Hello"}'
    assert first.startswith(shared)
    assert second.startswith(shared)
    assert first == wire.encode(Request(HELLO, temperature=0.1), there).body


def test_text_of_every_kind_goes_as_it_is(route: Callable[..., Route]) -> None:
    there = route()
    text = 'ž 🐎 "\\ \n\u2028\x00'
    body = OpenAICompletions(there).encode(Request((Message("user", (Text(text),)),)), there).body
    assert json.loads(body)["messages"][0]["content"] == text


@pytest.mark.parametrize(
    ("flags", "request_", "gone", "told"),
    [
        ({"supports_store": False}, Request(HELLO, store=True), "store", ("dropped", "store")),
        (
            {"supports_prompt_cache_key": False},
            Request(HELLO, cache_key="k"),
            "prompt_cache_key",
            ("dropped", "cache_key"),
        ),
        ({"unsupported": ["seed"]}, Request(HELLO, seed=1), "seed", ("dropped", "seed")),
        ({"renamed": {"seed": "random_seed"}}, Request(HELLO, seed=1), "seed", ("renamed", "seed")),
        (
            {"supports_reasoning_effort": False},
            Request(HELLO, thinking=ThinkingConfig("low")),
            "reasoning_effort",
            ("dropped", "thinking"),
        ),
        ({}, Request(HELLO, tool_choice=ToolChoice("auto")), "tool_choice", ("dropped", "tool_choice")),
        ({}, Request(HELLO, parallel_tool_calls=True), "parallel_tool_calls", ("dropped", "parallel_tool_calls")),
        ({}, Request(HELLO, top_k=1), "top_k", ("dropped", "top_k")),
    ],
)
def test_what_a_provider_does_not_take_is_left_out_and_told(
    flags: dict[str, Any], request_: Request, gone: str, told: tuple[str, str], encode: Encode
) -> None:
    body, adaptations = encode(request_, **flags)
    assert gone not in body
    assert adaptations == [told]


def test_flags_that_change_the_body(encode: Encode) -> None:
    request = Request(HELLO, max_tokens=5, temperature=1.5, seed=1, top_k=2, stream=True)
    flags = {
        "max_tokens_field": "max_tokens",
        "max_temperature": 1.0,
        "renamed": {"seed": "random_seed"},
        "supports_top_k": True,
        "supports_usage_in_streaming": False,
        "body": {"tool_stream": True, "top_k": 9},
    }
    body, told = encode(request, **flags)
    assert body == {
        **PLAIN,
        "max_tokens": 5,
        "temperature": 1.0,
        "random_seed": 1,
        "top_k": 2,
        "stream": True,
        "tool_stream": True,
    }
    assert told == [("clamped", "temperature"), ("renamed", "seed"), ("injected", "tool_stream")]


def test_options_are_laid_over_last(encode: Encode) -> None:
    request = Request(
        HELLO,
        temperature=0.5,
        stream=True,
        options={
            "temperature": 0.7,
            "min_p": 0.1,
            "model": "another",
            "stream_options": {"include_obfuscation": False},
        },
    )
    body, told = encode(request, unsupported=["temperature"])
    assert body["temperature"] == 0.7
    assert body["min_p"] == 0.1
    assert body["model"] == "a-model"
    assert body["stream_options"] == {"include_usage": True, "include_obfuscation": False}
    assert told == [("dropped", "temperature")]
    quiet = Request(HELLO, options={"stream_options": {"include_usage": True}})
    assert encode(quiet)[0] == PLAIN


def test_the_wire_is_imported_without_its_parts() -> None:
    """Pain 1: nothing is imported before it is used."""
    code = (
        "import sys, hamr.wires.openai_completions\n"
        "heavy = {'pydantic_core', 'hashlib', 'base64', 'email', 'hamr.wires.openai_completions.decode'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_cache_key_goes_in_headers_where_they_keep_calls_together(route: Callable[..., Route]) -> None:
    """H-143."""
    there = route(supports_prompt_cache_key=False, cache_key_headers=["x-session-affinity"])
    call = OpenAICompletions(there).encode(Request(HELLO, cache_key="k"), there)
    assert call.headers["x-session-affinity"] == "k"
    assert json.loads(call.body) == PLAIN
    assert call.adaptations == ()
    assert "x-session-affinity" not in OpenAICompletions(there).encode(Request(HELLO), there).headers


@pytest.mark.parametrize(("wanted", "sent"), [(0, 0), (5, 5)])
def test_log_probabilities_as_a_number(wanted: int, sent: int, encode: Encode) -> None:
    assert encode(Request(HELLO, logprobs=wanted), logprobs_as_number=True) == ({**PLAIN, "logprobs": sent}, [])


@pytest.mark.parametrize(("level", "kept"), [(None, False), ("high", False), ("off", True)])
def test_what_is_refused_while_a_model_thinks(level: Any, kept: bool, encode: Encode) -> None:
    request = Request(HELLO, temperature=0.5, seed=1, thinking=ThinkingConfig(level))
    body, told = encode(request, unsupported_while_thinking=["temperature"])
    assert ("temperature" in body, body["seed"]) == (kept, 1)
    assert told == ([] if kept else [("dropped", "temperature")])


def test_marks_last_as_long_as_the_provider_has_them(encode: Encode) -> None:
    """H-142."""
    request = Request((Message("user", (Text("a", cache="1h"), Text("b", cache="5m"))),))
    body, told = encode(request, cache_control_format="anthropic", supports_long_cache_retention=False)
    assert [part["cache_control"] for part in body["messages"][0]["content"]] == [{"type": "ephemeral"}] * 2
    assert told == [("clamped", "messages[0].parts[0].cache")]
