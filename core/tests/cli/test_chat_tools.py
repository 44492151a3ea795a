"""`hamr chat` with tools that run on the way to an answer, and with files that go with a turn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "chat.json"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
CODE = '''
def weather(city: str) -> str:
    """The weather in a city."""
    return f"18 degrees in {city}"
'''


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMR_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "chat_weather.py").write_text(CODE)
    (tmp_path / "photo.png").write_bytes(PNG)
    (tmp_path / "notes.txt").write_text("buy milk")
    monkeypatch.chdir(tmp_path)


def test_tools_run_in_every_turn(hamr: Any) -> None:
    ran = hamr("chat", "-m", "sim/tools", "-T", "chat_weather:weather", stdin=b"weather?\nand now?\n")
    assert ran.code == 0
    assert ran.out.count("18 degrees in ") == 2
    assert ran.err.count('tool: weather({"city": ') == ran.err.count("  gave: 18 degrees in ") == 2


def test_later_turns_hear_of_the_calls_before(server: Any, hamr: Any) -> None:
    call = {
        "index": 0,
        "id": "t1",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
    }
    server.pieces, server.reason = [{"tool_calls": [call]}], "tool_calls"
    ran = hamr("chat", "-m", "loop/m", "-T", "chat_weather:weather", "--max-rounds", "1", stdin=b"one\ntwo\n")
    assert "(see --max-rounds)" in ran.err
    assert [message["role"] for message in server.asked[1]["messages"]][:3] == ["user", "assistant", "tool"]
    assert server.asked[1]["messages"][2]["content"] == "18 degrees in Rome"


def test_json_tells_what_ran_and_is_of_its_schema(hamr: Any) -> None:
    ran = hamr("chat", "-m", "sim/tools", "--json", "-T", "chat_weather:weather", stdin=b"weather?\n")
    (line,) = map(json.loads, ran.out.splitlines())
    jsonschema.validate(line, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [step["name"] for step in line["run"]["tools"]] == ["weather"]


def test_what_is_saved_can_be_asked_again(hamr: Any, tmp_path: Path) -> None:
    lines = ["weather?", "/save talk.json", "/save talk.md"]
    ran = hamr("chat", "-m", "sim/tools", "-T", "chat_weather:weather", stdin="\n".join(lines).encode())
    assert ran.code == 0
    saved = json.loads((tmp_path / "talk.json").read_text())["messages"]
    assert [message["role"] for message in saved] == ["user", "assistant", "tool", "assistant"]
    assert saved[1]["tool_calls"][0]["id"] == saved[2]["tool_call_id"]
    from hamr.messages import messages

    assert [message.role for message in messages(saved)] == ["user", "assistant", "tool", "assistant"]
    assert "`weather({" in (tmp_path / "talk.md").read_text()


@pytest.mark.parametrize("way", ["option", "command"])
def test_an_image_and_a_file_go_with_one_turn(server: Any, hamr: Any, way: str) -> None:
    options = ["-i", "photo.png", "-f", "notes.txt"] if way == "option" else []
    before = [] if options else ["/image photo.png", "/file notes.txt"]
    ran = hamr("chat", "-m", "loop/m", *options, stdin="\n".join([*before, "what is this?", "and now?"]).encode())
    assert ran.code == 0
    first, second = (asked["messages"][-1]["content"] for asked in server.asked)
    assert [part["type"] for part in first] == ["image_url", "text", "text"]
    assert "buy milk" in first[1]["text"]
    assert second == "and now?"


def test_what_was_attached_stays_for_the_next_try(server: Any, hamr: Any) -> None:
    server.status = 400
    ran = hamr("chat", "-m", "loop/m", "-i", "photo.png", stdin=b"one\ntwo\n")
    assert ran.code == 1
    assert all(asked["messages"][-1]["content"][0]["type"] == "image_url" for asked in server.asked)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("/image", "/image needs a file"),
        ("/image notes.txt", "notes.txt is no image"),
        ("/file nothing.pdf", "nothing.pdf cannot be read"),
    ],
)
def test_what_cannot_be_attached_is_told_and_ends_nothing(server: Any, hamr: Any, line: str, fault: str) -> None:
    ran = hamr("chat", "-m", "loop/m", stdin=f"{line}\nhello\n".encode())
    assert (ran.code, ran.out) == (1, "Hello world\n")
    assert fault in ran.err
    assert server.asked[0]["messages"][-1]["content"] == "hello"
