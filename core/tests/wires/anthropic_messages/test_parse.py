"""A client's body, to a request; and bodies that make no sense."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from hamr.errors import BadRequest
from hamr.types import (
    Call,
    Citation,
    File,
    HostedTool,
    Image,
    Message,
    Part,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from hamr.wires.anthropic_messages import NAME
from hamr.wires.anthropic_messages.dialect import AnthropicMessagesDialect

DIALECT = AnthropicMessagesDialect()
HI = [{"role": "user", "content": "hi"}]


def parse(body: Any, headers: dict[str, str] | None = None) -> Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return DIALECT.parse(Call("https://hamr.test", headers=headers or {}, body=data))


def asked(**fields: Any) -> Request:
    return parse({"model": "m", "max_tokens": 5, "messages": HI, **fields})


def test_the_plainest_request() -> None:
    assert asked() == Request((Message("user", (Text("hi"),)),), max_tokens=5, options={"model": "m"})


def test_fields_of_the_body() -> None:
    request = asked(
        temperature=0.5,
        top_p=1,
        top_k=3,
        stop_sequences=["a"],
        stream=True,
        service_tier="auto",
        metadata={"user_id": "u", "x": 1},
        inference_geo="eu",
        container=None,
    )
    assert (request.temperature, request.top_p, request.top_k, request.stop) == (0.5, 1, 3, ("a",))
    assert (request.stream, request.service_tier, request.user) == (True, "auto", "u")
    assert request.options == {"model": "m", "metadata": {"x": 1}, "inference_geo": "eu"}


def test_betas_of_the_header_and_of_the_body() -> None:
    body = {"model": "m", "max_tokens": 5, "messages": HI, "anthropic_version": "v", "anthropic_beta": ["b", "c"]}
    assert parse(body, {"anthropic-beta": "a, b"}).options == {"model": "m", "betas": ["a", "b", "c"]}


def test_what_the_system_says() -> None:
    assert asked(system="s").messages[0] == Message("system", (Text("s"),))
    blocks = [{"type": "text", "text": "a"}, {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}}]
    assert asked(system=blocks).messages[0] == Message("system", (Text("a"), Text("b", cache="5m")))
    assert len(asked(system="").messages) == 1


def content(*blocks: dict[str, Any], role: str = "user") -> tuple[Part, ...]:
    (message,) = asked(messages=[{"role": role, "content": list(blocks)}]).messages
    assert message.role == role
    return message.parts


PNG = base64.b64encode(b"\x89PNG").decode()


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            Text("a", cache="1h"),
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            Image(data=b"\x89PNG", media_type="image/png"),
        ),
        ({"type": "image", "source": {"type": "url", "url": "https://x.test"}}, Image(url="https://x.test")),
        (
            {"type": "image", "source": {"type": "file", "file_id": "f"}, "transformations": {"a": 1}},
            Image(file_id="f", extra={NAME: {"transformations": {"a": 1}}}),
        ),
        (
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PNG}},
            File(b"\x89PNG", media_type="application/pdf"),
        ),
        (
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "é"},
                "title": "t",
                "context": "c",
                "citations": {"enabled": True},
            },
            File(
                "é".encode(),
                name="t",
                media_type="text/plain",
                extra={NAME: {"context": "c", "citations": {"enabled": True}}},
            ),
        ),
        ({"type": "document", "source": {"type": "url", "url": "https://x.test"}}, File(url="https://x.test")),
        ({"type": "document", "source": {"type": "file", "file_id": "f"}}, File(file_id="f")),
        (
            {"type": "document", "source": {"type": "content", "content": []}},
            File(extra={NAME: {"source": {"type": "content", "content": []}}}),
        ),
        (
            {"type": "container_upload", "file_id": "f"},
            File(file_id="f", extra={NAME: {"type": "container_upload"}}),
        ),
    ],
)
def test_what_the_user_shows(block: dict[str, Any], part: Part) -> None:
    assert content(block) == (part,)


def test_what_a_search_found_is_text_to_other_wires() -> None:
    found = {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "a"}]}
    assert content(found) == (Text("a", extra={NAME: {"block": found}}),)


def test_a_turn_of_the_assistants() -> None:
    hosted = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    unknown = {"type": "news", "x": 1}
    cited = [{"type": "web_search_result_location", "url": "https://x.test", "cited_text": "q"}]
    parts = content(
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "d"},
        hosted,
        {"type": "text", "text": "a", "citations": cited},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}, "caller": {"type": "direct"}},
        unknown,
        role="assistant",
    )
    assert parts == (
        Thinking("hm", {NAME: {"signature": "c2ln"}}),
        Thinking("", {NAME: {"data": "d"}}),
        HostedTool("web_search", hosted, "s1", {NAME: {"block": hosted}}),
        Text("a", citations=(Citation(url="https://x.test", quote="q"),), extra={NAME: {"citations": cited}}),
        ToolCall("t1", "f", {"a": 1}, extra={NAME: {"caller": {"type": "direct"}}}),
        HostedTool("news", unknown, None, {NAME: {"block": unknown}}),
    )


def test_results_are_messages_of_their_own() -> None:
    reference = [{"type": "tool_reference", "tool_name": "g"}]
    blocks = [
        {"type": "tool_result", "tool_use_id": "t1", "content": "one", "is_error": True},
        {"type": "tool_result", "tool_use_id": "t2", "content": [{"type": "text", "text": "two"}]},
        {"type": "tool_result", "tool_use_id": "t3", "cache_control": {"type": "ephemeral"}},
        {"type": "tool_result", "tool_use_id": "t4", "content": reference},
        {"type": "text", "text": "and?"},
    ]
    assert asked(messages=[{"role": "user", "content": blocks}]).messages == (
        Message(
            "tool",
            (
                ToolResult("t1", (Text("one"),), is_error=True),
                ToolResult("t2", (Text("two"),)),
                ToolResult("t3", (), cache="5m"),
                ToolResult("t4", (), extra={NAME: {"content": reference}}),
            ),
        ),
        Message("user", (Text("and?"),)),
    )


def test_tools() -> None:
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
    request = asked(
        tools=[
            {"name": "f", "input_schema": {"type": "object"}, "description": None},
            {
                "type": "custom",
                "name": "g",
                "description": "d",
                "input_schema": {},
                "strict": True,
                "defer_loading": True,
                "cache_control": {"type": "ephemeral"},
                "input_examples": [{}],
            },
            search,
        ]
    )
    assert request.tools == (
        Tool("f", "", {"type": "object"}),
        Tool("g", "d", {}, strict=True, cache="5m", deferred=True, extra={NAME: {"input_examples": [{}]}}),
    )
    assert request.options["tools"] == [search]


F = {"tools": [{"name": "f", "input_schema": {}}]}


@pytest.mark.parametrize(
    ("choice", "fields"),
    [
        ({"type": "auto"}, {"tool_choice": ToolChoice("auto")}),
        ({"type": "any"}, {"tool_choice": ToolChoice("required")}),
        ({"type": "none"}, {"tool_choice": ToolChoice("none")}),
        ({"type": "tool", "name": "f"}, {"tool_choice": ToolChoice("required", ("f",))}),
        (
            {"type": "auto", "disable_parallel_tool_use": True},
            {"tool_choice": ToolChoice("auto"), "parallel_tool_calls": False},
        ),
    ],
)
def test_choices(choice: dict[str, Any], fields: dict[str, Any]) -> None:
    request = asked(tool_choice=choice, **F)
    assert {name: getattr(request, name) for name in fields} == fields


def test_a_choice_of_a_tool_of_the_providers_own_stays_an_option() -> None:
    chosen = {"type": "tool", "name": "bash"}
    request = asked(tools=[{"type": "bash_20250124", "name": "bash"}], tool_choice=chosen)
    assert (request.tool_choice, request.options["tool_choice"]) == (None, chosen)


@pytest.mark.parametrize(
    ("fields", "thinking", "options"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, ThinkingConfig(None, 2048), {}),
        ({"thinking": {"type": "disabled"}}, ThinkingConfig("off"), {}),
        ({"thinking": {"type": "adaptive"}}, ThinkingConfig(), {}),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}, "output_config": {"effort": "xhigh"}},
            ThinkingConfig("xhigh"),
            {"thinking": {"display": "omitted"}},
        ),
        (
            {"thinking": {"type": "between_tools"}, "output_config": {"effort": "low"}},
            None,
            {"thinking": {"type": "between_tools"}, "output_config": {"effort": "low"}},
        ),
        (
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}},
            ThinkingConfig("off"),
            {"output_config": {"effort": "low"}},
        ),
        (
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "news"}},
            ThinkingConfig(),
            {"output_config": {"effort": "news"}},
        ),
    ],
)
def test_how_much_to_think(fields: dict[str, Any], thinking: ThinkingConfig | None, options: dict[str, Any]) -> None:
    request = asked(**fields)
    assert request.thinking == thinking
    assert request.options == {"model": "m", **options}


@pytest.mark.parametrize("place", ["output_format", "output_config"])
def test_the_shape_of_the_answer(place: str) -> None:
    form = {"type": "json_schema", "schema": {"type": "object"}}
    request = asked(**{place: form if place == "output_format" else {"format": form}})
    assert request.response_format == ResponseFormat({"type": "object"})
    assert request.options == {"model": "m"}


def test_a_count_needs_no_length() -> None:
    body = {"model": "m", "messages": HI}
    assert DIALECT.parse_count(Call("https://hamr.test", body=json.dumps(body).encode())).max_tokens is None


def user(*blocks: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(blocks)}]}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"model": None}, "model"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"messages": None}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "tool", "content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "assistant", "content": 5}]}, "messages[0].content"),
        (user("hi"), "messages[0].content[0]"),
        (user({}), "messages[0].content[0].type"),
        (user({"type": "text"}), "messages[0].content[0].text"),
        (user({"type": "text", "text": "a", "citations": 5}), "messages[0].content[0].citations"),
        (user({"type": "image"}), "messages[0].content[0].source"),
        (user({"type": "image", "source": {"type": "x"}}), "messages[0].content[0].source.type"),
        (
            user({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "?"}}),
            "messages[0].content[0].source.data",
        ),
        (
            user({"type": "image", "source": {"type": "base64", "data": PNG}}),
            "messages[0].content[0].source.media_type",
        ),
        (user({"type": "document", "source": {"type": "x"}}), "messages[0].content[0].source.type"),
        (user({"type": "document", "source": {"type": "text"}}), "messages[0].content[0].source.data"),
        (user({"type": "thinking", "thinking": 5}), "messages[0].content[0].thinking"),
        (user({"type": "redacted_thinking"}), "messages[0].content[0].data"),
        (user({"type": "tool_use", "id": "a", "name": "f"}), "messages[0].content[0].input"),
        (user({"type": "tool_use", "id": "a", "name": "f", "input": "x"}), "messages[0].content[0].input"),
        (user({"type": "tool_result"}), "messages[0].content[0].tool_use_id"),
        (
            user({"type": "tool_result", "tool_use_id": "a", "is_error": "yes"}),
            "messages[0].content[0].is_error",
        ),
        (user({"type": "tool_result", "tool_use_id": "a", "content": 5}), "messages[0].content[0].content"),
        (user({"type": "container_upload"}), "messages[0].content[0].file_id"),
        ({"system": 5}, "system"),
        ({"system": [{"type": "text"}]}, "system[0].text"),
        ({"tools": {}}, None),
        ({"tools": "f"}, "tools"),
        ({"tools": [{"name": "f"}]}, "tools[0].input_schema"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tools": [{"type": 5}]}, "tools[0].type"),
        ({"tools": [{"name": "f", "input_schema": {}, "strict": "x"}]}, "tools[0].strict"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"tool_choice": {}}, "tool_choice.type"),
        ({"tool_choice": {"type": "required"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice.name"),
        (
            {"tool_choice": {"type": "auto", "disable_parallel_tool_use": "x"}},
            "tool_choice.disable_parallel_tool_use",
        ),
        ({"thinking": "high"}, "thinking"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"thinking": {"type": 5}}, "thinking.type"),
        ({"output_config": {"format": "json"}}, "output_config.format"),
        ({"output_config": {"format": {"type": "xml"}}}, "output_config.format.type"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format.schema"),
        ({"output_format": {"type": "json_schema", "schema": 5}}, "output_format.schema"),
        ({"metadata": 5}, "metadata"),
        ({"metadata": {"user_id": 5}}, "metadata.user_id"),
        ({"stop_sequences": "x"}, "stop_sequences"),
        ({"stop_sequences": [5]}, "stop_sequences[0]"),
        ({"temperature": "hot"}, "temperature"),
        ({"stream": "yes"}, "stream"),
        ({"anthropic_beta": 5}, "anthropic_beta"),
    ],
)
def test_a_body_that_makes_no_sense_names_the_place(fields: dict[str, Any], place: str | None) -> None:
    if place is None:  # an empty table is taken for an empty list
        assert asked(**fields).tools == ()
        return
    with pytest.raises(BadRequest) as raised:
        asked(**fields)
    assert raised.value.param == place
    assert place in raised.value.message
    assert raised.value.status == 400


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'"hi"'])
def test_a_body_that_is_no_object(data: bytes) -> None:
    with pytest.raises(BadRequest):
        parse(data)
