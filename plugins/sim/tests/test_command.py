"""`hamr sim`, run as people run it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-W", "error", "-m", "hamr", "sim"]
BARE = {name: value for name, value in os.environ.items() if not name.startswith("HAMR_")}


@contextmanager
def started(*arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """The command while it runs."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=pipe, stderr=pipe, text=True, env={**BARE, **environ}
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Press Ctrl-C; exit code and output."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    return process.returncode, out, err


def facts(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What `--json` has printed."""
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def asked(base_url: str, model: str, prompt: str = "hi") -> str:
    """The text of the reply, asked for without hamr."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{base_url}/chat/completions", body), timeout=10) as reply:
        text: str = json.load(reply)["choices"][0]["message"]["content"]
        return text


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and standard error of a command that does not get so far as to serve."""
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=10, env=BARE, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_it_serves_till_ctrl_c_and_ends_in_peace() -> None:
    with started("--json") as process:
        told = facts(process)
        assert asked(told["base_url"], "echo") == "[sim] hi"
        assert "script" in told["models"]
        assert told["pid"] == process.pid
        code, _, err = ended(process)
    assert (code, err) == (0, "The simulator has ended.\n")


def test_it_says_how_it_is_used() -> None:
    with started() as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(7)]
        url = lines[0].split()[-1]
        assert ended(process)[0] == 0
    assert url.startswith("http://127.0.0.1:")
    assert f'SIM_BASE_URL={url} hamr "hi" -m sim/echo' in lines[3]
    assert f"OPENAI_BASE_URL={url} OPENAI_API_KEY=none" in lines[5]


def test_the_line_it_prints_works() -> None:
    with started("--json") as process:
        environ = {**BARE, "SIM_BASE_URL": facts(process)["base_url"]}
        command = [sys.executable, "-m", "hamr", "hi", "-m", "sim/echo"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, env=environ, check=True)
        ended(process)
    assert done.stdout == "[sim] hi\n"


def test_it_plays_a_script(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('{"replies": [{"text": "one"}, {"text": "two"}]}')
    for arguments, environ in ((["--script", str(path)], {}), ([], {"HAMR_SIM_SCRIPT": str(path)})):
        with started("--json", *arguments, **environ) as process:
            url = facts(process)["base_url"]
            assert [asked(url, "script"), asked(url, "script")] == ["one", "two"]
            ended(process)


def test_each_request_is_a_line_where_that_is_wished() -> None:
    with started("--json", "-v") as process:
        url = facts(process)["base_url"]
        assert process.stderr is not None
        asked(url, "echo")
        assert process.stderr.readline().startswith("POST /v1/chat/completions echo 200, ")
        with pytest.raises(urllib.error.HTTPError) as raised:
            asked(url, "404")
        raised.value.close()
        assert process.stderr.readline().startswith("POST /v1/chat/completions 404 404, ")
        ended(process)


def test_pace_slows_every_reply() -> None:
    with started("--json", "--pace", "0.1", "-v") as process:
        asked(facts(process)["base_url"], "echo", "a b c d")
        assert process.stderr is not None
        line = process.stderr.readline()
        ended(process)
    assert int(line.split(" 200, ")[1].split(" ms")[0]) >= 500


def test_a_wrong_script_is_told(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text('[[replies]]\ntxt = "one"\n')
    code, err = run("--script", str(path))
    assert code == 2
    assert f"{path}: replies[0].txt: unknown field; did you mean text?" in err
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_told_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, err = run("--port", str(port))
    assert code == 1
    assert f"port {port} cannot be listened at" in err
    assert "--port" in err


def test_a_port_of_ones_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with started("--json", "--port", str(port)) as process:
        assert facts(process)["base_url"] == f"http://127.0.0.1:{port}/v1"
        ended(process)
