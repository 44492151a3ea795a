"""The order in which a provider is looked for, and what is told of each step."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.resolve.known import Holder


@pytest.mark.parametrize(
    ("selector", "environ", "found", "step"),
    [
        ("groq/x", {"HAMR_LLM_PROVIDER": "xai"}, "groq/x", "name"),
        ("gpt-4o", {"HAMR_LLM_PROVIDER": "groq", "LOCAL_LLM_BASE_URL": "http://h"}, "groq/gpt-4o", "environment"),
        ("gpt-4o", {"HARN_LLM_PROVIDER": "groq"}, "groq/gpt-4o", "environment"),
        ("gpt-4o", {"HAMR_LLM_PROVIDER": "auto"}, "openai/gpt-4o", "rules"),
        ("gpt-4o", {"LOCAL_LLM_BASE_URL": "http://h"}, "local/gpt-4o", "own server"),
        (None, {"LOCAL_LLM_BASE_URL": "http://h"}, "local", "own server"),
        (None, {"HAMR_LLM_MODEL": "claude-x"}, "anthropic/claude-x", "rules"),
        (None, {"HARN_LLM_MODEL": "gpt-4o"}, "openai/gpt-4o", "rules"),
        (None, {"HAMR_LLM_PROVIDER": "openrouter", "HAMR_LLM_MODEL": "openai/gpt-4o"}, "openrouter/openai/gpt-4o",
         "environment"),
        (None, {"HAMR_LLM_MODEL": "groq"}, "groq", "name"),
        (None, {"HAMR_LLM_PROVIDER": "groq"}, "groq", "environment"),
        (None, {"HARN_DEFAULT_PROVIDER": "xai"}, "xai", "configured default"),
        ("novel", {"HAMR_DEFAULT_PROVIDER": "xai"}, "xai/novel", "configured default"),
        (None, {}, "anthropic", "default"),
        ("novel", {}, "anthropic/novel", "default"),
    ],
)  # fmt: skip
def test_the_order(selector: str | None, environ: dict[str, str], found: str, step: str, world: Any) -> None:
    """M-10, N-130 to N-132, V-40."""
    chosen = world.pick(selector, **environ)
    assert world.found(selector, **environ) == found
    assert chosen.steps[-1].name == step
    assert all(each.found is None and each.why for each in chosen.steps[:-1])


def test_each_variable_is_told(world: Any) -> None:
    chosen = world.pick(None, HAMR_LLM_PROVIDER="groq", HAMR_LLM_MODEL="x")
    assert (chosen.origin, chosen.model_origin) == (
        "the environment variable HAMR_LLM_PROVIDER",
        "the environment variable HAMR_LLM_MODEL",
    )


@pytest.mark.parametrize(
    ("settings", "environ", "found"),
    [
        ({"default_provider": "groq"}, {}, "groq"),
        ({"default_provider": "groq", "default_model": "llama"}, {}, "groq/llama"),
        ({"default_provider": "groq", "default_model": "groq/llama"}, {}, "groq/llama"),
        ({"default_model": "xai/grok-4"}, {}, "xai/grok-4"),
        ({"default_provider": "auto"}, {}, "anthropic"),
        ({"default_provider": "groq"}, {"HAMR_DEFAULT_PROVIDER": "zai"}, "zai"),
    ],
)
def test_the_default_in_the_users_files(
    settings: dict[str, str], environ: dict[str, str], found: str, make: Any
) -> None:
    assert make(ready=None, settings=settings).found(**environ) == found


def test_a_default_model_without_a_provider_is_looked_for_as_any_other(make: Any) -> None:
    world = make(ready=None, settings={"default_model": "gpt-4o"})
    assert world.found() == "openai/gpt-4o"


def test_without_a_key_for_the_default_another_is_taken_and_it_is_told(make: Any) -> None:
    """M-15, N-131."""
    keyless = make(ready={"ollama", "local"})
    chosen = keyless.pick()
    assert chosen.provider == "ollama"
    assert "ollama is asked; anthropic: it has no key" in str(chosen.warning)
    assert chosen.steps[-1].refused == (("anthropic", "it has no key"),)
    assert not chosen.lasting
    assert make(ready={"local"}).found() == "local"
    assert "anthropic is asked" in str(make(ready=None).pick().warning)
    assert make(ready=None, settings={"default_provider": "groq"}).pick().warning is None


def test_where_nobody_can_be_called_a_model_must_be_named(make: Any) -> None:
    with pytest.raises(ConfigError, match="set HAMR_LLM_MODEL=provider/model"):
        make().pick()
    with pytest.raises(ConfigError, match="set HAMR_EMBED_MODEL=provider/model"):
        make().pick(role="embeddings")


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"HAMR_EMBED_MODEL": "groq/embed-2"}, "groq/embed-2"),
        ({"HAMR_EMBED_MODEL": "groq"}, "groq"),
        ({"HAMR_EMBED_MODEL": "text-embedding-3-large"}, "openai/text-embedding-3-large"),
        ({"HAMR_EMBED_MODEL": "groq/e", "HAMR_LLM_MODEL": "other/talk"}, "groq/e"),
        ({"HAMR_LLM_PROVIDER": "groq", "HAMR_LLM_MODEL": "talk"}, "groq"),
        ({"HAMR_LLM_MODEL": "groq/talk"}, "groq"),
        ({"HAMR_LLM_MODEL": "gpt-4o"}, "openai"),
    ],
)
def test_a_model_that_chats_is_not_taken_for_embeddings(environ: dict[str, str], found: str, world: Any) -> None:
    assert world.found(None, "embeddings", **environ) == found


def test_who_lists_the_model_comes_before_the_rules(make: Any) -> None:
    """C-10: an exact name in a list, and of several who have it the one with a key."""
    models = [Holder("groq", "gpt-oss-20b"), Holder("together", "gpt-oss-20b"), Holder("groq", "claude-mine")]
    world = make(ready={"groq"}, models=models)
    assert world.found("GPT-OSS-20b") == "groq/gpt-oss-20b"
    assert world.pick("gpt-oss-20b").steps[-1].refused[0] == ("together/gpt-oss-20b", "it has no key")
    assert world.found("claude-mine") == "groq/claude-mine"


def test_of_several_the_maker_counts(make: Any) -> None:
    world = make(ready={"openai", "groq"}, models=[Holder("groq", "gpt-4o"), Holder("openai", "gpt-4o")])
    assert world.found("gpt-4o") == "openai/gpt-4o"


def test_several_that_have_it_are_told(make: Any) -> None:
    world = make(ready=None, models=[Holder("groq", "qwen3"), Holder("together", "qwen3")])
    with pytest.raises(ConfigError, match="'qwen3' may be groq/qwen3, together/qwen3"):
        world.pick("qwen3")
    with pytest.raises(ConfigError, match="'qwen3' may be groq/qwen3, together/qwen3"):
        make(models=world.models).pick("qwen3")


def test_a_model_that_cannot_be_called_is_named_all_the_same(make: Any) -> None:
    """So that what is told is that the key is missing, and a preview needs none."""
    world = make(models=[Holder("groq", "qwen3")])
    assert world.found("qwen3") == "groq/qwen3"


def test_what_is_dedicated_is_never_picked_by_itself(make: Any) -> None:
    """M-14, N-160."""
    world = make(ready=None, models=[Holder("together", "big", dedicated=True), Holder("groq", "big")])
    assert world.found("big") == "groq/big"
    alone = make(ready=None, models=[Holder("together", "big", dedicated=True)])
    chosen = alone.pick("big")
    assert chosen.provider == "anthropic"
    assert ("together/big", "it is dedicated") in [each for step in chosen.steps for each in step.refused]
    assert alone.found("together/big") == "together/big"


def test_a_part_of_a_name_is_enough_where_it_fits_one(make: Any) -> None:
    """H-50: names without a date before dated ones; several are told."""
    models = [Holder("groq", "qwen3-32b"), Holder("groq", "qwen3-32b-20250101"), Holder("xai", "sonic-1"),
              Holder("xai", "sonic-2")]  # fmt: skip
    world = make(ready=None, models=models)
    assert world.found("qwen3") == "groq/qwen3-32b"
    with pytest.raises(ConfigError, match="xai/sonic-1, xai/sonic-2"):
        world.pick("sonic")


def test_a_maker_that_is_not_installed_is_not_replaced(make: Any) -> None:
    """M-15: nobody else's model is asked in its stead."""
    world = make({"ollama": "m"}, ready={"ollama"})
    for name in ("claude-x", "groq/llama"):
        with pytest.raises(ConfigError, match=r"no plugin for the provider '(anthropic|groq)' is installed"):
            world.pick(name)
    with pytest.raises(ConfigError, match="'meta-llama' is installed"):
        world.pick("meta-llama/llama")


