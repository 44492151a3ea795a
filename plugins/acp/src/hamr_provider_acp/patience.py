"""How long an agent is waited for."""

from __future__ import annotations

from time import monotonic

SLICE = 0.25
"""Seconds after which it is looked whether the agent lives: where a child of its holds its pipes, these do not end."""


class Silent(Exception):
    """The agent wrote nothing for too long; says how long."""


class Patience:
    """Seconds between two pieces of what the agent writes, and for the whole call until its deadline."""

    def __init__(self, read: float | None, total: float | None = None, deadline: float | None = None) -> None:
        self._read, self._total, self._deadline = read, total, deadline
        self._until: float | None = None

    def begin(self) -> None:
        """Something came: the wait for the next piece begins."""
        self._until = None if self._read is None else monotonic() + self._read

    def slice(self) -> float:
        """Seconds to wait before looking anew; raises Silent."""
        now = monotonic()
        if self._deadline is not None and now >= self._deadline:
            total = "" if self._total is None else f" of {self._total:g} s"
            raise Silent(f"the time{total} for the whole call was over")
        if self._until is not None and now >= self._until:
            raise Silent(f"it wrote nothing for {self._read:g} s")
        ends = [each - now for each in (self._deadline, self._until) if each is not None]
        return min(SLICE, *ends) if ends else SLICE
