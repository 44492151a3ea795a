"""`hamr call --dry-run`: byte for byte what is sent without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

LOCKED = """id = "locked"
name = "Locked"
base_url = "{url}"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["LOCKED_KEY"] }}
"""
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
def test_nothing_is_sent_and_the_same_would_be(server: Any, hamr: Any, tmp_path: Path, way: str) -> None:
    (tmp_path / "image").write_bytes(PNG)
    asking = ["-m", "loop/m", way, "--image", str(tmp_path / "image"), "--seed", "7", "-s", "Köln", "it's"]
    told = hamr("call", "--dry-run=json", *asking).json
    assert server.asked == []
    assert hamr("call", *asking).code == 0
    assert json.loads(told["body"]) == server.asked[0]
    assert told["url"] == f"{server.url}/chat/completions"


def test_the_key_is_its_variable_and_need_not_be_set(
    install: Any, server: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("locked", manifest=LOCKED.format(url=server.url))
    without = hamr("-m", "locked/m", "--dry-run", "hi")
    monkeypatch.setenv("LOCKED_KEY", "sk-made-up-for-this-test")
    assert hamr("-m", "locked/m", "--dry-run", "-v", "hi").out == without.out
    assert without.code == 0
    assert '-H "authorization: Bearer $LOCKED_KEY"' in without.out
    assert hamr("-m", "locked/m", "--dry-run=python", "hi").out.count('os.environ["LOCKED_KEY"]') == 1
    assert server.asked == []


def test_the_next_word_is_the_prompts(server: Any, hamr: Any) -> None:
    assert '"content":"json"' in hamr("-m", "loop/m", "--dry-run", "json").out


def test_with_json_it_is_json(server: Any, hamr: Any) -> None:
    assert hamr("-m", "loop/m", "--dry-run", "--json", "hi").json["method"] == "POST"


def test_tools_are_in_it(server: Any, hamr: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dry_weather.py").write_text('def weather(city: str) -> str:\n    """The weather."""\n')
    monkeypatch.chdir(tmp_path)
    told = hamr("-m", "loop/m", "--dry-run=json", "--tool", "dry_weather:weather", "hi").json
    assert json.loads(told["body"])["tools"][0]["function"]["name"] == "weather"


def test_json_is_of_its_schema(server: Any, hamr: Any) -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "dry-run.json").read_text(encoding="utf-8"))
    jsonschema.validate(hamr("-m", "loop/m", "--dry-run=json", "--top-k", "3", "hi").json, schema)
