"""`hamr import pi` (C-1)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hamr_testkit import keyrings

CANARY = "sk-canary-0123456789abcdef"
MODELS = """{
  // mine
  "providers": {
    "ollama": {
      "baseUrl": "http://localhost:11434/v1", "api": "openai-completions", "apiKey": "OLLAMA_API_KEY",
      "models": [{ "id": "llama-3.1-8b", "contextWindow": 128000, "thinkingLevelMap": { "high": null }, "odd": 1 }],
    },
    "proxy": {
      "baseUrl": "https://proxy.example.com/v1", "api": "anthropic-messages", "apiKey": "KEY",
      "headers": { "X-Name": "hello", "X-Auth": "!op read 'op://vault/item/secret'" },
    },
    "google": { "baseUrl": "https://g.example.com/v1beta", "odd": true },
  }
}""".replace('"KEY"', f'"{CANARY}"')
AUTH = {
    "anthropic": {"type": "api_key", "key": f"{CANARY}-2"},
    "openai-codex": {"type": "oauth", "access": "a-canary", "refresh": "r-canary", "expires": 1900000000000},
    "groq": {"type": "api_key", "key": "$MY_GROQ", "env": {"REGION": "eu"}},
    "odd": 3,
}
SETTINGS = {"defaultProvider": "google", "defaultModel": "gemini-2.5-pro", "defaultThinkingLevel": "high", "theme": "x"}


def files(**more: Any) -> dict[str, str]:
    return {"models.json": MODELS, "auth.json": json.dumps(AUTH), "settings.json": json.dumps(SETTINGS), **more}


def test_providers_keys_logins_and_defaults_are_taken_over(take: Any) -> None:
    """H-30 to H-71."""
    made = take("pi", files())
    assert made.code == 0
    providers = made.models["providers"]
    assert providers["ollama"]["apiKey"] == "$OLLAMA_API_KEY", "H-51"
    assert providers["ollama"]["models"] == [
        {"id": "llama-3.1-8b", "contextWindow": 128000, "thinkingLevelMap": {"high": None}},
    ]  # fmt: skip
    assert providers["proxy"]["authStyle"] == "header"
    assert "apiKey" not in providers["proxy"]
    assert providers["gemini"] == {"baseUrl": "https://g.example.com/v1beta"}
    assert made.auth == {
        "proxy": {"type": "api_key", "key": CANARY},
        "anthropic": {"type": "api_key", "key": f"{CANARY}-2"},
        "groq": {"type": "api_key", "key": "$MY_GROQ", "env": {"REGION": "eu"}},
        "codex": {"type": "oauth", "access": "a-canary", "refresh": "r-canary", "expires": 1900000000000},
    }
    assert made.toml == {
        "default_provider": "gemini",
        "default_model": "gemini/gemini-2.5-pro",
        "model_defaults": {"*": {"thinking": "high"}},
    }
    assert {each.partition(":")[0] for each in made.left} == {"odd", "theme", "providers.ollama", "providers.gemini"}
    assert any("older versions of pi" in note for note in made.told["notes"])
    assert any("headers of proxy is the output of a command" in note for note in made.told["notes"])
    assert "canary" not in made.text


def test_what_was_imported_is_used(take: Any, hamr: Any) -> None:
    take("pi", files())
    told = hamr("explain", "-m", "proxy/m", "--json", "hi").json
    assert (told["wire"]["value"], told["key"]["status"]) == ("anthropic-messages", "set")
    assert hamr("config").code == 0


def test_nothing_is_replaced_unasked(take: Any, tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    mine = '{\n  // my own\n  "providers": {"proxy": {"baseUrl": "http://127.0.0.1:9/v1"}}\n}\n'
    (tmp_path / "agent" / "models.json").write_text(mine)
    (tmp_path / "agent" / "auth.json").write_text(json.dumps({
        "anthropic": {"type": "api_key", "key": "mine"}, "codex": {"type": "oauth", "access": "my", "refresh": "own"},
    }))  # fmt: skip
    made = take("pi", files())
    actions = {tuple(step["path"]): step["action"] for step in made.told["steps"]}
    assert (actions["providers", "proxy"], actions["codex",], actions["providers", "ollama"]) == ("keep", "keep", "add")
    assert made.models["providers"]["proxy"] == {"baseUrl": "http://127.0.0.1:9/v1"}
    assert made.auth["codex"]["refresh"] == "own"
    assert made.auth["anthropic"] == {"type": "api_keys", "keys": ["mine", f"{CANARY}-2"]}
    assert "// my own" in (tmp_path / "agent" / "models.json").read_text()
    made = take("pi", files(), "--overwrite")
    assert made.models["providers"]["proxy"]["baseUrl"] == "https://proxy.example.com/v1"
    assert made.auth["codex"]["refresh"] == "r-canary"
    made = take("pi", files(), "--overwrite")
    assert ({step["action"] for step in made.told["steps"]}, made.told["written"]) == ({"same"}, False)


def test_a_dry_run_and_one_that_nobody_is_asked_about_write_nothing(
    hamr: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / ".pi" / "agent"
    folder.mkdir(parents=True)
    for name, text in files().items():
        (folder / name).write_text(text)
    ran = hamr("import", "pi", "--dry-run")
    assert ran.code == 0
    assert f"from {folder}/models.json\n" in ran.out
    assert "  + anthropic: key …ef-2\n" in ran.out
    assert "canary-0" not in ran.out + ran.err
    ran = hamr("import", "pi")
    assert (ran.code, "With --yes it is written unasked." in ran.err) == (2, True)
    assert not (tmp_path / "config").exists()
    assert not (tmp_path / "agent").exists()
    monkeypatch.setenv("PI_CODING_AGENT_DIR", str(tmp_path / "elsewhere"))
    ran = hamr("import", "pi")
    assert (ran.code, f"looked in {tmp_path}/elsewhere\n" in ran.err) == (2, True)


def test_a_person_is_asked(person: Any, home: Path, tmp_path: Path) -> None:
    folder = home / ".pi" / "agent"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps(SETTINGS))
    for answer, there in (("n", False), ("y", True)):
        sitting = person("import", "pi", HOME=str(home))
        sitting.see("Write this? [y/N]")
        sitting.type(f"{answer}\n")
        assert sitting.end() == 0
        assert (tmp_path / "config" / "providers.toml").exists() is there


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("models.json", b'{"providers": {"a": {"apiKey": "sk-canary', "line 1, column"),
        ("models.json", b"\xff\xfe", "no text in UTF-8"),
        ("models.json", b"[" * 100_000, "nested too deeply"),
        ("auth.json", b'{"anthropic": {"key": sk-canary}}', "line 1, column"),
        ("settings.json", b"{", "line 1, column"),
    ],
)
def test_a_broken_file_is_told_and_the_others_are_taken(take: Any, name: str, data: bytes, told: str) -> None:
    made = take("pi", files(**{name: data}))
    assert made.code == 1
    assert len(made.told["faults"]) == 1
    assert told in made.told["faults"][0]
    assert made.told["written"]
    assert "canary" not in made.text


@pytest.mark.parametrize(
    "held",
    ["", "{}", "[]", "3", "null", '{"providers": []}', '{"providers": {"a": 3, "b": {}, "c": {"baseUrl": 3}}}'],
)
def test_files_that_hold_nothing_of_use_write_nothing(take: Any, held: str) -> None:
    made = take(
        "pi", {"models.json": held, "auth.json": held if "providers" not in held else "", "settings.json": held}
    )
    assert (made.code, made.told["written"]) == (0, False)
    assert (made.toml, made.models, made.auth) == ({}, {}, {})


def test_paths_that_are_none(hamr: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"x")
    (tmp_path / "empty" / "sub.json").mkdir()
    for path, told in (("nowhere", "is not there"), ("empty", "nothing of pi is in"), ("picture.png", "no file of pi")):
        ran = hamr("import", "pi", str(tmp_path / path), "--yes")
        assert ran.code == 2
        assert told in ran.err
        assert "hamr import pi PATH" in ran.err
    ran = hamr("import", "pi", str(tmp_path / "empty" / "sub.json"), "--yes")
    assert ran.code == 2
    assert "nothing of pi is in" in ran.err
    os.mkfifo(tmp_path / "auth.json")
    ran = hamr("import", "pi", str(tmp_path / "auth.json"), "--dry-run")
    assert (ran.code, "auth.json is no file" in ran.err) == (1, True)
    ran = hamr("import", "pie")
    assert (ran.code, "did you mean pi" in ran.err) == (2, True)


def test_line_ends_marks_and_links_make_no_difference(take: Any, tmp_path: Path) -> None:
    made = take("pi", {"models.json": b"\xef\xbb\xbf" + MODELS.replace("\n", "\r\n").encode()})
    assert made.models["providers"].keys() == {"ollama", "proxy", "gemini"}
    (tmp_path / "link.json").symlink_to(tmp_path / "theirs" / "models.json")
    made = take("pi", {}, path=str(tmp_path / "link.json"))
    assert {step["action"] for step in made.told["steps"]} == {"same"}


def test_a_file_that_is_broken_here_is_left_alone(take: Any, tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    file = tmp_path / "agent" / "models.json"
    file.write_text('{"providers": ')
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "models.json").write_text(MODELS)
    with pytest.raises(ValueError, match="line 1"):
        take("pi", {})
    assert file.read_text() == '{"providers": '


def test_very_many_take_no_longer_than_they_must(take: Any) -> None:
    providers = {f"p{number}": {"baseUrl": "http://x/v1", "apiKey": f"key-{number}"} for number in range(3000)}
    keys = {"type": "api_key", "key": CANARY}
    made = take("pi", {"models.json": json.dumps({"providers": providers}), "auth.json": json.dumps({"groq": keys})})
    assert len(made.models["providers"]) == 3000
    assert len(made.auth) == 3001


def test_keys_go_to_the_keyring_where_the_user_wants_them_there(
    take: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in keyrings.named("Keyring", tmp_path / "keyring.json").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("HAMR_CREDENTIAL_STORE", "keyring")
    made = take("pi", files())
    assert made.auth["anthropic"]["key"].keys() == {"keyring", "tail"}
    assert made.auth["groq"]["key"] == "$MY_GROQ"
    assert sorted(keyrings.held().values()) == [CANARY, f"{CANARY}-2"]
    assert CANARY not in (tmp_path / "agent" / "auth.json").read_text()


def test_what_would_send_keys_elsewhere_is_told(take: Any) -> None:
    made = take("pi", files())
    assert "the keys of gemini would be sent to https://g.example.com/v1beta: look at it first" in made.told["notes"]
