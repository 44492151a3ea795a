"""`hamr import hermes`: hermes-router's keys and variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hamr.imports.hermes import PROVIDERS

CANARY = "sk-canary-0123456789abcdef"
AUTH = {
    "providers": {"openrouter": [f"{CANARY}-1", f"{CANARY}-2"], "gemini": ["AIzaSy-key"], "nvidia": []},
    "codex_accounts": [
        {"account_id": "one", "access_token": "a1", "refresh_token": "r1", "last_refresh": "2026-01-01T00:00:00Z"},
        {"account_id": "two", "access_token": "a2", "refresh_token": "r2", "last_refresh": ""},
    ],
    "proxy_keys": {f"{CANARY}-3": {"name": "me", "rpm": 5}},
}
ENV = f"""# mine
PORT=8319
PROXY_API_KEYS={CANARY}-4
export GROQ_API_KEY="{CANARY}-5"
GROQ_API_KEY_2={CANARY}-6  # the second
GLM_API_KEYS={CANARY}-7,{CANARY}-8
GITHUB_MODELS_TOKENS=ghp_canary0123456789
LOCAL_BASE_URL=http://localhost:11434/v1 # an Ollama of one's own
LOCAL_MODEL=llama3.1,qwen3 # the second where the first fails
# LOCAL_EMBED_MODEL=nomic-embed-text
KIMI_BASE_URL=https://api.moonshot.ai/v1
KIMI_MODEL=kimi-k2-0905-preview
HUGGINGFACE_MODEL=openai/gpt-oss-120b:cheapest
CODEX_MODEL=gpt-5.5
ROTATION_MODE=sequential
EMPTY=
"""


def test_keys_and_accounts_go_to_the_store(take: Any, hamr: Any) -> None:
    """R-2, R-8, and the shape of its auth.json."""
    made = take("hermes", {"auth.json": json.dumps(AUTH)})
    assert made.code == 0
    assert made.auth["openrouter"] == {"type": "api_keys", "keys": [f"{CANARY}-1", f"{CANARY}-2"]}
    assert made.auth["gemini"] == {"type": "api_key", "key": "AIzaSy-key"}
    assert [each["refresh_token"] for each in made.auth["codex_accounts"]] == ["r1", "r2"]
    assert made.left == ["proxy_keys: keys of the router's own clients"]
    assert CANARY not in made.text
    again = take("hermes", {})
    assert {step["action"] for step in again.told["steps"]} == {"same"}
    rows = hamr("auth", "--json").json["credentials"]
    assert [row["type"] for row in rows if row["provider"] == "codex"] == ["oauth", "oauth"]


def test_variables_of_keys_models_and_urls_are_taken(take: Any) -> None:
    """R-9 to R-11, R-45, R-50, R-52."""
    made = take("hermes", {".env": ENV})
    assert made.auth["groq"]["keys"] == [f"{CANARY}-5", f"{CANARY}-6"]
    assert made.auth["zai"]["keys"] == [f"{CANARY}-7", f"{CANARY}-8"]
    assert made.auth["github_models"]["key"] == "ghp_canary0123456789"
    assert made.toml["providers"] == {
        "local": {"base_url": "http://localhost:11434/v1", "default_model": "llama3.1"},
        "kimi": {"base_url": "https://api.moonshot.ai/v1", "default_model": "kimi-k2-0905-preview"},
        "huggingface": {"default_model": "openai/gpt-oss-120b:cheapest"},
        "codex": {"default_model": "gpt-5.5"},
    }
    told = " ".join(made.left)
    assert "hamr -m local/llama3.1,local/qwen3" in told
    assert "ROTATION_MODE: hamr reads this variable" in told
    assert "PORT, PROXY_API_KEYS" in told
    assert "canary" not in made.text


def test_what_was_taken_is_used(take: Any, hamr: Any) -> None:
    take("hermes", {".env": ENV})
    told = hamr("explain", "-m", "kimi", "--json", "hi").json
    assert (told["model"]["value"], told["base_url"]["value"]) == ("kimi-k2-0905-preview", "https://api.moonshot.ai/v1")
    assert hamr("config").err == ""


def test_all_its_providers_are_known_here(hamr: Any) -> None:
    """R-14."""
    there = {row["id"] for row in hamr("providers", "--json").json["providers"]}
    assert set(PROVIDERS) <= there


def test_its_usual_places(hamr: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work" / ".env").write_text(ENV)
    ran = hamr("import", "hermes")
    assert (ran.code, "nothing of hermes-router is there" in ran.err) == (2, True), "a .env of another program"
    (home / "hermes-router").mkdir()
    (home / "hermes-router" / ".env").write_text(ENV)
    elsewhere = tmp_path / "keys.json"
    elsewhere.write_text(json.dumps(AUTH))
    monkeypatch.setenv("ROUTER_AUTH_FILE", str(elsewhere))
    told = hamr("import", "hermes", "--dry-run", "--json").json
    assert told["files"] == [str(elsewhere), str(home / "hermes-router" / ".env")]


@pytest.mark.parametrize(
    "held",
    [
        "",
        "[]",
        '{"providers": [1]}',
        '{"providers": {"groq": "x", "openai": [3, null, ""]}}',
        '{"codex_accounts": {"a": 1}}',
    ],
)
def test_shapes_that_are_none_are_passed_over(take: Any, held: str) -> None:
    made = take("hermes", {"auth.json": held})
    assert (made.code, made.auth) == (0, {})


def test_very_many_keys_take_seconds_and_a_line(hamr: Any, tmp_path: Path) -> None:
    keys = [f"sk-canary-{number:09}" for number in range(200_000)]
    (tmp_path / "auth.json").write_text(json.dumps({"providers": {"groq": keys}}))
    ran = hamr("import", "hermes", str(tmp_path / "auth.json"), "--yes")
    assert (ran.code, "  + groq: 200,000 keys\n" in ran.out, len(ran.out) < 1000) == (0, True, True)
    stored = json.loads((tmp_path / "agent" / "auth.json").read_text())
    assert stored["groq"]["keys"] == keys
