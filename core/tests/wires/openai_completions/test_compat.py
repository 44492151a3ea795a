from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.types import Route
from hamr.wires.openai_completions import OpenAICompletions
from hamr.wires.openai_completions.compat import Compat


def test_the_defaults_are_openais_own_but_for_the_developer_role() -> None:
    """H-130 to H-141."""
    default = Compat()
    assert default.supports_store
    assert not default.supports_developer_role
    assert default.supports_reasoning_effort
    assert default.supports_usage_in_streaming
    assert default.max_tokens_field == "max_completion_tokens"
    assert not default.requires_tool_result_name
    assert not default.requires_assistant_after_tool_result
    assert not default.requires_thinking_as_text
    assert default.thinking_format == "openai"
    assert default.supports_strict_mode
    assert Compat.read({}, "test") == default


def test_flags_are_read() -> None:
    read = Compat.read(
        {
            "supports_store": False,
            "unsupported": ["seed"],
            "renamed": {"seed": "random_seed"},
            "max_temperature": 1,
            "reasoning_fields": None,
            "thinking_levels": ["low", "high"],
            "tool_call_id_length": 9,
            "error_codes": {"1261": "TooLong"},
        },
        "test",
    )
    assert not read.supports_store
    assert read.unsupported == ("seed",)
    assert read.thinking_levels == ("low", "high")
    assert read.reasoning_fields is None


def test_an_unknown_flag_names_the_nearest_and_the_place() -> None:
    with pytest.raises(
        ConfigError, match=r"providers\.toml: suports_store: unknown field \(did you mean supports_store"
    ):
        Compat.read({"suports_store": True}, "providers.toml")
    with pytest.raises(ConfigError, match=r"known: .*base_path"):
        Compat.read({"zzz": True}, "providers.toml")


@pytest.mark.parametrize(
    ("flag", "value", "wanted"),
    [
        ("supports_store", "yes", "true or false"),
        ("supports_store", 1, "true or false"),
        ("supports_store", None, "true or false"),
        ("base_path", 1, "a text"),
        ("unsupported", "seed", "a list of texts"),
        ("unsupported", [1], "a list of texts"),
        ("renamed", [], "a table"),
        ("max_temperature", "1", "a number"),
        ("max_temperature", True, "a number"),
        ("tool_call_id_length", 1.5, "a whole number"),
        ("tool_call_id_length", True, "a whole number"),
        ("thinking_format", "openia", "one of openai, "),
        ("max_tokens_field", "tokens", "one of max_completion_tokens, max_tokens"),
        ("error_codes", {"1261": "Wrong"}, "one of "),
        ("thinking_tags", ["<think>"], "0 or 2 texts"),
        ("thinking_tags", ["", "</think>"], "must match"),
        ("thinking_levels", ["mid"], "one of off, "),
    ],
)
def test_a_wrong_value_names_the_flag(flag: str, value: Any, wanted: str) -> None:
    with pytest.raises(ConfigError, match=flag) as caught:
        Compat.read({flag: value}, "test")
    assert wanted in caught.value.message


def test_every_flag_of_a_route_is_checked_when_the_wire_is_made(route: Callable[..., Route]) -> None:
    with pytest.raises(ConfigError, match="test/a-model"):
        OpenAICompletions(route(nonsense=1))


def test_every_type_of_flag_can_be_read() -> None:
    assert {str(each.type).removesuffix(" | None") for each in fields(Compat)} <= {
        "bool",
        "int",
        "float",
        "str",
        "tuple[str, ...]",
        "Mapping[str, Any]",
    }
