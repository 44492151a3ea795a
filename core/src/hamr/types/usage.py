"""What a call used and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens in disjoint buckets: no token is counted twice, and `total` is their sum.

    `raw` is the provider's own account of it, unread. `billed` is what is charged for, where that is not the same.
    """

    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    input_audio: int = 0
    output: int = 0
    reasoning: int = 0
    output_audio: int = 0
    estimated: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    billed: Usage | None = None

    @property
    def input_total(self) -> int:
        """All tokens that went in."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h + self.input_audio

    @property
    def output_total(self) -> int:
        """All tokens that came out, thinking included."""
        return self.output + self.reasoning + self.output_audio

    @property
    def total(self) -> int:
        """All tokens."""
        return self.input_total + self.output_total

    def __add__(self, other: Usage) -> Usage:
        """Both together; the providers' own accounts of them are left out."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in BUCKETS}
        billed = None
        if self.billed is not None or other.billed is not None:
            billed = (self.billed or self) + (other.billed or other)
        return Usage(**sums, estimated=self.estimated or other.estimated, billed=billed)


BUCKETS = (
    "input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "input_audio",
    "output",
    "reasoning",
    "output_audio",
)
"""The fields of Usage that count tokens."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call cost, in US dollars; an unknown price is `None` with its `reason`, never zero.

    What a provider says itself counts; `listed` is then what it comes to by the price list, where there is one.
    """

    usd: Decimal | None = None
    reason: str = "no price is known for this model"
    listed: Decimal | None = None

    def __add__(self, other: Cost) -> Cost:
        """Both together; unknown where one of them is."""
        if self.usd is None or other.usd is None:
            return self if self.usd is None else other
        listed = None if self.listed is None or other.listed is None else self.listed + other.listed
        return Cost(self.usd + other.usd, self.reason, listed)
