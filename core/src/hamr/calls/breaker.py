"""When a provider that keeps failing is left alone. Pure: the time is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

OK, BAD, NOTHING = ".", "x", "-"
LONGEST = 64
"""Outcomes that are remembered at most."""
PROBE = 30.0
"""Seconds for which one call alone tries a provider that may be well again."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the last calls to a provider went, the newest at the end; it is left alone `until` then.

    `openings` counts how often it was left alone since it was last well.
    """

    outcomes: str = ""
    openings: int = 0
    until: float = 0.0

    def is_open(self, now: float) -> bool:
        """Whether it is left alone."""
        return now < self.until

    def word(self, now: float) -> Literal["closed", "open", "half-open"]:
        """What the field calls it; half-open, the next call alone tries the provider."""
        if self.is_open(now):
            return "open"
        return "half-open" if self.openings else "closed"

    def probing(self, now: float) -> Health:
        """The same while one call tries it: nobody else does before that has ended, or had its time."""
        return replace(self, until=now + PROBE) if self.openings else self


WELL = Health()


class Breaker(Protocol):
    """What a policy says."""

    def after(self, health: Health, now: float, *, ok: bool) -> Health:
        """The health after one more call."""

    def after_nothing(self, health: Health, now: float) -> Health:
        """The health after one more call that was answered with nothing."""


@dataclass(frozen=True, slots=True)
class WindowBreaker:
    """Opens where so great a part of the last calls failed (inventory R-43, R-101)."""

    window: int = 8
    samples: int = 4
    rate: float = 0.5
    cooldown: float = 60.0

    def after(self, health: Health, now: float, *, ok: bool) -> Health:
        """A success after it was open clears the window."""
        if ok and health.openings:
            return WELL
        outcomes = (health.outcomes + (OK if ok else BAD))[-self.window :]
        if ok or len(outcomes) < self.samples or outcomes.count(BAD) < self.rate * len(outcomes):
            return replace(health, outcomes=outcomes)
        return Health(outcomes, health.openings + 1, now + self.cooldown)

    def after_nothing(self, health: Health, now: float) -> Health:
        """It says nothing of a provider's health: the key rests for a while (inventory R-97)."""
        return health


@dataclass(frozen=True, slots=True)
class ConsecutiveBreaker:
    """Opens after so many failures in a row, or answers with nothing, each time for longer (inventory N-168)."""

    failures: int = 4
    steps: tuple[float, ...] = (5.0, 30.0, 120.0)
    nothings: int = 3
    nothing_steps: tuple[float, ...] = (30.0, 60.0, 120.0, 240.0)

    def after(self, health: Health, now: float, *, ok: bool) -> Health:
        """A success forgets all."""
        return WELL if ok else _one_more(health, now, BAD, self.failures, self.steps)

    def after_nothing(self, health: Health, now: float) -> Health:
        """It opens sooner, and for longer."""
        return _one_more(health, now, NOTHING, self.nothings, self.nothing_steps)


@dataclass(frozen=True, slots=True)
class NoBreaker:
    """Never opens."""

    def after(self, health: Health, now: float, *, ok: bool) -> Health:
        """Nothing is remembered."""
        return WELL

    def after_nothing(self, health: Health, now: float) -> Health:
        """Nothing is remembered."""
        return WELL


def _one_more(health: Health, now: float, outcome: str, most: int, steps: tuple[float, ...]) -> Health:
    outcomes = (health.outcomes + outcome)[-LONGEST:]
    if len(outcomes) - len(outcomes.rstrip(outcome)) < most:
        return replace(health, outcomes=outcomes)
    step = steps[min(health.openings, len(steps) - 1)]
    return Health(outcomes, health.openings + 1, now + step)
