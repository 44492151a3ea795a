"""What a call costs that carries 1,000 messages and 50 tools, some 700 kB."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figure import Bound, Figure, Row
from bench.lab import Lab

BY_HAND = 2.37
"""Milliseconds that it took by hand with httpx2 on the machine for which the bounds were set."""

ROWS = (
    Row("1,000 messages and 50 tools", "ms", "converse", "hosted", bound=Bound.where(floor=BY_HAND, told=3)),
    Row("1,000 messages and 50 tools, async", "ms", "aconverse", "hosted", bound=Bound.where(floor=2.61, told=3)),
)


def measure(lab: Lab) -> Iterator[Figure]:
    """Each beside the same by hand with httpx2's client and json."""
    yield from map(lab.compare, ROWS)
