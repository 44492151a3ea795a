"""What a file says that a model costs, in each spelling that files have, as dollars for a million tokens (C-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

BUCKETS = ("input", "output", "cache_read", "cache_write")
PAIR = ("input", "output")
"""What a list of two prices is of, as hermes-router's files have it (inventory R-140)."""


@dataclass(frozen=True, slots=True)
class CostTable:
    """Prices in USD: a million tokens, but for those that say `per_1k`. Of two for one bucket the million's counts."""

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    input_per_mtok: float | None = None
    output_per_mtok: float | None = None
    cache_read_per_mtok: float | None = None
    cache_write_per_mtok: float | None = None
    input_per_1k: float | None = None
    output_per_1k: float | None = None
    cache_read_per_1k: float | None = None
    cache_write_per_1k: float | None = None

    @property
    def said(self) -> dict[str, float]:
        """What it says of each bucket, for a million tokens."""
        found: dict[str, float] = {}
        for bucket in BUCKETS:
            whole = getattr(self, bucket)
            spelled = getattr(self, f"{bucket}_per_mtok") if whole is None else whole
            price = per_million(getattr(self, f"{bucket}_per_1k")) if spelled is None else spelled
            if price is not None:
                found[bucket] = price
        return found


def said(tables: Mapping[str, CostTable | None], per_1k: Mapping[str, float | None]) -> dict[str, float]:
    """What several tables, the first counting least, and prices of a thousand tokens say together of each bucket."""
    found = {bucket: price for bucket, each in per_1k.items() if (price := per_million(each)) is not None}
    for table in tables.values():
        found |= {} if table is None else table.said
    return found


def per_million(price: float | None) -> float | None:
    """A price of a thousand tokens for a million, to the last digit that was written: 0.00015 is 0.15, and 1.1 1100."""
    return None if price is None else float(Decimal(str(price)) * 1000)
