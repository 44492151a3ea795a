"""What a request looks like on this wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import Unsupported
from hamr.types import (
    Audio,
    File,
    Image,
    Message,
    Request,
    ResponseFormat,
    Role,
    Route,
    Text,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from hamr.wires.openai_responses import NAME, OpenAIResponses

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HI = Message("user", (Text("hi"),))
PNG = b"\x89PNG\r\n\x1a\n"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string", "format": "x"}}}
WEATHER = Tool("weather", "The weather.", SCHEMA)
FUNCTION = {"type": "function", "name": "weather", "description": "The weather.", "parameters": SCHEMA, "strict": None}


def request(*messages: Message, **fields: Any) -> Request:
    return Request(messages or (HI,), **fields)


def test_the_least(encode: Encode) -> None:
    assert encode(request()) == ({"model": "a-model", "input": [{"role": "user", "content": "hi"}]}, [])


def test_where_it_goes(route: Callable[..., Route]) -> None:
    for base, url in {
        "https://models.test": "https://models.test/v1/responses",
        "https://models.test/v1/": "https://models.test/v1/responses",
        "https://models.test/v1/responses": "https://models.test/v1/responses",
        "https://models.test/openai/v1?api-version=preview": "https://models.test/openai/v1/responses?api-version=preview",
    }.items():
        there = route(base)
        call = OpenAIResponses(there).encode(request(), there)
        assert (call.url, call.method, call.secret) == (url, "POST", frozenset())
        assert call.headers == {"content-type": "application/json", "accept": "application/json"}


def test_a_stream_is_asked_for(route: Callable[..., Route], encode: Encode) -> None:
    there = route()
    assert OpenAIResponses(there).encode(request(stream=True), there).headers["accept"] == "text/event-stream"
    assert encode(request(stream=True))[0]["stream"] is True
    assert encode(request(), always_streams=True)[0]["stream"] is True


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"max_tokens": 5}, {"max_output_tokens": 5}),
        ({"temperature": 0.0}, {"temperature": 0.0}),
        ({"top_p": 0.5}, {"top_p": 0.5}),
        ({"service_tier": "flex"}, {"service_tier": "flex"}),
        ({"user": "u"}, {"user": "u"}),
        ({"metadata": {"a": "b"}}, {"metadata": {"a": "b"}}),
        ({"store": False}, {"store": False}),
        ({"cache_key": "k"}, {"prompt_cache_key": "k"}),
        ({"logprobs": 3}, {"top_logprobs": 3, "include": ["message.output_text.logprobs"]}),
        ({"logprobs": 0}, {"top_logprobs": 0, "include": ["message.output_text.logprobs"]}),
        ({"verbosity": "low"}, {"text": {"verbosity": "low"}}),
        ({"response_format": ResponseFormat()}, {"text": {"format": {"type": "json_object"}}}),
        (
            {"response_format": ResponseFormat(SCHEMA, "answer", "It.", strict=True), "verbosity": "low"},
            {
                "text": {
                    "format": {
                        "type": "json_schema",
                        "name": "answer",
                        "schema": SCHEMA,
                        "description": "It.",
                        "strict": True,
                    },
                    "verbosity": "low",
                }
            },
        ),
        ({"thinking": ThinkingConfig("high")}, {"reasoning": {"effort": "high"}}),
        ({"thinking": ThinkingConfig("off")}, {"reasoning": {"effort": "none"}}),
        ({"tools": (WEATHER,)}, {"tools": [FUNCTION]}),
        (
            {"tools": (WEATHER,), "parallel_tool_calls": False, "tool_choice": ToolChoice("required")},
            {"tools": [FUNCTION], "parallel_tool_calls": False, "tool_choice": "required"},
        ),
        (
            {"tools": (WEATHER,), "tool_choice": ToolChoice("required", ("weather",))},
            {"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "weather"}},
        ),
        (
            {"tools": (WEATHER,), "tool_choice": ToolChoice("auto", ("weather",))},
            {
                "tools": [FUNCTION],
                "tool_choice": {
                    "type": "allowed_tools",
                    "mode": "auto",
                    "tools": [{"type": "function", "name": "weather"}],
                },
            },
        ),
        ({"tools": (WEATHER,), "tool_choice": ToolChoice("none")}, {"tools": [FUNCTION], "tool_choice": "none"}),
    ],
)
def test_a_field_of_the_request(encode: Encode, fields: dict[str, Any], written: dict[str, Any]) -> None:
    body, told = encode(request(**fields))
    assert {name: value for name, value in body.items() if name not in ("model", "input")} == written
    assert told == []


@pytest.mark.parametrize(
    ("fields", "flags", "absent", "told"),
    [
        ({"stop": ("x",)}, {}, "stop", ("dropped", "stop")),
        ({"seed": 1}, {}, "seed", ("dropped", "seed")),
        ({"frequency_penalty": 1.0}, {}, "frequency_penalty", ("dropped", "frequency_penalty")),
        ({"presence_penalty": 1.0}, {}, "presence_penalty", ("dropped", "presence_penalty")),
        ({"logit_bias": {"1": 1.0}}, {}, "logit_bias", ("dropped", "logit_bias")),
        ({"n": 2}, {}, "n", ("dropped", "n")),
        ({"top_k": 2}, {}, "top_k", ("dropped", "top_k")),
        ({"store": True}, {"supports_store": False}, "store", ("dropped", "store")),
        ({"cache_key": "k"}, {"supports_prompt_cache_key": False}, "prompt_cache_key", ("dropped", "cache_key")),
        ({"temperature": 1.0}, {"unsupported": ["temperature"]}, "temperature", ("dropped", "temperature")),
        (
            {"temperature": 1.0, "thinking": ThinkingConfig("low")},
            {"unsupported_while_thinking": ["temperature"]},
            "temperature",
            ("dropped", "temperature"),
        ),
        (
            {"thinking": ThinkingConfig("low")},
            {"supports_reasoning_effort": False},
            "reasoning",
            ("dropped", "thinking"),
        ),
        ({"tool_choice": ToolChoice("auto")}, {}, "tool_choice", ("dropped", "tool_choice")),
        ({"parallel_tool_calls": True}, {}, "parallel_tool_calls", ("dropped", "parallel_tool_calls")),
    ],
)
def test_what_cannot_be_said_is_told(
    encode: Encode, fields: dict[str, Any], flags: dict[str, Any], absent: str, told: tuple[str, str]
) -> None:
    """Nothing is lost in silence."""
    body, adaptations = encode(request(**fields), **flags)
    assert absent not in body
    assert adaptations == [told]


def test_a_field_refused_while_thinking_is_sent_otherwise(encode: Encode) -> None:
    flags = {"unsupported_while_thinking": ["temperature"]}
    for thinking in (None, ThinkingConfig("off")):
        assert encode(request(temperature=1.0, thinking=thinking), **flags)[0]["temperature"] == 1.0


def test_levels_are_fitted_and_budgets_are_made_levels(encode: Encode) -> None:
    flags = {"thinking_levels": ["low", "high"], "reasoning_summary": "auto", "effort_names": {"high": "most"}}
    body, told = encode(request(thinking=ThinkingConfig("medium")), **flags)
    assert body["reasoning"] == {"effort": "most", "summary": "auto"}
    assert told == [("clamped", "thinking.level")]
    body, told = encode(request(thinking=ThinkingConfig(tokens=2000)))
    assert body["reasoning"] == {"effort": "low"}
    assert told == [("changed", "thinking.tokens")]
    assert encode(request(thinking=ThinkingConfig("off")), reasoning_summary="auto")[0]["reasoning"] == {
        "effort": "none"
    }


def test_a_schema_goes_into_the_prompt_where_the_provider_takes_none(encode: Encode) -> None:
    shape = ResponseFormat({"type": "object"}, "answer")
    body, told = encode(
        request(Message("system", (Text("Be brief."),)), HI, response_format=shape), supports_json_schema=False
    )
    assert body["text"] == {"format": {"type": "json_object"}}
    assert [item["role"] for item in body["input"]] == ["system", "system", "user"]
    assert '"object"' in body["input"][1]["content"]
    assert told == [("emulated", "response_format.schema")]
    alone, _ = encode(request(Message("system", (Text("x"),)), response_format=shape), supports_json_schema=False)
    assert [item["role"] for item in alone["input"]] == ["system", "system"]


def test_a_format_is_fitted(encode: Encode) -> None:
    shape = ResponseFormat(SCHEMA, "an answer", strict=True)
    body, told = encode(
        request(response_format=shape), supports_strict_mode=False, unsupported_schema_keywords=["format"]
    )
    form = body["text"]["format"]
    assert (form["name"], form["strict"]) == ("an_answer", False)
    assert form["schema"]["properties"]["city"] == {"type": "string"}
    assert [field for _, field in told] == [
        "response_format.name",
        "response_format.schema.format",
        "response_format.strict",
    ]


def test_a_tool_is_fitted(encode: Encode) -> None:
    tool = Tool("f", parameters=SCHEMA, strict=True, cache="5m", deferred=True)
    body, told = encode(request(tools=(tool,)), supports_strict_mode=False, unsupported_schema_keywords=["format"])
    written = {"city": {"type": "string"}}
    assert body["tools"] == [
        {"type": "function", "name": "f", "parameters": {"type": "object", "properties": written}, "strict": False}
    ]
    assert [field for _, field in told] == [
        "tools[0].parameters.format",
        "tools[0].strict",
        "tools[0].deferred",
        "tools[0].cache",
    ]


def test_what_this_wire_says_of_a_tool_besides(encode: Encode) -> None:
    extra = {NAME: {"output_schema": {"a": 1}}, "anthropic-messages": {"examples": []}}
    body, told = encode(request(tools=(Tool("f", extra=extra),)))
    assert body["tools"][0]["output_schema"] == {"a": 1}
    assert told == [("dropped", "tools[0].extra['anthropic-messages']")]


def test_the_short_way_of_plain_messages_is_the_long_way(encode: Encode) -> None:
    roles: tuple[Role, ...] = ("system", "user", "assistant")
    for role in roles:
        short = Message(role, (Text("x"),))
        long = Message(role, (Text("x"),), extra={"other": {}})
        for flags in ({}, {"supports_developer_role": True}):
            assert encode(request(short), **flags)[0] == encode(request(long), **flags)[0]


def test_deferred_tools_are_searched(encode: Encode) -> None:
    flags = {"supports_deferred_tools": True, "tool_search": True}
    deferred = request(tools=(Tool("f", deferred=True),))
    body, told = encode(deferred, **flags)
    assert [tool["type"] for tool in body["tools"]] == ["function", "tool_search"]
    assert body["tools"][0]["defer_loading"] is True
    assert told == [("injected", "tools")]
    own = {"type": "tool_search", "execution": "client"}
    body, told = encode(request(tools=(Tool("f", deferred=True),), options={"tools": [own]}), **flags)
    assert body["tools"][1:] == [own]
    assert told == []
    assert len(encode(request(tools=(Tool("f"),)), **flags)[0]["tools"]) == 1


def test_a_choice_is_fitted_or_refused(encode: Encode) -> None:
    two = (Tool("a"), Tool("b"))
    body, told = encode(
        request(tools=two, tool_choice=ToolChoice("required", ("a", "b"))), supports_allowed_tools=False
    )
    assert body["tool_choice"] == "required"
    assert told == [("dropped", "tool_choice.names")]
    with pytest.raises(Unsupported, match="'c', which is not among the tools"):
        encode(request(tools=two, tool_choice=ToolChoice("required", ("c",))))
    own: dict[str, Any] = {"type": "function", "name": "c", "parameters": {}, "strict": None, "output_schema": {}}
    body, _ = encode(request(tools=two, tool_choice=ToolChoice("required", ("c",)), options={"tools": [own]}))
    assert body["tool_choice"] == {"type": "function", "name": "c"}


def test_options_are_laid_over(encode: Encode) -> None:
    """Hosted tools are added, tables merged, the model is the route's."""
    body, told = encode(
        request(tools=(Tool("f"),), thinking=ThinkingConfig("low"), verbosity="low", logprobs=1, temperature=1.0),
        include=["reasoning.encrypted_content"],
        body={"store": False},
        unsupported=["metadata"],
    )
    assert body["store"] is False
    assert told == [("injected", "store")]
    options = {
        "model": "other",
        "tools": [{"type": "web_search"}],
        "reasoning": {"summary": "detailed"},
        "text": {"format": {"type": "text"}},
        "include": ["web_search_call.results", "reasoning.encrypted_content"],
        "temperature": 0.5,
        "previous_response_id": "resp_1",
        "store": True,
    }
    body, _ = encode(
        request(tools=(Tool("f"),), thinking=ThinkingConfig("low"), verbosity="low", temperature=1.0, options=options),
        include=["reasoning.encrypted_content"],
        body={"store": False},
    )
    assert body["model"] == "a-model"
    assert [tool["type"] for tool in body["tools"]] == ["function", "web_search"]
    assert body["reasoning"] == {"effort": "low", "summary": "detailed"}
    assert body["text"] == {"verbosity": "low", "format": {"type": "text"}}
    assert body["include"] == ["reasoning.encrypted_content", "web_search_call.results"]
    assert (body["temperature"], body["previous_response_id"], body["store"]) == (0.5, "resp_1", True)


