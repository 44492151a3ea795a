"""`hamr chat`: in a pipe, and on a terminal with a person who presses Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TIMEOUT = 30


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A history of its own."""
    monkeypatch.setenv("HAMR_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def spoken(server: Any) -> list[list[str]]:
    """The texts of each request, roles left out."""
    return [[message["content"] for message in asked["messages"]] for asked in server.asked]


def test_in_a_pipe_each_line_is_a_turn(server: Any, hamr: Any) -> None:
    ran = hamr("chat", "-m", "loop/m", "-s", "Be brief.", "--seed", "7", stdin=b"hello\r\n\nand\\\nnow?\n")
    assert (ran.code, ran.out, ran.err) == (0, "Hello world\nHello world\n", "")
    assert spoken(server) == [["Be brief.", "hello"], ["Be brief.", "hello", "Hello world", "and\nnow?"]]
    assert server.asked[1]["seed"] == 7


@pytest.mark.parametrize(("value", "streams"), [("", True), ("1", True), ("0", False), ("false", False)])
def test_answers_are_asked_for_as_the_environment_says(
    server: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch, value: str, *, streams: bool
) -> None:
    """N-126: and as the command line says, where it does."""
    monkeypatch.setenv("HARN_LLM_STREAM", value)
    assert hamr("chat", "-m", "loop/m", stdin=b"hello\nagain\n").out == "Hello world\nHello world\n"
    assert hamr("-m", "loop/m", "hello").out == "Hello world\n"
    assert hamr("-m", "loop/m", "--stream", "hello").out == "Hello world\n"
    assert hamr("-m", "loop/m", "--no-stream", "hello").out == "Hello world\n"
    assert [asked.get("stream", False) for asked in server.asked] == [streams, streams, streams, True, False]
    assert [message["content"] for message in server.asked[1]["messages"]] == ["hello", "Hello world", "again"]


def test_the_conversation_goes_on_with_another_model(install: Any, server: Any, hamr: Any) -> None:
    manifest = f'id = "other"\nname = "Other"\nbase_url = "{server.url}"\nwire = "openai-completions"\n'
    install("other", manifest=manifest)
    ran = hamr("chat", "-m", "loop/m", stdin=b"hello\n/model other/n\n/model\nand now?\n")
    assert (ran.code, ran.err) == (0, "model: other/n\nmodel: other/n\n")
    assert [asked["model"] for asked in server.asked] == ["m", "n"]
    assert spoken(server)[1] == ["hello", "Hello world", "and now?"]


def test_a_model_that_cannot_be_asked_changes_nothing(install: Any, server: Any, hamr: Any) -> None:
    manifest = f"""id = "locked"\nname = "Locked"\nbase_url = "{server.url}"\nwire = "openai-completions"
auth = {{ style = "bearer", env = ["LOCKED_KEY"] }}\n"""
    install("locked", manifest=manifest)
    ran = hamr("chat", "-m", "loop/m", stdin=b"/model locked/m\n/model nobody/at/all\nhello\n")
    assert (ran.code, ran.out) == (1, "Hello world\n")
    assert "no key for locked" in ran.err
    assert "no plugin for the provider 'nobody'" in ran.err
    assert server.asked[0]["model"] == "m"
    assert hamr("chat", "-m", "locked/m", stdin=b"hello\n").code == 2


def test_what_hamr_itself_is_told(server: Any, hamr: Any) -> None:
    lines = ["/system Be brief.", "one", "/system", "/clear", "two", "/system -", "/clear", "/help", "/bogus", "/exi",
             "/etc/passwd is a path", "//help me", "/exit", "never said"]  # fmt: skip
    ran = hamr("chat", "-m", "loop/m", stdin="\n".join(lines).encode())
    assert spoken(server) == [
        ["Be brief.", "one"],
        ["Be brief.", "two"],
        ["/etc/passwd is a path"],
        ["/etc/passwd is a path", "Hello world", "/help me"],
    ]
    assert ran.err.count("system: Be brief.\n") == 2
    assert "system: nothing\n" in ran.err
    assert ran.err.count("forgotten: 1 turn\n") == 2
    assert "/save FILE" in ran.err
    assert "Error: no such command: /bogus\n/help tells which there are." in ran.err
    assert "Did you mean /exit?" in ran.err


def test_a_turn_that_fails_is_forgotten_and_ends_nothing(server: Any, hamr: Any) -> None:
    server.pieces, server.reason = ["Hel"], None
    ran = hamr("chat", "-m", "loop/m", "--retries", "0", stdin=b"one\ntwo\n")
    assert (ran.code, ran.out) == (1, "Hel\nHel\n")
    assert ran.err.count("Error: loop/m: ") == 2
    assert ran.err.count("This turn is forgotten; the conversation goes on without it.\n") == 2
    assert spoken(server) == [["one"], ["two"]]


def test_json_is_a_line_for_each_turn(server: Any, hamr: Any) -> None:
    ran = hamr("chat", "-m", "loop/m", "--json", "--retries", "0", stdin=b"one\n/model loop/n\ntwo\n")
    first, second = map(json.loads, ran.out.splitlines())
    assert (first["turn"], first["asked"], first["prompt"], first["text"]) == (1, "loop/m", "one", "Hello world")
    assert (second["turn"], second["asked"], second["error"]) == (2, "loop/n", None)
    server.status, server.error = 500, {"message": "down"}
    ran = hamr("chat", "-m", "loop/m", "--json", "--retries", "0", stdin=b"one\n")
    (line,) = map(json.loads, ran.out.splitlines())
    assert (ran.code, line["turn"], line["error"]["type"], ran.err) == (1, 1, "Overloaded", "")


def test_it_is_written_down(server: Any, hamr: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.md").write_text("mine")
    lines = ["/system Be brief.", "hi", "/save a.json", "/save a.json", "/save a.md", "/save there.md", "/save",
             f"/save {tmp_path}/no/where.md"]  # fmt: skip
    ran = hamr("chat", "-m", "loop/m", stdin="\n".join(lines).encode())
    assert json.loads((tmp_path / "a.json").read_text()) == {
        "model": "loop/m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "Hello world"},
        ],
    }
    told = "# loop/m\n\n## system\n\nBe brief.\n\n## user\n\nhi\n\n## assistant\n\nHello world\n"
    assert (tmp_path / "a.md").read_text() == told
    assert (tmp_path / "there.md").read_text() == "mine"
    for fault in ["there.md is there already", "/save needs a file", "where.md cannot be written: No such file"]:
        assert fault in ran.err


def test_what_is_no_text_ends_it(server: Any, hamr: Any) -> None:
    ran = hamr("chat", "-m", "loop/m", stdin=b"hello\n\xff\n")
    assert (ran.code, ran.out) == (2, "Hello world\n")
    assert "standard input is not text" in ran.err


def test_ctrl_c_in_a_pipe_ends_it(server: Any, start: Callable[..., Any]) -> None:
    server.pieces = ["Hel", threading.Event(), "lo"]
    started = start("chat", "-m", "loop/m", stdin=-1)
    started.stdin.write(b"hello\n")
    started.stdin.flush()
    assert os.read(started.stdout.fileno(), 100) == b"Hel"
    os.killpg(started.pid, signal.SIGINT)
    assert started.communicate(timeout=TIMEOUT) == (b"\n", b"")
    assert started.returncode == 130


def test_a_person_stops_an_answer_and_what_came_is_kept(server: Any, person: Any) -> None:
    server.pieces = ["Hel", threading.Event(), "lo"]
    someone = person("chat", "-m", "loop/m", TERM="dumb")
    someone.see("loop/m; /help tells what you can do, Ctrl-D ends\n> ")
    someone.type("hello\n")
    someone.see("Hel")
    someone.interrupt("(stopped; what came is kept)\n> ")
    server.pieces = ["again"]
    someone.type("go on\n")
    someone.see("again\n> ")
    someone.type("\x04")
    assert someone.end() == 0
    assert spoken(server)[1] == ["hello", "Hel", "go on"]


def test_ctrl_c_at_the_prompt_and_before_an_answer(server: Any, person: Any) -> None:
    server.pieces = [threading.Event(), "lo"]
    someone = person("chat", "-m", "loop/m", TERM="dumb")
    someone.see("> ")
    someone.type("never said")
    someone.see("never said")  # Ctrl-C drops what is not yet read, and readline would go on waiting for that
    someone.interrupt("(Ctrl-D or /exit ends the conversation)\n> ")
    someone.type("hello\n")
    while not server.asked:
        time.sleep(0.01)
    someone.interrupt("(stopped; nothing had come, so this turn is forgotten)\n> ")
    server.pieces = ["Hi"]
    someone.type("again\n")
    someone.see("Hi\n> ")
    someone.type("/exit\n")
    assert someone.end() == 0
    assert spoken(server) == [["hello"], ["again"]]


def test_lines_are_edited_and_remembered(server: Any, person: Any, state: Path) -> None:
    pytest.importorskip("readline")
    for keys in ("helo\x1b[D\x1b[Dl\n", "\x1b[A\n", "/mo\t\n"):
        someone = person("chat", "-m", "loop/m", TERM="dumb")
        someone.see("> ")
        someone.type(keys)
        someone.see("model: loop/m\n> " if "/" in keys else "Hello world\n> ")
        someone.type("\x04")
        assert someone.end() == 0
    assert spoken(server) == [["hello"], ["hello"]]
    assert [json.loads(line) for line in (state / "chat_history.jsonl").read_text().splitlines()][:1] == ["hello"]
