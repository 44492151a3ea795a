"""Whether memory grows with use: calls, and streams that are given up after their first token."""

from __future__ import annotations

from collections.abc import Iterator

from bench.contestant import Contestant, NoResult
from bench.figure import Bound, Figure, Row
from bench.lab import Lab

CALLS = 20_000
HURRIED = 40
ROW = Row("RSS over 20,000 calls, 2,000 abandoned streams", "MB", "memory", "", bound=Bound.anywhere(2), even=2)


def measure(lab: Lab) -> Iterator[Figure]:
    """Half of them blocking, half awaited. A peer does a tenth of it, since some take 20 ms a call."""
    lab.hamr.stop()
    lab.floor.stop()
    times = CALLS if lab.seconds > 0.1 else CALLS // HURRIED
    peers = {one.name: _grown(one, times // 10) for one in lab.peers}
    yield Figure(ROW, lab.hamr.run("memory", "", times), lab.floor.run("memory", "", times), peers=peers)


def _grown(one: Contestant, times: int) -> float | str:
    one.stop()
    try:
        return one.run("memory", "", times)
    except NoResult as error:
        return str(error)
