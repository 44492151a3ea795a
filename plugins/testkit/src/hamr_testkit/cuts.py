"""The same bytes, cut in many ways: a decoder must not care."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence


def cuts(data: bytes, seed: int = 0) -> Iterator[tuple[str, Sequence[bytes]]]:
    """The name of each way of cutting, and the pieces: whole, at 1, 2, 3 and 7 bytes, and at random."""
    yield "whole", [data]
    for size in (1, 2, 3, 7):
        yield f"every {size}", [data[start : start + size] for start in range(0, len(data), size)]
    chance = random.Random(seed)
    places = sorted(chance.sample(range(len(data) + 1), k=min(len(data) + 1, 1 + len(data) // 50)))
    bounds = [0, *places, len(data)]
    yield f"at random, seed {seed}", [data[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]
