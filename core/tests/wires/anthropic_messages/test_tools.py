"""The tools on offer, the choice among them, and answers of a given shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import Unsupported
from hamr.types import Message, Request, ResponseFormat, Text, ThinkingConfig, Tool, ToolChoice
from hamr.wires.anthropic_messages import NAME
from hamr.wires.anthropic_messages.name import ANSWER_TOOL

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

HI = (Message("user", (Text("hi"),)),)
EMPTY = {"type": "object", "properties": {}}
ALL: dict[str, Any] = {"supports_strict_tools": True, "supports_deferred_tools": True}


def test_all_that_a_tool_may_say(encode: Encode) -> None:
    more = {NAME: {"input_examples": [{"a": 1}], "allowed_callers": ["direct"]}}
    tool = Tool("f", "does it", {"properties": {"a": {}}}, strict=True, cache="1h", extra=more)
    body, told = encode(Request(HI, tools=(tool, Tool("g", strict=False, deferred=True))), **ALL)
    assert body["tools"] == [
        {
            "name": "f",
            "description": "does it",
            "input_schema": {"type": "object", "properties": {"a": {}}},
            "strict": True,
            "input_examples": [{"a": 1}],
            "allowed_callers": ["direct"],
            "cache_control": {"type": "ephemeral", "ttl": "1h"},
        },
        {"name": "g", "input_schema": EMPTY, "strict": False, "defer_loading": True},
    ]
    assert told == []


def test_what_servers_that_copy_the_wire_do_not_know_is_left_out(encode: Encode) -> None:
    tool = Tool("f", strict=True, deferred=True, extra={"openai-responses": {"x": 1}})
    body, told = encode(Request(HI, tools=(tool,)))
    assert body["tools"] == [{"name": "f", "input_schema": EMPTY}]
    assert told == [
        ("dropped", "tools[0].strict"),
        ("dropped", "tools[0].deferred"),
        ("dropped", "tools[0].extra['openai-responses']"),
    ]


def test_a_strict_tool_with_open_objects_is_not_strict(encode: Encode) -> None:
    parameters = {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}}}
    body, told = encode(Request(HI, tools=(Tool("f", "", parameters, strict=True),)), closed_objects=True, **ALL)
    assert body["tools"] == [{"name": "f", "input_schema": parameters}]
    assert told == [("dropped", "tools[0].strict")]


@pytest.mark.parametrize(
    ("kind", "name"), [("tool_search_tool_regex_20251119", "tool_search_tool_regex"), ("tool_search", "tool_search")]
)
def test_a_tool_that_searches_comes_with_deferred_ones(kind: str, name: str, encode: Encode) -> None:
    body, told = encode(Request(HI, tools=(Tool("f", deferred=True),)), tool_search=kind, **ALL)
    assert body["tools"][1] == {"type": kind, "name": name}
    assert told == [("injected", "tools")]
    body, _ = encode(Request(HI, tools=(Tool("f"),)), tool_search=kind, **ALL)
    assert len(body["tools"]) == 1


def test_arguments_as_they_come(encode: Encode) -> None:
    """H-149."""
    body, _ = encode(Request(HI, tools=(Tool("f"),), stream=True), eager_tools="field")
    assert body["tools"][0]["eager_input_streaming"] is True
    body, _ = encode(Request(HI, tools=(Tool("f"),)), eager_tools="field")
    assert "eager_input_streaming" not in body["tools"][0]


TWO = (Tool("f"), Tool("g"))


@pytest.mark.parametrize(
    ("fields", "choice", "told"),
    [
        ({"tool_choice": ToolChoice("auto")}, {"type": "auto"}, []),
        ({"tool_choice": ToolChoice("none")}, {"type": "none"}, []),
        ({"tool_choice": ToolChoice("required")}, {"type": "any"}, []),
        ({"tool_choice": ToolChoice("required", ("g",))}, {"type": "tool", "name": "g"}, []),
        (
            {"tool_choice": ToolChoice("required", ("f", "g"))},
            {"type": "any"},
            [("dropped", "tool_choice.names")],
        ),
        ({"tool_choice": ToolChoice("auto", ("g",))}, {"type": "auto"}, [("dropped", "tool_choice.names")]),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}, []),
        ({"parallel_tool_calls": True}, {"type": "auto", "disable_parallel_tool_use": False}, []),
        (
            {"parallel_tool_calls": False, "tool_choice": ToolChoice("required", ("g",))},
            {"type": "tool", "name": "g", "disable_parallel_tool_use": True},
            [],
        ),
        ({"parallel_tool_calls": False, "tool_choice": ToolChoice("none")}, {"type": "none"}, []),
    ],
)
def test_choices(fields: dict[str, Any], choice: dict[str, Any], told: list[tuple[str, str]], encode: Encode) -> None:
    body, found = encode(Request(HI, tools=TWO, **fields))
    assert (body["tool_choice"], found) == (choice, told)


def test_a_choice_without_tools_is_told(encode: Encode) -> None:
    body, told = encode(Request(HI, tool_choice=ToolChoice("auto"), parallel_tool_calls=False))
    assert "tool_choice" not in body
    assert told == [("dropped", "tool_choice"), ("dropped", "parallel_tool_calls")]


def test_one_call_at_a_time_where_the_provider_cannot_be_told(encode: Encode) -> None:
    body, told = encode(Request(HI, tools=TWO, parallel_tool_calls=False), supports_parallel_tools_field=False)
    assert "tool_choice" not in body
    assert told == [("dropped", "parallel_tool_calls")]


def test_a_choice_of_a_tool_that_is_not_there(encode: Encode) -> None:
    with pytest.raises(Unsupported, match="'h'"):
        encode(Request(HI, tools=TWO, tool_choice=ToolChoice("required", ("h",))))


def test_a_tool_of_the_providers_own_may_be_chosen(encode: Encode) -> None:
    options = {"tools": [{"type": "bash_20250124", "name": "bash"}], "tool_choice": {"type": "tool", "name": "bash"}}
    body, told = encode(Request(HI, parallel_tool_calls=False, options=options))
    assert body["tool_choice"] == {"type": "tool", "name": "bash", "disable_parallel_tool_use": True}
    assert told == []


SCHEMA = {
    "type": "object",
    "properties": {
        "age": {"type": "integer", "minimum": 0, "description": "in years"},
        "mail": {"type": "string", "format": "email"},
        "at": {"type": "string", "format": "regex"},
        "minimum": {"type": "array", "items": {"type": "object", "properties": {}}},
    },
}
FORM: dict[str, Any] = {
    "structured_output": "format",
    "closed_objects": True,
    "schema_formats": ["email"],
    "unsupported_schema_keywords": ["minimum"],
}


@pytest.mark.parametrize("place", ["format", "output_format"])
def test_a_schema_in_its_field(place: str, encode: Encode) -> None:
    """Pain 20: what the provider refuses is said in words; a property of such a name stays."""
    wanted = ResponseFormat(SCHEMA, "person", "A person.")
    body, told = encode(Request(HI, response_format=wanted), **{**FORM, "structured_output": place})
    form = body["output_format"] if place == "output_format" else body["output_config"]["format"]
    assert form == {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {
                "age": {"type": "integer", "description": "in years\nminimum: 0"},
                "mail": {"type": "string", "format": "email"},
                "at": {"type": "string", "description": 'format: "regex"'},
                "minimum": {
                    "type": "array",
                    "items": {"type": "object", "properties": {}, "additionalProperties": False},
                },
            },
            "additionalProperties": False,
            "description": "A person.",
            "title": "person",
        },
    }
    assert told == [
        ("changed", "response_format.schema.minimum"),
        ("changed", "response_format.schema.format"),
        ("injected", "response_format.schema.additionalProperties"),
    ]


def test_a_schema_stands_beside_an_effort(encode: Encode) -> None:
    flags = {"thinking_types": ["adaptive"], "thinking_levels": ["low"], "structured_output": "format"}
    request = Request(HI, response_format=ResponseFormat(EMPTY), thinking=ThinkingConfig("low"))
    body, _ = encode(request, **flags)
    assert body["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": EMPTY}}


OPEN = {"type": "object", "additionalProperties": {"type": "integer"}}


@pytest.mark.parametrize("flags", [{}, {**FORM}])
def test_a_schema_as_a_tool(flags: dict[str, Any], encode: Encode) -> None:
    """Where there is no field, or the field does not take it."""
    body, told = encode(Request(HI, response_format=ResponseFormat(OPEN, description="Counts.")), **flags)
    (tool,) = body["tools"]
    assert (tool["name"], tool["input_schema"]) == (ANSWER_TOOL, OPEN)
    assert "Counts." in tool["description"]
    assert body["tool_choice"] == {"type": "tool", "name": ANSWER_TOOL}
    assert told == [("emulated", "response_format.schema")]


def test_a_schema_as_a_tool_among_others(encode: Encode) -> None:
    request = Request(HI, tools=TWO, response_format=ResponseFormat(EMPTY))
    body, _ = encode(request)
    assert [tool["name"] for tool in body["tools"]] == ["f", "g", ANSWER_TOOL]
    assert body["tool_choice"] == {"type": "any"}
    body, _ = encode(Request(HI, tools=TWO, tool_choice=ToolChoice("none"), response_format=ResponseFormat(EMPTY)))
    assert body["tool_choice"] == {"type": "tool", "name": ANSWER_TOOL}


@pytest.mark.parametrize(
    ("flags", "schema", "thinking"),
    [
        ({"structured_output": "prompt"}, EMPTY, None),
        ({"supports_forced_tools": False}, EMPTY, None),
        ({"supports_forced_tools_with_budget": False}, EMPTY, ThinkingConfig("low")),
        ({}, {"type": "array"}, None),
        ({}, None, None),
    ],
)
def test_a_schema_in_words(
    flags: dict[str, Any], schema: dict[str, Any] | None, thinking: ThinkingConfig | None, encode: Encode
) -> None:
    messages = (Message("system", (Text("Be brief."),)), *HI)
    request = Request(messages, response_format=ResponseFormat(schema), thinking=thinking)
    body, told = encode(request, **flags)
    assert body["system"].startswith("Be brief.\n\nAnswer with one JSON object")
    assert "tools" not in body
    assert told[0][0] == "emulated"
