from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import Unsupported
from hamr.types import Message, Request, Text, Tool, ToolChoice

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]
HELLO = (Message("user", (Text("hello"),)),)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = (Tool("weather", "how it is", CITY), Tool("now"))


def test_functions_are_declared_with_their_schemas(encode: Encode) -> None:
    """N-86, N-87: parameters as JSON Schema; none where there are none."""
    body, told = encode(Request(HELLO, tools=TOOLS))
    assert body["tools"] == [
        {
            "functionDeclarations": [
                {"name": "weather", "description": "how it is", "parametersJsonSchema": CITY},
                {"name": "now"},
            ]
        }
    ]
    assert "toolConfig" not in body
    assert not told


def test_older_servers_take_a_subset_of_openapis_schemas(encode: Encode) -> None:
    schema = {
        "$schema": "x",
        "type": "object",
        "additionalProperties": False,
        "$defs": {
            "K": {"type": "string", "const": "k"},
            "Loop": {"type": "object", "properties": {"l": {"$ref": "#/$defs/Loop"}}},
        },
        "properties": {
            "k": {"$ref": "#/$defs/K", "description": "which"},
            "n": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "m": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
            "t": {"type": ["integer", "string", "null"]},
            "any": True,
            "type": {"type": "array", "items": {"type": "number"}},
            "loop": {"$ref": "#/$defs/Loop"},
            "lost": {"$ref": "#/$defs/None"},
        },
    }
    body, told = encode(Request(HELLO, tools=(Tool("f", "", schema),)), supports_json_schema=False)
    written = body["tools"][0]["functionDeclarations"][0]["parameters"]
    assert written["type"] == "OBJECT"
    properties = written["properties"]
    assert properties.pop("loop")["properties"]["l"]["properties"]["l"]["type"] == "OBJECT"
    assert properties == {
        "k": {"type": "STRING", "enum": ["k"], "description": "which"},
        "n": {"nullable": True, "type": "INTEGER"},
        "m": {"anyOf": [{"type": "INTEGER"}, {"type": "STRING"}]},
        "t": {"nullable": True, "anyOf": [{"type": "INTEGER"}, {"type": "STRING"}]},
        "any": {},
        "type": {"type": "ARRAY", "items": {"type": "NUMBER"}},
        "lost": {},
    }
    assert told == [
        ("dropped", "tools[0].parameters.additionalProperties"),
        ("changed", "tools[0].parameters.const"),
        ("dropped", "tools[0].parameters.$ref"),
        ("dropped", "tools[0].parameters.$ref"),
    ]


def test_a_const_is_written_as_an_enum(encode: Encode) -> None:
    """It would be passed over without a word."""
    schema = {"type": "object", "properties": {"const": {"const": "a", "default": {"const": 1}}, "b": CITY}}
    body, told = encode(Request(HELLO, tools=(Tool("f", "", schema),)))
    written = body["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"]
    assert written["properties"] == {"const": {"enum": ["a"], "default": {"const": 1}}, "b": CITY}
    assert told == [("changed", "tools[0].parameters.const")]


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        (ToolChoice("auto"), {"mode": "AUTO"}),
        (ToolChoice("none"), {"mode": "NONE"}),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("required", ("now",)), {"mode": "ANY", "allowedFunctionNames": ["now"]}),
        (ToolChoice("auto", ("now",)), {"mode": "VALIDATED", "allowedFunctionNames": ["now"]}),
    ],
)
def test_the_choice_of_tools(choice: ToolChoice, config: dict[str, Any], encode: Encode) -> None:
    body, _ = encode(Request(HELLO, tools=TOOLS, tool_choice=choice))
    assert body["toolConfig"] == {"functionCallingConfig": config}


def test_strict_tools_have_their_calls_checked(encode: Encode) -> None:
    strict = Request(HELLO, tools=(Tool("f", strict=True),))
    body, told = encode(strict)
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "VALIDATED"}}
    assert not told
    body, told = encode(strict, supports_validated_mode=False)
    assert "toolConfig" not in body
    assert told == [("dropped", "tools.strict")]
    both = Request(HELLO, tools=(Tool("f", strict=True), Tool("g")), tool_choice=ToolChoice("auto", ("f",)))
    assert encode(both)[1] == [("changed", "tools.strict")]
    assert ("dropped", "tool_choice.names") in encode(both, supports_validated_mode=False)[1]


def test_tools_that_the_provider_runs_stand_beside_functions_where_it_allows_it(encode: Encode) -> None:
    request = Request(HELLO, tools=TOOLS[1:], options={"tools": [{"googleSearch": {}}, {"codeExecution": {}}]})
    body, told = encode(request, supports_mixed_tools=True)
    assert body["tools"] == [{"functionDeclarations": [{"name": "now"}]}, {"googleSearch": {}}, {"codeExecution": {}}]
    assert body["toolConfig"] == {"includeServerSideToolInvocations": True}
    assert told == [("injected", "toolConfig.includeServerSideToolInvocations")]
    assert "toolConfig" not in encode(request)[0]


def test_what_cannot_be_said_of_tools_is_told(encode: Encode) -> None:
    tool = Tool("f", cache="5m", deferred=True)
    assert encode(Request(HELLO, tools=(tool,)))[1] == [("dropped", "tools[0].deferred"), ("dropped", "tools[0].cache")]
    assert encode(Request(HELLO, tool_choice=ToolChoice("auto")))[1] == [("dropped", "tool_choice")]
    with pytest.raises(Unsupported, match="'g', which is not among the tools"):
        encode(Request(HELLO, tools=TOOLS, tool_choice=ToolChoice("required", ("g",))))
