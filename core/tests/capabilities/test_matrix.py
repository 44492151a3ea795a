"""The matrix of capabilities: which rule counts, what is inherited, and that unknown is not no."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import Any

import pytest

from hamr.capabilities.capability import Capabilities
from hamr.capabilities.matrix import Matrix, Source, packaged, source
from hamr.capabilities.version import version
from hamr.errors import ConfigError

PLUGINS = {
    "maker": """
source = "its page"
date = "2026-11-25"
defaults = { native_tools = true, top_k_supported = false }
[[rule]]
model_match = "big-*"
extends = true
vision_supported = true
[[rule]]
model_match = ["big-2*", "small-*"]
thinking_modes = ["effort"]
responses_api = true
[[rule]]
model_match = "big-*"
thinking_modes = []
""",
    "sibling": 'family = "maker"\n[defaults]\nseed_supported = false\n[[rule]]\nmodel_match = "own"\nmax_tools = 3\n',
}


def shipped(id: str) -> Source:
    return packaged(id, tomllib.loads(PLUGINS[id]), f"the table of {id}") if id in PLUGINS else Source("")


def matrix(*own: str) -> Matrix:
    problems: list[str] = []
    found = Matrix([source(tomllib.loads(text), f"file {at}", problems.append) for at, text in enumerate(own)], shipped)
    assert problems == []
    return found


def test_the_first_rule_counts_and_what_it_extends() -> None:
    """N-100, N-101."""
    known = matrix().of("maker", "BIG-2-turbo")
    assert (known.capabilities.vision_supported, known.capabilities.thinking_modes) == (True, ("effort",))
    assert matrix().of("maker", "big-3").capabilities.thinking is False
    assert [place for _, place in known.rules] == ["the table of maker"] * 2
    assert (known.rules[0][0].source, known.rules[0][0].date) == ("its page", "2026-11-25")


def test_what_nobody_says_is_unknown() -> None:
    """Three states: yes, no, unknown."""
    known = matrix().of("maker", "nothing").capabilities
    assert (known.native_tools, known.top_k_supported, known.seed_supported, known.thinking) == (
        True,
        False,
        None,
        None,
    )
    assert matrix().of("stranger", "x").capabilities == Capabilities()


def test_the_users_rules_come_first() -> None:
    """N-103: the project's file before the user's, both before what is shipped."""
    found = matrix(
        '[[provider.maker]]\nmodel_match = "big-*"\nmax_tools = 7\n',
        '[[provider.maker]]\nmodel_match = "*"\nmax_tools = 9\n[provider_defaults.maker]\ntop_k_supported = true\n',
    )
    assert [found.of("maker", name).capabilities.max_tools for name in ("big-2", "other")] == [7, 9]
    assert found.of("maker", "big-2").capabilities.thinking_modes is None
    assert found.of("maker", "big-2").capabilities.top_k_supported is True


def test_a_sibling_has_the_rules_of_its_family_but_not_its_defaults_and_services() -> None:
    """N-105."""
    known = matrix().of("sibling", "maker/small-1")
    assert known.capabilities.thinking_modes == ("effort",)
    assert (known.capabilities.responses_api, known.capabilities.top_k_supported) == (None, None)
    assert known.capabilities.seed_supported is False
    assert matrix().of("sibling", "own").capabilities.thinking_modes is None
    mine = matrix('[provider_family]\nmine = "sibling"\nsibling = "mine"\n')
    assert mine.of("mine", "own").capabilities.max_tools == 3
    assert mine.of("mine", "big-1").capabilities.thinking_modes is None  # the user's family counts before the shipped


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("claude-opus-4-7", (4, 7)), ("claude-opus-4-20250514", (4, 0)), ("claude-3-5-sonnet-20241022", (3, 5)),
        ("claude-sonnet-4-5-20250929", (4, 5)), ("anthropic.claude-sonnet-4-5-20250929-v1:0", (4, 5)),
        ("claude-sonnet-4.6", (4, 6)), ("gpt-5.4-mini", (5, 4)), ("gpt-5", (5, 0)), ("gpt-4o", (4, 0)),
        ("openai/o3-mini", (3, 0)), ("llama-3.3-70b", None), ("gpt-oss-120b", None), ("claude-instant", None),
    ],
)  # fmt: skip
def test_versions(name: str, found: tuple[int, int] | None) -> None:
    """N-102."""
    assert version(name) == found


def test_a_rule_for_a_version_holds_for_no_model_without_one() -> None:
    found = matrix('[[provider.x]]\nmodel_match = "*"\nversion_min = [4, 7]\nmax_tools = 1\n')
    told = {
        name: found.of("x", name).capabilities.max_tools for name in ("claude-a-4-7", "claude-a-4-6", "gpt-5", "llama")
    }
    assert told == {"claude-a-4-7": 1, "claude-a-4-6": None, "gpt-5": 1, "llama": None}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("provider = 1", "provider must be a table"),
        ("[provider.x]\na = 1", r"\[\[provider.x\]\]"),
        ("[[provider.x]]\nvisoin_supported = true", r"provider.x\[0\].*did you mean vision_supported"),
        ('[[provider.x]]\nvision_supported = "yes"', "vision_supported must be true or false"),
        ('[[provider.x]]\nthinking_modes = ["much"]', "must be one of enabled, adaptive, effort"),
        ("[[provider.x]]\nversion_min = [4]", "two whole numbers"),
        ("[provider_defaults]\nx = 1", "provider_defaults.x must be a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_the_rest_counts(text: str, told: str) -> None:
    problems: list[str] = []
    rest = "\n[[provider.y]]\nmax_tools = 4\n" if not text.startswith("provider =") else ""
    found = Matrix([source(tomllib.loads(text + rest), "a file", problems.append)], shipped)
    assert len(problems) == 1
    with pytest.raises(AssertionError, match=f"(?s)a file: .*{told}"):
        raise AssertionError(problems[0])
    assert not rest or found.of("y", "z").capabilities.max_tools == 4


def test_a_plugins_table_awry_names_its_place() -> None:
    with pytest.raises(ConfigError, match=r"t: rule\[0\]"):
        packaged("x", {"rule": [{"max_tools": -1}]}, "t")
    with pytest.raises(ConfigError, match="t: rules: unknown field"):
        packaged("x", {"rules": []}, "t")


@pytest.mark.parametrize(
    ("said", "tools", "form"),
    [
        ({"native_tools": True}, True, "native"),
        ({"native_tools": False}, None, "text"),
        ({"native_tools": False, "text_tool_wire_format_supported": False}, False, "text"),
        ({"native_tools": False, "text_tool_wire_format_supported": True}, True, "text"),
        ({"native_tools": True, "preferred_tool_format": "text"}, True, "text"),
        ({}, None, None),
    ],
)
def test_what_follows_from_the_fields(said: dict[str, Any], tools: bool | None, form: str | None) -> None:
    """N-106, C-51."""
    found = Capabilities(**said)
    assert (found.tools, found.tool_format) == (tools, form)


def test_every_field_of_the_source_is_there() -> None:
    """Inventory 4.9."""
    wanted = (
        "native_tools text_tool_wire_format_supported preferred_tool_format tool_mode_parity "
        "tool_mode_parity_notes native_tool_wire_format defer_loading tool_search max_tools "
        "message_wire_format responses_api hosted_tools remote_mcp conversation_state compaction "
        "background_mode tool_approval_policy file_upload_wire_format prefers_xml_scaffolding "
        "prefers_markdown_scaffolding structured_output_mode supports_assistant_prefill "
        "prefers_role_developer prefers_xml_tools thinking_block_style thinking_modes reasoning_wire_format "
        "reasoning_effort_supported reasoning_none_supported interleaved_thinking_supported "
        "anthropic_beta_features thinking_disable_directive prompt_caching vision_supported "
        "image_url_input_supported seed_supported top_k_supported frequency_penalty_supported "
        "presence_penalty_supported"
    )
    assert set(wanted.split()) <= {each.name for each in fields(Capabilities)}
