"""Keys for which a limit of the user's own has no room: another is tried, or the first to have some waited for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hamr.errors import RateLimited
from hamr.pool.outcome import OWN_LIMIT

if TYPE_CHECKING:
    from hamr.effects import Flow
    from hamr.errors import HamrError
    from hamr.gates import Asked, Gate, Pass
    from hamr.pool.state import Member

SLICE = 0.5
"""Seconds for which one key is waited for beyond its time, before the others are asked again."""


@dataclass(slots=True)
class Impatient:
    """A gate at which a call waits no longer than this, until it was let in once and something was sent."""

    gate: Gate
    patience: float
    passed: bool = False

    def enter(self, asked: Asked) -> Flow[Pass]:
        """Let the call in within that time, or refuse it."""
        passing = yield from self.gate.enter(asked if self.passed else replace(asked, patience=self.patience))
        self.passed = True
        return passing


@dataclass(slots=True)
class Full:
    """The full keys of one call, and in how many seconds each may have room; all are of one model.

    `longest` gives the longest wait in seconds, `deadline` is a reading of the driver's clock. One who waits asks the
    others in between, for a call that ends leaves room at any time.
    """

    longest: Callable[[], float]
    deadline: float = float("inf")
    waits: dict[Member, float] = field(default_factory=dict)
    awaited: Member | None = None
    _until: float | None = None

    def next(self, chosen: Member | None, seats: Collection[Member]) -> Member | None:
        """Who is next: the one chosen, but for a key to be waited for where no other of its model is left."""
        self.awaited = None
        self.waits = {member: wait for member, wait in self.waits.items() if member in seats}
        if not self.waits or (chosen is not None and alike(chosen, next(iter(self.waits)))):
            return chosen
        self.awaited = min(self.waits, key=self.waits.__getitem__)
        return self.awaited

    def gates(self, member: Member, gates: tuple[Gate, ...], now: float) -> tuple[Gate, ...]:
        """The gates of a key that has others beside it: at once, or within the time for which it is waited for."""
        patience = 0.0
        if member == self.awaited:
            patience = max(0.0, min(self.waits[member] + SLICE, self._until_when(now) - now))
        return tuple(Impatient(gate, patience) for gate in gates)

    def is_passed(self, member: Member, error: HamrError, tried: set[Member], now: float) -> bool:
        """Whether the call goes on as if nothing had been: to another key, or once more to all of them."""
        if not is_own_limit(error):
            self.waits.pop(member, None)
            return False
        wait = getattr(error, "retry_after", None) or 0.0
        if member != self.awaited:
            self.waits[member] = wait
            tried.add(member)
            return True
        goes_on = now + wait < self._until_when(now)
        if goes_on:
            tried.difference_update(self.waits)
        self.waits.clear()
        return goes_on

    def _until_when(self, now: float) -> float:
        if self._until is None:
            self._until = min(now + self.longest(), self.deadline)
        return self._until


def is_own_limit(error: HamrError) -> bool:
    """Whether a limit of the user's own has no room, so that nothing was sent."""
    return isinstance(error, RateLimited) and error.code == OWN_LIMIT


def alike(one: Member, other: Member) -> bool:
    """Whether they are keys of the same model."""
    return (one.provider, one.model) == (other.provider, other.model)


def patience(environ: Mapping[str, str]) -> Callable[[], float]:
    """The longest wait for a limit, as the environment says; it is read when it matters."""

    def longest() -> float:
        from hamr.gates import PATIENCE
        from hamr.limits import configured

        return configured.patience(environ, PATIENCE)

    return longest
