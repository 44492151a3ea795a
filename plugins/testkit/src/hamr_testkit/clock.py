"""A clock that stands still but where a flow sleeps, and then goes on at once."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """The clock of a test's flows: `slept` is how long each of their sleeps would have been, in seconds."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._monotonic, self._time = time.monotonic(), time.time()
        self._due: list[tuple[float, Callable[[], object]]] = []

    @property
    def passed(self) -> float:
        """The seconds that all sleeps would have taken together."""
        return sum(self.slept)

    def after(self, seconds: float, do: Callable[[], object]) -> None:
        """Do it in the sleep in which so many seconds have passed."""
        self._due.append((self.passed + seconds, do))

    def monotonic(self) -> float:
        """What the flows are told where they ask for Now."""
        return self._monotonic + self.passed

    def time(self) -> float:
        """What they are told where they ask for WallClock."""
        return self._time + self.passed

    def sleep(self, seconds: float) -> None:
        """Go on by so many seconds."""
        self.slept.append(seconds)
        due = [do for at, do in self._due if at <= self.passed]
        self._due = [each for each in self._due if each[0] > self.passed]
        for do in due:
            do()

    async def asleep(self, seconds: float) -> None:
        """The same, awaited."""
        self.sleep(seconds)