def test_the_key_of_the_cache_may_go_in_headers(route: Callable[..., Route]) -> None:
    there = route(supports_prompt_cache_key=False, cache_key_headers=["x-session"])
    call = OpenAIResponses(there).encode(request(cache_key="k"), there)
    assert call.headers["x-session"] == "k"
    assert call.adaptations == ()


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (Text("a"), {"type": "input_text", "text": "a"}),
        (Image("https://x/a.png"), {"type": "input_image", "detail": "auto", "image_url": "https://x/a.png"}),
        (
            Image(data=PNG, detail="low"),
            {"type": "input_image", "detail": "low", "image_url": "data:image/png;base64,iVBORw0KGgo="},
        ),
        (Image(file_id="f"), {"type": "input_image", "detail": "auto", "file_id": "f"}),
        (File(file_id="f"), {"type": "input_file", "file_id": "f"}),
        (
            File(url="https://x/a.pdf", name="a.pdf"),
            {"type": "input_file", "filename": "a.pdf", "file_url": "https://x/a.pdf"},
        ),
        (
            File(b"%PDF"),
            {"type": "input_file", "filename": "file", "file_data": "data:application/pdf;base64,JVBERg=="},
        ),
        (
            File(b"a", name="a.txt", media_type="text/plain"),
            {"type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64,YQ=="},
        ),
    ],
)
def test_a_part_of_the_user(encode: Encode, part: Any, written: dict[str, Any]) -> None:
    roles: tuple[Role, ...] = ("user", "system")
    for role in roles:
        body, told = encode(request(Message(role, (part, Text("b")))))
        assert body["input"] == [{"role": role, "content": [written, {"type": "input_text", "text": "b"}]}]
        assert told == []
    body, _ = encode(request(Message("tool", (ToolResult("c", (part, Image(file_id="g"))),))))
    assert body["input"][0]["output"][0] == written


