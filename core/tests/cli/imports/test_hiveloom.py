"""`hamr import hiveloom`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

DROP_IN = (
    "# /etc/systemd/system/hiveloom.service.d/30-llm-base-url.conf\n"
    "[Service]\nEnvironment=HIVELOOM_OPENAI_BASE_URL={url}\n"
)
EXAMPLES = {
    "https://openrouter.ai/api/v1": "openrouter",
    "https://api.groq.com/openai/v1": "groq",
    "https://api.together.xyz/v1": "together",
    "https://api.deepseek.com/v1": "deepseek",
    "https://api.mistral.ai/v1": "mistral",
    "http://127.0.0.1:11434/v1": "ollama",
    "http://gpu.example.com:8000/v1": "hiveloom",
}
MODELS = """
providers:
  openai:
    models:
      - id: gpt-4o
        input_cost_per_mtok: 1.11    # your negotiated rate
        output_cost_per_mtok: 2.22
  claude:
    base_url: https://gateway.internal.example
    api: anthropic-messages
    api_key_env: INTERNAL_GATEWAY_KEY
  lmstudio:
    api: openai_compat
    base_url: http://localhost:1234/v1
    open_catalog: true
    models:
      - id: qwen3-8b
        input_cost_per_mtok: 0
        output_cost_per_mtok: 0
      - name: without an id
"""


@pytest.mark.parametrize(("url", "provider"), EXAMPLES.items())
def test_every_example_of_its_page_leads_to_the_provider_that_it_means(
    take: Any, hamr: Any, url: str, provider: str
) -> None:
    """V-3, V-8, V-11."""
    made = take("hiveloom", {"30-llm-base-url.conf": DROP_IN.format(url=url)})
    assert made.code == 0
    assert made.toml["inference_rules"] == [
        {"pattern": "claude-*", "provider": "anthropic"}, {"pattern": "*", "provider": provider},
    ]  # fmt: skip
    assert made.toml.get("providers", {}).keys() == ({"hiveloom"} if provider == "hiveloom" else set())
    assert f"hamr auth add {provider}" in made.left[0]
    assert hamr("explain", "-m", "some-model", "--json", "hi").json["provider"]["value"] == provider
    assert hamr("explain", "-m", "claude-sonnet-4-5", "--json", "hi").json["provider"]["value"] == "anthropic"


@pytest.mark.parametrize(
    "text",
    [
        "[Service] Environment=HIVELOOM_OPENAI_BASE_URL=http://x:1/v1",
        '[Service]\nEnvironment="A=b" "HIVELOOM_OPENAI_COMPAT_BASE_URL=http://x:1/v1/"\n',
        "Environment=HIVELOOM_OPENAI_COMPAT_BASE_URL=http://y/v1\nEnvironment=HIVELOOM_OPENAI_BASE_URL=http://x:1/v1\r\n",
    ],
)
def test_the_spellings_of_systemd(take: Any, text: str) -> None:
    assert take("hiveloom", {"x.conf": text}).toml["providers"]["hiveloom"]["base_url"] == "http://x:1/v1"


def test_its_models_file(take: Any, hamr: Any) -> None:
    """V-44, C-3."""
    made = take("hiveloom", {"models.yaml": MODELS})
    assert made.code == 0
    assert made.toml["providers"] == {
        "openai": {"model_overrides": {"gpt-4o": {"cost": {"input": 1.11, "output": 2.22}}}},
        "anthropic": {
            "base_url": "https://gateway.internal.example", "api": "anthropic-messages",
            "auth_env": "INTERNAL_GATEWAY_KEY",
        },
        "lmstudio": {
            "api": "openai-completions", "base_url": "http://localhost:1234/v1",
            "models": [{"id": "qwen3-8b", "cost": {"input": 0, "output": 0}}],
        },
    }  # fmt: skip
    assert hamr("config").err == ""


def test_the_environment_says_it_too(hamr: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = hamr("import", "hiveloom")
    assert ran.code == 2
    monkeypatch.setenv("HIVELOOM_OPENAI_COMPAT_BASE_URL", "https://api.groq.com/openai/v1/")
    ran = hamr("import", "hiveloom", "--dry-run")
    assert (ran.code, "from the environment\n" in ran.out) == (0, True)
    assert '{"pattern": "*", "provider": "groq"}' in ran.out


@pytest.mark.parametrize(
    "text", ["", "- 1", "providers: 3", "providers: {a: 3, 4: {models: 5}, b: {models: [6, {}]}}", "a: 2026-01-01"]
)
def test_shapes_that_are_none_are_passed_over(take: Any, text: str) -> None:
    made = take("hiveloom", {"models.yaml": text})
    assert (made.code, made.told["written"]) == (0, False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("providers: [", "line 2, column 1: no YAML"),
        ("a: !!python/object/apply:os.system [touch ran]", "no YAML"),
        ("[" * 5000, "no YAML"),  # where it gives up depends on whether libyaml reads it
    ],
)
def test_what_is_no_yaml_is_told_and_runs_nothing(take: Any, tmp_path: Path, text: str, told: str) -> None:
    made = take("hiveloom", {"models.yaml": text})
    assert made.code == 1
    assert told in made.told["faults"][0]
    assert not (tmp_path / "work" / "ran").exists()
