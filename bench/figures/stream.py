"""What a streamed chunk costs in all, and the first token."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figure import Bound, Figure, Row
from bench.lab import Lab

SYNC, ASYNC = 9.09, 10.7
"""Microseconds that a chunk took by hand with httpx2 on the machine for which the bounds were set."""

ROWS = (
    Row("sync chunk, many a read", "µs", "stream", "words-1000", 1000, Bound.where(floor=SYNC, told=10)),
    Row("async chunk, many a read", "µs", "astream", "words-1000", 1000, Bound.where(floor=ASYNC, told=10)),
    Row("sync chunk, one a read", "µs", "stream", "paced-200", 200, Bound(1.0)),
    Row("async chunk, one a read", "µs", "astream", "paced-200", 200, Bound(1.0)),
    Row("sync, to the first token", "µs", "first", "paced-100", bound=Bound(1.0)),
    Row("async, to the first token", "µs", "afirst", "paced-100", bound=Bound(1.0)),
    # What is ready at once is decoded at once, and is counted with the first.
    Row("sync, to the first of 100 ready at once", "µs", "first", "words-100"),
    Row("async, to the first of 100 ready at once", "µs", "afirst", "words-100"),
)


def measure(lab: Lab) -> Iterator[Figure]:
    """Each beside the same by hand with httpx2's client and `json.loads`."""
    yield from map(lab.compare, ROWS)
