"""`hamr import litellm`: the configuration of LiteLLM's proxy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

CANARY = "sk-canary-0123456789abcdef"
CONFIG = f"""
model_list:
  - model_name: gpt-4o ### what clients ask for
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
      temperature: 0.2
      rpm: 480
      timeout: 300
    model_info:
      id: deployment-1
      input_cost_per_token: 0.0000025
      output_cost_per_token: 1e-5
      max_input_tokens: 128000
  - model_name: claude
    litellm_params: {{model: anthropic/claude-sonnet-4-5, api_key: {CANARY}-1}}
  - model_name: claude
    litellm_params: {{model: bedrock/anthropic.claude-sonnet-4-5-v1:0, aws_region_name: eu-central-1}}
  - model_name: solar
    litellm_params: {{model: ollama/solar, api_base: "http://llm.example.org:11434"}}
  - model_name: vllm-models
    litellm_params:
      model: openai/facebook/opt-125m
      api_base: http://0.0.0.0:4000/v1
      api_key: {CANARY}-2
  - model_name: azure-4o
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: https://my-endpoint-europe.openai.azure.com/
      api_key: "os.environ/AZURE_API_KEY_EU"
      api_version: "2024-06-01"
  - model_name: together-llama
    litellm_params: {{model: together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo, tpm: 1000}}
  - model_name: gpt-3.5-turbo
    litellm_params: {{model: gpt-3.5-turbo}}
  - model_name: "*"
    litellm_params: {{model: "groq/*", api_key: os.environ/MY_GROQ}}
  - model_name: broken
litellm_settings: {{drop_params: true, fallbacks: [{{gpt-4o: [claude]}}]}}
general_settings: {{master_key: {CANARY}-3}}
router_settings: {{model_group_alias: {{gpt-4: gpt-4o, best: {{model: claude, hidden: true}}}}}}
environment_variables: {{REDIS_PASSWORD: {CANARY}-4}}
"""


def test_rows_become_providers_aliases_keys_and_options(take: Any) -> None:
    made = take("litellm", {"config.yaml": CONFIG})
    assert made.code == 0
    providers = made.toml["providers"]
    assert providers["openai"] == {
        "api_key": "$OPENAI_API_KEY",
        "model_overrides": {"gpt-4o": {"cost": {"input": 2.5, "output": 10.0}, "context_window": 128000}},
    }  # C-3
    assert providers["llm-example-org-11434"] == {
        "base_url": "http://llm.example.org:11434", "api": "ollama", "models": [{"id": "solar"}],
    }  # fmt: skip
    assert providers["0-0-0-0-4000"] == {
        "base_url": "http://0.0.0.0:4000/v1", "api": "openai-completions", "auth_style": "bearer",
        "models": [{"id": "facebook/opt-125m"}],
    }  # fmt: skip
    assert providers["azure"] == {
        "parameters": {"api_version": "2024-06-01"}, "api_key": "$AZURE_API_KEY_EU",
        "base_url": "https://my-endpoint-europe.openai.azure.com",
    }  # fmt: skip
    assert providers["bedrock"] == {"parameters": {"region": "eu-central-1"}}
    assert providers["groq"] == {"api_key": "$MY_GROQ"}
    assert made.toml["aliases"] == {
        "gpt-4o": "openai/gpt-4o",
        "claude": "anthropic/claude-sonnet-4-5",
        "solar": "llm-example-org-11434/solar",
        "vllm-models": "0-0-0-0-4000/facebook/opt-125m",
        "azure-4o": "azure/gpt-4o-eu",
        "together-llama": "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
        "gpt-4": "gpt-4o",
        "best": "claude",
    }
    assert made.toml["model_defaults"] == {"gpt-4o": {"temperature": 0.2}}
    assert made.auth == {
        "anthropic": {"type": "api_key", "key": f"{CANARY}-1"},
        "0-0-0-0-4000": {"type": "api_key", "key": f"{CANARY}-2"},
    }
    assert "canary" not in made.text


def test_what_is_not_carried_is_told_with_what_to_do(take: Any) -> None:
    told = " ".join(take("litellm", {"config.yaml": CONFIG}).left)
    for each in (
        "HAMR_RATE_LIMIT_OPENAI_GPT_4O_RPM=480", "gpt-4o: timeout", "hamr -m anthropic/claude-sonnet-4-5,bedrock/",
        "*: a pattern", "the row: it names no model", "general_settings", "environment_variables", "litellm_settings",
    ):  # fmt: skip
        assert each in told


def test_what_was_taken_is_used(take: Any, hamr: Any) -> None:
    take("litellm", {"config.yaml": CONFIG})
    assert hamr("config").err == ""
    told = hamr("explain", "-m", "best", "--json", "hi").json
    assert (told["provider"]["value"], told["model"]["value"]) == ("anthropic", "claude-sonnet-4-5")
    told = hamr("explain", "-m", "solar", "--json", "hi").json
    assert told["request"]["url"].startswith("http://llm.example.org:11434/")
    told = hamr("explain", "-m", "vllm-models", "--json", "hi").json
    assert (told["request"]["url"], told["key"]["status"]) == ("http://0.0.0.0:4000/v1/chat/completions", "set")


def test_its_places(hamr: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = hamr("import", "litellm")
    assert (ran.code, f"looked in {tmp_path}/work\n" in ran.err) == (2, True)
    (tmp_path / "work" / "config.yaml").write_text(CONFIG)
    assert hamr("import", "litellm", "--dry-run").out.startswith(f"from {tmp_path / 'work' / 'config.yaml'}\n")
    other = tmp_path / "other.yml"
    other.write_text("model_list: []")
    monkeypatch.setenv("CONFIG_FILE_PATH", str(other))
    assert hamr("import", "litellm", "--dry-run", "--json").json["files"][0] == str(other)


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "[]", "model_list: 3", "model_list: [3, {}, {litellm_params: 3}, {litellm_params: {model: 4}}]",
        "router_settings: {model_group_alias: [1]}", "model_list: [{litellm_params: {model: ''}}]",
    ],
)  # fmt: skip
def test_shapes_that_are_none_are_passed_over(take: Any, text: str) -> None:
    made = take("litellm", {"config.yaml": text})
    assert (made.code, made.told["written"]) == (0, False)


def test_values_of_other_kinds_break_nothing(take: Any) -> None:
    made = take("litellm", {"config.yaml": """
model_list:
  - {model_name: 3, litellm_params: {model: openai/a, api_base: 5, api_key: 6, temperature: hot, rpm: x}}
  - {model_name: {a: 1}, litellm_params: {model: openai/b, api_base: os.environ/BASE}, model_info: [1]}
  - {model_name: c, litellm_params: {model: openai/c, api_base: "http://[x", max_tokens: 2026-01-01}}
"""})  # fmt: skip
    assert made.code == 0
    told = " ".join(made.left)
    assert all(each in told for each in ("write the URL itself", "not a URL", "temperature", "nowhere"))
    assert made.toml.keys() == {"aliases"}
    assert made.toml["aliases"] == {"3": "openai/a"}


def test_without_pyyaml_it_is_said_how_to_get_it(
    hamr: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work" / "config.yaml").write_text(CONFIG)
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    ran = hamr("import", "litellm")
    assert (ran.code, 'pip install "hamr[yaml]"' in ran.err) == (2, True)
