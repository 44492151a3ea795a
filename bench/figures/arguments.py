"""What it costs to put together a megabyte of tool arguments, and whether that grows in proportion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.figure import Bound, Figure, Row, quotient
from bench.lab import Lab

QUARTER = Row("256 kB of arguments, 15,625 deltas", "s", "arguments", "arguments-15625")
WHOLE = Row(
    "1 MB of arguments, 62,500 deltas", "s", "arguments", "arguments-62500", bound=Bound.where(floor=0.647, told=0.7)
)
AWAITED = Row(
    "1 MB of arguments, async", "s", "aarguments", "arguments-62500", bound=Bound.where(floor=0.703, told=0.7)
)
GROWTH = Row("growth from 256 kB to 1 MB", "x", "", "", bound=Bound.anywhere(4.5), even=4.5)


def measure(lab: Lab) -> Iterator[Figure]:
    """Each beside the same by hand with httpx2's client and `json.loads`; the growth is the quotient of two of them."""
    lab = replace(lab, rounds=min(lab.rounds, 5))
    quarter, whole = lab.compare(QUARTER), lab.compare(WHOLE)
    yield quarter
    yield whole
    yield quotient(GROWTH, whole, quarter)
    yield lab.compare(AWAITED)
