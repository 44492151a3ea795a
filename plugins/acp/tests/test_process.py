"""Processes: their lines, their ends, and those of a fork."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hamr_provider_acp.patience import Patience, Silent
from hamr_provider_acp.process import Ended, Process
from hamr_provider_acp.tail import KEPT, SHOWN, Secrets, Tail
from hamr_testkit.colours import Colour


@contextmanager
def running(code: str) -> Iterator[Process]:
    process = Process([sys.executable, "-S", "-c", f"import sys, time, os\n{code}"], dict(os.environ), os.getcwd())
    try:
        yield process
    finally:
        process.end(0.0)


def lines(colour: Colour, process: Process, seconds: float = 5.0) -> list[bytes]:
    patience = Patience(seconds)
    return process.lines(patience) if colour.name == "sync" else asyncio.run(process.alines(patience))


def all_lines(colour: Colour, process: Process) -> list[bytes]:
    found: list[bytes] = []
    while True:
        try:
            found += lines(colour, process)
        except Ended:
            return found


def test_lines_however_they_are_written(colour: Colour) -> None:
    code = """for piece in ('a', 'b\\nc\\n', '\\n', 'd', 'e\\n', 'rest'):
        sys.stdout.write(piece); sys.stdout.flush(); time.sleep(0.02)"""
    with running(code) as process:
        assert all_lines(colour, process) == [b"ab", b"c", b"", b"de"]


def test_what_is_large_goes_both_ways_at_once(colour: Colour) -> None:
    with running("for line in sys.stdin: sys.stdout.write(line)") as process:
        process.write(b"x" * 3_000_000 + b"\n")
        process.write(b"y\n")
        process.write(b"z" * 100_000 + b"\n")
        found: list[bytes] = []
        while len(found) < 3:
            process.write(b"w" * 100_000 + b"\n") if len(found) == 1 else None
            found += lines(colour, process)
        assert [len(line) for line in found[:3]] == [3_000_000, 1, 100_000]


def test_pieces_of_a_line_are_no_silence(colour: Colour) -> None:
    code = "for _ in range(6): sys.stdout.write('x'); sys.stdout.flush(); time.sleep(0.3)\nprint()"
    with running(code) as process:
        assert lines(colour, process, 1.2) == [b"xxxxxx"]


def test_noise_on_stderr_is_silence(colour: Colour) -> None:
    code = "while True: sys.stderr.write('x'); sys.stderr.flush(); time.sleep(0.02)"
    with running(code) as process, pytest.raises(Silent, match=r"wrote nothing for 0\.3 s"):
        lines(colour, process, 0.3)


def test_no_thread_is_started(colour: Colour) -> None:
    before = threading.active_count()
    with running("print('x', flush=True); time.sleep(9)") as process:
        assert lines(colour, process) == [b"x"]
        assert threading.active_count() == before


def test_a_loop_is_left_as_it_was() -> None:
    async def both() -> tuple[list[bytes], list[bytes]]:
        first = await process.alines(Patience(5))
        return first, await process.alines(Patience(5))

    with running("print(1, flush=True); sys.stdin.readline(); print(2, flush=True); time.sleep(9)") as process:
        assert asyncio.run(process.alines(Patience(5))) == [b"1"]
        process.write(b"on\n")
        assert process.lines(Patience(5)) == [b"2"]


def test_a_process_that_is_forgotten_is_ended() -> None:
    process = Process([sys.executable, "-S", "-c", "import time; time.sleep(60)"], dict(os.environ), os.getcwd())
    pid = process.pid
    del process
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


FORKING = """
import os, sys
from hamr_provider_acp.patience import Patience
from hamr_provider_acp.process import Process

code = "import sys; print(1, flush=True); sys.stdin.readline(); print(2, flush=True)"
process = Process([sys.executable, "-S", "-c", code], dict(os.environ), os.getcwd())
assert process.lines(Patience(5)) == [b"1"]
if os.fork() == 0:
    process.end(0.0)
    sys.exit(0)
os.wait()
process.write(b"on\\n")
assert process.lines(Patience(5)) == [b"2"]
"""


def test_a_program_that_ends_gives_its_agents_a_moment(tmp_path: Path) -> None:
    """As where `hamr.call` is used, whose client nobody closes."""
    mark = tmp_path / "mark"
    agent = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(open(sys.argv[1], 'w').close())); "
    agent += "print(1, flush=True); time.sleep(60)"
    code = "import os, sys; from hamr_provider_acp.patience import Patience; "
    code += "from hamr_provider_acp.process import Process; "
    code += f"process = Process([sys.executable, '-S', '-c', {agent!r}, {str(mark)!r}], dict(os.environ), '.'); "
    code += "print(process.lines(Patience(5)), process.pid)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.stdout.startswith("[b'1']"), ran.stderr, mark.exists()) == (True, "", True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(ran.stdout.split()[-1]), 0)


def test_a_fork_leaves_it_alone() -> None:
    ran = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_tail_is_bounded_and_shows_no_secret() -> None:
    secrets = Secrets(["canary-of-a-value", "short"], {"MY_TOKEN": "canary-of-a-token", "HOME": "/home-canary-not"})
    tail = Tail()
    tail.add(b"canary-of-a-value " * 2000)
    tail.add(b"\n\x1b[31mred\x1b[0m canary-of-a-token short /home-canary-not\n")
    shown = tail.text(secrets)
    assert len(shown) <= SHOWN + 1
    assert shown.endswith("red *** short /home-canary-not")
    assert "canary-of" not in shown


def test_a_secret_that_the_bound_cuts_is_not_shown() -> None:
    secrets = Secrets(["canary-of-a-value"], {})
    tail = Tail()
    tail.add(b"x" * 100 + b"canary-of-a-value" + b"y" * (KEPT - 10))
    assert "value" not in tail.text(secrets)
