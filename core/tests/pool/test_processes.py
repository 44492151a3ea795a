"""One pool, many processes and many threads: they share its turns, its rests and the room within a user's limits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

CALLER = Path(__file__).with_name("caller.py")
KEYS = "made-up-a,made-up-b,made-up-c,made-up-d"
HOW = pytest.mark.parametrize(("processes", "threads"), [(8, 1), (1, 8), (3, 3)], ids=["processes", "threads", "both"])


def called(folder: Path, calls: int, processes: int, threads: int, **environ: str) -> Counter[str]:
    """How often each key was called, by the last letter of each."""
    around = {**os.environ, "HAMR_STATE_DIR": str(folder), "LOCAL_API_KEYS": KEYS, **environ}
    started = [
        subprocess.Popen(
            [sys.executable, str(CALLER), str(calls), str(threads)],
            env=around, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(processes)
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:  # all of them go before the end of any is waited for
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=120) for process in started]
    assert [error for _, error in ended] == [""] * processes
    return Counter(line for output, _ in ended for line in output.split())


@HOW
def test_every_key_has_its_turn_whoever_calls(tmp_path: Path, processes: int, threads: int) -> None:
    """R-38, R-103: no two take the same turn."""
    counts = called(tmp_path, 12, processes, threads)
    whole = 12 * processes * threads
    assert counts == dict.fromkeys("abcd", whole // 4)


@HOW
def test_a_key_that_is_refused_rests_for_all(tmp_path: Path, processes: int, threads: int) -> None:
    """R-91, pain 27: those that are on their way may meet the refusal too, and nobody after them."""
    counts = called(tmp_path, 12, processes, threads, REFUSED="429")
    assert 1 <= counts["a"] <= processes * threads
    assert sum(counts[letter] for letter in "bcd") == 12 * processes * threads


@HOW
def test_the_room_of_all_keys_is_used_and_no_more(tmp_path: Path, processes: int, threads: int) -> None:
    """N-162: who finds no room for one key takes another that has some, and none is called beyond its limit."""
    limits = {"HAMR_RATE_LIMIT_LOCAL_RPM": "7", "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": "1"}
    counts = called(tmp_path, 29, processes, threads, **limits)
    assert counts == {**dict.fromkeys("abcd", 7), "full": processes * threads}
