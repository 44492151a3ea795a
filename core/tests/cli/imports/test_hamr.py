"""`hamr import hamr`: the program whose `models.json` this one has (C-1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hamr_testkit.pages import Pages

CANARY = "sk-canary-0123456789abcdef"
CONFIG = f"""
[active]
provider = "relay"
model = "qwen3"
thinking = "medium"

[providers.relay]
compatibility = "openai-compatible"
base_url = "http://127.0.0.1:1234/v1"
api_key_env = "RELAY_API_KEY"
tool_call_parser = "qwen"
cloud = false

[[providers.relay.models]]
id = "qwen3"
display_name = "Qwen 3"
context_window = 131072
max_output_tokens = 8192
supports_thinking = true
thinking_levels = ["off", "high"]

[providers.work]
compatibility = "anthropic-compatible"
base_url = "https://llm.example.com"
api_key = "{CANARY}"

[skills]
enabled = true
"""
PROJECT = (
    '[active]\nprovider = "work"\nmodel = "claude-sonnet-4-5"\nthinking = "auto"\n[providers.relay]\nenabled = false\n'
)
MODELS_JSON = '{"providers": {"relay": {"baseUrl": "http://127.0.0.1:9/v1", "apiKey": "none-needed"}}}'
LEGACY = '[provider]\nkind = "openai"\nbase_url = "http://localhost:8080/v1"\nmodel = "m"\napi_key = "$MY_KEY"\n'


@pytest.mark.parametrize(
    "page",
    [
        *(("s0", of) for of in ("relay", "lm-studio", "llama.cpp", "custom-proxy")),
        *(("s1", "relay", number) for number in range(3)),
    ],
)
@pytest.mark.parametrize("source", ["hamr", "pi"])
def test_every_example_of_its_pages_is_taken_as_it_stands(
    take: Any, pages: Pages, source: str, page: tuple[Any, ...]
) -> None:
    """H-8 to H-18."""
    example = pages.example(*page)
    made = take(source, {"models.json": example})
    assert (made.code, made.models, made.left) == (0, json.loads(example), [])
    assert made.auth == {}


@pytest.mark.parametrize("url", ["...", "http://127.0.0.1:9/v1"])
def test_a_provider_with_prices_keeps_them_once_it_has_a_url(take: Any, url: str) -> None:
    """H-17."""
    page = {"baseUrl": url, "api": "openai-completions", "apiKey": "...", "models": [
        {"id": "large", "cost": {"input": 0.4, "output": 1.60, "cacheRead": 0, "cacheWrite": 0}}]}  # fmt: skip
    made = take("hamr", {"models.json": json.dumps({"providers": {"my-provider": page}})})
    if url == "...":
        assert (made.models, made.left) == ({}, ["providers.my-provider: base_url: '...' is no http(s) URL"])
    else:
        assert made.models["providers"]["my-provider"]["models"] == page["models"]
    assert made.auth == {"my-provider": {"type": "api_key", "key": "..."}}


def test_its_toml_is_taken_over(take: Any, hamr: Any) -> None:
    """H-91 to H-93."""
    made = take("hamr", {"config.toml": CONFIG})
    assert made.code == 0
    assert made.toml["default_model"] == "relay/qwen3"
    assert made.toml["model_defaults"] == {"*": {"thinking": "medium"}}
    assert made.toml["providers"]["relay"]["models"][0]["max_output_tokens"] == 8192
    assert made.toml["providers"]["work"] == {
        "compatibility": "anthropic-compatible", "base_url": "https://llm.example.com", "auth_style": "header",
    }  # fmt: skip
    assert made.auth == {"work": {"type": "api_key", "key": CANARY}}
    assert made.left == ["[skills]: it is a matter of Hamr's own, and none of providers"]
    assert CANARY not in made.text
    told = hamr("explain", "-m", "work/claude-x", "--json", "hi").json
    assert (told["wire"]["value"], told["key"]["status"]) == ("anthropic-messages", "set")


def test_the_projects_file_counts_more_and_the_older_form_less(hamr: Any, home: Path, tmp_path: Path) -> None:
    """H-90, H-94."""
    folder = home / ".config" / "hamr"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    (tmp_path / "work" / ".hamr.toml").write_text(PROJECT + LEGACY)
    (home / ".hamr" / "agent").mkdir(parents=True)
    (home / ".hamr" / "agent" / "models.json").write_text(MODELS_JSON)
    told = hamr("import", "hamr", "--json", "--yes").json
    values = {".".join(step["path"]): step["value"] for step in told["steps"]}
    assert values["default_model"] == "work/claude-sonnet-4-5"
    assert values["providers.relay"] == {"enabled": False}
    assert values["providers.openai"]["api_key"] == "$MY_KEY"
    assert len(told["files"]) == 3
    assert sum(each["why"].startswith("another file") for each in told["left"]) == 2


def test_what_is_in_hamrs_own_folder_is_not_taken_over(hamr: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = home / ".hamr" / "agent"
    agent.mkdir(parents=True)
    (agent / "models.json").write_text(MODELS_JSON)
    monkeypatch.setenv("HAMR_AGENT_DIR", str(agent))
    ran = hamr("import", "hamr", "--yes")
    assert (ran.code, "nothing of Hamr is there" in ran.err) == (2, True)