@pytest.mark.parametrize("part", [Audio(b"x", "wav"), Image(), File(), ToolCall("c", "f", {}), Thinking("x")])
def test_a_part_that_cannot_stand_there_is_refused(encode: Encode, part: Any) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]\.parts\[0\]"):
        encode(request(Message("user", (part,))))
    with pytest.raises(Unsupported, match="nothing but results"):
        encode(request(Message("tool", (Text("x"),))))


def test_marks_of_the_cache(encode: Encode) -> None:
    said = Message("user", (Text("a", cache="5m"), Image("https://x", cache="1h")))
    body, told = encode(request(said), supports_cache_breakpoints=True)
    assert [part["prompt_cache_breakpoint"] for part in body["input"][0]["content"]] == [{"mode": "explicit"}] * 2
    assert told == []
    body, told = encode(request(said))
    assert "breakpoint" not in str(body)
    assert told == [("dropped", "messages[0].parts[0].cache"), ("dropped", "messages[0].parts[1].cache")]
    own = {NAME: {"prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}}
    body, told = encode(request(Message("user", (Text("a", cache="5m", extra=own),))))
    assert body["input"][0]["content"][0]["prompt_cache_breakpoint"]["ttl"] == "30m"
    assert told == []


def test_system_messages_as_the_provider_wants_them(encode: Encode) -> None:
    said = [Message("system", (Text("A"),)), Message("system", (Text("B"),)), HI, Message("system", (Text("C"),))]
    body, _ = encode(request(*said), supports_developer_role=True)
    assert [item["role"] for item in body["input"]] == ["developer", "developer", "user", "developer"]
    body, _ = encode(request(*said), requires_instructions=True)
    assert body["instructions"] == "A\n\nB"
    assert [item["role"] for item in body["input"]] == ["user", "system"]
    assert list(body)[:3] == ["model", "instructions", "input"]
    assert encode(request(), requires_instructions=True, default_instructions="D")[0]["instructions"] == "D"
    shape = ResponseFormat({"type": "object"})
    body, _ = encode(request(response_format=shape), requires_instructions=True, supports_json_schema=False)
    assert '"object"' in body["instructions"]
    assert len(body["input"]) == 1


def test_a_name_of_a_message_is_told(encode: Encode) -> None:
    body, told = encode(request(Message("user", (Text("hi"),), name="ann")))
    assert body["input"] == [{"role": "user", "content": "hi"}]
    assert told == [("dropped", "messages[0].name")]


def test_equal_beginnings_are_equal_bytes(route: Callable[..., Route]) -> None:
    there = route()
    wire = OpenAIResponses(there)
    first = wire.encode(request(tools=(WEATHER,)), there).body
    second = wire.encode(request(HI, Message("assistant", (Text("x"),)), tools=(WEATHER,)), there).body
    assert second.startswith(first[: first.index(b'"hi"}') + 5])
