"""The same bytes, cut in many ways: a decoder must not care."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import AnyStr


def cuts(data: bytes, seed: int | str = 0) -> Iterator[tuple[str, Sequence[bytes]]]:
    """The name of each way of cutting, and the pieces: whole, at 1, 2, 3 and 7 bytes, and at random."""
    yield "whole", [data]
    for size in (1, 2, 3, 7):
        yield f"every {size}", [data[start : start + size] for start in range(0, len(data), size)]
    chance = random.Random(seed)
    yield f"at random, seed {seed}", cut(data, chance.choices(range(len(data) + 1), k=40 + len(data) // 50))


def cut(data: AnyStr, places: Sequence[int]) -> list[AnyStr]:
    """The bytes or the text in pieces, cut at these places; a place beyond the end is counted on from the beginning."""
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]
