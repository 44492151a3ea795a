"""What one small call costs over the loopback."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figure import Bound, Figure, Row, quotient
from bench.lab import Lab
from bench.worker import TOGETHER

BLOCKING = (
    Row("sync call, 20 headers", "µs", "call", "hosted", bound=Bound(0.85)),
    Row("sync call, few headers", "µs", "call", "terse", bound=Bound(0.85)),
)
ALONE = Row("async call", "µs", "acall", "hosted", bound=Bound(1.0))
# As many calls a CPU-second as the floor is as few microseconds a call.
AT_ONCE = Row("async call, 64 at once", "µs", "together", "hosted", per=TOGETHER, bound=Bound(1.0))
AFTER = Row("async call, alone after those", "µs", "acall", "hosted", after=True)
# A small call costs up to a fifth more in one round than in another, whoever makes it.
GROWTH = Row("growth of a call by those before it", "x", "", "", even=1.2)


def measure(lab: Lab) -> Iterator[Figure]:
    """Each beside the same by hand with httpx2's client and json."""
    yield from map(lab.compare, BLOCKING)
    alone = lab.compare(ALONE)
    yield alone
    yield lab.compare(AT_ONCE)
    yield quotient(GROWTH, lab.compare(AFTER), alone)
