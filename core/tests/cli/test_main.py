"""How `hamr` ends: exit codes, pipes that close, Ctrl-C. Real processes, for that is where it shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr.version import VERSION

Start = Callable[..., subprocess.Popen[bytes]]


def test_version(hamr: Any, process: Any) -> None:
    assert hamr("--version").out == f"hamr {VERSION}\n"
    assert process("--version").out == f"hamr {VERSION}\n"


def test_the_installed_script_is_the_same() -> None:
    script = Path(sys.executable).with_name("hamr")
    ran = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"hamr {VERSION}\n"


def test_a_process_prints_an_answer(server: Any, process: Any) -> None:
    ran = process("-m", "loop/m", "sum up", stdin=b"some text\n")
    assert (ran.code, ran.out, ran.err) == (0, "Hello world\n", "")
    assert server.asked[0]["messages"][0]["content"] == "sum up\n\nsome text"


def test_a_warning_is_lost_where_standard_error_is_closed(server: Any) -> None:
    """And nothing else is: such a process has no `sys.stderr`."""
    program = [sys.executable, "-m", "hamr", "-m", "loop/m", "hi"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "HAMR_SPEND": "1"}
    env["HAMR_STATE_DIR"] = "/dev/null/nowhere"  # of which is warned
    shell = ["sh", "-c", '"$@" 2>&-', "sh", *program]
    ran = subprocess.run(shell, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, timeout=30)
    assert (ran.returncode, ran.stdout) == (0, b"Hello world\n")


def test_binary_standard_input_is_refused(server: Any, process: Any) -> None:
    ran = process("-m", "loop/m", "what is this?", stdin=b"\xff\xd8\xff")
    assert (ran.code, ran.out, server.asked) == (2, "", [])
    assert ran.err.startswith("Error: standard input is not text: byte 0xff at offset 0\n")


def test_text_comes_as_it_is_streamed(server: Any, start: Start) -> None:
    rest = threading.Event()
    server.pieces = ["Hel", rest, "lo"]
    started = start("-m", "loop/m", "hi")
    assert started.stdout is not None
    assert os.read(started.stdout.fileno(), 100) == b"Hel"
    rest.set()
    assert started.communicate(timeout=30) == (b"lo\n", b"")
    assert started.returncode == 0


def test_ctrl_c_leaves_what_came_and_says_nothing(server: Any, start: Start) -> None:
    server.pieces = ["Hel", threading.Event(), "lo"]
    started = start("-m", "loop/m", "hi")
    assert started.stdout is not None
    assert os.read(started.stdout.fileno(), 100) == b"Hel"
    os.killpg(started.pid, signal.SIGINT)
    assert started.communicate(timeout=30) == (b"\n", b"")
    assert started.returncode == 130


def test_ctrl_c_while_standard_input_is_waited_for(server: Any, start: Start) -> None:
    started = start("-m", "loop/m", "-v", "-", stdin=subprocess.PIPE)
    assert started.stderr is not None
    told = b""
    while b"key: none\n" not in told:
        told += os.read(started.stderr.fileno(), 100)
    os.killpg(started.pid, signal.SIGINT)
    assert started.wait(30) == 130
    assert started.stderr.read() == b""


def test_a_pipe_that_closes_ends_it_quietly(server: Any, start: Start) -> None:
    """As `hamr ... | head -1` does."""
    rest = threading.Event()
    server.pieces = ["line 1\n", "line 2", rest, "\nline 3", *["\nmore"] * 100]
    started = start("-m", "loop/m", "hi")
    assert started.stdout is not None
    assert os.read(started.stdout.fileno(), 100).startswith(b"line 1")
    started.stdout.close()
    rest.set()
    assert started.wait(30) == 141
    assert started.stderr is not None
    assert started.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["providers"], ["call", "hi"]])
def test_without_standard_output_nothing_is_done(process: Any, arguments: list[str]) -> None:
    """As after `>&-`: a call whose answer nobody can read is not made."""
    ran = process(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
    assert (ran.code, ran.err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["-m", "loop/m", "hi"], ["--help"], ["--version"], ["providers"]])
def test_a_full_disk_is_told(server: Any, process: Any, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = process(*arguments, stdout=full)
    assert ran.code == 1
    assert ran.err.startswith("Error: cannot write to standard output: No space left on device\n")
    assert "Traceback" not in ran.err
    assert "Exception ignored" not in ran.err


def test_without_standard_error_the_answer_still_comes(server: Any, process: Any) -> None:
    ran = process("-m", "loop/m", "-v", "hi", stderr=None, preexec_fn=lambda: os.close(2))
    assert (ran.code, ran.out) == (0, "Hello world\n")


def test_without_standard_error_a_mistake_is_an_exit_code_alone(process: Any) -> None:
    ran = process("--bogus", stderr=None, preexec_fn=lambda: os.close(2))
    assert (ran.code, ran.out) == (2, "")


def test_a_character_that_the_encoding_lacks_ends_nothing(server: Any, process: Any) -> None:
    server.pieces = ["naïve ☂"]
    assert process("-m", "loop/m", "hi", env={"PYTHONIOENCODING": "ascii"}).out == "na?ve ?\n"
    assert process("-m", "loop/m", "--json", "hi", env={"PYTHONIOENCODING": "ascii"}).json["text"] == "naïve ☂"


def test_half_a_surrogate_ends_nothing(server: Any, hamr: Any) -> None:
    server.pieces = ["a\ud800b"]
    assert hamr("-m", "loop/m", "hi").code == 0
    assert hamr("-m", "loop/m", "--json", "hi").code == 0
