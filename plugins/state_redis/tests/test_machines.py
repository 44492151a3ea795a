"""One limit, many processes and a real redis-server: exactly as much is let through as it says (M-60)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any


def hammer(folder: Path, server: Any, what: str, limit: int) -> subprocess.Popen[str]:
    """A process on what might be a machine of its own: it has its own folder of state."""
    return subprocess.Popen(
        [sys.executable, "-m", "hamr_testkit.hammer", str(folder), what, str(limit)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HAMR_STATE_URL": server.url, "HAMR_STATE_ON_FAILURE": "closed"},
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_eight_machines_are_let_through_exactly_as_often_as_the_limit_says(tmp_path: Path, server: Any) -> None:
    processes = [hammer(tmp_path / str(number), server, "admitted", 1_000) for number in range(8)]
    assert {line(process) for process in processes} == {"ready\n"}
    counts = [int(process.communicate("go\n", timeout=120)[0]) for process in processes]
    assert sum(counts) == 1_000, counts
    assert all(process.returncode == 0 for process in processes)
    assert not list(tmp_path.rglob("*.sqlite"))


def test_no_more_are_at_it_at_once_than_the_limit_says(tmp_path: Path, server: Any) -> None:
    processes = [hammer(tmp_path, server, "at_once", 2) for _ in range(4)]
    told = [process.communicate(timeout=60)[0].splitlines() for process in processes]
    assert all(len(lines) == 15 for lines in told)
    spans = [tuple(map(float, each.split())) for lines in told for each in lines]
    for begun, _ in spans:
        assert sum(start <= begun < end for start, end in spans) <= 2


def test_what_a_killed_process_settled_stays_settled_and_nothing_is_held_up(tmp_path: Path, server: Any) -> None:
    settled = 0
    for _ in range(3):
        process = hammer(tmp_path, server, "settling", 10**9)
        line(process)
        process.send_signal(signal.SIGKILL)
        with process:
            assert process.stdout is not None
            settled += 1 + len(process.stdout.read().split())
    amounts = server.ask(b"HVALS {hamr}:window:acme|-|tpm").split(b"\r\n")[3::2]
    tokens = sum(int(each) for each in amounts if each.isdigit())
    assert 3 * settled <= tokens <= 3 * settled + 3 * 20
    assert int(server.ask(b"ZCARD {hamr}:leases:acme|-|concurrency").split(b":")[1].split()[0]) <= 3
