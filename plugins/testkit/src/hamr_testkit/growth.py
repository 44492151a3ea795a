"""Whether work takes time in proportion to its size, on a machine that may be busy with other things."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 6
TIMES = 8


def is_linear(work: Callable[[int], object], size: int, *, slack: float = 3.0) -> bool:
    """Whether eight times the size takes at most eight times the processor time, and `slack` times that.

    Each is the best of several rounds, for what else the machine does only ever adds; they end once it holds.
    """
    little, much = float("inf"), float("inf")
    for _ in range(ROUNDS):
        little = min(little, _taken(work, size))
        much = min(much, _taken(work, TIMES * size))
        if much <= TIMES * slack * little:
            return True
    return False


def _taken(work: Callable[[int], object], size: int) -> float:
    begun = time.process_time()
    work(size)
    return time.process_time() - begun