def test_what_looks_like_a_providers_name_is_none_of_a_model(make: Any) -> None:
    with pytest.raises(ConfigError, match="no plugin for the provider 'olama'"):
        make({"ola": "m", "ollama": "m"}, ready={"ollama"}).pick("olama")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gpt-4o-mini", "litellm/gpt-4o-mini"),
        ("anthropic/claude-sonnet-4", "litellm/anthropic/claude-sonnet-4"),
        ("meta-llama/llama-3.1-70b-instruct", "litellm/meta-llama/llama-3.1-70b-instruct"),
        ("llama3:70b", "litellm/llama3:70b"),
        ("claude-sonnet-4", "anthropic/claude-sonnet-4"),
        ("groq/llama", "groq/llama"),
    ],
)
def test_a_server_of_all_but_claude(name: str, found: str, make: Any) -> None:
    """C-10, C-70: the router of Hiveloom tells by the beginning `claude-` alone."""
    world = make({**dict.fromkeys(("anthropic", "groq", "openai", "openrouter"), None), "litellm": None}, ready=None)
    assert world.found(name, HIVELOOM_OPENAI_BASE_URL="https://openrouter.ai/api/v1") == found
    assert world.found(name, HIVELOOM_OPENAI_COMPAT_BASE_URL="https://openrouter.ai/api/v1") == found
    step = world.pick("gpt-4o", HIVELOOM_OPENAI_BASE_URL="https://h").steps[-1]
    assert (step.name, step.why) == ("own server", "the environment variable HIVELOOM_OPENAI_BASE_URL is set")


