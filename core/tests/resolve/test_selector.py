"""The forms of a selector, and what names of models say by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.resolve import rules
from hamr.resolve.glob import fits
from hamr.resolve.known import Holder


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("openrouter/deepseek/deepseek-r1", "openrouter/deepseek/deepseek-r1"),  # V-40
        ("anthropic/claude-x", "anthropic/claude-x"),  # C-10
        ("groq", "groq"),
        (" groq/x ", "groq/x"),
        ("ollama:qwen3:8b", "ollama/qwen3:8b"),  # N-134
        ("local:qwen3", "ollama/qwen3"),
        ("hf:meta-llama/Llama-3", "huggingface/meta-llama/Llama-3"),
        ("HuggingFace:a/b", "huggingface/a/b"),
    ],
)
def test_the_forms_of_a_selector(selector: str, found: str, world: Any) -> None:
    """M-11."""
    assert world.found(selector) == found


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("claude-sonnet-4-5", "anthropic"),  # C-11
        ("gpt-4o", "openai"),
        ("GPT-4o", "openai"),
        ("o3-mini", "openai"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "bedrock"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "bedrock"),
        ("meta.llama3-70b-instruct-v1:0", "bedrock"),
        ("gemini-2.5-flash", "gemini"),
        ("codestral-latest", "mistral"),
        ("command-r", "cohere"),
        ("grok-4", "xai"),
        ("glm-4.6", "zai"),
        ("deepseek-v4-pro", "deepseek"),
        ("meta-llama/llama-3.3-70b-instruct", "openrouter"),
        ("qwen/qwen3-coder:free", "openrouter"),
        ("qwen3:8b", "ollama"),
        ("hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M", "ollama"),
        ("accounts/fireworks/models/llama-v3p1-8b-instruct", "fireworks"),
    ],
)
def test_a_name_says_whose_it_is(name: str, provider: str, world: Any) -> None:
    """N-133; the name is sent as it was written."""
    assert world.found(name) == f"{provider}/{name}"


def test_a_provider_in_other_letters_is_no_model_of_anybodys(make: Any) -> None:
    world = make({"acme": "a"}, models=[Holder("acme", "acme/compound"), Holder("acme", "acme/mini")])
    with pytest.raises(ConfigError, match="the provider 'Acme'"):
        world.pick("Acme")


def test_a_slash_without_a_provider_before_it_is_told(make: Any) -> None:
    with pytest.raises(ConfigError, match=r"'/echo' names no provider .*\n.*PROVIDER/echo"):
        make({"openrouter": "a"}, ready=None).pick("/echo")


def test_a_slip_of_a_providers_name_goes_to_no_other(make: Any) -> None:
    """M-15: a name with one slash means OpenRouter, but not where the first part is nearly a provider's."""
    with pytest.raises(ConfigError, match="no plugin for the provider 'openay' is installed") as caught:
        make(ready=None).pick("openay/gpt-4o")
    assert "To ask openrouter for it: openrouter/openay/gpt-4o" in str(caught.value.hint)
    makers = make(ready=None, models=[Holder("openrouter", "openay/gpt-4o")])
    assert makers.found("openay/novel") == "openrouter/openay/novel"  # as the list writes its makers


def test_a_provider_that_is_not_installed_is_no_model(make: Any) -> None:
    with pytest.raises(ConfigError, match="no plugin for the provider 'openai' is installed"):
        make(["ollama"], ready=None).pick("openai")


def test_who_is_asked_for_a_names_look_alone_is_told_where_it_cannot_be(make: Any) -> None:
    chosen = make(ready=()).pick("nobody/x")
    assert chosen.provider == "openrouter"
    assert chosen.warning == (
        "'nobody' is no provider that is there; by the look of the name openrouter is asked, but it has no key"
    )
    assert make(ready=("openrouter",)).pick("nobody/x").warning is None
    assert make(ready=()).pick("gpt-4o").warning is None  # the name itself says whose it is


def test_the_users_rules_come_before_hamrs(make: Any) -> None:
    said = [{"pattern": "gpt-*", "provider": "groq"}, {"exact": "Mine", "provider": "xai"},
            {"contains": "coder", "provider": "zai"}]  # fmt: skip
    own = [rules.read(each, "rule", "providers.toml") for each in said]
    world = make(ready=None, own_rules=own)
    assert [world.found(name) for name in ("gpt-4o", "mine", "a-coder-b", "o3")] == [
        "groq/gpt-4o", "xai/mine", "zai/a-coder-b", "openai/o3"]  # fmt: skip
    assert world.pick("gpt-4o").steps[-1].why == "gpt-* (providers.toml)"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"provider": "x"}, "says of no name"),
        ({"pattern": "x"}, "provider"),
        ({"patern": "x", "provider": "y"}, "did you mean"),
    ],
)
def test_a_rule_awry_is_told_with_its_place(table: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s)inference_rules.0.: .*{told}"):
        rules.read(table, "inference_rules[0]", "providers.toml")


@pytest.mark.parametrize(
    ("selector", "found", "level"),
    [
        ("claude-opus-4-5:high", "anthropic/claude-opus-4-5", "high"),
        ("openai/o3:low", "openai/o3", "low"),
        ("ollama/qwen3:8b:off", "ollama/qwen3:8b", "off"),
        ("ollama/qwen3:8b", "ollama/qwen3:8b", None),
        ("ollama/mine:max", "ollama/mine:max", None),
        ("ollama/other:max", "ollama/other", "max"),
        ("mine:max", "ollama/mine:max", None),
        ("openrouter/a/b:free", "openrouter/a/b:free", None),
        ("fast:minimal", "groq/llama", "minimal"),
        ("exactly:high", "xai/grok", None),
    ],
)
def test_the_level_of_thinking_behind_a_name(selector: str, found: str, level: str | None, make: Any) -> None:
    """H-50; what stands in a list with its colon is a name, as Ollama's tags are."""
    aliases = {"fast": "groq/llama", "exactly:high": "xai/grok"}
    world = make(ready=None, aliases=aliases, models=[Holder("ollama", "mine:max")])
    assert (world.found(selector), world.pick(selector).thinking) == (found, level)


def test_a_level_given_in_the_call_counts_before_that_of_the_name(world: Any) -> None:
    chosen = world.pick("openai/o3:low")
    assert chosen.options({}) == {"thinking": "low"}
    assert chosen.options({"thinking": "high"}) == {"thinking": "high"}
    assert world.pick("openai/o3").options({}) == {}


def test_what_names_a_provider_asks_for_nothing_else(make: Any) -> None:
    world = make(ready=None)
    assert world.found("groq/x") == "groq/x"
    assert world.asked == []


@pytest.mark.parametrize("name", ["", "/", " ", "/x"])
def test_no_name_is_told(name: str, make: Any) -> None:
    with pytest.raises(ConfigError):
        make({"ollama": "m"}).pick(name)


@pytest.mark.parametrize(
    ("pattern", "name", "whole"),
    [
        ("a*", "abc", True), ("*c", "abc", True), ("a*c", "abc", True), ("*b*", "abc", True), ("abc", "abc", True),
        ("ab*bc", "abc", False), ("a*b*c", "axxbxxc", True), ("a*b*b*c", "abc", False), ("", "a", False),
        ("*", "", True),
    ],
)  # fmt: skip
def test_globs(pattern: str, name: str, whole: bool) -> None:
    assert fits(pattern, name) is whole
