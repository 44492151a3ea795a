"""What is measured, the most it may be, and what it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that a figure may be: a multiple of its floor, or where it has none, a number that holds anywhere.

    `told` is the number that was aimed at, on an idle machine on which the floor cost `floor`.
    """

    ratio: float | None = None
    told: float | None = None

    @classmethod
    def where(cls, *, floor: float, told: float) -> Bound:
        """An absolute bound as the ratio that it is on the machine for which it was set."""
        return cls(told / floor, told)

    @classmethod
    def anywhere(cls, told: float) -> Bound:
        """A bound on what does not depend on the machine: bytes, counts, growth."""
        return cls(None, told)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `per` units are done at one go of `task`. `why` says of each peer that does better how that comes; below `even`
    nobody is better than another. Every subject begins anew, unless the row is `after` the one before it.
    """

    name: str
    unit: str
    task: str
    model: str
    per: float = 1
    bound: Bound = field(default_factory=Bound)
    why: Mapping[str, str] = field(default_factory=dict)
    even: float = 0.0
    after: bool = False


SCALE = {"µs": 1e6, "ms": 1e3, "s": 1.0, "MB": 1.0, "x": 1.0, "modules": 1.0}
"""How many of a unit make what workers measure in: a second of CPU, a megabyte."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A row as it was measured; a peer's value is a text where there is none, saying why."""

    row: Row
    value: float
    floor: float | None = None
    ratio: float | None = None
    peers: Mapping[str, float | str] = field(default_factory=dict)
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the bound is kept: of the ratio where there is one, or else of the value."""
        bound = self.row.bound
        if bound.ratio is not None:
            return self.ratio is not None and self.ratio <= bound.ratio
        return bound.told is None or self.value <= bound.told

    @property
    def behind(self) -> dict[str, str]:
        """The peers that do better, and why; an empty reason is one that nobody has found."""
        if self.value <= self.row.even:
            return {}
        better = [name for name, value in self.peers.items() if isinstance(value, float) and value < self.value]
        return {name: self.row.why.get(name, "") for name in better}

    @property
    def fine(self) -> bool:
        """Whether the bound is kept, and hamr is ahead of every peer or it is known why not."""
        return self.holds and all(self.behind.values())

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "name": self.row.name,
            "unit": self.row.unit,
            "value": self.value,
            "floor": self.floor,
            "ratio": self.ratio,
            "most": {"ratio": self.row.bound.ratio, "told": self.row.bound.told},
            "holds": self.holds,
            "peers": dict(self.peers),
            "behind": self.behind,
            "note": self.note,
        }


def quotient(row: Row, one: Figure, other: Figure) -> Figure:
    """How many times the other figure one is, for hamr, the floor and each peer that has both."""
    peers: dict[str, float | str] = {}
    for name, value in one.peers.items():
        least = other.peers[name]
        peers[name] = value / least if isinstance(value, float) and isinstance(least, float) else value
    floor = one.floor / other.floor if one.floor and other.floor else None
    return Figure(row, one.value / other.value, floor, peers=peers)