def test_of_two_servers_the_first_counts_and_one_that_is_not_installed_is_told(make: Any) -> None:
    both = {"LOCAL_LLM_BASE_URL": "http://l", "HIVELOOM_OPENAI_BASE_URL": "https://h"}
    assert make({"local": None, "litellm": None}, ready=None).found("gpt-4o", **both) == "local/gpt-4o"
    chosen = make({"openai": None}, ready=None).pick("gpt-4o", HIVELOOM_OPENAI_BASE_URL="https://h")
    assert ("litellm", "no plugin for it is installed") in [
        tuple(each) for step in chosen.steps for each in step.refused
    ]


def test_who_can_be_called_and_has_it_under_its_makers_name_comes_before_who_cannot(make: Any) -> None:
    models = [
        Holder("cerebras", "gpt-oss-120b"),
        Holder("groq", "openai/gpt-oss-120b"),
        Holder("xai", "no-gpt-oss-120b"),
    ]
    assert make(ready=("groq",), models=models).found("gpt-oss-120b") == "groq/openai/gpt-oss-120b"
    assert make(ready=("xai",), models=models).found("gpt-oss-120b") == "cerebras/gpt-oss-120b"


def test_who_is_taken_is_not_told_as_refused(make: Any) -> None:
    chosen = make(ready=(), models=[Holder("anthropic", "claude-x")]).pick("claude-x")
    assert (chosen.provider, chosen.steps[-1].refused) == ("anthropic", ())


def test_what_is_meant_for_a_provider_described_awry_is_sent_to_no_other(make: Any) -> None:
    """By the look of its name it would be OpenRouter's."""
    world = make(ready=None, awry=("mine",))
    with pytest.raises(ConfigError, match="'mine' is a provider of a file"):
        world.pick("mine/big")
