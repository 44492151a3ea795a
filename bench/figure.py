"""One measured figure beside its floor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What something costs and what the least possible would; `at_most` bounds their ratio."""

    name: str
    unit: str
    value: float
    floor: float
    at_most: float

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.value / self.floor

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio <= self.at_most

    def __str__(self) -> str:
        told = f"{self.name:<44} {self.value:>9.1f} {self.unit:<3} {self.ratio:>6.2f} x floor, at most {self.at_most:g}"
        return told if self.holds else f"{told}  TOO MUCH"
