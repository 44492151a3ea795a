"""Keyword arguments to a request."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.options import request, settings
from hamr.types import ResponseFormat, Settings, ThinkingConfig, Timeouts, Tool, ToolChoice

LOOK = Tool("look", "Looks.", {"type": "object", "properties": {"at": {"type": "string"}}}, strict=True)
SCHEMA = {"title": "Answer", "type": "object"}


class Whole:
    """A whole number of a type of its own, as NumPy has them."""

    def __index__(self) -> int:
        return 7


def asked(**options: Any) -> Any:
    return request("Hi", options, stream=False)  # type: ignore[arg-type]  # some are wrong on purpose


@pytest.mark.parametrize(
    "tool",
    [
        LOOK,
        {"name": "look", "description": "Looks.", "parameters": LOOK.parameters, "strict": True},
        {
            "type": "function",
            "function": {"name": "look", "description": "Looks.", "parameters": LOOK.parameters, "strict": True},
        },
    ],
)
def test_the_ways_to_give_a_tool(tool: Any) -> None:
    assert asked(tools=[tool]).tools == (LOOK,)


@pytest.mark.parametrize(
    ("option", "given", "made"),
    [
        ("tool_choice", "auto", ToolChoice("auto")),
        ("tool_choice", "look", ToolChoice("required", ("look",))),
        ("tool_choice", ToolChoice("none"), ToolChoice("none")),
        ("response_format", "json", ResponseFormat()),
        ("response_format", "text", None),
        ("response_format", SCHEMA, ResponseFormat(SCHEMA, "Answer")),
        ("thinking", "high", ThinkingConfig("high")),
        ("thinking", True, ThinkingConfig("medium")),
        ("thinking", False, ThinkingConfig("off")),
        ("thinking", 2048, ThinkingConfig(tokens=2048)),
        ("stop", "END", ("END",)),
        ("stop", ["a", "b"], ("a", "b")),
        ("max_tokens", 5, 5),
        ("max_tokens", 5.0, 5),
        ("top_k", Whole(), 7),
        ("metadata", None, None),
        ("seed", None, None),
    ],
)
def test_the_ways_to_give_an_option(option: str, given: Any, made: Any) -> None:
    assert getattr(asked(**{option: given}), option) == made


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_token": 5}, "unknown option 'max_token'.*\nDid you mean max_tokens"),
        ({"xyzzy": 5}, r"unknown option 'xyzzy'.*\n.*options=\{\.\.\.\}"),
        ({"tools": ["look"]}, r"tools\[0\] is no tool"),
        ({"tools": print}, "tools is of the type .*\nGive a list"),
        ({"tools": {"name": "look"}}, "tools is of the type dict\nGive a list"),
        ({"tools": [{"description": "nameless"}]}, r"tools\[0\] is no tool"),
        ({"response_format": "yaml"}, "response_format 'yaml' is unknown"),
        ({"thinking": "deeply"}, "thinking 'deeply' is unknown"),
        ({"stop": 5}, "stop is 5\nGive a text, or a list of texts"),
        ({"temperature": float("nan")}, "temperature is nan\nGive a finite number"),
        ({"presence_penalty": float("inf")}, "presence_penalty is inf"),
        ({"max_tokens": -1}, "max_tokens is -1\nGive zero or more"),
        ({"max_tokens": 0.5}, "max_tokens is 0.5\nGive a whole number"),
        ({"max_tokens": True}, "max_tokens is True\nGive a whole number"),
        ({"top_k": "5"}, "top_k is of the type str\nGive a whole number"),
        ({"temperature": "warm"}, "temperature is of the type str\nGive a number"),
        ({"system": ["Be brief."]}, "system is of the type list\nGive a text"),
        ({"user": b"me"}, "user is of the type bytes"),
        ({"store": "yes"}, "store is of the type str\nGive True or False"),
        ({"metadata": "a=b"}, "metadata is of the type str\nGive a mapping"),
        ({"logit_bias": 5}, "logit_bias is 5\nGive a mapping"),
        ({"headers": {"a": None}}, r"headers\['a'\] is no text\nGive names and values as texts"),
        ({"tools": 5}, "tools is 5\nGive a list"),
        ({"tool_choice": {"type": "function"}}, "tool_choice is of the type dict\nGive 'auto'"),
        ({"tool_choice": ""}, "tool_choice is of the type str"),
        ({"stop": [b"END"]}, "stop is of the type list\nGive a text"),
        ({"thinking": -1}, "thinking is -1\nGive zero or more"),
        ({"response_format": Timeouts()}, "response_format "),
        ({"options": 5}, "options is 5\nGive a mapping"),
        ({"headers": ["a: b"]}, "headers is of the type list"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        asked(**options)


def test_settings_of_one_call() -> None:
    default = Settings()
    assert settings({}, default) == default
    assert settings({"timeout": 5}, default).timeouts == Timeouts(10, 120, 5)
    assert settings({"timeout": None}, default).timeouts.total is None
    assert settings({"timeout": Timeouts(1, 2, 3)}, default).timeouts == Timeouts(1, 2, 3)
    assert settings({"retries": 0}, default).retries == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"timeout": -1}, "timeout is -1\nGive seconds above zero"),
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": float("nan")}, "timeout is nan"),
        ({"timeout": "5"}, "timeout is of the type str"),
        ({"timeout": True}, "timeout is True"),
        ({"retries": -1}, "retries is -1\nGive zero or more"),
        ({"retries": "many"}, "retries is of the type str"),
    ],
)
def test_a_wrong_setting_of_one_call_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        settings(options, Settings())
