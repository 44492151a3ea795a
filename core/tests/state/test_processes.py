"""One limit, many processes: exactly as much is let through as it says, whoever dies (pain 30)."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hamr.limits.limiter import FILE

KILLS = 25
"""How many processes are killed one after the other in one file, in less than the minute that is kept of it."""
ROUNDS = int(os.environ.get("HAMR_TEST_KILLS", str(KILLS))) // KILLS
"""Each death costs a start of Python, so that a thousand of them are for whoever asks for it."""


def hammer(folder: Path, what: str, limit: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hamr_testkit.hammer", str(folder), what, str(limit)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def rest(process: subprocess.Popen[str]) -> int:
    """How many lines it has written besides those that were read."""
    with process:
        assert process.stdout is not None
        return len(process.stdout.read().split())


def test_eight_processes_are_let_through_exactly_as_often_as_the_limit_says(tmp_path: Path) -> None:
    processes = [hammer(tmp_path, "admitted", 1_000) for _ in range(8)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # all of them go before the end of any is waited for
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    counts = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(counts) == 1_000, counts
    assert sum(count > 0 for count in counts) > 1, counts
    assert all(process.returncode == 0 for process in processes)


def test_no_more_are_at_it_at_once_than_the_limit_says(tmp_path: Path) -> None:
    processes = [hammer(tmp_path, "at_once", 2) for _ in range(4)]
    told = [process.communicate(timeout=60)[0].splitlines() for process in processes]
    assert all(len(lines) == 15 for lines in told)
    spans = [tuple(map(float, line.split())) for lines in told for line in lines]
    for begun, _ in spans:
        assert sum(start <= begun < end for start, end in spans) <= 2


@pytest.mark.parametrize("again", range(ROUNDS))
def test_a_killed_process_loses_nothing_that_was_settled_and_holds_nobody_up(tmp_path: Path, again: int) -> None:
    settled = 0
    for _ in range(KILLS):
        process = hammer(tmp_path, "settling", 10**9)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        settled += 1 + rest(process)
    after = hammer(tmp_path, "settling", 10**9)
    assert after.stdout is not None
    assert after.stdout.readline() == "1\n", "nothing is locked"
    after.kill()
    settled += 1 + rest(after)
    database = sqlite3.connect(tmp_path / FILE)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    tokens = database.execute("SELECT SUM(amount) FROM slots").fetchone()[0]
    leases = database.execute("SELECT COUNT(*) FROM leases").fetchone()[0]
    database.close()
    assert leases <= KILLS + 1, "no more than each of them had at its death"
    assert 3 * settled <= tokens <= 3 * settled + (KILLS + 1) * 20
