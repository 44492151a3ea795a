"""What it costs to start: CPU time of fresh processes."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator

from bench.figure import Figure

ROUNDS = 15
STARTS = [
    ("import hamr", ["-c", "import hamr"], 3.0),
    ("hamr --help", ["-m", "hamr", "--help"], 3.5),
    ("hamr providers", ["-m", "hamr", "providers"], 5.0),
]


def cpu(arguments: list[str]) -> float:
    """Milliseconds of CPU, user and system, that a Python process with these arguments takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure() -> Iterator[Figure]:
    """Each start beside a bare `python -c pass`, in turns, so that both see the same machine."""
    for name, arguments, at_most in STARTS:
        pairs = [(cpu(arguments), cpu(["-c", "pass"])) for _ in range(ROUNDS)]
        values, floors = zip(*pairs, strict=True)
        yield Figure(name, "ms", statistics.median(values), statistics.median(floors), at_most)
