"""`hamr import llm`: the files of llm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CANARY = "sk-canary-0123456789abcdef"
MODELS = """
- model_id: orca
  model_name: orca-mini-3b
  api_base: http://localhost:8080
- model_id: minimax-m3
  model_name: MiniMax-M3
  api_base: https://api.example.com/v1
  api_key_name: minimax
  vision: true
  reasoning: true
  can_stream: false
  headers: {X-Title: me}
- model_id: mini-other
  model_name: MiniMax-Other
  aliases: [mo, other]
  api_base: https://api.example.com/v1
  api_key_name: minimax
  completion: true
- model_id: gpt-nightly
  model_name: gpt-6-2027-01-01
- model_name: no-id
"""
FILES = {
    "extra-openai-models.yaml": MODELS,
    "keys.json": json.dumps({
        "// Note": "This file stores secret API credentials.", "openai": f"{CANARY}-1", "minimax": f"{CANARY}-2",
        "claude": f"{CANARY}-3", "odd": 3,
    }),
    "aliases.json": json.dumps({"fast": "gpt-4o-mini", "mm": "minimax-m3", "odd": [1]}),
    "default_model.txt": "minimax-m3\n",
    "model_options.json": json.dumps({"gpt-4o-mini": {"temperature": 0.5}, "minimax-m3": {"max_tokens": 100}}),
}  # fmt: skip


def test_keys_servers_aliases_and_defaults_are_taken_over(take: Any) -> None:
    made = take("llm", FILES)
    assert made.code == 0
    assert made.toml["providers"] == {
        "localhost-8080": {
            "base_url": "http://localhost:8080", "api": "openai-completions", "models": [{"id": "orca-mini-3b"}],
        },
        "api-example-com": {
            "base_url": "https://api.example.com/v1", "api": "openai-completions", "auth_style": "bearer",
            "headers": {"X-Title": "me"},
            "models": [
                {"id": "MiniMax-M3", "input": ["text", "image"], "reasoning": True}, {"id": "MiniMax-Other"},
            ],
        },
    }  # fmt: skip
    assert made.toml["aliases"] == {
        "orca": "localhost-8080/orca-mini-3b",
        "minimax-m3": "api-example-com/MiniMax-M3",
        "mini-other": "api-example-com/MiniMax-Other",
        "mo": "api-example-com/MiniMax-Other",
        "other": "api-example-com/MiniMax-Other",
        "gpt-nightly": "openai/gpt-6-2027-01-01",
        "fast": "gpt-4o-mini",
        "mm": "minimax-m3",
    }
    assert made.toml["default_model"] == "api-example-com/MiniMax-M3"
    assert made.toml["model_defaults"] == {"gpt-4o-mini": {"temperature": 0.5}, "MiniMax-M3": {"max_tokens": 100}}
    assert made.auth == {
        "openai": {"type": "api_key", "key": f"{CANARY}-1"},
        "api-example-com": {"type": "api_key", "key": f"{CANARY}-2"},
        "anthropic": {"type": "api_key", "key": f"{CANARY}-3"},
    }
    told = " ".join(made.left)
    assert "the key of localhost-8080: llm sends it the key called openai" in told
    assert "mini-other: completion" in told
    assert "the row" in told
    assert "canary" not in made.text


def test_what_was_taken_is_used(take: Any, hamr: Any) -> None:
    take("llm", FILES)
    assert hamr("config").err == ""
    for selector in ("mm", "other"):
        told = hamr("explain", "-m", selector, "--json", "hi").json
        assert (told["provider"]["value"], told["key"]["status"]) == ("api-example-com", "set")
    assert hamr("explain", "--json", "hi").json["model"]["value"] == "MiniMax-M3"
    assert hamr("explain", "-m", "orca", "--json", "hi").json["problem"] is None


def test_a_key_with_signs_that_mean_something_here_stays_itself(take: Any, hamr: Any) -> None:
    made = take("llm", {"keys.json": json.dumps({"openai": "!echo $HOME", "groq": "a$b"})})
    assert made.auth["openai"]["key"] == "$!echo $$HOME"
    assert made.auth["groq"]["key"] == "a$$b"


def test_its_places(hamr: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / ".config" / "io.datasette.llm"
    folder.mkdir(parents=True)
    (folder / "default_model.txt").write_text("gpt-4o")
    told = hamr("import", "llm", "--dry-run", "--json").json
    assert [step["value"] for step in told["steps"]] == ["gpt-4o"]
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "nowhere"))
    assert hamr("import", "llm").code == 2


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("text", ["", "3", "[3]", '{"a": 3}', '"x"'])
def test_shapes_that_are_none_break_nothing(take: Any, name: str, text: str) -> None:
    made = take("llm", {name: text})
    assert made.code == 0
    assert made.auth == {}
